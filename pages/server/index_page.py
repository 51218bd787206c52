"""The page that Streamlit serves at every address, with the app's style sheets in it from the first paint.

Streamlit's scripts draw the page, and only then does the session's first message bring the app's style: what stood
there before would jump. So its page links the sheets at its end, behind Streamlit's own, and a script that shows the
page once it stands.
"""

import json
import re
from functools import lru_cache
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.i18n.literal_text import css_text, html_text
from core.i18n.translation import _
from pages.components.assets import static_file, style_sheets
from pages.server.plain_page import read_by_asker
from pages.server.services import allowed
from pages.server.static_files import CODINGS, coding_for
from pages.server.uploads import MOST_OF_ALL, MOST_OF_VISITOR, TOO_SLOW, refusals

_END: Final = b"</body>"
_TITLE: Final = re.compile(rb"<title>.*?</title>", re.DOTALL)
_WITHOUT_SCRIPTS: Final = re.compile(rb"<noscript>.*?</noscript>", re.DOTALL)
_AGENTS: Final = re.compile(  # a pointer to an interface that Inkling does not offer, and what is said of it
    rb'(?:<!--(?:(?!-->).)*-->\s*)?<link rel="service-desc"[^>]*>', re.DOTALL
)


class IndexPage:
    """ASGI middleware in front of Streamlit."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and "text/html" in Headers(scope=scope).get("accept", ""):
            plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
            coding = coding_for(Headers(scope=scope).get("accept-encoding", ""))
            with read_by_asker(scope):
                links, without_scripts = _links(), _without_scripts()
            answer = _Linking(send, coding, links, without_scripts)
            await self._app({**scope, "headers": plain}, receive, answer.send)
        else:
            await self._app(scope, receive, send)


class _Linking:
    """One answer on its way: a whole HTML page is held back until it is complete and has the links."""

    def __init__(self, send: Send, coding: str | None, links: str, without_scripts: str) -> None:
        self._send, self._coding = send, coding
        self._links, self._without_scripts = links.encode(), without_scripts.encode()
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            self._start = message
        elif self._start is None or message["type"] != "http.response.body":
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        headers = MutableHeaders(scope=start)
        body = self._body
        if body:  # none to a HEAD
            before, end, after = _in_our_words(body, self._without_scripts).rpartition(_END)
            body = before + self._links + end + after if end else after
            if self._coding:
                body = _compressed(body, self._coding)
                headers["content-encoding"] = self._coding
            headers["content-length"] = str(len(body))
        headers.add_vary_header("Accept-Language")
        for name in ("etag", "last-modified", "accept-ranges"):  # of another content
            del headers[name]
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def _in_our_words(page: bytes, without_scripts: bytes) -> bytes:
    """Return Streamlit's page as Inkling's: its title, and what it says where scripts do not run."""
    page = _TITLE.sub(b"<title>Inkling</title>", page)
    page = _WITHOUT_SCRIPTS.sub(lambda _found: without_scripts, page)
    return _AGENTS.sub(b"", page)


def _without_scripts() -> str:
    told = html_text(_("Inkling needs JavaScript. Allow it for this page, then load the page again."))
    return f"<noscript><p>{told}</p></noscript>"  # not said: HTML


def _is_page(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return (
        start["status"] == 200
        and headers.get("content-type", "").startswith("text/html")
        and "content-encoding" not in headers
    )


@lru_cache(maxsize=8)
def _compressed(page: bytes, coding: str) -> bytes:
    return CODINGS[coding](page)


def _links() -> str:
    """Return what the page gets at its end, its sentences in the reader's language."""
    sheets = "".join(f'<link rel="stylesheet" href="{sheet}">' for sheet in style_sheets())  # not said: HTML
    said = f"--ink-connection-lost:{css_text(_lost())};--ink-fault:{css_text(_fault())};"  # not said: CSS
    words = html_text(json.dumps(_words()))
    own_words = (
        f'<script src="{static_file("own_words.js")}" data-words="{words}"></script>'  # not said: HTML
    )
    first_paint = f'<script src="{static_file("first_paint.js")}"></script>'  # not said: HTML
    return f"{sheets}<style>:root{{{said}}}</style>{own_words}" + first_paint


def _lost() -> str:
    return _(
        "Connection lost. Reconnecting… Nothing that was saved is lost. If this takes long, check that Inkling is "
        "still running."
    )


def _fault() -> str:
    return _("Something went wrong on this page. Load it again. If this stays so, tell whoever runs Inkling.")


def _words() -> dict[str, str]:
    most = int(allowed().upload_mb * 1e6)
    return {
        "missing": _("There is no such page; this is the first one. The others are named above."),
        "fault": _fault(),
        "too_large": _(
            "This file is too large: at most {most:size} can be uploaded. Choose a smaller one.", most=most
        ),
        "too_slow": refusals()[TOO_SLOW],
        "no_room": refusals()[MOST_OF_VISITOR],
        "no_room_for_all": refusals()[MOST_OF_ALL],
        "no_cookie": _(
            "This browser sends Inkling no cookies, and an upload needs one. In a frame on another site they come by "
            "https alone: open Inkling in a tab of its own. Elsewhere, allow cookies for this page."
        ),
        "kind": _("Files of this kind cannot be read here. Choose one of another kind."),
        "upload": _("The file did not arrive. Load the page again, then choose the file once more."),
        "camera": _(
            "Allow this page to use the camera: the browser asks, or shows a camera beside the address. A photo can be "
            "chosen as a file, too."
        ),
    }
