"""The end of a class: what its members made is gone or kept without names, and nobody else's is touched."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import optuna
import pytest
from sqlalchemy import select

from core.access.rules import OPERATOR, SYSTEM, Actor, Role
from core.classroom.classrooms import Classrooms
from core.classroom.ending import Ending
from core.classroom.errors import ClassroomShut, UnknownClassroom, WrongKey
from core.classroom.members import Members
from core.classroom.seats import is_over, roles, seat_of
from core.classroom.teachers import Teachers
from core.config.app_settings import Settings
from core.config.run_config import RunConfig
from core.datasets.user_datasets import BIN, OWN
from core.protocol.events import Finished
from core.runs import Store, UnknownRun
from core.runs.classroom_schema import CLASSROOMS, MEMBERS, SEATS, TEACHER_KEYS, TEACHERS
from core.runs.handover import count_things, offer, owner_by
from core.runs.own_datasets import OwnDatasets
from core.runs.run_row import COMMAND_LINE
from core.runs.schema import OPENED, RUNS
from core.search import Searches, SearchPlan, default_dimension
from core.search.erasure import Erased
from core.search.optuna_study import study_of
from tests.core.classroom.conftest import OnDay, School, count, member, teacher, visitor
from tests.core.runs.conftest import started, steps, weights

CONFIG = RunConfig(train_size=100, epochs=1)
PLAN = SearchPlan(
    RunConfig(validation_size=100), (default_dimension("learning_rate"),), "random", "none", 3, 1
)
DIGITS = tuple("0123456789")
STORY = [started(), steps(1, 3), weights(3), Finished(3, "finished", 1.0)]


@dataclass(frozen=True)
class Made:
    """What one has made: runs that are over, in the bin, queued and in training (its attempt), a search, a dataset."""

    over: str
    binned: str
    queued: str
    live: str
    attempt: int
    search: str
    dataset: str


def make(store: Store) -> Made:
    """Have the store's actor make one of everything."""
    system = store.acting_as(SYSTEM)
    over, binned = (store.add_finished_run(CONFIG, STORY, name="my name", owner="") for _ in range(2))
    store.note(over, "I, Ada, did it")
    store.tag(over, ["ada"])
    store.pin(over)
    store.delete(binned)
    queued, live = store.create(CONFIG), store.create(CONFIG, name="live")
    attempt = system.claim(live)
    assert attempt
    system.append(live, attempt, [started(), steps(1, 3)])
    search = Searches(store).create(PLAN)
    study_of(Searches(store).get(search), store.url)
    own = OwnDatasets(store)
    dataset = own.create("Mine", DIGITS, (1, 28, 28)).name
    own.add_images(dataset, np.zeros((20, 1, 28, 28), np.uint8), [*range(10)] * 2)
    return Made(over, binned, queued, live, attempt, search, dataset)


def files(store: Store) -> list[Path]:
    folder = store.settings.data_dir
    return [file for part in (OWN, BIN) for file in sorted((folder / part).rglob("*")) if file.is_file()]


def studies(store: Store) -> list[str]:
    return sorted(optuna.get_all_study_names(store.url))


def owned(store: Store, owner: str) -> list[object]:
    """Return every run of the owner's, whole."""
    with store.database.read() as connection:
        return [*connection.execute(select(RUNS).where(RUNS.c.owner == owner).order_by(RUNS.c.number))]


@pytest.fixture
def adas(store: Store, school: School) -> Made:
    return make(member(store, school.ada))


@pytest.mark.parametrize("keeps_runs", [False, True])
def test_nothing_of_its_members_is_left_and_nothing_of_others_is_touched(
    store: Store, school: School, adas: Made, keeps_runs: bool
) -> None:
    bobs, tess = make(member(store, school.bob)), make(teacher(store, school.classroom))
    ada, bob = school.ada.member.id, school.bob.member.id
    before = {who: (owned(store, who), count_things(store.database, who)) for who in (bob, "tess")}
    word = offer(store.database, ada)
    Searches(member(store, school.ada)).note_opened(bobs.search)
    erased = Ending(teacher(store, school.classroom)).end(school.classroom.id, keeps_runs=keeps_runs)
    assert erased == Erased(runs=3 if keeps_runs else 4, searches=1, datasets=1)
    assert count_things(store.database, ada) == {"runs": 1, "searches": 0, "datasets": 0}
    assert [file for file in files(store) if adas.dataset.removeprefix("own:") in str(file)] == []
    assert studies(store) == sorted([bobs.search, tess.search])
    assert owner_by(store.database, word) == ""
    assert count(store, OPENED) == 0
    for who, (runs, things) in before.items():
        adopted = [adas.over] if keeps_runs and who == "tess" else []
        assert [run for run in owned(store, who) if run.id not in adopted] == runs
        assert count_things(store.database, who) == things | {"runs": things["runs"] + len(adopted)}
    for dataset in (bobs.dataset, tess.dataset):
        assert [file for file in files(store) if dataset.removeprefix("own:") in str(file)]
    assert seat_of(store.database, school.bob.seat)
    assert [count(store, table) for table in (CLASSROOMS, TEACHER_KEYS, TEACHERS, MEMBERS, SEATS)] == [1] * 5


def test_a_run_in_training_is_out_of_sight_stopped_and_gone_when_its_worker_has_let_go(
    store: Store, school: School, adas: Made
) -> None:
    Ending(teacher(store, school.classroom)).end(school.classroom.id, keeps_runs=True)
    assert store.orders(adas.live, adas.attempt).command == "stop"
    with pytest.raises(UnknownRun):
        visitor(store).get(adas.live)
    store.append(adas.live, adas.attempt, [Finished(3, "stopped", 1.0)])
    store.leases.give_back(adas.live)
    assert store.prune() == [adas.live]
    assert owned(store, school.ada.member.id) == []


