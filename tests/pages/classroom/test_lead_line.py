"""What a teacher leads with on every page: who has it, and what each of its orders makes of the class."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from core.access.rules import Actor, Role
from core.classroom.classroom_table import Classroom
from core.classroom.classrooms import Classrooms
from core.classroom.lead import Lead
from core.classroom.teachers import Teachers
from core.runs import Store
from core.runs.class_rules import ClassRules
from pages.components.navigation import page_names
from pages.server.visitor import renew_roles
from tests.pages.classroom.devices import end_yesterday, joined, start
from tests.pages.conftest import ME
from tests.pages.finished_runs import shown, words

OTHER = "x" * 16


def a_class(store: Store, title: str = "7b") -> Classroom:
    """Return a new class of the visitor's."""
    classroom, _key = Classrooms(
        store.acting_as(Actor(Role.VISITOR, ME, frozenset(), may_start_class=True))
    ).start(title, date.today() + timedelta(days=1))
    renew_roles()
    return classroom


def now(store: Store, classroom: Classroom) -> Classroom:
    return Classrooms(store).get(classroom.id)


def orders(app: AppTest) -> dict[str, str]:
    """Return the labels of the buttons to lead with, by their keys."""
    return {str(one.key): one.label for one in app.button if str(one.key).startswith("lead_")}


def popovers(app: AppTest) -> list[str]:
    labels = [block.proto.popover.label for block in app.get("popover")]
    return [label for label in labels if label.startswith("Lead ")]


def follow_toggle(app: AppTest):
    return next(one for one in app.toggle if str(one.key).startswith("lead_follow"))


def line_field(app: AppTest):
    return next(one for one in app.text_input if str(one.key).startswith("lead_line"))


def press(app: AppTest, key: str) -> None:
    app.button(key=key).click().run()
    assert not app.exception
    assert not app.error


def test_a_teacher_has_it_on_every_page(app: AppTest, store: Store) -> None:
    a_class(store, "7 *b*")
    for name in page_names():
        shown(app, name)
        assert {"lead_pause", "lead_hold", "lead_push"} == {*orders(app)}, name
    assert popovers(app) == [r"Lead “7 \*b\*”"]


def test_nobody_else_has_it(app: AppTest, store: Store, come_with: Callable[..., None]) -> None:
    classroom = start(store, "7b")  # another's
    shown(app, "draw")
    assert orders(app) == {}
    come_with(near=True, as_member=joined(store, classroom))
    del app.session_state["_seat"]
    app.run()
    assert "ink-seat" in words(app)
    assert orders(app) == {}


def test_who_sits_at_a_members_screen_does_not_lead_as_the_browsers_own(
    app: AppTest, store: Store, come_with: Callable[..., None]
) -> None:
    classroom = a_class(store)
    shown(app, "draw")
    come_with(as_member=joined(store, classroom))
    del app.session_state["_seat"]
    app.button(key="lead_hold").click().run()
    assert not app.exception
    assert not now(store, classroom).is_held
    assert orders(app) == {}


def test_each_order_and_the_one_that_takes_it_back(app: AppTest, store: Store) -> None:
    classroom = a_class(store)
    shown(app, "draw")
    press(app, "lead_pause")
    assert now(store, classroom).is_paused
    assert orders(app)["lead_go_on"] == "Let training go on"
    press(app, "lead_go_on")
    assert not now(store, classroom).is_paused
    press(app, "lead_hold")
    assert now(store, classroom).is_held
    press(app, "lead_release")
    assert not now(store, classroom).is_held
    assert {*orders(app)} == {"lead_pause", "lead_hold", "lead_push"}


def test_a_page_is_shown_to_all_with_its_run_and_its_section_and_none_of_the_forms_settings(
    app: AppTest, store: Store
) -> None:
    classroom = a_class(store)
    run_id = store.list()[0].id
    shown(app, "draw", run_id)
    press(app, "lead_push")
    assert (now(store, classroom).pushed, now(store, classroom).pushes) == (f"draw?run={run_id}", 1)
    assert "Shown to all: Draw" in [caption.value for caption in app.caption]
    app.switch_page("classroom/page.py").run()
    app.session_state["class_section"] = "board"
    app.run()
    press(app, "lead_push")
    pushed = now(store, classroom).pushed
    assert pushed.startswith("classroom?")
    assert "class_section=board" in pushed
    app.switch_page("train/page.py")
    app.query_params["epochs"], app.query_params["preset"] = "7", "mlp"
    app.run()
    press(app, "lead_push")
    pushed = now(store, classroom).pushed
    assert pushed.startswith(f"train?run={run_id}")
    assert "epochs" not in pushed
    assert "preset" not in pushed
    press(app, "lead_let_go")
    assert now(store, classroom).pushed == ""
    assert "lead_let_go" not in orders(app)


def test_screens_follow_this_teacher_from_page_to_page(app: AppTest, store: Store) -> None:
    classroom = a_class(store)
    shown(app, "draw")
    follow_toggle(app).set_value(True).run()
    assert now(store, classroom).pushed == "draw"
    app.switch_page("weights/page.py").run()
    assert now(store, classroom).pushed.partition("?")[0] == "weights"
    pushes = now(store, classroom).pushes
    app.run()
    assert now(store, classroom).pushes == pushes
    follow_toggle(app).set_value(False).run()
    app.switch_page("draw/page.py").run()
    assert now(store, classroom).pushes == pushes
    assert not now(store, classroom).followed


