"""Class for who is in none, and for its teacher: started, joined, changed."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.access.rules import Actor, Role
from core.classroom.classrooms import Classrooms
from core.classroom.nicknames import LIST, OWN
from core.classroom.teachers import Teachers
from core.live.class_news import class_mark
from core.runs import Store
from core.runs.operators import make_operator
from tests.pages.classroom.conftest import AT
from tests.pages.classroom.devices import end_yesterday, start
from tests.pages.classroom.leading import keys_shown, only, open_tab, press, started
from tests.pages.conftest import ME
from tests.pages.finished_runs import shown, words


def test_who_is_in_no_class_can_join_one_or_enter_a_key(app: AppTest) -> None:
    said = shown(app, "classroom")
    assert [title.value for title in app.title] == ["Class"]
    assert '<a class="ink-button" href="/join" target="_self">Join with a code</a>' in said
    assert app.text_input(key="teacher_key")


@pytest.mark.parametrize(
    ("classes", "is_near", "is_operator", "expected"),
    [
        ("local", True, False, True),
        ("local", False, False, False),
        ("local", False, True, True),
        ("operator", True, False, False),
        ("operator", False, True, True),
        ("everyone", False, False, True),
    ],
)
def test_who_may_start_no_class_is_told_who_may(
    app: AppTest,
    store: Store,
    come_with: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    classes: str,
    is_near: bool,
    is_operator: bool,
    expected: bool,
) -> None:
    monkeypatch.setenv("INKLING_CLASSES", classes)
    st.cache_resource.clear()
    if is_operator:
        make_operator(store.database, ME)
    come_with(near=is_near)
    said = shown(app, "classroom")
    assert ("Start the class" in [button.label for button in app.button]) is expected
    assert ("a class is started by an operator" in said) is not expected


def test_who_may_start_none_does_not_by_a_form_that_is_open(
    near: AppTest, store: Store, come_with: Callable[..., None]
) -> None:
    shown(near, "classroom")
    near.text_input(key="class_title").set_value("7b")
    come_with()
    press(near, "Start the class")
    assert not near.exception
    assert Classrooms(store).mine() == []
    assert near.error


def test_a_class_is_started_and_its_key_shown_until_it_is_written_down(near: AppTest, store: Store) -> None:
    classroom = started(near, store, "7 *b*")
    assert (classroom.title, classroom.last_day, classroom.nicknames) == ("7 *b*", date.today(), OWN)
    assert [title.value for title in near.title] == [r"7 \*b\*"]
    (key,) = keys_shown(near)
    near.run()
    assert keys_shown(near) == [key]
    near.button(key="key_noted").click().run()
    assert keys_shown(near) == []
    near.run()
    assert keys_shown(near) == []
    assert key not in repr(near.session_state.to_dict())
    said = words(near)
    assert f'<p class="ink-poster-code">{classroom.code}</p>' in said
    assert "<p class='ink-poster-link'>192.168.1.20:8501/join</p>" in said
    assert f'alt="QR code of {AT}/join/{classroom.code}"' in said
    assert f'href="/class-sheet/{classroom.id}?at=http%3A//192.168.1.20%3A8501"' in said
    assert f'href="{AT}/room-check"' in said
    assert "Nobody has joined yet" in said
    assert Teachers(store.acting_as(Actor(Role.VISITOR, "x" * 16))).enter(key.lower()).id == classroom.id


def test_a_title_that_cannot_be_taken_is_said_and_stays(near: AppTest, store: Store) -> None:
    shown(near, "classroom")
    near.text_input(key="class_title").set_value("  ")
    press(near, "Start the class")
    assert "The class has no title." in words(near)
    assert Classrooms(store).mine() == []


def test_a_key_leads_the_class_in_another_browser(app: AppTest, store: Store) -> None:
    other = start(store, "8c")
    key = Teachers(store).add(other.id, "Second")
    shown(app, "classroom")
    app.text_input(key="teacher_key").set_value("ABCD-EFGH-JKMN-PQRS")
    press(app, "Lead the class here")
    assert "No class has the teacher's key “ABCD" in words(app)
    assert app.text_input(key="teacher_key").value == "ABCD-EFGH-JKMN-PQRS"
    app.text_input(key="teacher_key").set_value(key)
    press(app, "Lead the class here")
    assert "8c" in [title.value for title in app.title]
    assert "This browser leads the class “8c” now." in [element.value for element in app.success]
    assert key not in repr(app.session_state.to_dict()), "what was typed is gone with its field"


def test_settings_are_changed_and_refusals_named(near: AppTest, store: Store) -> None:
    classroom = started(near, store)

    def at(name: str) -> str:
        return f"{name}_{classroom.id}_{class_mark(only(store))}"

    open_tab(near, "settings")
    near.text_input(key=at("title")).set_value("8c").run()
    assert only(store).title == "8c"
    assert [title.value for title in near.title] == ["8c"]
    tomorrow = date.today() + timedelta(days=1)
    near.date_input(key=at("day")).set_value(tomorrow).run()
    assert only(store).last_day == tomorrow
    near.button(key="next_week").click().run()
    assert only(store).last_day == tomorrow + timedelta(days=7)
    near.radio(key=at("nicknames")).set_value(LIST).run()
    assert only(store).nicknames == LIST
    near.toggle(key=at("open")).set_value(False).run()
    assert not only(store).is_open
    assert not near.error
    near.text_input(key=at("title")).set_value("").run()
    assert "The class has no title." in words(near)
    assert only(store).title == "8c"
    assert not near.exception


def test_a_class_that_is_over_says_so_and_can_go_on_from_today(near: AppTest, store: Store) -> None:
    classroom = started(near, store)
    end_yesterday(store, classroom)
    near.run()
    assert "This class was over on" in words(near)
    assert "ink-poster" not in words(near)
    open_tab(near, "settings")
    day = near.date_input(key=f"day_{classroom.id}_{class_mark(only(store))}")
    assert day.value is None
    day.set_value(date.today()).run()
    assert only(store).last_day == date.today()
    assert "ink-poster" in words(open_tab(near, "join"))
    assert "This class was over" not in words(near)


def test_the_address_is_chosen_or_typed(near: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    classroom = started(near, store)
    choice = next(box for box in near.selectbox if box.label.startswith("Address for"))
    choice.set_value("Another address …").run()
    typed = f"address_{classroom.id}_typed"
    near.text_input(key=typed).set_value("localhost:8501").run()
    assert "leads every device to itself." in words(near)
    assert only(store).address == ""
    read = st.get_option
    monkeypatch.setattr(
        st, "get_option", lambda name: "inkling" if name == "server.baseUrlPath" else read(name)
    )
    near.text_input(key=typed).set_value("lab.school.example").run()
    assert only(store).address == "http://lab.school.example/inkling"
    assert "<p class='ink-poster-link'>lab.school.example/inkling/join</p>" in words(near)
    assert f"http://lab.school.example/inkling/join/{classroom.code}" in words(near)
    assert f'href="/inkling/class-sheet/{classroom.id}?at=' in words(near)
    assert 'href="http://lab.school.example/inkling/room-check"' in words(near)


def test_without_a_network_it_says_what_to_do(
    near: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.classroom.invitation.reachable_places", list)
    classroom = started(near, store)
    assert "This computer is in no network that other devices reach." in words(near)
    assert f'<p>Code of the class</p><p class="ink-poster-code">{classroom.code}</p>' in words(near)
    assert "ink-poster-qr" not in words(near)
    assert 'href="/room-check" target="_blank">Check a device</a>' in words(near)
    assert "Sheet to print" not in words(near)
