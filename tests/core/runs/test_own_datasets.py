"""Datasets of people's own: each method of their facade tried by each kind of actor, and what becomes of the sets."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.access.guard import action_of
from core.access.rules import OPERATOR, RULES, SYSTEM, Actor, Relation, Role
from core.config.app_settings import Settings
from core.config.run_config import ConfigError, RunConfig
from core.datasets import CATALOG, DatasetError, PrivateDataset, UnknownDataset, dataset_spec
from core.datasets import user_datasets as files
from core.runs import Store
from core.runs.backup import backup, restore
from core.runs.dataset_lists import DatasetLists
from core.runs.dataset_rights import DRAWINGS, EVERYONE, IMPORTED, LINK, PRIVATE
from core.runs.handover import count_things, offer, take
from core.runs.own_datasets import OwnDatasets
from core.search import Searches, SearchPlan, default_dimension
from core.search.erasure import Erased, count_everything, erase_everything
from tests.imports import Wanted, prepared_nothing

ADA, BOB, NOBODY = (Actor(Role.VISITOR, name) for name in ("ada", "bob", ""))
ACTORS = {"owner": ADA, "stranger": BOB, "no identity": NOBODY, "operator": OPERATOR}
DIGITS, IMAGES, LABELS = tuple("0123456789"), np.zeros((20, 1, 28, 28), np.uint8), [*range(10)] * 2


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return an empty store whose data folder is its own, and where a visitor may have three datasets."""
    opened = Store(
        settings=Settings(data=str(tmp_path / "data"), datasets_per_owner=3, dataset_mb_per_owner=1.0)
    )
    yield opened
    opened.close()


@dataclass(frozen=True)
class Sets:
    """Ada's drawings, a set of hers in the bin, and one that lay in the data folder before anybody's did."""

    drawn: str
    binned: str
    nobodys: str


def own(store: Store, actor: Actor, title: str = "My digits", kind: str = DRAWINGS) -> str:
    """Return a new dataset of the actor's, of two images a class."""
    made = OwnDatasets(store.acting_as(actor)).create(title, DIGITS, (1, 28, 28), kind=kind)
    files.add_images(made.name, IMAGES, LABELS, store.settings.data_dir)
    return made.name


@pytest.fixture
def sets(store: Store) -> Sets:
    return sets_in(store)


def sets_in(store: Store) -> Sets:
    """Put Ada's datasets, and nobody's, into the store's data folder."""
    OwnDatasets(store.acting_as(ADA)).delete(binned := own(store, ADA, "Old"))
    nobodys = files.create_own("Nobody's", DIGITS, (1, 28, 28), store.settings.data_dir)
    return Sets(own(store, ADA), binned, nobodys.name)


def seen(store: Store, actor: Actor) -> set[str]:
    return {dataset.name for dataset in OwnDatasets(store.acting_as(actor)).available()}


def everything(store: Store) -> dict[str, bytes]:
    """Return every file of the data folder, and the store's rows."""
    folder = store.settings.data_dir
    kept = {
        str(path.relative_to(folder)): path.read_bytes()
        for part in (files.OWN, files.BIN)
        for path in sorted((folder / part).rglob("*"))
        if path.is_file()
    }
    with store.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM own_datasets ORDER BY name").all()
    return kept | {"rows": repr(rows).encode()}


Call = Callable[[OwnDatasets, Sets], object]
CALLS: dict[str, Call] = {
    "available": lambda own, _: own.available(),
    "managed": lambda own, _: own.managed(),
    "binned": lambda own, _: own.binned(),
    "drawings": lambda own, _: own.drawings(CATALOG["mnist"]),
    "get": lambda own, on: own.get(on.drawn),
    "load": lambda own, on: own.load(on.drawn),
    "export_zip": lambda own, on: own.export_zip(on.drawn),
    "stored_bytes": lambda own, on: own.stored_bytes(on.drawn),
    "runs_on": lambda own, on: own.runs_on(on.drawn),
    "note_opened": lambda own, on: own.note_opened(on.drawn),
    "create": lambda own, _: own.create("New", DIGITS, (1, 28, 28)),
    "prepare_import": lambda own, _: own.prepare_import([("x.zip", b"no zip")], Wanted("New")),
    "keep_import": lambda own, _: own.keep_import(prepared_nothing(), "New"),
    "add_images": lambda own, on: own.add_images(on.drawn, IMAGES[:1], [3]),
    "remove_image": lambda own, on: own.remove_image(on.drawn, "train", 0),
    "share": lambda own, on: own.share(on.drawn, EVERYONE),
    "delete": lambda own, on: own.delete(on.drawn),
    "erase": lambda own, on: own.erase(on.drawn),
    "restore": lambda own, on: own.restore(on.binned),
    "give": lambda own, on: own.give(on.drawn, "bob"),
    "purge": lambda own, _: own.purge(),
    "erase_mine": lambda own, _: own.erase_mine(),
}


