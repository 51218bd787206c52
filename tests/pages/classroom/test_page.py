"""Class for who is in none, and for a teacher: started, joined, changed, copied, led by others too, ended."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.access.rules import Actor, Role
from core.classroom.classroom_table import Classroom
from core.classroom.classrooms import Classrooms
from core.classroom.ending import Ending
from core.classroom.members import Members
from core.classroom.nicknames import LIST, OWN
from core.classroom.teachers import Teachers
from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.live.class_news import class_mark
from core.runs import Store
from core.runs.operators import make_operator
from pages.server import visitor
from pages.server.visitor import renew_roles
from tests.pages.classroom.conftest import AT
from tests.pages.classroom.devices import end_yesterday, joined, nicknames, start
from tests.pages.conftest import ME
from tests.pages.finished_runs import recorded_events, shown, words

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


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()


def keys_shown(app: AppTest) -> list[str]:
    return [code.value for code in app.code if KEY.fullmatch(code.value)]


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
    day = near.date_input(key=f"day_{classroom.id}_{class_mark(only(store))}")
    assert day.value is None
    day.set_value(date.today()).run()
    assert only(store).last_day == date.today()
    assert "ink-poster" in words(near)
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
    started(near, store)
    assert "This computer is in no network that other devices reach." in words(near)
    assert "ink-poster" not in words(near)


def test_a_copy_has_a_code_and_a_key_of_its_own(near: AppTest, store: Store) -> None:
    first = started(near, store)
    (old,) = keys_shown(near)
    joined(store, first)
    near.button(key="copy_class").click().run()
    copied = next(classroom for classroom in Classrooms(store).mine() if classroom.id != first.id)
    (key,) = keys_shown(near)
    assert key != old
    assert copied.code in words(near) or copied.code in near.success[0].value
    assert [title.value for title in near.title] == [r"7b (copy)"]
    assert nicknames(store, copied) == []
    choice = next(box for box in near.selectbox if box.label == "Class")
    choice.set_value("7b").run()
    assert "Ada" in words(near)


def test_keys_are_given_taken_back_and_made_anew(near: AppTest, store: Store) -> None:
    classroom = started(near, store)
    near.button(key="key_noted").click().run()
    near.text_input(key="second_teacher").set_value("Ms *B*").run()
    near.button(key="make_key").click().run()
    (second,) = keys_shown(near)
    assert r"The teacher's key for Ms \*B\*." in words(near)
    assert near.text_input(key="second_teacher").value == ""
    near.button(key="key_noted").click().run()
    colleague = store.acting_as(Actor(Role.VISITOR, "x" * 16))
    assert Teachers(colleague).enter(second).id == classroom.id
    near.run()
    assert r"Ms \*B\* · 1 browser" in words(near)
    given = next(key for key in Teachers(store).keys(classroom.id) if key.name)
    near.button(key=f"take_{given.id}").click().run()
    assert r"Ms \*B\*" not in words(near)
    near.button(key="renew_key").click().run()
    (mine,) = keys_shown(near)
    assert "7b" in [title.value for title in near.title], "this browser leads it still"
    assert Teachers(colleague).enter(mine).id == classroom.id
    near.button(key="make_key").click().run()
    assert "Say whose key it is" in words(near)
    assert not near.exception


def test_a_member_has_a_new_key_or_is_removed(near: AppTest, store: Store, mnist: ImageData) -> None:
    classroom = started(near, store)
    ada, bob = joined(store, classroom, "Ada"), joined(store, classroom, "Bob *x*")
    config = RunConfig(train_size=2_000, epochs=1, eval_every=0)
    for one in (ada, bob):
        store.add_finished_run(config, recorded_events(mnist, config), owner=one.member.id)
    near.run()
    assert "2 members" in words(near)
    assert "<li>Bob *x*</li>" in words(near)
    near.selectbox(key="member_choice").set_value(ada.member.id).run()
    assert near.selectbox(key="member_choice").options == ["Ada", "Bob *x*"]
    near.button(key="member_key").click().run()
    said = re.search(r"The new key of Ada is (\w{4})\.", near.success[0].value)
    assert said
    back = Members(store.acting_as(Actor(Role.VISITOR, "x" * 16))).rejoin(classroom.code, "Ada", said[1])
    assert back.member.id == ada.member.id
    near.button(key="member_remove").click().run()
    assert "Ada was removed from the class." in near.success[0].value
    assert nicknames(store, classroom) == ["Bob *x*"]
    assert len(store.list(owner=ada.member.id)) == 1, "what they made stays"
    near.selectbox(key="member_choice").set_value(bob.member.id).run()
    near.button(key="member_erase").click().run()
    assert nicknames(store, classroom) == []
    assert store.list(owner=bob.member.id) == []
    assert not near.exception


@pytest.mark.parametrize("keeps", [False, True])
def test_a_class_is_ended_with_all_that_was_made_or_its_runs_kept_without_names(
    near: AppTest, store: Store, mnist: ImageData, keeps: bool
) -> None:
    classroom = started(near, store)
    ada = joined(store, classroom)
    config = RunConfig(train_size=2_000, epochs=1, eval_every=0)
    run_id = store.add_finished_run(config, recorded_events(mnist, config), owner=ada.member.id, name="Ada's")
    near.button(key="end_class").click().run()
    assert "Ends “7b” for everybody" in words(near)
    near.button(key="end_keep" if keeps else "end_all").click().run()
    assert not near.exception
    assert Classrooms(store).mine() == []
    assert store.list(owner=ada.member.id) == []
    assert [title.value for title in near.title] == ["Class"]
    said = " ".join(element.value for element in near.success)
    if keeps:
        kept = store.get(run_id)
        assert (kept.owner, kept.name == "Ada's") == (ME, False)
        assert said == "The class “7b” has ended."
    else:
        assert said == "The class “7b” has ended. Deleted for good: 1 run."


def test_led_no_more_here_it_goes_on(near: AppTest, store: Store) -> None:
    classroom = started(near, store)
    near.button(key="leave_lead").click().run()
    assert [title.value for title in near.title] == ["Class"]
    assert only(store).id == classroom.id
    assert keys_shown(near) == []


def test_a_class_that_another_teacher_has_ended_meanwhile_is_gone(near: AppTest, store: Store) -> None:
    classroom = started(near, store)
    Ending(store).end(classroom.id, keeps_runs=False)
    visitor.renew_roles()
    near.button(key="copy_class").click().run()
    assert not near.exception
    assert [title.value for title in near.title] == ["Class"]
