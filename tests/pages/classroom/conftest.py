"""The page Class without a browser: opened by a teacher, a member, or somebody who is in no class."""

from collections.abc import Callable

import pytest
from streamlit.runtime.context import ContextProxy, StreamlitHeaders
from streamlit.testing.v1 import AppTest

from core.classroom.classroom_table import Classroom
from core.classroom.members import Joined
from core.runs import Store
from pages.classroom import invitation
from pages.server import seat
from pages.server.cookies import SEAT, seat_cookie_name, signed
from pages.server.identity import NEAR_HEADER
from tests.pages.classroom.devices import joined, start

AT = "http://192.168.1.20:8501"


@pytest.fixture(autouse=True)
def in_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the computer be in one network, and each look at a seat be a new one."""
    monkeypatch.setattr(invitation, "reachable_places", lambda: [AT])
    monkeypatch.setattr(seat, "LOOKED_S", -1.0)


@pytest.fixture
def come_with(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return what says with which headers sessions begin: from nearby, with a member's seat."""

    def come(*, near: bool = False, as_member: Joined | None = None) -> None:
        headers = [(NEAR_HEADER.decode(), "1")] if near else []
        if as_member:
            headers.append(("cookie", f"{seat_cookie_name()}={signed(as_member.seat, SEAT)}"))
        monkeypatch.setattr(ContextProxy, "headers", property(lambda _self: StreamlitHeaders(headers)))

    return come


@pytest.fixture
def near(app: AppTest, come_with: Callable[..., None]) -> AppTest:
    """Return the app for somebody who may start a class, not yet run."""
    come_with(near=True)
    return app


@pytest.fixture
def classroom(store: Store) -> Classroom:
    return start(store, "7b")


@pytest.fixture
def ada(store: Store, classroom: Classroom) -> Joined:
    return joined(store, classroom)


@pytest.fixture
def hers(app: AppTest, ada: Joined, come_with: Callable[..., None]) -> AppTest:
    """Return the app in the browser in which Ada has joined, not yet run."""
    come_with(as_member=ada)
    return app