def tried(call: Call, own: OwnDatasets, sets: Sets) -> str:
    """Return "allowed" or "refused"."""
    try:
        call(own, sets)
    except PrivateDataset:
        return "refused"
    except DatasetError:  # allowed, and cannot be done
        return "allowed"
    return "allowed"


def asking_methods() -> dict[str, Callable[..., Any]]:
    both = vars(DatasetLists) | vars(OwnDatasets)
    public = {name: value for name, value in both.items() if not name.startswith("_")}
    return {name: method for name, method in public.items() if name not in ("check", "may")}


def test_everything_that_can_be_done_asks_the_rules_and_is_tried_here():
    assert [name for name, method in asking_methods().items() if action_of(method) is None] == []
    assert set(asking_methods()) == set(CALLS)


@pytest.mark.parametrize("who", ACTORS)
@pytest.mark.parametrize("name", CALLS)
def test_each_method_does_what_the_rules_say(store: Store, sets: Sets, name: str, who: str):
    action = action_of(getattr(OwnDatasets, name))
    assert action is not None
    relation = {"owner": Relation.OWNER, "operator": Relation.OPERATOR}.get(who, Relation.ANYBODY)
    is_allowed = bool({relation, Relation.ANYBODY} & RULES[action])
    before = everything(store)
    found = tried(CALLS[name], OwnDatasets(store.acting_as(ACTORS[who])), sets)
    assert found == ("allowed" if is_allowed else "refused")
    if not is_allowed:
        assert everything(store) == before


@pytest.mark.parametrize("field", ["dataset", "mix_in"])
@pytest.mark.parametrize("actor", [BOB, NOBODY])
def test_nobody_trains_on_anothers_images(store: Store, sets: Sets, field: str, actor: Actor):
    config = RunConfig(**{field: sets.drawn}, validation_size=2 if field == "dataset" else 100)
    plan = SearchPlan(config, (default_dimension("l2"),), "random", "none", 3, 1)
    theirs = store.acting_as(actor)
    for create in (lambda: theirs.create(config), lambda: Searches(theirs).create(plan)):
        with pytest.raises(ConfigError, match=f"^“{field}” asks for images that are not shared [^:]+$"):
            create()
    for allowed in (ADA, OPERATOR, SYSTEM):
        assert store.acting_as(allowed).create(config)
        assert Searches(store.acting_as(allowed)).create(plan)
    OwnDatasets(store.acting_as(ADA)).share(sets.drawn, LINK)
    assert theirs.create(config)


def test_what_is_listed_is_ones_own_and_what_others_offer(store: Store, sets: Sets):
    bobs = own(store, BOB)
    assert seen(store, ADA) == {sets.drawn}
    assert seen(store, BOB) == {bobs}
    assert seen(store, NOBODY) == set()
    assert seen(store, OPERATOR) == {sets.drawn, sets.nobodys, bobs}
    as_ada, as_bob = (OwnDatasets(store.acting_as(actor)) for actor in (ADA, BOB))
    as_ada.share(sets.drawn, LINK)
    assert seen(store, BOB) == {bobs}, "its link has not been opened"
    as_bob.note_opened(sets.drawn)
    assert seen(store, BOB) == {bobs, sets.drawn}
    as_ada.share(sets.drawn, PRIVATE)
    assert seen(store, BOB) == {bobs}
    with pytest.raises(PrivateDataset):
        as_bob.load(sets.drawn)
    as_ada.share(sets.drawn, EVERYONE)
    assert seen(store, NOBODY) == {sets.drawn}
    with pytest.raises(PrivateDataset):
        as_bob.share(sets.drawn, PRIVATE)


def test_drawings_are_found_by_whose_and_of_what_they_are_never_by_a_title(store: Store):
    mnist, fashion = CATALOG["mnist"], CATALOG["fashion_mnist"]
    adas, bobs = Actor(Role.VISITOR, "77aa1"), Actor(Role.VISITOR, "77aa2")  # as alike as two names may be
    names = {actor.id: own(store, actor, "My digits (77aa)") for actor in (adas, bobs)}
    own(store, adas, "My digits (77aa)", kind=IMPORTED)
    for actor in (adas, bobs):
        found = OwnDatasets(store.acting_as(actor)).drawings(mnist)
        assert found is not None
        assert found.name == names[actor.id]
        assert OwnDatasets(store.acting_as(actor)).drawings(fashion) is None
    OwnDatasets(store.acting_as(adas)).delete(names[adas.id])
    assert OwnDatasets(store.acting_as(adas)).drawings(mnist) is None
    assert OwnDatasets(store.acting_as(bobs)).drawings(mnist) is not None


