"""A page of another site that shows the app in a frame."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def site_with_frame(address: str) -> Iterator[str]:
    """Give the address of a page of another site (127.0.0.1 is another than localhost) that has the app in a frame."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f'<!doctype html><title>school</title><iframe src="{address}" width="1200" height="800"></iframe>'
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
