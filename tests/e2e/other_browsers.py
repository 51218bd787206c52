"""WebKitGTK and Firefox, driven in their own protocols: W3C WebDriver over HTTP, and Marionette."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from tests.browser import free_port
from tests.polling import until

MINI_BROWSERS = "webkit2gtk-4.*/MiniBrowser"
SIZE = (1280, 900)
ANSWER_S = 60.0


class OtherBrowser(Protocol):
    """What a test needs of a browser."""

    def open(self, url: str) -> None: ...

    def ask(self, script: str, *values: Any) -> Any:
        """Return what the body of a function gives in the page."""

    def act(self, actions: list[dict[str, Any]]) -> None:
        """Move and press the mouse: WebDriver's pointer actions."""


class WebKit:
    """A session of WebKitWebDriver."""

    def __init__(self, port: int, browser: Path) -> None:
        self._url = f"http://127.0.0.1:{port}"
        options = {"binary": str(browser), "args": ["--automation"]}
        made = self._post(
            "/session", {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        )
        self._url += f"/session/{made['sessionId']}"
        self._post("/window/rect", {"x": 0, "y": 0, "width": SIZE[0], "height": SIZE[1]})

    def _post(self, command: str, told: dict[str, Any]) -> Any:
        request = urllib.request.Request(self._url + command, json.dumps(told).encode())
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as refused:
            raise AssertionError(refused.read().decode()) from None

    def open(self, url: str) -> None:
        self._post("/url", {"url": url})

    def ask(self, script: str, *values: Any) -> Any:
        return self._post("/execute/sync", {"script": script, "args": list(values)})

    def act(self, actions: list[dict[str, Any]]) -> None:
        self._post("/actions", {"actions": actions})


class Firefox:
    """A session of Marionette: messages [0, number, command, values], each with its length before it."""

    def __init__(self, port: int) -> None:
        self._number = 0
        self._socket = until(lambda: connection(port), "Firefox to listen")
        self._hear()  # who it is
        self._say("WebDriver:NewSession", {})

    def _hear(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self._socket.recv(1)
        told, size = b"", int(length[:-1])
        while len(told) < size:
            told += self._socket.recv(size - len(told))
        return json.loads(told)

    def _say(self, command: str, told: dict[str, Any]) -> Any:
        self._number += 1
        message = json.dumps([0, self._number, command, told]).encode()
        self._socket.sendall(f"{len(message)}:".encode() + message)
        _kind, _number, error, value = self._hear()
        assert error is None, error
        return value

    def open(self, url: str) -> None:
        self._say("WebDriver:Navigate", {"url": url})

    def ask(self, script: str, *values: Any) -> Any:
        return self._say("WebDriver:ExecuteScript", {"script": script, "args": list(values)})["value"]

    def act(self, actions: list[dict[str, Any]]) -> None:
        self._say("WebDriver:PerformActions", {"actions": actions})


def connection(port: int) -> socket.socket | None:
    with contextlib.suppress(OSError):
        made = socket.create_connection(("127.0.0.1", port), ANSWER_S)
        made.settimeout(ANSWER_S)
        return made
    return None


def missing(name: str) -> str:
    """Return what has to be installed for the browser with this name, "" if nothing."""
    if name == "firefox":
        return "" if shutil.which("firefox-esr") else "Debian's firefox-esr"
    have = shutil.which("WebKitWebDriver") and shutil.which("Xvfb") and mini_browser()
    return "" if have else "Debian's webkit2gtk-driver and xvfb"


def mini_browser() -> Path | None:
    return next(iter(sorted(Path("/usr/lib").glob(f"*/{MINI_BROWSERS}"))), None)


@contextlib.contextmanager
def ended(*command: str, **variables: str) -> Iterator[subprocess.Popen]:
    """Run a program, and end it afterwards with all that it started."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env=os.environ | variables, start_new_session=True, **quiet)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 15)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait(10)


@contextlib.contextmanager
def firefox(folder: Path) -> Iterator[OtherBrowser]:
    """Start Firefox with a profile of its own in `folder`."""
    port = free_port()
    settings = {"marionette.port": port, "datareporting.policy.dataSubmissionEnabled": False}
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in settings.items()]
    (folder / "user.js").write_text("".join(lines))
    size = (f"--width={SIZE[0]}", f"--height={SIZE[1]}")
    with ended("firefox-esr", "--headless", "--marionette", "--no-remote", *size, "--profile", str(folder)):
        yield Firefox(port)


@contextlib.contextmanager
def webkit(folder: Path) -> Iterator[OtherBrowser]:
    """Start WebKitGTK's MiniBrowser on a screen of its own."""
    port, browser = free_port(), mini_browser()
    assert browser is not None
    home = {name: str(folder) for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    told, said = os.pipe()
    with contextlib.ExitStack() as stack:
        screen = subprocess.Popen(
            ["Xvfb", "-displayfd", str(said), "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-nolisten", "tcp"],
            pass_fds=[said], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        stack.callback(screen.wait, 10)
        stack.callback(screen.terminate)
        os.close(said)
        display = ":" + os.fdopen(told).readline().strip()
        stack.enter_context(ended("WebKitWebDriver", f"--port={port}", DISPLAY=display, **home))
        until(lambda: connection(port), "WebKitWebDriver to listen")
        yield WebKit(port, browser)


BROWSERS = {"firefox": firefox, "webkit": webkit}
