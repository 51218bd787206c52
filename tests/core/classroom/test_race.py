"""A race: which runs count, who is where, and whether that is more than luck, by a table worked by hand."""

import csv
import io
import time
from typing import Any

import numpy as np
import pytest

from core.access.rules import Actor, Role
from core.classroom import race as race_module
from core.classroom.classrooms import Classrooms
from core.classroom.errors import ClassroomRefused
from core.classroom.members import Joined, Members
from core.classroom.race import Race, Races, Right, ranking_csv
from core.config.run_config import RunConfig
from core.protocol.events import Evaluated, Finished
from core.runs import RunRow, Store
from tests.core.classroom.conftest import School, member, open_store, teacher, visitor
from tests.core.runs.conftest import started, steps, weights

CONFIG = RunConfig(epochs=3)


class Scores:
    """Which of a hundred test images each run reads right, as the tests say."""

    def __init__(self) -> None:
        self.by_run: dict[str, Right] = {}

    def __call__(self, run: RunRow) -> Right | None:
        return self.by_run.get(run.id)


@pytest.fixture
def scores() -> Scores:
    return Scores()


@pytest.fixture
def races(store: Store, school: School) -> Races:
    return Races(teacher(store, school.classroom))


def trained(store: Store, joined: Joined, config: RunConfig = CONFIG, **facts: Any) -> str:
    """Return a run that a member has begun by themselves, and a worker finished."""
    run_id = member(store, joined).create(config, **facts)
    attempt = store.claim(run_id)
    ends = [Evaluated(3, "test", 1.0, 0.5), Finished(3, "finished", 1.0)]
    store.append(run_id, attempt, [started(), steps(1, 3), weights(3), *ends])
    return run_id


def right(*counts: int) -> Right:
    """Return a hundred answers: so many right, then so many wrong, then so many right, ..."""
    answers = np.concatenate([np.full(count, place % 2 == 0) for place, count in enumerate(counts)])
    assert len(answers) == 100
    return answers


def test_the_best_run_of_each_counts_and_equal_ones_share_a_place(
    store: Store, school: School, races: Races, scores: Scores
) -> None:
    joining = Members(visitor(store))
    cleo, dora = (joining.join(school.classroom.code, name) for name in ("Cleo", "Dora"))
    race = races.start(school.classroom.id, "mnist")
    worse, best = trained(store, school.ada), trained(store, school.ada)
    cleos, doras, bobs = trained(store, cleo), trained(store, dora), trained(store, school.bob)
    scores.by_run = {worse: right(60, 40), best: right(90, 10), cleos: right(80, 20), doras: right(0, 20, 80)}
    scores.by_run[bobs] = right(100)  # of another class
    placed = races.ranking(school.classroom.id, race, scores)
    assert [(one.place, one.nickname, one.run.id, one.right) for one in placed] == [
        (1, "Ada", best, 90),
        (2, "Cleo", cleos, 80),
        (2, "Dora", doras, 80),
    ]
    # Ada alone is right on 10 images, Cleo on none: 2 * (1/2)^10. Cleo alone on 20, Dora alone on 20: quite even.
    assert [one.p_value for one in placed] == [None, pytest.approx(2 * 0.5**10), pytest.approx(1.0)]
    assert [one.is_clear for one in placed] == [False, True, False]


def test_a_run_counts_that_is_within_the_limits_and_within_the_race(
    store: Store, school: School, races: Races, scores: Scores
) -> None:
    early = trained(store, school.ada)
    race = races.start(school.classroom.id, "mnist", models=("softmax", "mlp"), max_epochs=3)
    own = member(store, school.ada)
    others = [
        early,
        trained(store, school.ada, RunConfig(epochs=4)),
        trained(store, school.ada, RunConfig(epochs=3, model="cnn")),
        trained(store, school.ada, RunConfig(epochs=3, dataset="fashion_mnist")),
        trained(store, school.ada, RunConfig(epochs=3, start_from=early)),
        own.add_finished_run(CONFIG, [started(), steps(1, 3), weights(3), Finished(3, "finished", 1.0)]),
    ]
    deleted = trained(store, school.ada)
    own.delete(deleted)
    going_on = own.create(CONFIG)
    counts = trained(store, school.ada)
    unscored = trained(store, school.ada)
    scores.by_run = {run_id: right(99, 1) for run_id in (*others, deleted, going_on)} | {
        counts: right(50, 50)
    }
    assert [one.run.id for one in races.ranking(school.classroom.id, race, scores)] == [counts]
    assert unscored not in scores.by_run


