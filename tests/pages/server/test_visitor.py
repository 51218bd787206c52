"""Who a session is: whose cookie came with it, else somebody of its own, which is said once."""

import pytest
import streamlit as st
from sqlalchemy import delete, update
from streamlit.runtime.context import StreamlitHeaders
from streamlit.testing.v1 import AppTest

from core.runs import Store
from core.runs.lab import Lab
from core.runs.schema import LAB
from pages.server import cookies
from pages.server.cookies import FORMER_COOKIE, cookie_name, passing_name, signed
from pages.train.run_controls import TRAIN_KEY

ME = "0123456789abcdef"
NO_COOKIES = (
    "Your browser keeps no cookies here, so what you make is yours only until this tab is closed or reloaded."
)


@pytest.fixture
def brought(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the Cookie headers that come with the session."""
    cookies: list[str] = []

    headers = property(lambda _context: StreamlitHeaders([("cookie", cookie) for cookie in cookies]))
    monkeypatch.setattr(type(st.context), "headers", headers)
    return cookies


def draw() -> None:
    """Be a page that tells who looks at it."""
    import streamlit as st

    from pages.server.visitor import tell_how_long_known, visitor

    tell_how_long_known()
    st.text(visitor())


@pytest.mark.usefixtures("store")
def test_the_session_is_who_its_cookie_names_and_nothing_is_said(brought: list[str]) -> None:
    brought.append(f"a=b; {cookie_name()}={signed(ME)}")
    page = AppTest.from_function(draw).run()
    assert page.text[0].value == ME
    assert not page.toast
    assert "_live_as" not in page.session_state  # the channel's own cookie says it
    brought.clear()  # the connection was lost, and came back
    assert page.run().text[0].value == ME


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("cookie", ["", f"{FORMER_COOKIE}=abc.é", "=;=", "a" * 8000])
def test_without_a_cookie_it_is_somebody_for_itself_and_told_so_once(brought: list[str], cookie: str) -> None:
    brought.append(cookie)
    page = AppTest.from_function(draw).run()
    assert not page.exception
    name = page.text[0].value
    assert len(name) == 16
    assert [toast.value for toast in page.toast] == [NO_COOKIES]
    assert passing_name(page.session_state["_live_as"]) == name
    page.run()
    assert page.text[0].value == name
    assert not page.toast
    assert AppTest.from_function(draw).run().text[0].value != name


@pytest.mark.usefixtures("store")
def test_a_store_that_keeps_no_key_is_said(brought: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cookies, "lab_of", lambda _database: Lab("00000000", b"p" * 32, is_kept=False))
    brought.append(f"{cookie_name()}={signed(ME)}")
    page = AppTest.from_function(draw).run()
    assert page.text[0].value == ME
    assert "only until Inkling is started again" in page.toast[0].value


def test_a_damaged_key_is_said_with_its_remedy_on_every_page(app: AppTest, store: Store) -> None:
    cookie_name()
    with store.database.write() as connection:
        connection.execute(update(LAB).where(LAB.c.name == "key").values(value="ab"))
    cookies.lab.clear()
    del app.session_state["visitor"]
    app.run()
    assert not app.exception
    (said,) = (error.value for error in app.error)
    assert "signed with is damaged in the run store" in said
    assert "Put a backup of the store back" in said
    with store.database.write() as connection:
        connection.execute(delete(LAB))
    app.button(key="try_again").click().run()
    assert not app.error
    assert app.button(key=TRAIN_KEY)
