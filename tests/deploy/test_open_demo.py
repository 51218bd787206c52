"""The demo screen is opened in a browser once the app answers, and not before."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from deploy import open_demo
from tests.browser import free_port


def test_it_waits_for_the_app_and_opens_the_demo(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked, opened, port = [], [], free_port()

    class AppInTheMaking(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(503 if len(asked) < 3 else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.setattr(open_demo.webbrowser, "open", lambda address: opened.append(address) or True)
    monkeypatch.setattr(open_demo, "LOOK_S", 0.01)
    server = ThreadingHTTPServer(("127.0.0.1", port), AppInTheMaking)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        assert open_demo.open_demo(port)
    finally:
        server.shutdown()
        server.server_close()
    assert asked == ["/demo"] * 3
    assert opened == [f"http://localhost:{port}/demo"]
    assert opened[0] in capsys.readouterr().out


def test_where_no_app_comes_nothing_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_demo.webbrowser, "open", lambda address: pytest.fail(address))
    assert not open_demo.open_demo(free_port(), waits_s=0.5)
