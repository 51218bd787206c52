"""Where a request comes from, as far as can be told: its network address, and whether that is nearby."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
import streamlit as st
from starlette.types import Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from pages.server import client_address
from pages.server.client_address import PASSED_ON, address_of, is_near
from pages.server.cookies import cookie_name, signed
from pages.server.identity import NEAR_HEADER, VISITOR_HEADER, Identity
from tests.pages.server.door import ME, SITE, visit


def coming(client: str, **headers: str) -> Scope:
    """Return a request's scope; headers: with _ for -."""
    said = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "client": (client, 1), "headers": said}


def name_proxies(monkeypatch: pytest.MonkeyPatch, proxies: str) -> None:
    monkeypatch.setenv("INKLING_PROXIES", proxies)
    st.cache_resource.clear()


@pytest.mark.parametrize(
    ("client", "told", "proxies", "address"),
    [
        ("192.0.2.7", "", "", "192.0.2.7"),
        ("192.0.2.7", "203.0.113.9", "", "192.0.2.7"),  # anybody may say so
        ("203.0.113.9", "203.0.113.9", "", client_address.TOLD),  # uvicorn took 127.0.0.1's word
        ("203.0.113.9", "198.51.100.1, 203.0.113.9", "", client_address.TOLD),
        ("203.0.113.9", "198.51.100.1, 203.0.113.9", "127.0.0.1", "203.0.113.9"),
        ("10.0.0.5", "203.0.113.9", "10.0.0.5", "203.0.113.9"),
        (
            "10.0.0.5",
            "198.51.100.1, 203.0.113.9",
            "10.0.0.0/8",
            "203.0.113.9",
        ),  # the last is what the proxy saw
        ("10.0.0.5", "198.51.100.1, 10.0.0.6", "10.0.0.0/8 127.0.0.1", "198.51.100.1"),
        ("10.0.0.5", "", "10.0.0.0/8", "10.0.0.5"),
        ("10.0.0.5", " , ", "10.0.0.0/8", "10.0.0.5"),
        ("2001:db8:1:2:3:4:5:6", "", "", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "", "", "192.0.2.7"),  # of a server that listens on both: not all as one
        ("fe80::1%eth0", "", "", "fe80::/64"),
        ("10.0.0.5", "x" * 90, "10.0.0.5", "x" * 40),
    ],
)
def test_the_address_is_the_connections_unless_a_named_proxy_says_another(
    monkeypatch: pytest.MonkeyPatch, client: str, told: str, proxies: str, address: str
) -> None:
    name_proxies(monkeypatch, proxies)
    assert address_of(coming(client, **({"x_forwarded_for": told} if told else {}))) == address


def test_a_proxy_that_is_none_is_said_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    assert client_address._networks("proxy.school, 10.0.0.1") == client_address._networks("10.0.0.1")
    assert "INKLING_PROXIES names proxy.school" in caplog.text


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("10.1.2.3", True),
        ("172.16.0.9", True),
        ("172.31.255.255", True),
        ("172.32.0.1", False),
        ("192.168.1.20", True),
        ("192.169.1.20", False),
        ("169.254.3.4", True),
        ("100.64.0.1", False),  # a mobile provider's
        ("8.8.8.8", False),
        ("203.0.113.9", False),
        ("fd12:3456::1", True),
        ("fe80::1", True),
        ("fe80::1%wlan0", True),
        ("2001:4860:4860::8888", False),
        ("::ffff:192.168.1.20", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:8.8.8.8", False),
        ("", False),
        ("testclient", False),
    ],
)
def test_near_are_this_computer_and_private_networks(
    monkeypatch: pytest.MonkeyPatch, client: str, expected: bool
) -> None:
    name_proxies(monkeypatch, "")
    assert is_near(coming(client)) is expected
    assert not is_near(
        {"type": "http", "client": None, "headers": []}
    )  # a socket's file: a proxy stands before


@pytest.mark.parametrize("name", PASSED_ON)
@pytest.mark.parametrize("proxy", ["127.0.0.1", "192.168.1.1", "::1"])
def test_whom_a_proxy_lets_in_that_no_setting_names_is_a_stranger(
    monkeypatch: pytest.MonkeyPatch, name: str, proxy: str
) -> None:
    for named in ("", "10.0.0.9"):
        name_proxies(monkeypatch, named)
        for value in ("192.168.1.20", "127.0.0.1", ""):
            assert not is_near({**coming(proxy), "headers": [(name.encode(), value.encode())]})


