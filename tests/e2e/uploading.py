"""A page without a browser that uploads files, as Streamlit's own does."""

import asyncio
import http.client
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

XSRF = "_streamlit_xsrf"


@dataclass
class Visit:
    """A session of one visitor."""

    url: str
    cookies: dict[str, str]
    session: str
    files: list[str] = field(default_factory=list)

    async def upload(self, size: int, **headers: str) -> tuple[int, str]:
        """Upload one file more; return the answer's status and text. headers: beside a page's own."""
        self.files.append(secrets.token_hex(8))
        body = (
            b'--b\r\ncontent-disposition: form-data; name="file"; filename="a.zip"\r\n'
            b"content-type: application/zip\r\n\r\n" + bytes(size) + b"\r\n--b--\r\n"
        )
        asked = {
            "content-type": "multipart/form-data; boundary=b",
            "x-xsrftoken": self.cookies[XSRF],
            "cookie": cookie(self.cookies),
            **headers,
        }
        status, text, _cookies = await ask(self.url, "PUT", self._address(self.files[-1]), body, asked)
        return status, text

    async def remove(self, file: str) -> int:
        """Remove a file, as its cross does."""
        asked = {"x-xsrftoken": self.cookies[XSRF], "cookie": cookie(self.cookies)}
        return (await ask(self.url, "DELETE", self._address(file), b"", asked))[0]

    async def clear(self) -> None:
        """Remove all files, so that they do not wait until the server lets go of them."""
        for file in self.files:
            await self.remove(file)

    def _address(self, file: str) -> str:
        return f"/_stcore/upload_file/{self.session}/{file}"


def cookie(cookies: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


async def ask(
    url: str, method: str, path: str, body: bytes, headers: Mapping[str, str]
) -> tuple[int, str, dict[str, str]]:
    """Return status, text and cookies of an answer."""

    def work() -> tuple[int, str, dict[str, str]]:
        line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        try:
            line.request(method, path, body, dict(headers))
            answer = line.getresponse()
            set_ones = [value.partition(";")[0] for value in answer.headers.get_all("set-cookie") or ()]
            return (
                answer.status,
                answer.read().decode(),
                dict(pair.split("=", 1) for pair in set_ones),  # type: ignore[misc]
            )
        finally:
            line.close()

    return await asyncio.to_thread(work)


async def new_visitor(url: str) -> dict[str, str]:
    """Return the cookies of a visitor who has just come."""
    found: dict[str, str] = {}
    for path, kind in (("/", "text/html"), ("/_stcore/health", "*/*")):
        found |= (await ask(url, "GET", path, b"", {"accept": kind}))[2]
    return found


@asynccontextmanager
async def visiting(url: str, cookies: dict[str, str], path: str = "draw") -> AsyncIterator[Visit]:
    """Be on a page until the end of the block."""
    address = url.replace("http", "ws") + "/_stcore/stream"
    headers = {"Cookie": cookie(cookies)}
    async with connect(
        address,
        subprotocols=["streamlit"],  # type: ignore[list-item]
        additional_headers=headers,
        max_size=None,
        close_timeout=0.1,
    ) as socket:
        request = BackMsg()
        request.rerun_script.page_name = path
        await socket.send(request.SerializeToString())
        while True:
            data = await socket.recv()
            assert isinstance(data, bytes)
            message = ForwardMsg.FromString(data)
            if message.WhichOneof("type") == "new_session":
                yield Visit(url, cookies, message.new_session.initialize.session_id)
                return