def test_what_is_finished_after_the_end_does_not_count_and_a_new_race_begins_anew(
    store: Store, school: School, races: Races, scores: Scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = races.start(school.classroom.id, "mnist")
    within = trained(store, school.ada)
    races.end(school.classroom.id)
    after = trained(store, school.ada)
    scores.by_run = {within: right(50, 50), after: right(99, 1)}
    ended = races.latest(school.classroom.id)
    assert ended is not None
    assert (ended.id, ended.ended_at is None) == (first.id, False)
    assert [one.run.id for one in races.ranking(school.classroom.id, ended, scores)] == [within]
    later = time.time() + 60
    monkeypatch.setattr(race_module.time, "time", lambda: later)
    again = races.start(school.classroom.id, "mnist")
    assert races.latest(school.classroom.id) == again != first
    assert races.ranking(school.classroom.id, again, scores) == []


def test_a_race_that_goes_on_ends_when_another_is_started(store: Store, school: School, races: Races) -> None:
    first = races.start(school.classroom.id, "mnist")
    assert first.ended_at is None
    races.start(school.classroom.id, "fashion_mnist")
    with store.database.read() as connection:
        ends = connection.exec_driver_sql("SELECT ended_at FROM activities ORDER BY began_at").scalars().all()
    assert [end is None for end in ends] == [False, True]


@pytest.mark.parametrize(
    ("terms", "value"),
    [
        ({"dataset": "own:abc"}, "own:abc"),
        ({"dataset": "mnist", "models": ("mlp", "transformer")}, "transformer"),
        ({"dataset": "mnist", "max_epochs": -1}, "-1"),
    ],
)
def test_what_cannot_be_raced_on_is_named(
    school: School, races: Races, terms: dict[str, Any], value: str
) -> None:
    with pytest.raises(ClassroomRefused, match=f"“{value}” cannot be raced on"):
        races.start(school.classroom.id, **terms)
    assert races.latest(school.classroom.id) is None


def test_who_was_removed_is_not_ranked_and_a_nickname_that_waits_is_not_told(
    store: Store, school: School, races: Races, scores: Scores
) -> None:
    cleo = Members(visitor(store)).join(school.classroom.code, "Cleo")
    race = races.start(school.classroom.id, "mnist")
    scores.by_run = {trained(store, school.ada): right(90, 10), trained(store, cleo): right(80, 20)}
    Classrooms(teacher(store, school.classroom)).change(school.classroom.id, needs_nod=True)
    assert [one.nickname for one in races.ranking(school.classroom.id, race, scores)] == ["", ""]
    Members(teacher(store, school.classroom)).remove(school.classroom.id, school.ada.member.id)
    (left,) = races.ranking(school.classroom.id, race, scores)
    assert (left.place, left.member_id) == (1, cleo.member.id)


def test_the_mark_changes_with_what_a_ranking_is_made_of(store: Store, school: School, races: Races) -> None:
    marks = [races.mark(school.classroom.id)]
    races.start(school.classroom.id, "mnist")
    marks.append(races.mark(school.classroom.id))
    run_id = trained(store, school.ada)
    marks.append(races.mark(school.classroom.id))
    trained(store, school.bob)
    assert races.mark(school.classroom.id) == marks[-1], "another class's run changes nothing"
    member(store, school.ada).delete(run_id)
    races.end(school.classroom.id)
    marks.append(races.mark(school.classroom.id))
    assert len({*marks}) == len(marks)


def test_a_race_and_its_ranking_outlive_a_restart(
    store: Store, school: School, races: Races, scores: Scores, tmp_path: Any
) -> None:
    race: Race = races.start(school.classroom.id, "mnist", models=("mlp",), max_epochs=9)
    run_id = trained(store, school.ada, RunConfig(epochs=3, model="mlp"))
    scores.by_run = {run_id: right(75, 25)}
    again = Races(open_store(tmp_path).acting_as(Actor(Role.VISITOR, "x", member_of=school.classroom.id)))
    assert again.latest(school.classroom.id) == race
    (placed,) = again.ranking(school.classroom.id, race, scores)
    assert (placed.run.id, placed.accuracy) == (run_id, 0.75)


def test_the_ranking_as_csv_says_all_and_no_spreadsheet_computes_a_nickname(
    store: Store, school: School, races: Races, scores: Scores
) -> None:
    evil = Members(visitor(store)).join(school.classroom.code, "=SUM(A1)")
    race = races.start(school.classroom.id, "mnist")
    first, second = trained(store, evil, name="+1"), trained(store, school.ada)
    scores.by_run = {first: right(90, 10), second: right(80, 20)}
    written = ranking_csv(races.ranking(school.classroom.id, race, scores)).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(written)))
    assert [(row["place"], row["nickname"], row["run"], row["right"], row["accuracy"]) for row in rows] == [
        ("1", "'=SUM(A1)", first, "90", "0.900000"),
        ("2", "Ada", second, "80", "0.800000"),
    ]
    assert rows[0]["title"] == "'+1"
    assert (rows[0]["p_value"], float(rows[1]["p_value"])) == ("", pytest.approx(2 * 0.5**10, rel=1e-5))
