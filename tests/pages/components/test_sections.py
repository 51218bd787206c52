"""Sections as tabs: their names stay in session and address, whatever their titles are."""

from collections.abc import Callable

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.components.sections import open_section


def page() -> None:
    import streamlit as st

    from pages.components.sections import open_section

    titles = {"first": "One: *all*", "How it breaks": st.session_state.get("title", "Robustness")}
    name, place = open_section("part", titles, in_address=True)
    with place:
        st.write(f"This is {name}")


def shows(app: AppTest) -> str:
    assert not app.exception, app.exception
    return str(app.markdown[0].value)


def test_the_first_section_is_open_and_not_in_the_address() -> None:
    app = AppTest.from_function(page, default_timeout=300).run()
    assert shows(app) == "This is first"
    assert "part" not in app.query_params


def test_an_address_opens_the_section_that_it_names() -> None:
    app = AppTest.from_function(page, default_timeout=300)
    app.query_params["part"] = "How it breaks"
    assert shows(app.run()) == "This is How it breaks"
    assert app.query_params["part"] == "How it breaks"


@pytest.mark.parametrize("asked", ["Robustness", "nowhere"])
def test_an_address_without_such_a_section_opens_the_first(asked: str) -> None:
    app = AppTest.from_function(page, default_timeout=300)
    app.query_params["part"] = asked
    assert shows(app.run()) == "This is first"
    assert "part" not in app.query_params


def test_a_section_stays_open_when_its_title_is_another() -> None:
    app = AppTest.from_function(page, default_timeout=300).run()
    app.session_state["part"] = "How it breaks"
    assert shows(app.run()) == "This is How it breaks"
    app.session_state["title"] = "Robustesse"
    assert shows(app.run()) == "This is How it breaks"
    assert app.query_params["part"] == "How it breaks"


def test_a_tab_that_is_chosen_opens_its_section(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"part": "first"}
    choices: list[Callable[[], None]] = []

    def tabs(labels: list[str], *, key: str, on_change: Callable[[], None]) -> list[str]:
        assert key == "part_tabs"
        choices.append(on_change)
        return labels

    monkeypatch.setattr(st, "session_state", said)
    monkeypatch.setattr(st, "tabs", tabs)
    titles = {"first": "Mistakes", "How it breaks": "Robustness"}
    assert open_section("part", titles) == ("first", "Mistakes")
    said["part_tabs"] = "Robustness"  # as the browser says
    choices[0]()
    assert open_section("part", titles) == ("How it breaks", "Robustness")
