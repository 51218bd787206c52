"""Datasets of people's own as who looks after them has them: damaged ones too, how many, and what learned from them."""

import json

import numpy as np
import pytest

from core.access.rules import OPERATOR
from core.config.run_config import RunConfig
from core.dataset_import.understanding import Wanted
from core.dataset_import.worker_process import FOLDER
from core.datasets import RefusedUpload
from core.datasets import user_datasets as files
from core.runs import Store
from core.runs.dataset_rights import EVERYONE
from core.runs.own_datasets import OwnDatasets
from tests.core.runs.test_own_datasets import ADA, BOB, DIGITS, NOBODY, Sets, own, sets, store
from tests.zips import quick_zip

__all__ = ["sets", "store"]


def test_those_that_one_looks_after_are_ones_own_and_an_operators_are_everybodys(store: Store, sets: Sets):
    bobs = own(store, BOB)
    OwnDatasets(store.acting_as(ADA)).share(sets.drawn, EVERYONE)
    for actor, live, binned in (
        (ADA, {sets.drawn}, {sets.binned}),
        (BOB, {bobs}, set()),
        (NOBODY, set(), set()),
        (OPERATOR, {sets.drawn, bobs, sets.nobodys}, {sets.binned}),
    ):
        looked_after = OwnDatasets(store.acting_as(actor))
        assert {dataset.name for dataset in looked_after.managed()} == live
        assert {dataset.name for dataset in looked_after.binned()} == binned


@pytest.mark.parametrize("harm", ["record", "one class", "images"])
def test_a_damaged_one_is_listed_with_the_reason_can_be_deleted_and_is_not_offered(
    store: Store, sets: Sets, harm: str
):
    mine, folder = OwnDatasets(store.acting_as(ADA)), store.settings.data_dir
    home = folder / files.OWN / sets.drawn.removeprefix("own:")
    record = home / "manifest.json"
    if harm == "record":
        record.write_text("{", encoding="utf-8")
    elif harm == "one class":
        told = json.loads(record.read_text(encoding="utf-8"))
        told["spec"]["class_names"] = ["left"]
        record.write_text(json.dumps(told), encoding="utf-8")
    else:
        next(home.rglob("train_images.npy")).write_bytes(b"")
    (damaged,) = mine.managed()
    reason = {"record": "cannot be read", "one class": "fewer than two classes", "images": "is damaged"}[harm]
    assert (damaged.name, reason in damaged.damage) == (sets.drawn, True)
    assert str(folder) not in damaged.damage
    assert harm == "images" or mine.available() == []
    mine.delete(sets.drawn)
    assert mine.managed() == []
    assert {dataset.name for dataset in mine.binned()} == {sets.binned, sets.drawn}
    mine.restore(sets.drawn)
    assert mine.managed()[0].damage


def test_the_runs_that_stand_on_it_are_counted_and_those_that_are_listed_are_named(store: Store, sets: Sets):
    mine = OwnDatasets(store.acting_as(ADA))
    assert mine.runs_on(sets.drawn) == []
    OwnDatasets(store).share(sets.drawn, EVERYONE)
    on, mixing = RunConfig(dataset=sets.drawn), RunConfig(mix_in=sets.drawn)
    for owner in (ADA, BOB):
        acting = store.acting_as(owner)
        for config in (on, mixing, RunConfig()):
            acting.create(config, name=f"{owner.id}'s")
    gone = store.create(on, owner=ADA.id)
    store.delete(gone)
    trained, mixed = mine.runs_on(sets.drawn)
    assert [(runs.count, runs.is_mixed, runs.unnamed) for runs in (trained, mixed)] == [
        (2, False, 1),
        (2, True, 1),
    ]
    for runs in (trained, mixed):
        assert [run.owner for run in runs.named] == [ADA.id]
        assert "“ada's” and 1 more." in runs.told()
        assert BOB.id not in runs.told()
    everybodys = OwnDatasets(store.acting_as(OPERATOR)).runs_on(sets.drawn)
    assert [[run.owner for run in runs.named] for runs in everybodys] == [[BOB.id, ADA.id]] * 2
    store.acting_as(ADA).note_opened(next(run.id for run in everybodys[0].named if run.owner == BOB.id))
    assert {run.owner for run in mine.runs_on(sets.drawn)[0].named} == {ADA.id, BOB.id}


