"""Pages of a few sentences that are no part of the app's own: said in the language that the browser asks for."""

from contextlib import AbstractContextManager
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse
from starlette.types import Scope

from core.i18n.catalogue import language_for
from core.i18n.reader import Reader, read_by

_MOST_LETTERS: Final = 200  # of the languages that a browser lists


def read_by_asker(scope: Scope) -> AbstractContextManager[None]:
    """Have what is said be said to whoever asks."""
    wanted = Headers(scope=scope).get("accept-language", "")[:_MOST_LETTERS]
    return read_by(Reader(language_for(part.partition(";")[0].strip() for part in wanted.split(","))))


def plain_page(body: str, status: int = 200, headers: dict[str, str] | None = None) -> HTMLResponse:
    """Return a page of this HTML, whose texts are escaped."""
    page = (
        '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark"><title>Inkling</title>'
        "<style>body { font: 1.2rem/1.5 sans-serif; max-width: 32rem; margin: 20vh auto; padding: 0 1rem }"
        "button { font: inherit; padding: 0.5rem 1rem; margin: 0.25rem 0; white-space: normal }</style>"
        f"<body>{body}"
    )  # not said: HTML
    return HTMLResponse(page, status, {"cache-control": "no-store", **(headers or {})})
