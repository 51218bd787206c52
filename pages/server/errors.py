"""What a page says when the store, a setting or the page itself fails: a sentence, and one thing to do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Final, ParamSpec

import streamlit as st

from core.classroom.errors import ClassroomError
from core.config.app_settings import SettingsError
from core.config.dataset_fit import IN_BIN, NOT_SHARED
from core.config.field_errors import FieldError
from core.config.setting_labels import label_of
from core.datasets import DatasetError, PrivateDataset
from core.errors import InklingError
from core.i18n.literal_text import markdown_text
from core.i18n.translation import _
from core.runs import StoreError
from pages.components.navigation import page
from pages.server.reader import find_viewer
from pages.server.script_turns import in_turn
from pages.server.seat import is_somebody_else

P = ParamSpec("P")
DONE: Final = "done"  # in the session: what was done, to be said once
NOTICE: Final = "notice"  # what has changed without anybody here having done it
TROUBLE: Final = "trouble"  # and what went wrong
MESSAGES: Final = {DONE, NOTICE, TROUBLE}


@contextmanager
def show_errors() -> Iterator[None]:
    """Say what went wrong with the store or the settings in place of what could not be drawn, and offer to try again.

    What a page can go on after it catches itself; this is for what leaves it nothing to show.
    """
    try:
        yield
    except SettingsError as error:
        for sentence in error.errors:
            st.error(markdown_text(sentence), icon=":material/settings_alert:")
        st.caption(
            _("Inkling reads its settings only when it starts. Correct this one, then start Inkling again.")
        )
    except StoreError as error:
        st.error(markdown_text(f"{error}"), icon=":material/database_off:")
        st.button(_("Try again"), type="primary", key="try_again")


@contextmanager
def trouble_told(key: str = TROUBLE) -> Iterator[None]:
    """Do what was pressed, up to where a class, a dataset or the store refuses it: why is said at the page's head.

    key: of the session, where a part of the page says it itself.
    """
    try:
        yield
    except (ClassroomError, DatasetError, StoreError) as error:
        st.session_state[key] = str(error)


def fragment(draw: Callable[P, None]) -> Callable[P, None]:
    """Return `draw` as a part of the page that is drawn anew by itself.

    Streamlit keeps what goes wrong in one from the page around it: so a store or dataset that fails it is told here.
    """

    @in_turn
    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            if is_somebody_else() or st.session_state.keys() & MESSAGES:
                st.rerun()  # the whole page asks who is there, and says what came of what was pressed here
            draw(*args, **kwargs)
        except PrivateDataset as error:  # it was shared when the page around it was drawn
            say_private(error)
            st.page_link(page("train"), label=_("Train on another dataset"), icon=":material/play_arrow:")
        except (DatasetError, StoreError) as error:
            st.error(markdown_text(f"{error}"), icon=":material/database_off:")

    return st.fragment(drawn)


def say_private(error: PrivateDataset) -> None:
    """Say that images are somebody else's own: nothing is wrong, so not as an error."""
    st.info(markdown_text(str(error)), icon=":material/lock:")


def show_messages() -> None:
    """Say, once, what the address asked for in vain, what was done and what went wrong.

    In a container that is always there: what stands below keeps its place when it goes, and is not made anew. It stays
    in sight while the page is scrolled, since what was pressed may be far below.
    """
    with st.container(key="messages"):
        refused: list[FieldError] = st.session_state.pop("address_errors", [])
        for error in refused:
            if error.allowed == NOT_SHARED:
                told = _(
                    "This link names a dataset that is not shared with you, or not any more. "
                    "Ask whoever gave you the link."
                )
                st.warning(markdown_text(told))
                continue
            problem = markdown_text(error.said(label_of(error.field)))
            if error.allowed == IN_BIN:
                st.warning(problem)
                continue
            told = _("Invalid setting in the link, not applied.")
            st.warning(f"{markdown_text(told)} {problem}")
        missing = st.session_state.pop("address_problem", None)
        if missing:
            st.warning(markdown_text(missing))
        done = st.session_state.pop(DONE, None)
        if done:
            st.success(markdown_text(done))
        notice = st.session_state.pop(NOTICE, None)
        if notice:
            st.info(markdown_text(notice))
        trouble = st.session_state.pop(TROUBLE, None)
        if trouble:
            st.error(markdown_text(trouble))


def say_fault(error: Exception) -> bool:
    """Say what a page, a part of it or a callback raised: an error of ours in its words, any other without its text.

    Returns: True, so that Streamlit, which has it in the log, says nothing of its own.
    """
    find_viewer()
    if isinstance(error, InklingError):
        st.error(markdown_text(f"{error}"), icon=":material/error:")
    else:
        st.error(
            _(
                "Something went wrong on this page; Inkling's log says what. Load the page again. If this stays so, "
                "tell whoever runs it."
            ),
            icon=":material/error:",
        )
    return True
