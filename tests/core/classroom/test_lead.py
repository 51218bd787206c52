"""What a teacher has the class do: it holds for members' runs and screens, in every process of the app, no longer."""

from pathlib import Path
from typing import Any

import pytest

from core.access.rules import Actor, Role
from core.classroom.board import Boards, is_elsewhere
from core.classroom.classroom_table import Classroom
from core.classroom.classrooms import Classrooms
from core.classroom.errors import ClassroomRefused
from core.classroom.lead import Lead
from core.classroom.members import Members
from core.classroom.seats import note_place, seat_of
from core.config.run_config import RunConfig
from core.live.class_news import class_moment, lead_of
from core.runs import RunRefused, Store
from core.runs.class_rules import ClassRules, rules_from_json, rules_to_json
from core.search import Searches, SearchPlan, default_dimension
from tests.core.classroom.conftest import School, member, open_store, teacher, visitor
from tests.core.runs.conftest import started, steps


@pytest.fixture
def lead(store: Store, school: School) -> Lead:
    return Lead(teacher(store, school.classroom))


def now(store: Store, school: School) -> Classroom:
    return Classrooms(store).get(school.classroom.id)


def queued(store: Store, owner: str, **orders: Any) -> str:
    return store.create(RunConfig(), owner=owner, **orders)


def in_work(store: Store, owner: str) -> tuple[str, int]:
    run_id = queued(store, owner)
    attempt = store.claim(run_id)
    store.append(run_id, attempt, [started(), steps(1, 3)])
    return run_id, attempt


# ---- pause


def test_a_paused_class_holds_its_members_runs_and_nobody_elses(
    store: Store, school: School, lead: Lead, tmp_path: Path
) -> None:
    ada, attempt = in_work(store, school.ada.member.id)
    bob, bobs = in_work(store, school.bob.member.id)
    waiting = [queued(store, owner) for owner in (school.ada.member.id, school.bob.member.id, "somebody")]
    lead.pause(school.classroom.id)
    runner = open_store(tmp_path)  # another process: of the app, or the runner
    assert runner.orders(ada, attempt).command == "pause"
    assert runner.orders(bob, bobs).command == "run"
    assert [run.run_id for run in runner.waiting()] == waiting[1:]
    lead.go_on(school.classroom.id)
    assert runner.orders(ada, attempt).command == "run"
    assert [run.run_id for run in runner.waiting()] == waiting


def test_what_members_have_ordered_themselves_holds_after_a_pause_as_before(
    store: Store, school: School, lead: Lead
) -> None:
    own = school.ada.member.id
    paused, attempt = in_work(store, own)
    store.order(paused, command="pause")
    stopped, at = in_work(store, own)
    stepping, step_at = in_work(store, own)
    store.order(stepping, one_epoch=True)
    until = store.orders(stepping, step_at).run_until
    lead.pause(school.classroom.id)
    store.order(stopped, command="stop")
    assert store.orders(stopped, at).command == "stop", "a stop is obeyed in a pause, too"
    assert store.orders(stepping, step_at).run_until == 0
    lead.go_on(school.classroom.id)
    assert store.orders(paused, attempt).command == "pause"
    assert store.orders(stepping, step_at).run_until == until > 3


def test_a_run_whose_pause_gave_its_worker_up_waits_for_one_when_training_goes_on(
    store: Store, school: School, lead: Lead
) -> None:
    run_id, attempt = in_work(store, school.ada.member.id)
    own_pause, own_attempt = in_work(store, school.ada.member.id)
    store.order(own_pause, command="pause")
    lead.pause(school.classroom.id)
    store.release(run_id, attempt, parked=True)
    store.release(own_pause, own_attempt, parked=True)
    store.leases.give_back(run_id)
    store.leases.give_back(own_pause)
    lead.go_on(school.classroom.id)
    assert store.get(run_id).status == "queued"
    assert store.get(own_pause).status == "paused"


# ---- rules

LESSON = RunConfig(epochs=3, learning_rate=0.05)


