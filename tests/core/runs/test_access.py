"""Every order and every read of the store, found by looking for them, tried by each kind of actor."""

import sqlite3
from collections.abc import Callable
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.access.guard import action_of
from core.access.rules import OPERATOR, RULES, Actor, Relation, Role
from core.config.run_config import RunConfig
from core.protocol.events import Evaluated, Finished, Logits
from core.runs import NotAllowed, Store, StoreError, UnknownRun
from core.runs.run_row import COMMAND_LINE
from core.search import Searches, SearchPlan, default_dimension
from tests.core.runs.conftest import open_store, started, steps, weights

ADA, BOB, NOBODY = (Actor(Role.VISITOR, name) for name in ("ada", "bob", ""))
UNGUARDED = ("close", "check")  # they touch no person's things; the second is the question itself


@dataclass(frozen=True)
class Things:
    """A store with Ada's run in training and one that is over, one in her bin, her search, and the command line's."""

    path: Path
    live: str
    over: str
    binned: str
    search: str
    by_command: str

    def dump(self) -> str:
        """Return everything that the store holds."""
        with closing(sqlite3.connect(self.path)) as connection:
            return "\n".join(connection.iterdump())


def story(step: int = 3) -> list[Any]:
    scores = np.zeros((2, 10), np.float32)
    strip = np.zeros(20, np.int64)
    ends = [
        Evaluated(step, "test", 1.0, 0.5, strip),
        Logits(step, "test", scores),
        Finished(step, "finished", 1.0),
    ]
    return [started(), steps(1, step), weights(step), *ends]


@pytest.fixture
def things(store: Store, store_path: Path) -> Things:
    return things_in(store, store_path)


def things_in(store: Store, store_path: Path) -> Things:
    """Put Ada's things into the store."""
    live = store.create(RunConfig(), owner="ada")
    attempt = store.claim(live)
    store.append(live, attempt, [started(), steps(1, 3), weights(3)])
    over = store.add_finished_run(RunConfig(), story(), owner="ada")
    binned = store.add_finished_run(RunConfig(), story(), owner="ada")
    store.delete(binned)
    by_command = store.add_finished_run(RunConfig(), story(), owner=COMMAND_LINE)
    plan = SearchPlan(
        RunConfig(validation_size=100), (default_dimension("learning_rate"),), "random", "none", 3, 1
    )
    return Things(store_path, live, over, binned, Searches(store).create(plan, owner="ada"), by_command)


Call = Callable[[Any, Things], object]
CALLS: dict[str, Call] = {
    "create": lambda store, _: store.create(RunConfig()),
    "get": lambda store, on: store.get(on.live),
    "list": lambda store, _: store.list(),
    "listing": lambda store, _: store.listing(),
    "list_version": lambda store, _: store.list_version(),
    "rename": lambda store, on: store.rename(on.live, "mine now"),
    "note": lambda store, on: store.note(on.live, "mine now"),
    "tag": lambda store, on: store.tag(on.live, ["mine"]),
    "pin": lambda store, on: store.pin(on.live),
    "touch": lambda store, on: store.touch(on.live),
    "note_opened": lambda store, on: store.note_opened(on.live),
    "restore": lambda store, on: store.restore(on.over),
    "order": lambda store, on: store.order(on.live, command="stop"),
    "orders": lambda store, on: store.orders(on.live, 1),
    "enqueue": lambda store, on: store.enqueue(on.live),
    "delete": lambda store, on: store.delete(on.live),
    "waiting": lambda store, _: store.waiting(),
    "claim": lambda store, on: store.claim(on.live),
    "append": lambda store, on: store.append(on.live, 1, [steps(4, 5)]),
    "release": lambda store, on: store.release(on.live, 1),
    "report_lost_worker": lambda store, on: store.report_lost_worker(on.live, 1, "gone"),
    "mark_interrupted": lambda store, _: store.mark_interrupted(),
    "count_by_state": lambda store, _: store.count_by_state(),
    "in_work": lambda store, _: store.in_work(),
    "image_times": lambda store, _: store.image_times(),
    "add_finished_run": lambda store, _: store.add_finished_run(RunConfig(), story()),
    "renew_finished_run": lambda store, on: store.renew_finished_run(on.over, RunConfig(), story()),
    "add_logits": lambda store, on: store.add_logits(
        on.over, Logits(3, "test", np.ones((2, 10), np.float32))
    ),
    "events_since": lambda store, on: store.events_since(on.live),
    "snapshots": lambda store, on: store.snapshots(on.live),
    "snapshot": lambda store, on: store.snapshot(on.live, 3),
    "newest_weights": lambda store, on: store.newest_weights(on.live),
    "newest_weights_step": lambda store, on: store.newest_weights_step(on.live),
    "checkpoint": lambda store, on: store.checkpoint(on.live),
    "logits": lambda store, on: store.logits(on.over),
    "prune": lambda store, _: store.prune(),
    "erase_mine": lambda store, _: store.erase_mine(),
    "keep_disk_reserve": lambda store, _: store.keep_disk_reserve(),
    "room": lambda store, _: store.room(),
    "disk_use": lambda store, _: store.disk_use(),
    "days_s": lambda store, _: store.days_s(30),
    "count_thinnable": lambda store, _: store.count_thinnable(),
    "make_room": lambda store, _: store.make_room(),
}
SEARCH_CALLS: dict[str, Call] = {
    "create": lambda searches, _: searches.create(
        SearchPlan(RunConfig(validation_size=100), (default_dimension("l2"),), "random", "none", 3, 1)
    ),
    "get": lambda searches, on: searches.get(on.search),
    "newest": lambda searches, _: searches.newest(),
    "unreadable": lambda searches, _: searches.unreadable(),
    "note_opened": lambda searches, on: searches.note_opened(on.search),
    "active": lambda searches, _: searches.active(),
    "stop": lambda searches, on: searches.stop(on.search),
    "resume": lambda searches, on: searches.resume(on.search),
    "erase_mine": lambda searches, _: searches.erase_mine(),
    "settle": lambda searches, on: searches.settle(on.search, "finished"),
}


