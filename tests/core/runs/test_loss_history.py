"""The small curves of the list are the held-out losses that the runs themselves tell."""

from pathlib import Path

from core.config.run_config import RunConfig
from core.protocol.events import Evaluated, Finished, Started
from core.runs import Store
from core.runs.loss_history import POINTS, loss_histories


def test_histories_follow_the_split_that_each_run_is_judged_by(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'inkling.db'}")
    ids = []
    for split in ("validation", "test"):
        started = Started(0, 40, 10, 1000, split, 100, 7850, "autograd", 1)
        told = [Evaluated(step, split, 2.0 / (step + 1), 0.5) for step in range(41)]
        last = Evaluated(40, "test", 7.0, 0.5) if split == "validation" else told.pop()
        ids.append(store.add_finished_run(RunConfig(), [started, *told, last, Finished(40, "finished", 1.0)]))
    ids.append(store.create(RunConfig()))
    rows = [store.get(run_id) for run_id in ids]
    found = loss_histories(store, rows)
    assert found[ids[2]] == []
    for run_id in ids[:2]:
        assert len(found[run_id]) == POINTS
        assert (found[run_id][0], found[run_id][-1]) == (2.0, 2.0 / 41)
        assert sorted(found[run_id], reverse=True) == found[run_id]
    assert loss_histories(store, []) == {}