def test_members_train_within_the_rules_and_others_as_they_like(
    store: Store, school: School, lead: Lead
) -> None:
    ada, bob = member(store, school.ada), member(store, school.bob)
    lead.set_rules(school.classroom.id, ClassRules(models=("softmax", "mlp"), max_epochs=5))
    with pytest.raises(RunRefused, match="models are Softmax and MLP, and not CNN"):
        ada.create(RunConfig(model="cnn", epochs=2))
    with pytest.raises(RunRefused, match="at most 5 epochs, and not 6"):
        ada.create(RunConfig(epochs=6))
    assert ada.create(RunConfig(model="mlp", epochs=5))
    assert bob.create(RunConfig(model="cnn", epochs=6))
    assert teacher(store, school.classroom).create(RunConfig(model="cnn"))


def test_what_a_lesson_fixes_is_refused_by_name_and_what_it_leaves_open_is_not(
    store: Store, school: School, lead: Lead
) -> None:
    lead.set_rules(school.classroom.id, ClassRules(open_settings=("learning_rate",), lesson=LESSON))
    ada = member(store, school.ada)
    with pytest.raises(RunRefused, match="Your teacher has fixed these settings: Batch size and Epochs"):
        ada.create(RunConfig(epochs=4, batch_size=10))
    assert ada.create(RunConfig(epochs=3, learning_rate=1.0, seed=7))
    rules = seat_of(store.database, school.ada.seat).rules
    assert rules.applied(RunConfig(model="cnn", learning_rate=0.3)) == RunConfig(epochs=3, learning_rate=0.3)
    plan = SearchPlan(
        RunConfig(validation_size=100), (default_dimension("learning_rate"),), "random", "none", 3, 1
    )
    with pytest.raises(RunRefused, match="none are searched for"):
        Searches(ada).create(plan)
    assert Searches(member(store, school.bob)).create(plan)


def test_who_was_removed_makes_nothing_more_with_a_page_that_is_open_still(
    store: Store, school: School
) -> None:
    ada = member(store, school.ada)
    Members(store).remove(school.classroom.id, school.ada.member.id)
    with pytest.raises(RunRefused, match="not in the class any more"):
        ada.create(RunConfig())


def test_rules_are_kept_as_they_are_and_what_is_not_known_of_them_is_left_out() -> None:
    rules = ClassRules(("draw", "train"), ("mlp",), 7, ("epochs",), LESSON)
    assert rules_from_json(rules_to_json(rules)) == rules
    assert rules_from_json(rules_to_json(ClassRules())) == ClassRules()
    assert rules_from_json('{"models": ["mlp", "transformer"], "later": 1}') == ClassRules(models=("mlp",))
    for damaged in ("", "[]", "null", "7", '{"max_epochs": "x"}', '{"lesson": "{}x"}'):
        assert rules_from_json(damaged) == ClassRules()


# ---- screens


def test_screens_are_held_told_and_sent_by_what_the_class_says(
    store: Store, school: School, lead: Lead, tmp_path: Path
) -> None:
    lead.hold(school.classroom.id, is_held=True)
    lead.say(school.classroom.id, "  two \n minutes <b> ")
    lead.push(school.classroom.id, "draw?run=ab12&tab=own")
    lead.push(school.classroom.id, "draw?run=ab12&tab=own")
    told = class_moment(school.classroom.id, open_store(tmp_path)).shown["lead"].values
    assert (told["held"], told["message"]) == ("1", "two minutes <b>")
    assert (told["pushed"], told["pushes"]) == ("draw?run=ab12&tab=own", "2"), "the second is a push again"
    lead.hold(school.classroom.id, is_held=False)
    lead.say(school.classroom.id, "")
    lead.let_go(school.classroom.id)
    told = lead_of(now(store, school)).values
    assert (told["held"], told["message"], told["pushed"], told["pushes"]) == ("", "", "", "2")


@pytest.mark.parametrize(
    "place",
    [
        "//evil.example",
        "http://evil.example",
        "draw#x",
        "Draw",
        "draw?run=<b>",
        "../draw",
        "d" * 21,
        "draw?" + "x" * 500,
    ],
)
def test_no_address_but_a_pages_is_pushed(store: Store, school: School, lead: Lead, place: str) -> None:
    with pytest.raises(ClassroomRefused, match="is no address of a page"):
        lead.push(school.classroom.id, place)
    assert now(store, school).pushes == 0