def asking_methods(store: Store) -> dict[str, Callable[..., Any]]:
    """Return every method that a store offers, but for what touches no person's things."""
    offered = {name: value for name, value in vars(store).items() if callable(value)}
    return {
        name: value for name, value in offered.items() if not name.startswith("_") and name not in UNGUARDED
    }


def asking_search_methods() -> dict[str, Callable[..., Any]]:
    public = {name: value for name, value in vars(Searches).items() if not name.startswith("_")}
    return {name: method for name, method in public.items() if name not in ("check", "may")}


def test_everything_that_a_store_offers_asks_the_rules_and_is_tried_here(store: Store):
    found = asking_methods(store)
    assert [name for name, method in found.items() if action_of(method) is None] == []
    assert set(found) == set(CALLS)
    searching = asking_search_methods()
    assert [name for name, method in searching.items() if action_of(method) is None] == []
    assert set(searching) == set(SEARCH_CALLS)


def tried(call: Call, on: object, things: Things) -> str:
    """Return "allowed" or "refused"."""
    try:
        call(on, things)
    except NotAllowed:
        return "refused"
    except (StoreError, ValueError):  # allowed, and cannot be done
        return "allowed"
    return "allowed"


ACTORS = {"owner": ADA, "stranger": BOB, "no identity": NOBODY, "operator": OPERATOR}


@pytest.mark.parametrize("who", ACTORS)
@pytest.mark.parametrize("name", CALLS)
def test_each_method_does_what_the_rules_say(store: Store, things: Things, name: str, who: str):
    _as_the_rules_say(getattr(store, name), CALLS[name], store.acting_as(ACTORS[who]), things, who)


@pytest.mark.parametrize("who", ACTORS)
@pytest.mark.parametrize("name", SEARCH_CALLS)
def test_each_method_of_searches_does_what_the_rules_say(store: Store, things: Things, name: str, who: str):
    acting = Searches(store.acting_as(ACTORS[who]))
    _as_the_rules_say(getattr(Searches, name), SEARCH_CALLS[name], acting, things, who)


def _as_the_rules_say(method: Callable[..., Any], call: Call, on: object, things: Things, who: str) -> None:
    relation = {"owner": Relation.OWNER, "operator": Relation.OPERATOR}.get(who, Relation.ANYBODY)
    action = action_of(method)
    expected = "allowed" if action and {relation, Relation.ANYBODY} & RULES[action] else "refused"
    before = things.dump()
    assert tried(call, on, things) == expected
    if expected == "refused":
        assert things.dump() == before


ORDERS: tuple[dict[str, Any], ...] = (
    *({"command": command} for command in ("pause", "stop", "run")),
    *({"one_step": True}, {"one_epoch": True}, {"pace": "steps:5"}, {"learning_rate": 0.5}),
)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("actor", [BOB, NOBODY])
def test_no_order_of_a_stranger_reaches_a_run(
    store: Store, things: Things, order: dict[str, Any], actor: Actor
):
    before = things.dump()
    with pytest.raises(NotAllowed, match="somebody else"):
        store.acting_as(actor).order(things.live, **order)
    with pytest.raises(NotAllowed):
        store.acting_as(actor).order(things.by_command, **order)
    assert things.dump() == before