def test_of_many_runs_on_it_the_newest_are_named(store: Store, sets: Sets):
    for number in range(7):
        store.create(RunConfig(dataset=sets.drawn), owner=ADA.id, name=f"run {number}")
    (runs,) = OwnDatasets(store.acting_as(ADA)).runs_on(sets.drawn)
    assert runs.told() == (
        "7 runs were trained on it: “run 6”, “run 5”, “run 4”, “run 3”, “run 2” and 2 more."
    )


def test_a_visitor_has_a_share_of_the_disk_and_of_the_list(store: Store, sets: Sets):
    mine = OwnDatasets(store.acting_as(ADA))
    with pytest.raises(RefusedUpload, match=r"would take 1\.\d MB, but at most 1\.0 MB"):
        mine.add_images(sets.drawn, np.zeros((1500, 1, 28, 28), np.uint8), [0] * 1500)
    piece = np.zeros((650, 1, 28, 28), np.uint8), [0] * 650  # half a megabyte
    mine.add_images(sets.drawn, *piece)
    assert mine.stored_bytes(sets.drawn) > piece[0].nbytes
    with pytest.raises(RefusedUpload, match=r"would take 1\.\d MB"):
        mine.add_images(sets.drawn, *piece)
    for _more in range(2):
        own(store, ADA)
    with pytest.raises(RefusedUpload, match="already have 3 datasets"):
        mine.create("One more", DIGITS, (1, 28, 28))
    with pytest.raises(RefusedUpload, match="already have 3 datasets"):
        mine.restore(sets.binned)
    assert [own.name for own in mine.binned()] == [sets.binned]
    mine.delete(sets.drawn)
    mine.restore(sets.binned)
    assert own(store, BOB)
    assert own(store, OPERATOR)


def test_what_came_in_while_files_were_read_counts_too(store: Store, sets: Sets):
    mine = OwnDatasets(store.acting_as(ADA))

    def meanwhile(*_: object) -> None:
        while len(mine.managed()) < 3:
            own(store, ADA)

    prepared = mine.prepare_import([("zip.zip", quick_zip())], Wanted("x"), progress=meanwhile)
    with pytest.raises(RefusedUpload, match="already have 3 datasets"):
        mine.keep_import(prepared, "One more")
    assert len(mine.managed()) == 3
    assert len(files.list_own(store.settings.data_dir)) == 3 + len({sets.nobodys})


def test_what_waits_to_be_kept_takes_its_owners_share_until_it_goes(store: Store) -> None:
    ada, brought = OwnDatasets(store.acting_as(ADA)), [("zip.zip", quick_zip(800))]  # 0.6 MB of 1 MB
    waiting = ada.prepare_import(brought, Wanted("first"))
    with pytest.raises(RefusedUpload, match=r"would take 1\.\d MB, but at most 1\.0 MB are allowed"):
        ada.prepare_import(brought, Wanted("second"))
    assert len([*(store.settings.data_dir / FOLDER).iterdir()]) == 1
    OwnDatasets(store.acting_as(BOB)).prepare_import(brought, Wanted("his"))
    waiting.discard()
    ada.keep_import(ada.prepare_import(brought, Wanted("second")), "second")
    assert [dataset.spec.title for dataset in ada.managed()] == ["second"]


def test_what_comes_back_out_of_the_bin_is_within_the_bounds(store: Store, sets: Sets) -> None:
    ada = OwnDatasets(store.acting_as(ADA))
    more = [own(store, ADA, f"More {number}") for number in range(2)]
    with pytest.raises(RefusedUpload, match="already have 3 datasets"):
        ada.restore(sets.binned)
    assert [dataset.name for dataset in ada.binned()] == [sets.binned]
    ada.restore(more[0])  # is there already
    ada.delete(more[0])
    ada.restore(sets.binned)
    assert {dataset.name for dataset in ada.managed()} == {sets.drawn, sets.binned, more[1]}
    OwnDatasets(store).restore(more[0])  # the system's bound is the disk


def test_who_has_used_up_their_room_makes_no_empty_ones_either(store: Store) -> None:
    ada = OwnDatasets(store.acting_as(ADA))
    full = ada.create("Full", DIGITS, (1, 28, 28))
    files.add_images(full.name, np.zeros((1300, 1, 28, 28), np.uint8), [0] * 1300, store.settings.data_dir)
    ada.delete(full.name)
    with pytest.raises(RefusedUpload, match=r"would take 1\.\d MB"):
        ada.create("Empty", DIGITS, (1, 28, 28))