@pytest.mark.parametrize(
    ("line", "why"), [("x" * 201, "201 characters"), ("a\x07b", r"\\x07"), ("a\u202eb", "u202e")]
)
def test_a_line_that_no_screen_can_show_is_refused(school: School, lead: Lead, line: str, why: str) -> None:
    with pytest.raises(ClassroomRefused, match=why):
        lead.say(school.classroom.id, line)


def test_screens_follow_one_teacher_wherever_that_one_goes(store: Store, school: School, lead: Lead) -> None:
    lead.follow(school.classroom.id, is_followed=True)
    for place in ("weights", "weights", "draw?run=ab12"):
        lead.note_place(school.classroom.id, place)
    assert (now(store, school).pushed, now(store, school).pushes) == ("draw?run=ab12", 2)
    second = Lead(teacher(store, school.classroom, "tina"))
    second.note_place(school.classroom.id, "runs")
    assert now(store, school).pushes == 2, "it is not the second whom they follow"
    second.follow(school.classroom.id, is_followed=True)
    second.note_place(school.classroom.id, "runs")
    lead.note_place(school.classroom.id, "data")
    assert (now(store, school).pushed, now(store, school).pushes) == ("runs", 3)
    lead.follow(school.classroom.id, is_followed=False)
    second.note_place(school.classroom.id, "data")
    assert now(store, school).pushed == "runs"
    nobody = Lead(store.acting_as(Actor(Role.OPERATOR)))
    nobody.note_place(school.classroom.id, "data")
    assert now(store, school).pushes == 3, "who has no name is followed by nobody"


def test_the_board_says_who_is_elsewhere(store: Store, school: School, lead: Lead) -> None:
    def elsewhere() -> bool:
        (entry,) = Boards(store).entries(school.classroom.id)
        return entry.is_elsewhere

    note_place(store.database, school.ada.seat, "runs")
    assert not elsewhere(), "nobody was sent anywhere"
    lead.push(school.classroom.id, "draw?run=ab12")
    assert elsewhere()
    note_place(store.database, school.ada.seat, "draw?run=ab12&tab=1")
    assert not elsewhere()
    lead.let_go(school.classroom.id)
    note_place(store.database, school.ada.seat, "runs")
    assert not elsewhere()
    assert is_elsewhere("draw?run=cd34", "draw?run=ab12")
    assert not is_elsewhere("draw?run=cd34", "draw")


# ---- the board


def test_a_run_taken_off_the_board_is_its_members_still(store: Store, school: School, lead: Lead) -> None:
    first, second = (queued(store, school.ada.member.id, queue=False) for _ in range(2))

    def shown() -> str | None:
        (entry,) = Boards(store).entries(school.classroom.id)
        return entry.run.id if entry.run else None

    assert shown() == second
    lead.take_off_board(school.classroom.id, second)
    lead.take_off_board(school.classroom.id, second)
    assert shown() == first
    assert member(store, school.ada).get(second).id == second
    assert [run.id for run in member(store, school.ada).list(owner=school.ada.member.id)] == [second, first]
    with pytest.raises(ClassroomRefused, match="No member of the class has a run"):
        lead.take_off_board(school.classroom.id, queued(store, school.bob.member.id))


def test_nicknames_of_their_own_wait_for_the_nod_where_the_teacher_wants_that(
    store: Store, school: School
) -> None:
    Members(visitor(store)).join(school.classroom.code, "Fox 7")
    classes, members = Classrooms(teacher(store, school.classroom)), Members(teacher(store, school.classroom))

    def shown() -> list[str]:
        return [entry.member.nickname for entry in Boards(store).entries(school.classroom.id)]

    assert shown() == ["Ada", "Fox 7"]
    classes.change(school.classroom.id, needs_nod=True)
    assert shown() == ["", "Fox 7"], "one of the list needs none"
    assert [(one.nickname, one.is_shown) for one in members.all(school.classroom.id)] == [
        ("Ada", False),
        ("Fox 7", True),
    ]
    members.nod(school.classroom.id, school.ada.member.id)
    assert shown() == ["Ada", "Fox 7"]
