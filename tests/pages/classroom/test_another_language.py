"""Class in another language: for who is in none, for a teacher with everything open, and for a member."""

from collections.abc import Callable

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from core.classroom.classrooms import Classrooms
from core.classroom.lead import Lead
from core.classroom.members import Members
from core.classroom.nicknames import LIST
from core.config.run_config import RunConfig
from core.runs import Store
from core.runs.class_rules import ClassRules
from core.runs.classroom_schema import SEATS
from tests.pages.another_language import opened, outside
from tests.pages.classroom.devices import end_yesterday, joined, start
from tests.pages.classroom.leading import open_tab
from tests.pages.conftest import ME

PATTERNS = ("ABCD-EFGH-JKMN-PQRS", "192.168.1.20:8501/join")


def at_work(foreign: AppTest, store: Store, come_with: Callable[..., None]) -> str:
    """Open the class "№ 7" for its teacher; return its code."""
    come_with(near=True)
    classroom = start(store, "№ 7", by=ME)
    opened(foreign, "classroom")
    return classroom.code


def test_who_is_in_no_class(foreign: AppTest, come_with: Callable[..., None]) -> None:
    opened(foreign, "classroom")
    assert outside(foreign, *PATTERNS) == []
    come_with(near=True)
    del foreign.session_state["_seat"]
    foreign.run()
    assert foreign.text_input(key="class_title")
    assert outside(foreign, *PATTERNS) == []
    foreign.text_input(key="teacher_key").set_value("№ 1")
    for kind in ("start_class", "enter_key"):
        next(button for button in foreign.button if kind in str(button.key)).click().run()
        assert foreign.error
        assert outside(foreign, *PATTERNS) == []


def test_a_teacher(foreign: AppTest, store: Store, come_with: Callable[..., None]) -> None:
    code = at_work(foreign, store, come_with)
    (classroom,) = Classrooms(store).mine()
    typed = (*PATTERNS, code)
    assert outside(foreign, *typed) == []
    member = joined(store, classroom, "№ 3").member.id
    foreign.run()
    foreign.selectbox(key="member_choice").set_value(member).run()
    assert outside(foreign, *typed) == []
    open_tab(foreign, "board")
    assert outside(foreign, *typed) == []
    open_tab(foreign, "settings").text_input(key="second_teacher").set_value("№ 2").run()
    foreign.button(key="make_key").click().run()
    typed = (*typed, *(part.value for part in foreign.code))
    assert outside(foreign, *typed) == []
    Classrooms(store).change(classroom.id, nicknames=LIST, is_open=False, needs_nod=True)
    rules = ClassRules(("draw",), ("softmax",), 3, ("epochs",), RunConfig())
    lead = Lead(store)
    lead.set_rules(classroom.id, rules)
    lead.pause(classroom.id)
    lead.hold(classroom.id, is_held=True)
    lead.push(classroom.id, "draw")
    opened(foreign, "weights")
    assert foreign.button(key="lead_push").disabled
    assert outside(foreign, *typed) == []
    foreign.switch_page("classroom/page.py").run()
    assert foreign.multiselect(key=f"open_{classroom.id}_{Classrooms(store).get(classroom.id).revision}")
    assert outside(foreign, *typed) == []
    foreign.button(key="end_class").click().run()
    assert outside(foreign, *typed) == []
    foreign.button(key="end_all").click().run()
    assert foreign.success
    assert outside(foreign, *typed) == []


@pytest.mark.parametrize(
    "order", ["member_key", "member_remove", "member_erase", "copy_class", "leave_lead", "renew_key"]
)
def test_what_came_of_an_order(
    foreign: AppTest, store: Store, come_with: Callable[..., None], order: str
) -> None:
    code = at_work(foreign, store, come_with)
    member = joined(store, Classrooms(store).mine()[0], "№ 3").member.id
    foreign.run()
    if order.startswith("member"):
        foreign.selectbox(key="member_choice").set_value(member).run()
    else:
        open_tab(foreign, "settings")
    foreign.button(key=order).click().run()
    said = [word for element in foreign.success for word in element.value.split("⟧")]
    shown = [*(part.value for part in foreign.code), *(one.code for one in Classrooms(store).mine())]
    keys = [word.strip(" .").partition("⟦")[0].strip() for word in said]
    assert outside(foreign, code, *PATTERNS, *shown, *filter(None, keys)) == []


def test_without_a_network_and_over(
    foreign: AppTest, store: Store, come_with: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.classroom.invitation.reachable_places", list)
    code = at_work(foreign, store, come_with)
    assert foreign.warning
    assert outside(foreign, code, *PATTERNS) == []
    end_yesterday(store, Classrooms(store).mine()[0])
    foreign.run()
    assert outside(foreign, code, *PATTERNS) == []


def test_a_member_and_who_is_asked_whether_it_is_still_them(
    foreign: AppTest, store: Store, come_with: Callable[..., None]
) -> None:
    classroom = start(store, "№ 7")
    ada = joined(store, classroom, "№ 3")
    come_with(as_member=ada)
    opened(foreign, "classroom")
    assert outside(foreign) == []
    opened(foreign, "runs")
    assert outside(foreign) == []
    with store.database.write() as connection:
        connection.execute(update(SEATS).values(seen_at=0))
    foreign.run()
    assert foreign.button(key="still_me")
    assert outside(foreign) == []
    Members(store).remove(classroom.id, ada.member.id)
    foreign.run()
    assert foreign.error
    assert outside(foreign) == []


def test_a_member_whose_class_is_over(foreign: AppTest, store: Store, come_with: Callable[..., None]) -> None:
    classroom = start(store, "№ 7")
    come_with(as_member=joined(store, classroom, "№ 3"))
    opened(foreign, "classroom")
    end_yesterday(store, classroom)
    foreign.run()
    assert foreign.info
    assert outside(foreign, *PATTERNS) == []
