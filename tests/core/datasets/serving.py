"""A real HTTP server on 127.0.0.1 that serves bytes from memory and can misbehave on purpose."""

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class FileServer:
    """Serves `files` (path -> bytes) at `address`, with HTTP Range.

    `status` answers every request with that code; `break_after` closes the connection after so many bytes;
    `ranges` False ignores Range as plain servers do; `silent` takes requests and never answers.
    `requests` lists (path, Range header or "").
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.status = 200
        self.break_after: int | None = None
        self.ranges = True
        self.silent = False
        self.requests: list[tuple[str, str]] = []
        self._closing = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._http.server_port}/"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server._answer(self)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing on the terminal."""

        return Handler

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        wanted = request.headers.get("Range", "")
        self.requests.append((request.path, wanted))
        if self.silent:
            self._closing.wait()
            return
        content = self.files.get(request.path)
        if self.status != 200 or content is None:
            request.send_error(self.status if self.status != 200 else 404)
            return
        start = 0
        if self.ranges and (match := re.fullmatch(r"bytes=(\d+)-", wanted)):
            start = int(match[1])
            if start >= len(content):
                request.send_error(416)
                return
        request.send_response(206 if start else 200)
        if start:
            request.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        request.send_header("Content-Length", str(len(content) - start))
        request.end_headers()
        request.wfile.write(content[start:][: self.break_after])