def test_nobody_is_sent_to_a_page_that_members_do_not_see(app: AppTest, store: Store) -> None:
    classroom = a_class(store)
    Lead(store).set_rules(classroom.id, ClassRules(pages=("draw",)))
    said = shown(app, "weights")
    assert app.button(key="lead_push").disabled
    assert "Members do not see this page." in said
    follow_toggle(app).set_value(True).run()
    assert (now(store, classroom).followed, now(store, classroom).pushed) == (ME, "")
    app.switch_page("draw/page.py").run()
    assert now(store, classroom).pushed == "draw"
    assert not app.button(key="lead_push").disabled
    app.switch_page("runs/page.py").run()
    assert now(store, classroom).pushed == "draw"


def test_an_address_too_long_to_be_told_leaves_the_page_of_who_is_followed(
    app: AppTest, store: Store
) -> None:
    classroom = a_class(store)
    shown(app, "draw")
    follow_toggle(app).set_value(True).run()
    app.query_params["note"] = "x" * 600
    app.switch_page("weights/page.py").run()
    assert not app.exception
    assert not app.error
    assert now(store, classroom).pushed == "draw"
    app.button(key="lead_push").click().run()
    assert not app.exception
    assert "is no address of a page" in words(app)


def test_a_page_that_stops_early_is_followed_as_well(app: AppTest, store: Store) -> None:
    classroom = a_class(store)
    shown(app, "draw")
    follow_toggle(app).set_value(True).run()
    app.query_params["compare"] = "softmax-mnist,cnn-mnist"
    app.switch_page("runs/page.py").run()
    assert not app.exception
    assert now(store, classroom).pushed.startswith("runs?")


def test_while_another_teacher_is_followed_it_says_so_and_takes_nobody_along(
    app: AppTest, store: Store
) -> None:
    classroom = a_class(store)
    Teachers(store.acting_as(Actor(Role.VISITOR, OTHER))).enter(Teachers(store).add(classroom.id, "Second"))
    renew_roles()
    second = Lead(store.acting_as(Actor(Role.VISITOR, OTHER, frozenset({classroom.id}))))
    second.follow(classroom.id, is_followed=True)
    second.note_place(classroom.id, "data")
    said = shown(app, "draw")
    assert "All screens follow another teacher." in said
    assert follow_toggle(app).value is False
    assert now(store, classroom).pushed == "data"
    follow_toggle(app).set_value(True).run()
    assert (now(store, classroom).followed, now(store, classroom).pushed) == (ME, "draw")
    assert "All screens follow another teacher." not in words(app)


def test_a_line_is_said_kept_while_people_join_refused_in_words_and_taken_away(
    app: AppTest, store: Store
) -> None:
    classroom = a_class(store)
    shown(app, "draw")
    line_field(app).set_value(" Two  minutes *left* ").run()
    assert now(store, classroom).message == "Two minutes *left*"
    assert line_field(app).value == "Two minutes *left*"
    key = line_field(app).key
    joined(store, classroom)
    app.run()
    assert line_field(app).key == key, "what is being typed stays"
    line_field(app).set_value("a\u202eb").run()
    assert now(store, classroom).message == "Two minutes *left*"
    assert "cannot be shown" in words(app)
    line_field(app).set_value("").run()
    assert now(store, classroom).message == ""
    assert not app.exception


def test_of_several_classes_it_leads_the_one_that_is_chosen(app: AppTest, store: Store) -> None:
    first, second = a_class(store, "7b"), a_class(store, "8c")
    shown(app, "classroom")
    for one in (first, second):
        next(box for box in app.selectbox if box.label == "Class").set_value(one.title).run()
        app.switch_page("draw/page.py").run()
        press(app, "lead_hold")
        assert [now(store, each).is_held for each in (first, second)] == [one == first, one == second]
        press(app, "lead_release")
        app.switch_page("classroom/page.py").run()


@pytest.mark.parametrize("is_with_another", [False, True])
def test_a_class_that_is_over_is_led_no_more(app: AppTest, store: Store, is_with_another: bool) -> None:
    classroom = a_class(store)
    shown(app, "draw")
    app.session_state["classroom"] = classroom.id
    other = a_class(store, "8c") if is_with_another else None
    end_yesterday(store, classroom)
    app.run()
    assert popovers(app) == (["Lead “8c”"] if other else [])


def test_a_class_that_has_ended_meanwhile_is_said_in_words(
    app: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    classroom = a_class(store)
    shown(app, "draw")
    follow_toggle(app).set_value(True).run()
    hold = Lead.hold

    def hold_too_late(self: Lead, classroom_id: str, *, is_held: bool) -> None:
        hold(self, f"{classroom_id}x", is_held=is_held)

    monkeypatch.setattr(Lead, "hold", hold_too_late)
    app.button(key="lead_hold").click().run()
    assert not app.exception
    assert app.error
    assert not now(store, classroom).is_held
