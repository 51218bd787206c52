"""Pages of a few sentences that are no part of the app's own: said in the language that the browser asks for."""

from contextlib import AbstractContextManager
from html import escape
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import Scope

from core.i18n.catalogue import language_for
from core.i18n.reader import Reader, read_by, reader

# The colours of .streamlit/config.toml.
_STYLE: Final = """
:root { --paper: #FBF9F4; --ink: #1B2A41; --edge: #8A8577; --link: #0B5C8F; --accent: #BF4F38; --soft: #F2EEE4;
  --good: #00734F; --fair: #9A6200; --bad: #BF4F38 }
@media (prefers-color-scheme: dark) {
  :root { --paper: #11151C; --ink: #E8E4DA; --edge: #6B7482; --link: #7FBCE6; --soft: #1A202A;
    --good: #5CB98F; --fair: #E0A94A; --bad: #F0806A }
}
body { font: 1.2rem/1.5 sans-serif; color: var(--ink); background: var(--paper);
  max-width: 32rem; margin: min(14vh, 6rem) auto 2rem; padding: 0 1rem; overflow-wrap: anywhere }
h1 { font: 600 1.9rem/1.25 serif; margin: 0 0 1rem }
a { color: var(--link) }
label { display: block; margin: 0.75rem 0 }
input { display: block; box-sizing: border-box; width: 100%; margin-top: 0.25rem; padding: 0.5rem; font: inherit;
  color: inherit; background: var(--soft); border: 1px solid var(--edge); border-radius: 0.25rem }
button, a.button { display: inline-block; font: inherit; padding: 0.5rem 1.25rem; margin: 0.25rem 1rem 0.25rem 0;
  white-space: normal; border: 1px solid var(--accent); border-radius: 0.25rem; cursor: pointer;
  color: #fff; background: var(--accent); text-decoration: none }
button.second, a.second { color: inherit; background: none; border-color: var(--edge) }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
details { margin-top: 2rem }
summary { cursor: pointer }
.hint { font-size: 1rem; margin: 0.25rem 0 0.75rem }
.trouble { border-left: 4px solid var(--accent); padding-left: 0.75rem }
.code { font-family: monospace; font-size: 1.5rem; letter-spacing: 0.15em }
input.code { text-transform: uppercase }
.sheet-qr { width: min(100%, 22rem); margin: 0 auto }
.sheet-qr svg { display: block; width: 100% }
.line { border-bottom: 1px solid; height: 3rem }
.verdict { font-size: 1.35rem; font-weight: 600 }
.checks { list-style: none; margin: 0 0 1.5rem; padding: 0; border-top: 1px solid var(--edge) }
.checks li { padding: 0.75rem 0 0.5rem 2rem; border-bottom: 1px solid var(--edge) }
.checks li { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0 1rem }
.checks h2 { flex: auto; margin: 0 }
.checks h2, .checks b { font-size: 1.1rem }
.checks p, .checks canvas, .checks video { flex: 0 0 100% }
.checks p { font-size: 1rem; margin: 0.25rem 0 }
.checks canvas, .checks video { display: block; box-sizing: border-box; width: 100%; margin: 0.5rem 0;
  border: 1px solid var(--edge); border-radius: 0.25rem; background: var(--soft) }
.checks canvas { height: 7rem; touch-action: none; cursor: crosshair }
.checks video { aspect-ratio: 4 / 3; object-fit: contain }
[data-state] > i { display: inline-block; box-sizing: border-box; width: 1rem; height: 1rem; margin: 0 1rem 0 0;
  border: 2px solid var(--edge); forced-color-adjust: none }
.checks [data-state] > i { margin: 0 0 0 -2rem }
[data-state="wait"] > i, [data-state="open"] > i { border-radius: 50% }
[data-state="good"] > i { border: 0; border-radius: 50%; background: var(--good) }
[data-state="fair"] > i { border: 0; background: var(--fair) }
[data-state="bad"] > i { border: 0; background: var(--bad); clip-path: polygon(50% 0, 100% 100%, 0 100%) }
@media (scripting: none) { .verdict, .checks { display: none } }
[hidden] { display: none !important }
@media print { body { margin-top: 0; color: #000; background: #fff } }
"""  # not said: CSS
_MOST_LETTERS: Final = 200  # of the languages that a browser lists


def read_by_asker(scope: Scope) -> AbstractContextManager[None]:
    """Have what is said be said to whoever asks."""
    wanted = Headers(scope=scope).get("accept-language", "")[:_MOST_LETTERS]
    return read_by(Reader(language_for(part.partition(";")[0].strip() for part in wanted.split(","))))


def plain_page(
    body: str, status: int = 200, headers: dict[str, str] | None = None, *, title: str = ""
) -> HTMLResponse:
    """Return a page of this HTML, whose texts are escaped; the title, if there is one, stands above it."""
    heading = f"<h1>{escape(title)}</h1>" if title else ""  # not said: HTML
    page = (
        f'<!doctype html><html lang="{reader().language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<title>{escape(title) or 'Inkling'}</title><style>{_STYLE}</style><body>{heading}{body}"
    )  # not said: HTML
    return HTMLResponse(page, status, {"cache-control": "no-store", **(headers or {})})


def is_from_here(request: Request) -> bool:
    """Return whether a page of this server's sent the form, and not another site's, to make its reader be somebody."""
    asked = request.headers
    site = asked.get("sec-fetch-site")
    if site:
        return site == "same-origin"
    origin = urlsplit(asked.get("origin", "")).netloc
    return bool(origin) and origin == asked.get("host")
