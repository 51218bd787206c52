"""What every answer carries: what a page may load and run, who may frame it, and what it tells other sites."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import file_util
from streamlit.web.server.starlette.starlette_routes import XSRF_COOKIE_NAME

from pages.server.base_path import prefix_of
from pages.server.client_address import is_https

# Colours and widths come as style attributes, from Streamlit's scripts and from plotly's. Scripts come from this server
# alone, but for the components' (Streamlit makes a blob: of each); a photo's data: address is read by a fetch.
_PAGE: Final = (
    "default-src 'self'; script-src 'self' blob: {hashes}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; connect-src 'self' data:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'"
)  # not said: a header
# What people made and take away. A report opened from its address is shown, in no origin, and runs nothing.
_MEDIA: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"  # not said: a header
# What a page is made of, should it be opened by itself; short, since it comes with every answer.
_PART: Final = "default-src 'none'"  # not said: a header
_ALL: Final = {"x-content-type-options": "nosniff", "referrer-policy": "same-origin"}
_KEPT_NOWHERE: Final = {"cache-control": "no-store"}  # what is taken away is its reader's alone
_PAGES: Final = {"permissions-policy": "camera=(self), microphone=(), geolocation=()"}
_INLINE_SCRIPT: Final = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


def inline_hashes(page: bytes) -> list[str]:
    """Return, for a policy, the hash of each script that stands in an HTML page itself."""
    scripts = _INLINE_SCRIPT.findall(page.replace(b"\r\n", b"\n"))  # as a browser reads it
    return [f"'sha256-{b64encode(hashlib.sha256(script).digest()).decode()}'" for script in scripts]


class SecurityHeaders:
    """ASGI middleware around all others; base_path: of the app; frames: the sites that may show it in a frame."""

    def __init__(self, app: ASGIApp, base_path: str = "", frames: Sequence[str] = ()) -> None:
        prefix = prefix_of(base_path)
        page = (Path(file_util.get_static_dir()) / "index.html").read_bytes()
        policy = _PAGE.format(hashes=" ".join(inline_hashes(page)))
        ancestors = "; frame-ancestors " + " ".join(("'self'", *frames))  # not said: a header
        self._app, self._has_frames = app, bool(frames)
        self._media = f"{prefix}/media/"
        self._policies = {"page": policy + ancestors, "media": _MEDIA + ancestors, "part": _PART + ancestors}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_media = scope["path"].startswith(self._media)
        is_framed = self._has_frames and is_https(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_page = headers.get("content-type", "").startswith("text/html")
                kind = "media" if is_media else "page" if is_page else "part"
                more = _KEPT_NOWHERE if is_media else _PAGES if is_page else {}
                headers.update({**_ALL, **more, "content-security-policy": self._policies[kind]})
                if is_framed:
                    message["headers"] = [_in_frames(*header) for header in headers.raw]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _in_frames(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Return a header; Streamlit's cookie, which must come with an upload, so that it comes on another site, too."""
    if name.lower() == b"set-cookie" and value.startswith(XSRF_COOKIE_NAME.encode()):
        value = value.replace(b"SameSite=Lax", b"SameSite=None; Secure; Partitioned")
    return name, value
