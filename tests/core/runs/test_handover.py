"""One-time links: once, in time, by one, and what comes along comes whole or not at all."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing

import pytest
from sqlalchemy import Column, Connection, MetaData, String, Table, select

from core.config.run_config import RunConfig
from core.runs import Store, handover
from core.runs.handover import VALID_S, count_things, offer, owner_by, take
from core.runs.schema import HANDOVERS
from core.search import Dimension, Searches, SearchPlan
from tests.polling import DEADLINE_S

CONFIG = RunConfig(train_size=100, epochs=1)
PLAN = SearchPlan(CONFIG, (Dimension("batch_size", ("50", "100")),), trials=2)


def test_a_link_leads_to_its_owner_once(store: Store) -> None:
    word = offer(store.database, "ada")
    assert owner_by(store.database, word) == "ada"
    assert owner_by(store.database, word) == "ada"  # looking uses nothing up
    assert take(store.database, word) == "ada"
    assert take(store.database, word) == ""
    assert owner_by(store.database, word) == ""


@pytest.mark.parametrize("word", ["", "x", "é\ud83d", "a" * 5000, "' or 1=1 --"])
def test_a_word_that_nobody_was_given_leads_nowhere(store: Store, word: str) -> None:
    assert owner_by(store.database, word) == take(store.database, word) == ""  # no link was ever made
    offer(store.database, "ada")
    assert owner_by(store.database, word) == take(store.database, word) == ""


def test_a_new_link_of_the_same_owner_voids_the_one_before_and_no_other(store: Store) -> None:
    first, others, second = (offer(store.database, owner) for owner in ("ada", "bo", "ada"))
    assert [owner_by(store.database, word) for word in (first, others, second)] == ["", "bo", "ada"]


@pytest.mark.parametrize("later_s", [VALID_S + 1, -VALID_S - 1])
def test_a_late_link_is_void_by_a_clock_that_was_set_back_too(
    store: Store, monkeypatch: pytest.MonkeyPatch, later_s: float
) -> None:
    word = offer(store.database, "ada")
    now = handover.time.time()
    monkeypatch.setattr(handover.time, "time", lambda: now + later_s)
    assert owner_by(store.database, word) == take(store.database, word) == ""
    offer(store.database, "bo")
    with store.database.read() as connection:  # what is late is thrown away
        assert connection.scalars(select(HANDOVERS.c.owner)).all() == ["bo"]


def test_the_store_does_not_know_the_word(store: Store) -> None:
    word = offer(store.database, "ada")
    with store.database.read() as connection:
        (row,) = connection.execute(select(HANDOVERS)).all()
    assert word not in str(row)


def test_of_many_at_once_one_has_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """All have asked to write before the first may, so that whoever had looked before would have found it good."""
    word = offer(store.database, "ada")
    write, coming = store.database.write, threading.Semaphore(0)

    def counted(durable: bool = False) -> AbstractContextManager[Connection]:
        coming.release()
        return write(durable)

    assert store.database.path
    with closing(sqlite3.connect(store.database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr(store.database, "write", counted)
        with ThreadPoolExecutor(6) as pool:
            taken = [pool.submit(take, store.database, word) for _ in range(6)]
            for _ in taken:
                assert coming.acquire(timeout=DEADLINE_S)
            other.rollback()
            assert sorted(one.result() for one in taken) == [""] * 5 + ["ada"]


def test_what_the_other_browser_has_comes_along_if_it_is_asked_to(store: Store) -> None:
    store.create(CONFIG, owner="ada")
    for owner in ("bo", "bo", "cy"):
        store.create(CONFIG, owner=owner)
    assert count_things(store.database, "bo") == {"runs": 2, "searches": 0, "datasets": 0}
    Searches(store).create(PLAN, owner="bo")
    assert count_things(store.database, "bo") == {"runs": 2, "searches": 1, "datasets": 0}
    assert take(store.database, offer(store.database, "ada")) == "ada"
    assert count_things(store.database, "ada")["runs"] == 1
    assert take(store.database, offer(store.database, "ada"), bringing="bo") == "ada"
    assert count_things(store.database, "ada") == {"runs": 3, "searches": 1, "datasets": 0}
    assert count_things(store.database, "bo") == {"runs": 0, "searches": 0, "datasets": 0}
    assert count_things(store.database, "cy")["runs"] == 1


def test_a_link_in_vain_brings_nothing_along(store: Store) -> None:
    store.create(CONFIG, owner="bo")
    word = offer(store.database, "ada")
    take(store.database, word)
    assert take(store.database, word, bringing="bo") == ""
    assert count_things(store.database, "bo")["runs"] == 1


def test_a_failure_half_way_leaves_the_link_and_everybodys_things(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.create(CONFIG, owner="bo")
    Searches(store)
    word = offer(store.database, "ada")
    with monkeypatch.context() as patch:
        patch.setitem(handover.OWNED, "nowhere", Table("nowhere", MetaData(), Column("owner", String)))
        with pytest.raises(Exception, match="nowhere"):
            take(store.database, word, bringing="bo")
    assert count_things(store.database, "bo")["runs"] == 1
    assert take(store.database, word) == "ada"
