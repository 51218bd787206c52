"""Two engines on one store: one trains for both, and the other takes over when it is gone."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from core.jobs.engine import EmbeddedEngine
from core.jobs.leadership import Leadership
from core.runs import Store
from tests.core.jobs.conftest import SMALL, open_store
from tests.polling import until


@pytest.fixture
def another(tmp_path: Path, data_folder: Path) -> Iterator[Callable[[], Store]]:
    """Return what opens the store once more, as another process does."""
    opened: list[Store] = []

    def once_more() -> Store:
        opened.append(open_store(tmp_path, data_folder))
        return opened[-1]

    yield once_more
    for store in opened:
        store.close()


def test_the_first_leads_until_it_lets_go(store: Store, another: Callable[[], Store]) -> None:
    first, second = Leadership(store), Leadership(another())
    assert first.take()
    assert not second.take()
    assert first.take(), "for good"
    second.let_go()  # which it has not
    assert not second.take()
    first.let_go()
    assert second.take()


def test_who_stands_by_rings_for_the_one_who_leads(store: Store, another: Callable[[], Store]) -> None:
    first, second = Leadership(store), Leadership(another())
    assert first.take()
    assert not first.is_rung()
    second.ring()
    assert first.is_rung()
    assert not first.is_rung(), "once for each time"
    store.leases.sweep()  # type: ignore[attr-defined]
    assert not first.is_rung()


def test_one_of_two_engines_trains_for_both_and_the_other_follows_it(
    store: Store, another: Callable[[], Store]
) -> None:
    first = EmbeddedEngine(store)
    try:
        until(lambda: store.leases.is_held("runner"), "the first to lead")
        second = EmbeddedEngine(another())
        assert second.wait_until_warm(60)
        runs = [store.create(SMALL, pace="steps:200") for _ in range(2)]
        first.submit(runs[0])
        second.submit(runs[1])  # whose runner rings
        until(lambda: all(store.get(run).status == "finished" for run in runs), "both to be trained")
        mine = {process.pid for process in psutil.Process(first.runner_pid).children(recursive=True)}
        its = psutil.Process(second.runner_pid).children(recursive=True)
        assert len(mine) > len(its), "who stands by keeps no worker ready"
        first._is_closed.set()  # so that it is not started again
        os.kill(first.runner_pid, signal.SIGKILL)
        run = store.create(SMALL)
        second.submit(run)
        until(lambda: store.get(run).status == "finished", "the other to train it")
        second.close()
    finally:
        first.close()