def test_a_refused_order_is_logged(store: Store, things: Things, caplog: pytest.LogCaptureFixture):
    with pytest.raises(NotAllowed):
        store.acting_as(BOB).delete(things.live)
    assert f"refused: delete_run {things.live} by visitor bob" in caplog.text


def test_a_run_in_the_bin_is_gone_for_everybody_but_its_owner(store: Store, things: Things):
    assert store.acting_as(ADA).get(things.binned).deleted_at is not None
    assert store.acting_as(OPERATOR).get(things.binned)
    for actor in (BOB, NOBODY):
        theirs = store.acting_as(actor)
        reads = theirs.get, theirs.events_since, theirs.snapshots, theirs.newest_weights, theirs.restore
        for read in reads:
            with pytest.raises(UnknownRun):
                read(things.binned)
        assert theirs.list(ids=[things.binned], deleted=True) == []
    assert [row.id for row in store.acting_as(ADA).list(deleted=True)] == [things.binned]


def test_a_run_that_was_never_there_is_unknown_to_all(store: Store, things: Things):  # noqa: ARG001
    for actor in (ADA, BOB, NOBODY, OPERATOR):
        for do in (store.acting_as(actor).get, store.acting_as(actor).delete, store.acting_as(actor).pin):
            with pytest.raises(UnknownRun):
                do("nosuchrun")


def test_lists_show_ones_own_what_one_opened_and_the_command_lines(store: Store, things: Things):
    bobs = store.acting_as(BOB).create(RunConfig())
    assert {row.id for row in store.acting_as(ADA).list()} == {things.live, things.over, things.by_command}
    assert {row.id for row in store.acting_as(BOB).list()} == {bobs, things.by_command}
    assert {row.id for row in store.acting_as(NOBODY).list()} == {things.by_command}
    assert {row.id for row in store.acting_as(OPERATOR).list()} == {
        things.live,
        things.over,
        things.by_command,
        bobs,
    }
    for _twice in range(2):
        store.acting_as(BOB).note_opened(things.over)
    assert {row.id for row in store.acting_as(BOB).list()} == {bobs, things.over, things.by_command}
    assert {row.id for row in store.acting_as(BOB).list(owner="bob")} == {bobs}
    assert {row.id for row in store.acting_as(BOB).list(owner="ada")} == {things.over}
    store.acting_as(ADA).delete(things.over)
    assert {row.id for row in store.acting_as(BOB).list()} == {bobs, things.by_command}


def test_whoever_names_a_run_has_its_link(store: Store, things: Things):
    assert [row.id for row in store.acting_as(BOB).list(ids=[things.live])] == [things.live]


def test_searches_are_listed_to_those_who_began_them(store: Store, things: Things):
    assert [search.id for search in Searches(store.acting_as(ADA)).newest()] == [things.search]
    assert Searches(store.acting_as(BOB)).newest() == Searches(store.acting_as(NOBODY)).newest() == []
    assert Searches(store.acting_as(BOB)).get(things.search).owner == "ada"
    Searches(store.acting_as(BOB)).note_opened(things.search)
    assert [search.id for search in Searches(store.acting_as(BOB)).newest()] == [things.search]
    assert Searches(store.acting_as(NOBODY)).newest() == []


def test_a_room_that_wants_it_lists_everything_to_everyone(store_path: Path, things: Things):
    with closing(open_store(store_path, listing="everyone")) as open_to_all:
        ids = {row.id for row in open_to_all.acting_as(BOB).list()}
        assert ids == {things.live, things.over, things.by_command}
        assert [search.id for search in Searches(open_to_all.acting_as(BOB)).newest()] == [things.search]
        with pytest.raises(NotAllowed):
            open_to_all.acting_as(BOB).order(things.live, command="stop")


def test_what_a_visitor_makes_is_their_own_whatever_they_say(store: Store):
    made = store.acting_as(BOB).create(RunConfig(), owner="ada")
    taken_in = store.acting_as(BOB).add_finished_run(RunConfig(), story(), owner="ada")
    assert {store.get(run_id).owner for run_id in (made, taken_in)} == {"bob"}
    assert store.get(store.create(RunConfig(), owner="ada")).owner == "ada"


def test_a_run_cannot_start_from_what_its_maker_may_not_read(store: Store, things: Things):
    with pytest.raises(UnknownRun):
        store.acting_as(BOB).create(RunConfig(start_from=things.binned))
    assert store.acting_as(BOB).create(RunConfig(start_from=things.over))
    for start_from, is_there in ((things.binned, False), (things.over, True)):
        base = RunConfig(validation_size=100, start_from=start_from)
        plan = SearchPlan(base, (default_dimension("l2"),), "random", "none", 3, 1)
        with nullcontext() if is_there else pytest.raises(UnknownRun):
            Searches(store.acting_as(BOB)).create(plan)
