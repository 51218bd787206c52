"""The wall clock set back an hour while a run trains: nobody is taken for dead, nothing is pruned, nothing waits."""

import pytest

from tests.faults.conftest import LONG, SHORT, SLOW, ended, running
from tests.faults.lab import moved_clock
from tests.polling import until

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("offset_s", [-3600, 3600])
def test_a_clock_that_jumps_an_hour_disturbs_nothing(app_in, tmp_path, offset_s):
    offset, environment = moved_clock(tmp_path)
    app, store = app_in(tmp_path, environment, cores=1)
    first = store.create(LONG, pace=SLOW)
    app.submit(first)
    running(store, first, step=5)
    started_at = store.get(first).started_at
    offset.write_text(str(offset_s))
    second = store.create(SHORT)
    app.submit(second)
    at = store.get(first).step
    until(lambda: store.get(first).step > at + 50, "training to go on")
    assert store.get(first).status == "running"
    assert store.get(second).queue_position == 1
    store.order(first, command="stop")
    row = ended(store, first)
    assert row.status == "stopped"
    assert row.ended_at - started_at == pytest.approx(offset_s, abs=60), (
        "the processes did see the clock jump"
    )
    assert 0 < row.elapsed_s < 60
    assert ended(store, second).status == "finished"
    assert store.prune() == []