@pytest.mark.parametrize(
    ("client", "told", "proxies", "expected"),
    [
        ("10.0.0.5", "192.168.1.20", "10.0.0.5", True),
        ("10.0.0.5", "203.0.113.9", "10.0.0.5", False),
        (
            "10.0.0.5",
            "192.168.1.20, 203.0.113.9",
            "10.0.0.5",
            False,
        ),  # its own word before what the proxy saw
        ("10.0.0.5", "203.0.113.9, 192.168.1.20", "10.0.0.5", True),
        ("10.0.0.5", "203.0.113.9, 10.0.0.6", "10.0.0.0/8", False),  # two proxies in a row
        ("10.0.0.5", "somewhere", "10.0.0.5", False),
        ("10.0.0.5", "", "10.0.0.5", False),  # passed on by a proxy that does not say for whom
        ("203.0.113.9", "203.0.113.9", "127.0.0.1", False),  # as Uvicorn puts it
        ("192.168.1.20", "192.168.1.20", "127.0.0.1", True),
        ("192.168.1.20", "192.168.1.20", "", False),
        ("203.0.113.9", "192.168.1.20", "127.0.0.1", False),  # past the proxy
    ],
)
def test_a_named_proxy_says_who_is_near(
    monkeypatch: pytest.MonkeyPatch, client: str, told: str, proxies: str, expected: bool
) -> None:
    name_proxies(monkeypatch, proxies)
    assert is_near(coming(client, x_forwarded_for=told, via="1.1 proxy")) is expected


@pytest.mark.parametrize(
    ("client", "told", "proxies", "expected"),
    [
        ("127.0.0.1", "203.0.113.9", "", False),
        ("127.0.0.1", "192.168.1.20", "", False),  # anybody may have written it
        ("127.0.0.1", "192.168.1.20", "127.0.0.1", True),
        ("127.0.0.1", "203.0.113.9", "127.0.0.1", False),
        ("127.0.0.1", "192.168.1.20, 203.0.113.9", "127.0.0.1", False),
        ("192.168.1.20", "127.0.0.1", "127.0.0.1", False),  # Uvicorn takes only 127.0.0.1's word
        ("127.0.0.1", "", "", False),
    ],
)
def test_what_uvicorn_takes_of_a_header_makes_nobody_near(
    monkeypatch: pytest.MonkeyPatch, client: str, told: str, proxies: str, expected: bool
) -> None:
    name_proxies(monkeypatch, proxies)
    seen: list[bool] = []

    async def inside(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(is_near(scope))

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(_message: Message) -> None:
        raise AssertionError

    scope = {**coming(client, x_forwarded_for=told), "scheme": "http"}
    door = ProxyHeadersMiddleware(inside, trusted_hosts="127.0.0.1")
    with ThreadPoolExecutor(1) as apart:  # a browser's tests may leave a loop running in this thread
        apart.submit(asyncio.run, door(scope, receive, send)).result()
    assert seen == [expected]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("path", ["/_stcore/stream", "/live", "/"])
@pytest.mark.parametrize("name", [NEAR_HEADER, VISITOR_HEADER])
def test_who_says_by_a_header_that_they_are_near_or_somebody_gains_nothing(path: str, name: bytes) -> None:
    seen: list[list[bytes]] = []

    async def inside(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append([value for key, value in scope["headers"] if key == name])
        await SITE(scope, receive, send)

    kind = "http" if path == "/" else "websocket"
    cookie = f"{cookie_name()}={signed(ME)}"
    for client in ("203.0.113.9", "192.168.1.20"):
        for written in (name.decode(), name.decode().upper()):
            said = [(written, b"f" * 16), (written, b"1")]
            visit(Identity(inside), cookie, path=path, kind=kind, headers=said, client=(client, 1))
    near, visitor = [[], [], [b"1"], [b"1"]], [[ME.encode()]] * 4
    assert seen == (near if name == NEAR_HEADER else visitor)
