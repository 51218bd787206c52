"""A run that many watch is read once for all whose looks fall together, and anew for whoever asks for it as it is."""

from pathlib import Path

from core.config.run_config import RunConfig
from core.live.run_feed import Feed
from core.runs import Store
from tests.core.runs.conftest import started, steps


def test_a_look_takes_what_another_has_just_read_and_a_whole_page_what_there_is(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'inkling.db'}")
    run_id = store.create(RunConfig())
    attempt = store.claim(run_id)
    store.append(run_id, attempt, [started(total_steps=600), steps(1, 10)])
    shared = Feed(run_id)
    assert shared.refresh(store, max_age_s=60).step == 10, "nothing has been read yet"
    store.append(run_id, attempt, [steps(11, 20)])
    assert shared.refresh(store, max_age_s=60).step == 10
    assert shared.curves.last_step == 10
    assert shared.refresh(store).step == 20
    assert shared.curves.last_step == 20
    store.append(run_id, attempt, [steps(21, 30)])
    assert shared.refresh(store, max_age_s=0.0).step == 30
    store.leases.give_back(run_id)
    store.close()
