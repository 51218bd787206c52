"""How many come without a name is bounded, by where they come from (test_client_address.py)."""

import pytest
import streamlit as st

from pages.server import newcomers
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