def test_what_is_deleted_lies_in_the_bin_until_its_time_is_over(store: Store, sets: Sets):
    mine = OwnDatasets(store.acting_as(ADA))
    before = files.load_own(sets.drawn, store.settings.data_dir).train_labels.tolist()
    mine.delete(sets.drawn)
    assert {dataset.name for dataset in mine.binned()} == {sets.drawn, sets.binned}
    assert mine.available() == []
    with pytest.raises(UnknownDataset):
        dataset_spec(sets.drawn, store.settings.data_dir)
    with pytest.raises(ConfigError):
        store.acting_as(ADA).create(RunConfig(dataset=sets.drawn))
    mine.restore(sets.drawn)
    assert files.load_own(sets.drawn, store.settings.data_dir).train_labels.tolist() == before
    assert OwnDatasets(store).purge() == []
    with store.database.write() as connection:
        connection.exec_driver_sql("UPDATE own_datasets SET deleted_at = deleted_at - 31 * 86400.0")
    assert OwnDatasets(store).purge() == [sets.binned]
    assert mine.binned() == []
    with pytest.raises(UnknownDataset):
        mine.restore(sets.binned)


@pytest.mark.parametrize("is_binned", [True, False])
def test_files_follow_the_row_where_a_move_was_cut_off(store: Store, sets: Sets, is_binned: bool):
    mine, folder = OwnDatasets(store.acting_as(ADA)), store.settings.data_dir
    if is_binned:  # the row says so, the files lie where they were
        files.restore_own(sets.binned, folder)
        assert [dataset.name for dataset in mine.binned()] == [sets.binned]
    else:
        files.bin_own(sets.drawn, folder)
        assert [dataset.name for dataset in mine.managed()] == [sets.drawn]
    assert {path.name for path in (folder / files.BIN).glob("*/")} == {sets.binned.removeprefix("own:")}


def test_a_dataset_of_nobodys_is_the_operators_until_it_is_given(store: Store, sets: Sets):
    as_operator = OwnDatasets(store.acting_as(OPERATOR))
    for actor in (ADA, NOBODY):
        with pytest.raises(UnknownDataset):
            OwnDatasets(store.acting_as(actor)).load(sets.nobodys)
        with pytest.raises(ConfigError, match="dataset must be one of"):
            store.acting_as(actor).create(RunConfig(dataset=sets.nobodys))
    as_operator.give(sets.nobodys, "bob")
    assert seen(store, BOB) == {sets.nobodys}
    as_operator.delete(sets.nobodys)
    assert [dataset.name for dataset in OwnDatasets(store.acting_as(BOB)).binned()] == [sets.nobodys]
    with pytest.raises(UnknownDataset):
        as_operator.give("own:none", "bob")


def test_things_that_move_to_another_browser_take_the_datasets_along(store: Store):
    own(store, ADA)
    own(store, BOB)
    assert count_things(store.database, "bob") == {"runs": 0, "searches": 0, "datasets": 1}
    take(store.database, offer(store.database, "ada"), bringing="bob")
    assert len(seen(store, ADA)) == 2
    assert seen(store, BOB) == set()


def test_everything_of_ones_own_goes_when_told_to_and_nothing_of_anybody_elses(store: Store, sets: Sets):
    bobs = own(store, BOB)
    plan = SearchPlan(RunConfig(validation_size=100), (default_dimension("l2"),), "random", "none", 3, 1)
    for actor in (ADA, BOB):
        theirs = store.acting_as(actor)
        theirs.delete(theirs.create(RunConfig()))
        theirs.create(RunConfig(), queue=False)
        Searches(theirs).create(plan)
    in_work = store.acting_as(ADA).create(RunConfig(dataset=sets.drawn))
    assert store.claim(in_work)
    counted = count_everything(store.acting_as(ADA))
    erased = erase_everything(store.acting_as(ADA))
    assert counted == erased
    assert (erased.runs, erased.searches, erased.datasets) == (3, 1, 2)
    as_ada = store.acting_as(ADA)
    assert as_ada.list() == as_ada.list(deleted=True) == Searches(as_ada).newest() == []
    assert seen(store, ADA) == set()
    assert store.orders(in_work, 1).command == "stop"
    store.release(in_work, 1)
    folder = store.settings.data_dir
    assert {path.name for path in (folder / files.OWN).glob("*/")} == {
        name.removeprefix("own:") for name in (bobs, sets.nobodys)
    }
    assert not [*(folder / files.BIN).glob("*/")]
    assert len(store.acting_as(BOB).list()) == len(store.acting_as(BOB).list(deleted=True)) == 1
    assert len(Searches(store.acting_as(BOB)).newest()) == 1
    assert erase_everything(store.acting_as(NOBODY)) == Erased(0, 0, 0)


def test_a_backup_keeps_whose_the_datasets_are(store: Store, sets: Sets, tmp_path: Path):
    backup(store, tmp_path / "all.zip")
    settings = Settings(data=str(tmp_path / "elsewhere"))
    restore(tmp_path / "all.zip", settings)
    again = Store(settings=settings)
    assert seen(again, ADA) == {sets.drawn}
    assert [dataset.name for dataset in OwnDatasets(again.acting_as(ADA)).binned()] == [sets.binned]
    assert seen(again, BOB) == set()
    OwnDatasets(again.acting_as(ADA)).erase_mine()
    restore(tmp_path / "all.zip", settings)  # run by run, where there is a store
    assert seen(again, ADA) == {sets.drawn}
    again.close()
