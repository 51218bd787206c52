"""How many come without a name is bounded, by where they really come from."""

import pytest
import streamlit as st

from pages.server import client_address, newcomers
from pages.server.cookies import cookie_name, signed
from pages.server.identity import Identity
from tests.pages.server.door import ME, door, visit

__all__ = ["door"]

pytestmark = pytest.mark.usefixtures("store")


def test_newcomers_are_bounded_by_address_and_minute_and_who_is_known_is_let_in(
    door: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKLING_NEW_VISITORS", "3")
    st.cache_resource.clear()
    monkeypatch.setattr(newcomers.time, "monotonic", lambda: 600.0)
    for _ in range(3):
        assert visit(door).status == 200
    refused = visit(door)
    assert refused.status == 429
    assert refused.headers["retry-after"] == "60"
    assert "Please come again in a minute." in refused.body.decode()
    assert "set-cookie" not in refused.headers
    assert (
        visit(door, path="/_stcore/stream", kind="websocket").status == 1013
    )  # a session is an identity, too
    cookie = f"{cookie_name()}={signed(ME)}"
    assert visit(door, cookie).status == 200
    assert visit(door, cookie, path="/_stcore/stream", kind="websocket").status == 101
    assert visit(door, path="/live", kind="websocket").status == 101
    assert visit(door, path="/static/a.html").status == 200
    assert visit(door, client=("192.0.2.8", 1)).status == 200
    monkeypatch.setattr(newcomers.time, "monotonic", lambda: 660.0)
    assert visit(door).status == 200


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
        ("10.0.0.5", "x" * 90, "10.0.0.5", "x" * 40),
    ],
)
def test_the_address_is_the_connections_unless_a_named_proxy_says_another(
    monkeypatch: pytest.MonkeyPatch, client: str, told: str, proxies: str, address: str
) -> None:
    monkeypatch.setenv("INKLING_PROXIES", proxies)
    st.cache_resource.clear()
    headers = [(b"x-forwarded-for", told.encode())] if told else []
    assert client_address.address_of({"type": "http", "client": (client, 1), "headers": headers}) == address


def test_a_proxy_that_is_none_is_said_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    assert client_address._networks("proxy.school, 10.0.0.1") == client_address._networks("10.0.0.1")
    assert "INKLING_PROXIES names proxy.school" in caplog.text
