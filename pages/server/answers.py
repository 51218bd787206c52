"""What a visitor reads where an address gives no page of the app: our own words, in the language of the browser."""

from html import escape
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.i18n.translation import _
from pages.server.plain_page import plain_page, read_by_asker
from pages.server.services import allowed

METRICS: Final = "/_stcore/metrics"


def as_page(sentence: str, status: int, headers: dict[str, str] | None = None) -> Response:
    """Return an HTML page that says one sentence."""
    return plain_page(f"<p>{escape(sentence)}</p>", status, headers)


class OwnWords:
    """ASGI middleware that says refusals and faults of the server in words, and shows its metrics to nobody unasked."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(scope, receive, send)
        if scope["path"].rstrip("/").endswith(METRICS) and not allowed().metrics:
            await answer.say(404)
            return
        try:
            await self._app(scope, receive, answer.send)
        except Exception:  # whatever it is, a visitor is told in words; it goes on to the server's log
            if not answer.is_begun:
                await answer.say(500)
            raise


class _Answer:
    """One answer on its way: one in a framework's bare text is replaced."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self.is_begun = False
        self._is_replaced = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_bare(message):
            self._is_replaced = True
            await self.say(message["status"], message)
        elif not self._is_replaced:
            self.is_begun = True
            await self._send(message)

    async def say(self, status: int, replaced: Message | None = None) -> None:
        """Answer with our sentence, and what else the replaced answer's headers say."""
        self.is_begun = True
        with read_by_asker(self._scope):
            sentence = _sentence(status)
        is_read = "text/html" in Headers(scope=self._scope).get("accept", "")
        answer = as_page(sentence, status) if is_read else PlainTextResponse(sentence, status)
        if replaced:
            kept = MutableHeaders(raw=list(replaced["headers"]))
            for name in ("content-length", "content-type", "content-encoding"):
                del kept[name]
            answer.raw_headers += kept.raw
        await answer(self._scope, self._receive, self._send)


def _is_bare(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] >= 400 and (not kind or kind.startswith("text/plain"))


def _sentence(status: int) -> str:
    if status == 404:
        return _(
            "There is nothing at this address, or no longer. Go back to Inkling and try again from there."
        )
    if status == 413:
        most = int(allowed().upload_mb * 1e6)
        return _(
            "This file is too large: at most {most:size} can be uploaded. Choose a smaller one.", most=most
        )
    if status < 500:
        return _("Inkling could not do what was asked of it. Load the page again and try once more.")
    return _(
        "Something went wrong in Inkling; its log says what. Load the page again. If this stays so, tell whoever "
        "runs it."
    )
