"""Arrays and bytes of a run: read back bit for bit, replaced, bounded in number, and checked when read."""

import numpy as np
import pytest

from core.protocol.events import Checkpoint
from core.runs import DamagedArtifact, Store, UnknownArtifact
from core.runs.schema import ARTIFACTS
from tests.core.runs.conftest import open_store, started, told, weights


def spoil(store: Store, kind: str) -> None:
    """Cut every stored artifact of a kind short by one byte, as a failing disk might."""
    from sqlalchemy import func

    with store.database.write() as connection:
        shorter = func.substr(ARTIFACTS.c.data, 1, ARTIFACTS.c.size - 1)
        connection.execute(ARTIFACTS.update().where(ARTIFACTS.c.kind == kind).values(data=shorter))


def test_snapshots_are_listed_by_step_and_read_back_bit_for_bit(store):
    run_id, _ = told(store, started(), weights(0), weights(10), weights(9))
    assert store.snapshots(run_id) == [0, 9, 10]
    for step in (0, 9, 10):
        read = store.snapshot(run_id, step)
        assert set(read) == {"linear.weight", "linear.bias"}
        for name, array in weights(step).arrays.items():
            assert read[name].dtype == np.float32
            np.testing.assert_array_equal(read[name], array)


def test_a_glimpse_is_replaced_and_the_newest_weights_win(store):
    run_id, attempt = told(store, started())
    assert store.newest_weights(run_id) is None
    assert store.newest_weights_step(run_id) is None
    for event in (weights(3, keep=False), weights(5, keep=False), weights(4)):
        store.append(run_id, attempt, [event])
    step, arrays = store.newest_weights(run_id)
    assert (step, store.newest_weights_step(run_id)) == (5, 5)
    np.testing.assert_array_equal(arrays["linear.weight"], weights(5).arrays["linear.weight"])
    store.append(run_id, attempt, [weights(8)])
    assert store.newest_weights(run_id)[0] == 8
    assert store.snapshots(run_id) == [4, 8]


def test_a_checkpoint_is_replaced_whole(store):
    run_id, attempt = told(store, started(), Checkpoint(5, b"first"))
    store.append(run_id, attempt, [Checkpoint(9, b"second")])
    assert store.checkpoint(run_id) == b"second"
    assert store.get(run_id).checkpoint_step == 9


def test_a_missing_snapshot_is_named(store):
    run_id, _ = told(store, started())
    with pytest.raises(UnknownArtifact, match=f"Run {run_id} has no weights for step 7"):
        store.snapshot(run_id, 7)


def test_damaged_bytes_are_told_and_never_returned(store):
    run_id, _ = told(store, started(), weights(5), Checkpoint(5, b"state"))
    spoil(store, "snapshot")
    spoil(store, "checkpoint")
    for read in (
        lambda: store.snapshot(run_id, 5),
        lambda: store.newest_weights(run_id),
        lambda: store.checkpoint(run_id),
    ):
        with pytest.raises(DamagedArtifact, match=r"(are|is) damaged\. The disk may be failing"):
            read()


def test_snapshots_are_thinned_to_the_limit_with_first_and_last_kept(store_path):
    store = open_store(store_path, snapshots_per_run=6)
    run_id, attempt = told(store, started())
    for step in (0, 1, 2, 3, 4, 5, 10, 20, 40, 80, 81):
        store.append(run_id, attempt, [weights(step)])
        kept = store.snapshots(run_id)
        assert len(kept) <= 6
        assert (kept[0], kept[-1]) == (0, step)
    assert 80 not in kept or 40 in kept, "a snapshot beside another goes before a lonely one"
