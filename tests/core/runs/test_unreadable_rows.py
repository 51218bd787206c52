"""A row that cannot be read is one line that says so, and costs none of the others."""

import pytest

from core.config.run_config import RunConfig
from core.protocol.events import Evaluated, Finished
from core.runs import DamagedArtifact, Store, UnknownRun, UnreadableRun
from core.runs.loss_history import loss_histories
from core.runs.serialization import decode
from tests.core.runs.conftest import open_store, started, told
from tests.core.runs.unreadable_rows import DAMAGES, damage, damage_events


@pytest.mark.parametrize("values", DAMAGES.values(), ids=DAMAGES)
def test_it_is_refused_in_words_and_left_out_of_lists_that_have_the_others(store: Store, values):
    good, bad = store.create(RunConfig(), name="good"), store.create(RunConfig(), name="bad", owner="ada")
    damage(store, bad, values)
    with pytest.raises(
        UnreadableRun, match=r"The run “.*” cannot be read: .*\(.+\)\. (Update|Whoever)"
    ) as caught:
        store.get(bad)
    assert (caught.value.run_id, caught.value.owner) == (bad, "ada")
    assert isinstance(caught.value, UnknownRun), "whoever does without a run does without this one"
    assert [row.id for row in store.list()] == [good]
    rows, unreadable = store.listing()
    assert [row.id for row in rows] == [good]
    assert [problem.run_id for problem in unreadable] == [bad]
    assert store.list_version()
    assert store.prune() == []
    store.delete(bad)
    assert store.listing()[1] == []


def test_it_says_which_settings_are_not_known_and_which_columns_are_damaged(store: Store):
    later, damaged = store.create(RunConfig(), name="later"), store.create(RunConfig())
    damage(store, later, {"config": '{"mood": 1, "taste": 2, "epochs": 0}'})
    damage(store, damaged, {"tags": "[", "step": "many"})
    with pytest.raises(
        UnreadableRun, match=r"“later” .* does not know \(mood, taste,? and epochs\)\. Update Inkling"
    ):
        store.get(later)
    with pytest.raises(UnreadableRun, match=rf"“{damaged}” .* is damaged \(step and tags\)\."):
        store.get(damaged)


@pytest.mark.parametrize("values", [v for v in DAMAGES.values() if "state" not in v])
def test_in_the_queue_it_is_passed_over_and_stays(store: Store, values):
    bad, good = store.create(RunConfig()), store.create(RunConfig())
    damage(store, bad, values)
    assert [(entry.run_id, entry.config) for entry in store.waiting(limit=1)] == [(good, RunConfig())]
    assert store.count_by_state() == {"queued": 2}


def test_a_text_that_is_no_utf8_costs_no_other_run(store: Store):
    run_id = store.create(RunConfig(), name="good")
    odd = store.create(RunConfig())
    with store.database.write() as connection:
        connection.exec_driver_sql("UPDATE runs SET note = CAST(x'61ff62' AS TEXT) WHERE id = ?", (odd,))
    assert [row.note for row in store.list()] == ["a�b", ""]
    assert store.get(run_id).name == "good"


@pytest.mark.parametrize(
    "payload",
    [
        b"", b"{", b"\xff", b"null", b"[]", b"{}", b"[" * 100_000,
        b'{"step": 5, "split": "test", "loss": "low", "accuracy": 0.5, "strip": []}',
        b'{"step": 5, "split": "test", "loss": 1.0, "accuracy": 0.5, "strip": {"a": 1}}',
        b'{"step": 5, "split": 1, "loss": 1.0, "accuracy": 0.5, "strip": []}',
        b'{"step": 5, "split": "test", "loss": 1.0, "accuracy": 0.5, "strip": [99999999999999999999999]}',
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_decoded_is_damage_in_words_and_leaves_lists_whole(store: Store, payload):
    ends = (Evaluated(5, "test", 0.5, 0.9), Finished(5, "finished", 1.0))
    bad, good = told(store, started(), *ends)[0], told(store, started(), *ends)[0]
    damage_events(store, bad, payload)
    with pytest.raises(DamagedArtifact, match=r"A stored event \(evaluated\) is damaged\."):
        store.events_since(bad)
    assert len(store.events_since(good).events) == 3
    losses = loss_histories(store, store.list())
    assert losses[good] == [0.5]
    assert set(losses) == {good, bad}


def test_a_kind_of_event_that_this_version_does_not_know_is_damage_in_words():
    with pytest.raises(DamagedArtifact, match=r"A stored event \(dreamt\) is damaged"):
        decode("dreamt", b"{}")


def test_what_cannot_be_read_outlives_an_edit_of_another_run(store: Store, store_path):
    good, bad = store.create(RunConfig()), store.create(RunConfig())
    damage(store, bad, DAMAGES["a setting of a later version"])
    store.rename(good, "new")
    store.close()
    with pytest.raises(UnreadableRun):
        open_store(store_path).get(bad)