@pytest.mark.parametrize(
    ("actor", "owner"),
    [("tess", "tess"), (OPERATOR, COMMAND_LINE), (Actor(Role.OPERATOR, "olga"), "olga")],
)
def test_runs_that_are_kept_are_the_actors_without_what_the_member_wrote(
    store: Store, school: School, adas: Made, actor: str | Actor, owner: str
) -> None:
    acting = teacher(store, school.classroom) if isinstance(actor, str) else store.acting_as(actor)
    before = store.get(adas.over)
    events, learned = store.events_since(adas.over).events, store.snapshot(adas.over, 3)
    trial = store.add_finished_run(CONFIG, STORY, owner=school.ada.member.id, group_id=adas.search)
    Ending(acting).end(school.classroom.id, keeps_runs=True)
    assert {run.id for run in owned(store, owner)} == {adas.over, trial}
    after = store.get(adas.over)
    assert (after.name, after.note, after.tags, store.get(trial).group_id) == ("", "", (), "")
    assert after.revision > before.revision
    assert (after.config, after.step, after.number) == (before.config, before.step, before.number)
    assert [type(event) for event in store.events_since(adas.over).events] == [*map(type, events)]
    assert np.array_equal(store.snapshot(adas.over, 3)["linear.weight"], learned["linear.weight"])


def test_nobody_is_in_it_any_more(store: Store, school: School) -> None:
    second = Teachers(teacher(store, school.classroom)).add(school.classroom.id, "Tina")
    Ending(teacher(store, school.classroom)).end(school.classroom.id, keeps_runs=False)
    assert seat_of(store.database, school.ada.seat) is None
    assert roles(store.database).teachers == {"tom": frozenset({school.other.id})}
    assert roles(store.database).members == {school.bob.member.id: school.other.id}
    for call in (
        lambda: Members(visitor(store)).join(school.classroom.code, "Cleo"),
        lambda: Members(visitor(store)).rejoin(school.classroom.code, "Ada", school.ada.key),
        lambda: Ending(store).end(school.classroom.id, keeps_runs=False),
    ):
        with pytest.raises(UnknownClassroom):
            call()
    for key in (school.key, second):
        with pytest.raises(WrongKey):
            Teachers(visitor(store)).enter(key)


def test_what_a_removed_member_made_goes_too(store: Store, school: School, adas: Made) -> None:
    Members(store).remove(school.classroom.id, school.ada.member.id)
    assert Ending(store).end(school.classroom.id, keeps_runs=False).runs == 4
    assert files(store) == []
    with pytest.raises(UnknownRun):
        store.get(adas.over)


def test_nobody_joins_or_comes_back_while_it_ends_and_what_fails_can_be_done_again(
    store: Store, school: School, adas: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []

    def failing(_store: Store) -> Erased:
        assert seat_of(store.database, school.ada.seat) is None
        assert is_over(store.database, school.classroom.id), "so a page says why they are out"
        for call in (
            lambda: Members(visitor(store)).join(school.classroom.code, "Cleo"),
            lambda: Members(visitor(store)).rejoin(school.classroom.code, "Ada", school.ada.key),
        ):
            with pytest.raises((ClassroomShut, WrongKey)):
                call()
        told.append("asked")
        raise OSError("a disk")

    with monkeypatch.context() as patch:
        patch.setattr("core.classroom.ending.erase_everything", failing)
        with pytest.raises(OSError, match="a disk"):
            Ending(teacher(store, school.classroom)).end(school.classroom.id, keeps_runs=False)
    assert told == ["asked"]
    assert store.get(adas.over).name == "my name"
    assert Ending(teacher(store, school.classroom)).end(school.classroom.id, keeps_runs=False).runs == 4
    with pytest.raises(UnknownClassroom):
        Classrooms(store).get(school.classroom.id)


def test_what_one_member_made_can_go_alone(store: Store, school: School, adas: Made) -> None:
    cleo = Members(visitor(store)).join(school.classroom.code, "Cleo")
    hers = make(member(store, cleo))
    make(member(store, school.bob))
    ending = Ending(teacher(store, school.classroom))
    before = owned(store, cleo.member.id), owned(store, school.bob.member.id)
    for not_in_it in (school.bob.member.id, "tess", "", COMMAND_LINE):
        assert ending.erase_made(school.classroom.id, not_in_it) == Erased(0, 0, 0)
    assert ending.erase_made(school.classroom.id, school.ada.member.id) == Erased(4, 1, 1)
    assert (owned(store, cleo.member.id), owned(store, school.bob.member.id)) == before
    with pytest.raises(UnknownRun):
        store.get(adas.over)
    assert store.get(hers.over)
    assert seat_of(store.database, school.ada.seat), "she stays a member"


def test_a_class_ends_by_itself_when_its_days_are_over(tmp_path: Path, on_day: OnDay) -> None:
    store = Store(settings=Settings(data=str(tmp_path), class_days=5))
    classes = Classrooms(store)
    today = date.today()
    short, _ = classes.start("short", today)
    long, _ = classes.start("long", today + timedelta(days=2))
    ada = Members(visitor(store)).join(short.code, "Ada")
    made = make(member(store, ada))
    on_day(today + timedelta(days=5))
    assert Ending(store).end_old() == []
    on_day(today + timedelta(days=6))
    assert Ending(store).end_old() == ["short"]
    assert [one.id for one in classes.mine()] == [long.id]
    with pytest.raises(UnknownRun):
        store.get(made.over)
    assert files(store) == []
    on_day(today + timedelta(days=8))
    assert Ending(store).end_old() == ["long"]
    assert classes.mine() == []
