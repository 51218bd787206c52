"""How many datasets of their own a visitor may have, where several are made at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from core.access.rules import Actor, Role
from core.config.app_settings import Settings
from core.datasets import user_datasets as files
from core.datasets.errors import RefusedUpload
from core.runs import Store
from core.runs.own_datasets import OwnDatasets

MOST, AT_ONCE = 3, 6


@pytest.fixture
def own(tmp_path: Path) -> Iterator[OwnDatasets]:
    """Return the datasets of a visitor who may have three."""
    store = Store(settings=Settings(data=str(tmp_path / "data"), datasets_per_owner=MOST))
    yield OwnDatasets(store.acting_as(Actor(Role.VISITOR, "ada")))
    store.close()


@pytest.fixture
def all_look_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each who makes or restores a dataset wait until all have seen what room there is."""
    together = Barrier(AT_ONCE, timeout=60)

    def after_all(work: Any) -> Any:
        def waited(*told: Any) -> Any:
            together.wait()
            return work(*told)

        return waited

    for name in ("create_own", "restore_own"):
        monkeypatch.setattr(files, name, after_all(getattr(files, name)))


def create(own: OwnDatasets, title: str) -> str:
    return own.create(title, ("a", "b"), (1, 28, 28)).name


def accepted(work: Any, *each: Any) -> int:
    """Do the work for each at once; return how often it was not refused."""

    def is_done(told: Any) -> bool:
        try:
            work(told)
        except RefusedUpload:
            return False
        return True

    with ThreadPoolExecutor(len(each)) as askers:
        return sum(askers.map(is_done, each))


@pytest.mark.usefixtures("all_look_first")
def test_those_made_at_once_are_no_more_than_there_is_room_for(own: OwnDatasets, tmp_path: Path) -> None:
    made = accepted(lambda number: create(own, f"Set {number}"), *range(AT_ONCE))
    assert made == MOST == len(own.available())
    assert len(files.list_own(tmp_path / "data")) == MOST, "of one that is refused nothing is left"


def test_those_restored_at_once_are_no_more_than_there_is_room_for(
    own: OwnDatasets, request: pytest.FixtureRequest
) -> None:
    binned = []
    for number in range(AT_ONCE):
        binned.append(create(own, f"Set {number}"))
        own.delete(binned[-1])
    request.getfixturevalue("all_look_first")
    assert accepted(own.restore, *binned) == MOST == len(own.available())
    assert len(own.binned()) == AT_ONCE - MOST, "one that is refused stays in the bin"
