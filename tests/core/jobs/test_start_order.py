"""Which queued run starts next: owners by turns, few of one at full speed, never more than there is room for."""

import pytest

from core.config.app_settings import Settings
from core.config.run_config import RunConfig
from core.jobs.start_order import next_to_start, share_of, started
from core.runs import QueuedRun

SETTINGS = Settings(cores=1, workers=1, running=8)
ROOMY = Settings(cores=1, workers=1, running=40)


def queued(name: str, owner: str = "", group: str = "", pace: str = "full") -> QueuedRun:
    return QueuedRun(name, RunConfig(), owner, group, pace)


def order(waiting: list[QueuedRun], settings: Settings = SETTINGS) -> list[str]:
    """Return the runs that start, in order, from nothing at work."""
    in_work, names, left = [], [], list(waiting)
    while (run := next_to_start(left, in_work, settings)) is not None:
        left.remove(run)
        in_work.append(started(run, settings))
        names.append(run.run_id)
    return names


def test_one_owner_has_one_at_full_speed_for_each_that_computes_at_once():
    assert order([queued("a"), queued("b"), queued("c")]) == ["a"]


def test_paced_runs_start_beside_those_at_full_speed():
    assert order([queued("a"), queued("b", pace="film:10"), queued("c", pace="steps:5")]) == ["a", "b"]
    assert order([queued("a"), queued("b", pace="film:10"), queued("c", pace="steps:5")], ROOMY) == [
        "a",
        "b",
        "c",
    ]


def test_owners_go_by_turns_and_a_search_is_an_owner_of_its_own():
    waiting = [queued(f"a{i}", "a", pace="film:10") for i in range(3)] + [
        queued("b", "b"),
        queued("s", "a", "g"),
    ]
    assert order(waiting, ROOMY) == ["a0", "b", "s", "a1", "a2"]


def test_nobody_takes_more_than_a_quarter_of_the_room():
    waiting = [queued(f"a{i}", "a", pace="film:10") for i in range(30)]
    assert len(order(waiting, ROOMY)) == 10


def test_beyond_the_room_nothing_starts():
    waiting = [queued(f"{i}", f"owner{i}") for i in range(20)]
    assert order(waiting) == [str(i) for i in range(8)]


def test_a_paused_run_does_not_keep_its_owners_next_waiting():
    first = started(queued("a"), SETTINGS)
    paused = type(first)(**{**vars(first), "state": "paused"})
    assert next_to_start([queued("b")], [first], SETTINGS) is None
    assert next_to_start([queued("b")], [paused], SETTINGS) == queued("b")


@pytest.mark.parametrize(("model", "threads"), [("softmax", 1), ("cnn", 4)])
def test_a_run_takes_part_with_its_owner_and_its_threads(model, threads):
    run = QueuedRun("a", RunConfig(model=model), "me", "search1", "full")
    share = share_of(run, Settings(cores=4))
    assert (share.threads, share.is_search) == (min(threads, Settings(cores=4).core_count), True)
    assert share.account != share_of(queued("b", "me"), SETTINGS).account
