"""What a visitor reads of a page that failed: our words, never those of the fault, which may name a path."""

import pytest
from streamlit.testing.v1 import AppTest

from core.runs import StoreError
from pages.server.errors import say_fault


def failed(error: Exception) -> AppTest:
    """Return a page that has said the fault."""

    def page() -> None:
        import streamlit as st

        from pages.server.errors import say_fault

        assert say_fault(st.session_state.error)

    test = AppTest.from_function(page)
    test.session_state.error = error
    return test.run()


def test_a_fault_of_the_program_is_told_without_its_text() -> None:
    page = failed(OSError(2, "No such file", "/srv/secret/inkling.db"))
    (told,) = page.error
    assert "Load the page again" in told.value
    assert "secret" not in told.value
    assert "No such file" not in told.value


def test_an_error_of_ours_says_what_happened_and_what_to_do_with_names_letter_by_letter() -> None:
    (told,) = failed(StoreError("The store *inkling* cannot be read.", "Try again.")).error
    assert told.value == r"The store \*inkling\* cannot be read. Try again."


@pytest.mark.parametrize("error", [RuntimeError("x"), StoreError("a", "b")])
def test_streamlit_says_nothing_of_its_own_then(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlit.error", lambda *_args, **_options: None)
    assert say_fault(error) is True
