"""Events on their way to the store: batched, kept in order through trouble, given up in the end."""

import numpy as np
import pytest

from core.jobs import event_writer as module
from core.jobs.event_writer import EventWriter
from core.protocol.events import Checkpoint, Finished, Started, Steps, Weights
from core.runs import LostRun, StoreBusy, StoreFull

STARTED = Started(0, 60, 20, 1000, "test", 10_000, 7850, "closed-form", 1)


def chunk(step):
    return Steps(step, np.ones(1, np.float32), np.ones(1, np.float32), 0.1, 0.1, 1.0)


def glimpse(step):
    return Weights(step, {"w": np.full(3, step, np.float32)}, keep=False)


class FakeStore:
    """A store that notes what it is given, or raises what it is told to."""

    def __init__(self):
        self.batches, self.error = [], None

    def append(self, _run_id, _attempt, events):
        if self.error:
            raise self.error
        self.batches.append(list(events))

    @property
    def events(self):
        return [event for batch in self.batches for event in batch]


@pytest.fixture
def clock(monkeypatch):
    """Return a clock that moves when told to, and by sleeping."""

    class Clock:
        now = 1000.0

        def sleep(self, seconds):
            self.now += seconds

    moved = Clock()
    monkeypatch.setattr(module.time, "monotonic", lambda: moved.now)
    monkeypatch.setattr(module.time, "sleep", moved.sleep)
    return moved


@pytest.fixture
def box(clock):  # noqa: ARG001 - made before the box
    store = FakeStore()
    return store, EventWriter(store, "run", 1)


def test_chunks_wait_for_each_other_a_tenth_of_a_second(box, clock):
    store, event_writer = box
    event_writer.add(STARTED)
    assert store.events == [STARTED], "the start is told at once"
    for step in range(1, 10):
        event_writer.add(chunk(step))
        clock.now += 0.02
    assert 2 <= len(store.batches) <= 4
    clock.now += 0.1
    event_writer.flush_if_due()
    assert [event.first_step for event in store.events[1:]] == list(range(1, 10))


def test_the_end_is_told_at_once(box):
    store, event_writer = box
    event_writer.add(STARTED)
    event_writer.add(chunk(1))
    event_writer.add(Finished(1, "finished", 0.1))
    assert store.events[-1] == Finished(1, "finished", 0.1)


def test_trouble_keeps_events_in_order_and_only_the_newest_glimpse_and_checkpoint(box, clock):
    store, event_writer = box
    store.error = StoreBusy("locked", "wait")
    event_writer.add(STARTED)
    for step in range(1, 100):
        event_writer.add(chunk(step))
        event_writer.add(glimpse(step))
        if step % 10 == 0:
            event_writer.add(Checkpoint(step, b"state"))
        clock.now += 0.6
    store.error = None
    event_writer.close()
    assert len(store.batches) == 1
    assert [event.first_step for event in store.events if isinstance(event, Steps)] == list(range(1, 100))
    assert [event.step for event in store.events if isinstance(event, Weights)] == [99]
    assert [event.step for event in store.events if isinstance(event, Checkpoint)] == [90]


@pytest.mark.parametrize(
    ("error", "least_s", "most_s"),
    [(StoreBusy("locked", "wait"), 60, 200), (StoreFull("full", "free"), 2, 10)],
)
def test_a_store_in_trouble_is_borne_with_for_a_while_and_then_given_up(box, clock, error, least_s, most_s):
    store, event_writer = box
    store.error = error
    event_writer.add(STARTED)
    with pytest.raises(type(error)):
        event_writer.close()
    assert least_s < clock.now - 1000 < most_s


def test_patience_begins_anew_after_every_success(box, clock):
    store, event_writer = box
    for _ in range(3):
        store.error = StoreFull("full", "free")
        event_writer.add(chunk(1))
        clock.now += 2.5
        store.error = None
        event_writer.flush_if_due()
        clock.now += 2.5
    assert len(store.batches) == 3


def test_a_lost_run_is_told_to_the_worker_at_once(box):
    store, event_writer = box
    store.error = LostRun("run", 1)
    with pytest.raises(LostRun):
        event_writer.add(STARTED)


def test_what_waits_is_bounded_by_waiting_for_the_store(box, clock, monkeypatch):
    store, event_writer = box
    monkeypatch.setattr(module, "MAX_PENDING_BYTES", 100)
    store.error = StoreBusy("locked", "wait")
    event_writer.add(chunk(1))
    before = clock.now
    sleep = clock.sleep

    def sleep_until_unlocked(seconds):
        sleep(seconds)
        if clock.now > before + 5:
            store.error = None

    monkeypatch.setattr(module.time, "sleep", sleep_until_unlocked)
    event_writer.add(Weights(2, {"w": np.zeros(1000, np.float32)}, keep=True))
    assert clock.now - before > 5
    assert len(store.events) == 2
