"""A class that is led on the page Class."""

import re

from streamlit.testing.v1 import AppTest

from core.classroom.classroom_table import Classroom
from core.classroom.classrooms import Classrooms
from core.runs import Store
from pages.server.visitor import renew_roles
from tests.pages.finished_runs import shown

KEY = re.compile(r"(?:[2-9A-HJKMNP-Z]{4}-){3}[2-9A-HJKMNP-Z]{4}")


def only(store: Store) -> Classroom:
    (classroom,) = Classrooms(store).mine()
    return classroom


def started(app: AppTest, store: Store, title: str = "7b") -> Classroom:
    """Return the class that is started on the page."""
    shown(app, "classroom")
    app.text_input(key="class_title").set_value(title)
    press(app, "Start the class")
    assert not app.exception
    renew_roles()
    return only(store)


def open_tab(app: AppTest, section: str) -> AppTest:
    """Open "join", "board" or "settings" on the page."""
    app.session_state["class_section"] = section
    return app.run()


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()


def keys_shown(app: AppTest) -> list[str]:
    return [code.value for code in app.code if KEY.fullmatch(code.value)]
