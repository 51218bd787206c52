"""Twenty hostile uploads at once while others watch: `python -m benchmarks.hostile_uploads [--viewers 30]`.

Twenty visitors open Draw and give it files that were made to take memory or time, as pictures and as ZIPs for a dataset
of one's own. Prints the viewers' delays before, during and after, the memory of the app's processes, and what the
pages said. Linux only.
"""

import argparse
import asyncio
import io
import itertools
import time
import urllib.request
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection

import numpy as np
from PIL import Image
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileUploaderState, FileURLs, UploadedFileInfo
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection

from benchmarks.app_process import running_app
from benchmarks.page_client import AppAddress, Session
from benchmarks.under_attack import attacked, cookie

AT_ONCE = 20
PATIENCE_S = 240.0  # for a page: a ZIP may take a minute, and others' pictures come before
LOOK_S = 3.0  # a browser has the fragment around the import drawn anew; here it is the whole page
PICTURE, ZIP = "Choose a picture", "ZIP with one folder for each class"


def png(width: int, height: int, depth: int, kind: int = 0) -> bytes:
    """Return a PNG of zeros, compressed row by row: its maker needs no memory for it."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([depth, kind, 0, 0, 0])
    packer, row = zlib.compressobj(9), bytes(1 + (width * depth + 7) // 8)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def written(picture: Image.Image, kind: str, **how: object) -> bytes:
    """Return the picture as a file."""
    buffer = io.BytesIO()
    picture.save(buffer, kind, **how)
    return buffer.getvalue()


def crowd(count: int, picture: bytes) -> bytes:
    """Return a ZIP of so many times this picture, in two classes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(count):
            archive.writestr(f"{number % 2}/{number}.png", picture)
    return buffer.getvalue()


def files() -> list[tuple[str, str, bytes]]:
    """Return (uploader, name, content) of every kind."""
    noise = np.random.default_rng(0)
    photo = written(Image.fromarray(noise.integers(0, 256, (600, 600, 3), np.uint8)), "JPEG")
    return [
        (PICTURE, "16-bit.png", png(8000, 8000, 16)),
        (PICTURE, "float.tiff", written(Image.new("F", (8000, 8000)), "TIFF", compression="tiff_deflate")),
        (PICTURE, "thin.png", png(64_000_000, 1, 8)),
        (PICTURE, "noise.png", noise.bytes(19_900_000)),
        (PICTURE, "cut.jpg", photo[: len(photo) // 2]),
        (PICTURE, "cut.png", png(3000, 3000, 8)[:-400]),
        (PICTURE, "large.png", png(4000, 4000, 8)),  # one that is decoded
        (ZIP, "bilevel.zip", crowd(20_000, png(7000, 7000, 1))),
        (ZIP, "many.zip", crowd(400, png(3000, 3000, 8))),  # of which each is decoded
        (ZIP, "cut.zip", crowd(20, photo)[:-300]),
    ]


@dataclass
class Uploader(Session):
    """A client that gives the page's uploaders files, and keeps what the page says then."""

    said: list[str] = field(default_factory=list)

    def _note(self, element: Element) -> None:
        super()._note(element)
        if element.WhichOneof("type") == "alert":
            self.said.append(element.alert.body)

    async def upload(
        self, app: AppAddress, socket: ClientConnection, label: str, name: str, content: bytes
    ) -> None:
        """Give an uploader a file, as a browser does, and have the page drawn with it."""
        request = BackMsg()
        request.file_urls_request.request_id = name
        request.file_urls_request.file_names.append(name)
        await socket.send(request.SerializeToString())
        place = await self._place(socket)
        await asyncio.to_thread(_put, f"{app.url}{place.upload_url}", name, content, self.headers)
        info = UploadedFileInfo(file_id=place.file_id, file_urls=place, name=name, size=len(content))
        self.said.clear()
        state = FileUploaderState(uploaded_file_info=[info])
        await self.draw(socket, WidgetState(id=self.widgets[label], file_uploader_state_value=state))

    async def _place(self, socket: ClientConnection) -> FileURLs:
        while True:
            data = await asyncio.wait_for(socket.recv(), PATIENCE_S)
            assert isinstance(data, bytes)
            message = ForwardMsg.FromString(data)
            if message.WhichOneof("type") == "file_urls_response":
                return message.file_urls_response.file_urls[0]


def _put(url: str, name: str, content: bytes, headers: dict[str, str]) -> None:
    edge = "inkling-upload"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + f"\r\n--{edge}--\r\n".encode()
    kind = {"content-type": f"multipart/form-data; boundary={edge}"}
    with urllib.request.urlopen(
        urllib.request.Request(url, body, headers | kind, method="PUT"), timeout=PATIENCE_S
    ) as answer:
        assert answer.status in (200, 204), answer.status


def attack(kinds: list[tuple[str, str, bytes]], app: AppAddress, pipe: Connection) -> None:
    """Have twenty visitors open Draw and give it the files at once, as `under_attack.attacked` says."""
    pipe.recv()
    pipe.send(asyncio.run(_upload_all(kinds, app, pipe)))


async def _upload_all(kinds: list[tuple[str, str, bytes]], app: AppAddress, pipe: Connection) -> list[str]:
    begin = asyncio.Event()
    uploading: list[asyncio.Task[str]] = []
    async with asyncio.TaskGroup() as tasks:
        for label, name, content in itertools.islice(itertools.cycle(kinds), AT_ONCE):
            opened = asyncio.Event()
            uploading.append(tasks.create_task(_upload(app, label, name, content, opened, begin)))
            await opened.wait()
        pipe.send("opened")
        await asyncio.to_thread(pipe.recv)
        begin.set()
    return [task.result() for task in uploading]


async def _upload(
    app: AppAddress, label: str, name: str, content: bytes, opened: asyncio.Event, begin: asyncio.Event
) -> str:
    client = Uploader(
        "softmax-mnist", headers=await asyncio.to_thread(_known, app), page="draw", patience_s=PATIENCE_S
    )
    async with client.connected(app) as socket:
        await client.draw(socket)
        if label == PICTURE:
            await client.pick(socket, "Where the image comes from", "Photo or scan")
        else:
            await client.pick(socket, "Where the image comes from", "Test image")
            await client.pick(socket, "Behind the answer", "Train on your drawings")
        opened.set()
        await begin.wait()
        began = time.perf_counter()
        await client.upload(app, socket, label, name, content)
        if label == ZIP:
            await client.press(socket, "Import")
            async with asyncio.timeout(PATIENCE_S):
                while not client.said:  # it goes on beside the page
                    await asyncio.sleep(LOOK_S)
                    await client.draw(socket)
    took = time.perf_counter() - began
    told = " ".join(client.said) or "no refusal"
    return f"{name}, {len(content) / 1e6:.2f} MB, {took:.1f} s: {told}"


def _known(app: AppAddress) -> dict[str, str]:
    """Return a new visitor's headers, with what Streamlit asks of who uploads."""
    mine = cookie(app)
    request = urllib.request.Request(f"{app.url}/_stcore/health", headers={"cookie": mine})
    with urllib.request.urlopen(request, timeout=30) as answer:
        token = str(answer.headers["set-cookie"] or "").partition(";")[0]
    return {"cookie": f"{mine}; {token}", "x-xsrftoken": token.partition("=")[2]}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--viewers", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    with running_app() as app:
        asyncio.run(attacked(app, options.viewers, options.seconds, partial(attack, files())))


if __name__ == "__main__":
    main()
