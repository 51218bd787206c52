"""The table of rules: who may do what to one's own, another's and nobody's things, and to those in the bin."""

import pytest

from core.access.rules import NOTHING, OPERATOR, RULES, SYSTEM, Action, Actor, Role, Subject, may

ADA, BOB, NOBODY = (Actor(Role.VISITOR, name) for name in ("ada", "bob", ""))
ADAS, NOBODYS = Subject("ada"), Subject("")
OWNERS_ONLY = (
    *(Action.ORDER_RUN, Action.EDIT_RUN, Action.DELETE_RUN, Action.RESTORE_RUN),
    Action.ORDER_SEARCH,
    *(Action.READ_DATASET, Action.CHANGE_DATASET, Action.SHARE_DATASET, Action.DELETE_DATASET),
)
FOR_ALL = (
    *(Action.LIST_RUNS, Action.READ_RUN, Action.CREATE_RUN),
    *(Action.LIST_SEARCHES, Action.READ_SEARCH, Action.CREATE_SEARCH),
    *(Action.LIST_DATASETS, Action.CREATE_DATASET, Action.ERASE_OWN),
    *(Action.JOIN_CLASS, Action.TEACH_CLASS),
)
OF_CLASSES = (Action.START_CLASS, Action.READ_CLASS, Action.LEAD_CLASS, Action.TAKE_PART)
CLASS_7B = Subject("", classroom="7b")
TEACHER, MEMBER, STARTER = (
    Actor(Role.VISITOR, "ada", teaches=frozenset({"7b"})),
    Actor(Role.VISITOR, "eve", member_of="7b"),
    Actor(Role.VISITOR, "ada", may_start_class=True),
)


def test_each_action_has_a_rule_and_no_rule_is_of_nothing():
    assert set(RULES) == set(Action)
    assert {*OWNERS_ONLY, *FOR_ALL, *OF_CLASSES, Action.WORK} == set(Action)


@pytest.mark.parametrize("action", OWNERS_ONLY)
def test_one_orders_and_changes_ones_own_things_alone(action: Action):
    assert may(ADA, action, ADAS)
    assert may(OPERATOR, action, ADAS)
    assert not may(BOB, action, ADAS)
    assert not may(NOBODY, action, ADAS)


@pytest.mark.parametrize("action", OWNERS_ONLY)
def test_what_is_nobodys_is_not_everybodys(action: Action):
    assert not may(ADA, action, NOBODYS)
    assert not may(NOBODY, action, NOBODYS), "two who are unknown are not one"
    assert may(OPERATOR, action, NOBODYS)


@pytest.mark.parametrize("action", Action)
def test_what_is_shared_is_read_by_all_and_changed_by_its_owner_alone(action: Action):
    shared = Subject("ada", is_shared=True)
    is_for_all = action in (*FOR_ALL, Action.READ_DATASET)
    assert may(BOB, action, shared) == may(NOBODY, action, shared) == is_for_all
    assert not may(BOB, Action.READ_DATASET, Subject("ada", is_deleted=True, is_shared=True))


@pytest.mark.parametrize("action", FOR_ALL)
def test_everybody_reads_what_they_have_the_link_of(action: Action):
    assert all(may(actor, action, ADAS) for actor in (ADA, BOB, NOBODY, OPERATOR))


@pytest.mark.parametrize("action", [*OWNERS_ONLY, *FOR_ALL])
def test_what_lies_in_the_bin_is_there_for_its_owner_alone(action: Action):
    binned = Subject("ada", is_deleted=True)
    assert may(ADA, action, binned)
    assert may(OPERATOR, action, binned)
    assert not may(BOB, action, binned)
    assert not may(NOBODY, action, binned)


def test_the_servers_own_work_is_no_visitors():
    assert may(SYSTEM, Action.WORK)
    assert may(OPERATOR, Action.WORK)
    assert not any(may(actor, Action.WORK, subject) for actor in (ADA, NOBODY) for subject in (NOTHING, ADAS))


@pytest.mark.parametrize("action", Action)
def test_the_system_may_do_everything(action: Action):
    assert may(SYSTEM, action, Subject("ada", is_deleted=True))


def test_an_operators_browser_is_still_its_visitor():
    assert may(Actor(Role.OPERATOR, "ada"), Action.ORDER_RUN, ADAS)


def test_a_class_is_led_by_its_teachers_and_read_by_its_members_too():
    others = (
        *(ADA, NOBODY, STARTER),
        Actor(Role.VISITOR, "ada", teaches=frozenset({"8a"})),
        Actor(Role.VISITOR, "eve", member_of="8a"),
    )
    for action in (Action.READ_CLASS, Action.LEAD_CLASS):
        assert may(TEACHER, action, CLASS_7B)
        assert may(OPERATOR, action, CLASS_7B)
        assert not any(may(actor, action, CLASS_7B) for actor in others)
        assert not may(TEACHER, action, NOTHING), "what is no class has no teacher"
        assert not may(MEMBER, action, NOTHING)
    assert may(MEMBER, Action.READ_CLASS, CLASS_7B)
    assert may(MEMBER, Action.TAKE_PART, CLASS_7B)
    assert not any(may(actor, Action.TAKE_PART, CLASS_7B) for actor in (*others, TEACHER, OPERATOR))
    assert not may(MEMBER, Action.LEAD_CLASS, CLASS_7B)


def test_a_class_is_started_by_operators_and_by_whom_the_settings_let():
    assert may(STARTER, Action.START_CLASS)
    assert may(OPERATOR, Action.START_CLASS)
    assert not any(may(actor, Action.START_CLASS) for actor in (ADA, NOBODY, TEACHER, MEMBER))


@pytest.mark.parametrize("action", [*OWNERS_ONLY, Action.START_CLASS, Action.WORK])
def test_a_teacher_or_a_member_owns_no_more_than_others(action: Action):
    assert not any(may(actor, action, Subject("bob", classroom="7b")) for actor in (TEACHER, MEMBER))
