"""Class for its teacher: copied, led by others too, members looked after, and ended."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from core.access.rules import Actor, Role
from core.classroom import ending
from core.classroom.classrooms import Classrooms
from core.classroom.ending import Ending
from core.classroom.members import Members
from core.classroom.teachers import Teachers
from core.config.run_config import RunConfig
from core.datasets import DatasetError, ImageData
from core.runs import Store
from pages.server import visitor
from tests.pages.classroom.devices import joined, nicknames
from tests.pages.classroom.leading import keys_shown, only, open_tab, started
from tests.pages.conftest import ME
from tests.pages.finished_runs import recorded_events, words


def test_a_copy_has_a_code_and_a_key_of_its_own(near: AppTest, store: Store) -> None:
    first = started(near, store)
    (old,) = keys_shown(near)
    joined(store, first)
    open_tab(near, "settings").button(key="copy_class").click().run()
    copied = next(classroom for classroom in Classrooms(store).mine() if classroom.id != first.id)
    (key,) = keys_shown(near)
    assert key != old
    assert copied.code in near.success[0].value
    assert [title.value for title in near.title] == [r"7b (copy)"]
    assert nicknames(store, copied) == []
    choice = next(box for box in near.selectbox if box.label == "Class")
    choice.set_value("7b")
    assert "Ada" in words(open_tab(near, "join"))


def test_keys_are_given_taken_back_and_made_anew(near: AppTest, store: Store) -> None:
    classroom = started(near, store)
    near.button(key="key_noted").click().run()
    open_tab(near, "settings").text_input(key="second_teacher").set_value("Ms *B*").run()
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


def test_a_key_is_shown_with_its_own_class_alone_and_none_is_lost_to_the_next(
    near: AppTest, store: Store
) -> None:
    started(near, store)
    (first,) = keys_shown(near)
    open_tab(near, "settings").button(key="copy_class").click().run()
    (copys,) = keys_shown(near)
    assert copys != first
    near.text_input(key="second_teacher").set_value("Ms B").run()
    near.button(key="make_key").click().run()
    assert keys_shown(near) == [copys], "one after the other"
    near.button(key="key_noted").click().run()
    (second,) = keys_shown(near)
    assert "The teacher's key for Ms B." in words(near)
    near.button(key="key_noted").click().run()
    assert keys_shown(near) == []
    next(box for box in near.selectbox if box.label == "Class").set_value("7b").run()
    assert keys_shown(near) == [first]
    open_tab(near, "settings").button(key="renew_key").click().run()
    (anew,) = keys_shown(near)
    assert anew not in (first, second)
    near.button(key="key_noted").click().run()
    assert keys_shown(near) == []
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
    open_tab(near, "settings").button(key="end_class").click().run()
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


def test_an_end_that_came_to_nothing_is_told_and_keeps_the_runs(
    near: AppTest, store: Store, mnist: ImageData, monkeypatch: pytest.MonkeyPatch
) -> None:
    classroom = started(near, store)
    ada = joined(store, classroom)
    config = RunConfig(train_size=2_000, epochs=1, eval_every=0)
    run_id = store.add_finished_run(config, recorded_events(mnist, config), owner=ada.member.id)
    with monkeypatch.context() as patched:
        patched.setattr(ending, "erase_member", refuses)
        open_tab(near, "settings").button(key="end_class").click().run()
        near.button(key="end_keep").click().run()
    assert not near.exception
    assert [error.value for error in near.error] == ["The folder cannot be deleted. Try again."]
    assert [element.value.split(":")[0] for element in near.warning] == [
        "This class has not ended completely"
    ]
    assert store.get(run_id).owner == ME
    near.button(key="end_class").click().run()
    near.button(key="end_all").click().run()
    assert Classrooms(store).mine() == []
    assert store.get(run_id).owner == ME


def refuses(*_args: object) -> None:
    raise DatasetError("The folder cannot be deleted.", "Try again.")


def test_a_key_that_was_taken_back_is_shown_no_more(near: AppTest, store: Store) -> None:
    classroom = started(near, store)
    near.button(key="key_noted").click().run()
    open_tab(near, "settings").text_input(key="second_teacher").set_value("Ms B").run()
    near.button(key="make_key").click().run()
    assert len(keys_shown(near)) == 1
    given = next(key for key in Teachers(store).keys(classroom.id) if key.name)
    near.button(key=f"take_{given.id}").click().run()
    assert keys_shown(near) == []


def test_led_no_more_here_it_goes_on(near: AppTest, store: Store) -> None:
    classroom = started(near, store)
    assert open_tab(near, "settings").button(key="leave_lead").disabled, "its key is not written down"
    near.button(key="key_noted").click().run()
    near.button(key="leave_lead").click().run()
    assert [title.value for title in near.title] == ["Class"]
    assert only(store).id == classroom.id
    assert keys_shown(near) == []


def test_a_class_that_another_teacher_has_ended_meanwhile_is_gone(near: AppTest, store: Store) -> None:
    classroom = started(near, store)
    open_tab(near, "settings")
    Ending(store).end(classroom.id, keeps_runs=False)
    visitor.renew_roles()
    near.button(key="copy_class").click().run()
    assert not near.exception
    assert [title.value for title in near.title] == ["Class"]
