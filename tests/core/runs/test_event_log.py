"""Events read from a cursor: each exactly once, and one consistent history however often a run was resumed."""

from itertools import pairwise

import numpy as np
import pytest

from core.protocol.events import Checkpoint, Evaluated, LearningRateChanged, Started, Steps
from tests.core.runs.conftest import started, steps, told, weights


def chunks(events):
    return [event for event in events if isinstance(event, Steps)]


def test_every_kind_of_event_is_read_back_as_it_was_said(store):
    said = (
        started(),
        Evaluated(0, "test", 2.3, 0.1, np.arange(20)),
        steps(1, 5),
        LearningRateChanged(5, 0.01),
    )
    run_id, _ = told(store, *said)
    read = store.events_since(run_id).events
    assert [type(event) for event in read] == [type(event) for event in said]
    assert read[0] == said[0]
    assert read[3] == said[3]
    np.testing.assert_array_equal(read[1].strip, said[1].strip)
    np.testing.assert_array_equal(read[2].losses, said[2].losses)
    np.testing.assert_array_equal(read[2].accuracies, said[2].accuracies)
    assert (read[2].first_step, read[2].learning_rate, read[2].elapsed_s) == (1, 0.1, 0.05)


def test_a_cursor_gives_each_event_once(store):
    run_id, attempt = told(store, started())
    news = store.events_since(run_id)
    assert news.afresh
    assert news.events == (started(),)
    assert store.events_since(run_id, news.cursor).events == ()
    store.append(run_id, attempt, [steps(1, 3)])
    store.append(run_id, attempt, [steps(4, 6)])
    later = store.events_since(run_id, news.cursor)
    assert not later.afresh
    assert [chunk.first_step for chunk in chunks(later.events)] == [1, 4]
    assert store.events_since(run_id, later.cursor).events == ()


def test_a_run_without_events_gives_a_cursor_that_finds_the_first(store):
    from core.config.run_config import RunConfig

    run_id = store.create(RunConfig())
    news = store.events_since(run_id)
    assert news.events == ()
    attempt = store.claim(run_id)
    store.append(run_id, attempt, [started()])
    assert store.events_since(run_id, news.cursor).events == (started(),)


def test_a_text_that_is_no_cursor_is_refused(store):
    run_id, _ = told(store, started())
    with pytest.raises(ValueError, match="a cursor is what `events_since` gave before, got 'one'"):
        store.events_since(run_id, "one")


def resumed(store, at_step):
    """Return (run id, the cursor of a reader of the first attempt) of a run resumed at a step."""
    run_id, attempt = told(
        store, started(), steps(1, 5), weights(5), steps(6, 9), Evaluated(9, "test", 1.0, 0.5), weights(9)
    )
    store.append(run_id, attempt, [LearningRateChanged(9, 0.3)])
    cursor = store.events_since(run_id).cursor
    store.leases.give_back(run_id)
    store.enqueue(run_id)
    second = store.claim(run_id)
    store.append(run_id, second, [started(step=at_step), steps(at_step + 1, at_step + 2, loss=2.0)])
    return run_id, cursor


def test_a_resumed_run_has_one_history_in_which_every_step_comes_once(store):
    run_id, cursor = resumed(store, at_step=7)
    news = store.events_since(run_id, cursor)
    assert news.afresh
    told_steps = [range(chunk.first_step, chunk.last_step + 1) for chunk in chunks(news.events)]
    assert [step for chunk in told_steps for step in chunk] == list(range(1, 10))
    losses = np.concatenate([chunk.losses for chunk in chunks(news.events)])
    np.testing.assert_allclose(losses, [1 / k for k in range(1, 8)] + [2 / 8, 2 / 9], rtol=1e-6)
    assert [event for event in news.events if isinstance(event, Evaluated)] == []


def test_a_resumed_run_keeps_snapshots_up_to_its_checkpoint_and_every_live_change(store):
    run_id, _ = resumed(store, at_step=7)
    assert store.snapshots(run_id) == [5]
    assert store.get(run_id).learning_rate_changes == ((9, 0.3),)


def test_a_run_that_starts_over_forgets_what_it_had_said(store):
    run_id, cursor = resumed(store, at_step=0)
    news = store.events_since(run_id, cursor)
    assert news.afresh
    assert [chunk.first_step for chunk in chunks(news.events)] == [1]
    assert sum(isinstance(event, Started) for event in news.events) == 2


def test_a_run_that_starts_over_says_once_how_it_stood_before_its_first_step(store):
    before = Evaluated(0, "test", 2.3, 0.1, np.arange(20))
    run_id, _ = told(store, started(), before, steps(1, 5))
    store.leases.give_back(run_id)
    store.enqueue(run_id)
    store.append(run_id, store.claim(run_id), [started(), before, steps(1, 2)])
    news = store.events_since(run_id)
    assert [event.step for event in news.events if isinstance(event, Evaluated)] == [0]


def test_a_reader_between_claim_and_start_still_sees_the_old_history(store):
    run_id, _ = told(store, started(), steps(1, 5), Checkpoint(5, b"state"))
    cursor = store.events_since(run_id).cursor
    store.leases.give_back(run_id)
    store.enqueue(run_id)
    second = store.claim(run_id)
    news = store.events_since(run_id, cursor)
    assert (news.events, news.afresh) == ((), False)
    store.append(run_id, second, [started(step=5)])
    assert store.events_since(run_id, news.cursor).afresh


def test_sequence_numbers_are_contiguous_in_each_attempt(store):
    from sqlalchemy import select

    from core.runs.schema import EVENTS

    run_id, _ = resumed(store, at_step=9)
    with store.database.read() as connection:
        numbers = connection.execute(
            select(EVENTS.c.attempt, EVENTS.c.seq).where(EVENTS.c.run_id == run_id)
        ).all()
    for attempt in (1, 2):
        seqs = [seq for number, seq in sorted(numbers) if number == attempt]
        assert all(b - a == 1 for a, b in pairwise(seqs))
        assert seqs[0] == 1
