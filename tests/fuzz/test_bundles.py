"""Damaged run bundles are taken or refused by our own error; those that are taken can be looked at on every page."""

import io
import json
import zipfile
from pathlib import Path
from random import Random

import pytest
from safetensors.numpy import load, save
from streamlit.testing.v1 import AppTest

from core.imports.run_bundle import import_bundle
from core.runs import Store
from core.runs.errors import ImportRefused
from tests.fuzz.mutators import damaged_json, damaged_zip, json_bytes
from tests.pages.conftest import SHELL, begun_store, store
from tests.pages.finished_runs import shown
from tests.zips import zipped

__all__ = ["begun_store", "store"]

BUNDLE = Path(__file__).resolve().parents[1] / "earlier_version" / "run.inkling.zip"
PAGES = ("train", "weights", "evaluate", "data", "draw", "runs", "search")


def members() -> dict[str, bytes]:
    """Return the files of a small bundle: its scores, two thirds of it, are left out."""
    with zipfile.ZipFile(BUNDLE) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if "logits" not in name}
    weights = sorted((name for name in files if name.startswith("weights/")), key=len)
    return {name: content for name, content in files.items() if name not in weights[1:-1]}


def damaged_bundle(seed: int, files: dict[str, bytes]) -> bytes:
    random = Random(seed)
    if random.random() < 0.3:
        return damaged_zip(random, files)
    changed = dict(files)
    if random.random() < 0.25:
        name = random.choice([name for name in files if name.endswith(".safetensors")])
        arrays = load(files[name])
        key = random.choice(list(arrays))
        with_nothing = {other: array for other, array in arrays.items() if other != key}
        dtype = random.choice(["f8", "i8", "u1", "?"])
        huge = arrays[key].astype("f8") * 1e300
        changes = (
            {**arrays, key: huge},
            {**arrays, key: arrays[key].astype(dtype)},
            {**arrays, key: arrays[key] * float("nan")},
            {**arrays, key: arrays[key].ravel()[:3].copy()},
            with_nothing,
            {**arrays, "more": arrays[key]},
        )
        changed[name] = save(random.choice(changes))
        return zipped(changed)
    changed["manifest.json"] = json_bytes(random, damaged_json(random, json.loads(files["manifest.json"])))
    return zipped(changed)


def taken(store: Store, seeds: range) -> list[str]:
    """Return the ids of the runs that were taken; all others are refused in words that can be written."""
    files, found = members(), []
    for seed in seeds:
        try:
            found.append(import_bundle(store, damaged_bundle(seed, files)))
        except ImportRefused as refused:
            str(refused).encode()  # what cannot be written could not be shown
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
    return found


def test_damaged_bundles_are_taken_or_refused(tmp_path: Path) -> None:
    found = taken(Store(f"sqlite:///{tmp_path / 'runs.db'}"), range(200))
    assert 10 < len(found) < 150


@pytest.mark.long
def test_thousands_of_damaged_bundles_are_taken_or_refused(tmp_path: Path) -> None:
    assert taken(Store(f"sqlite:///{tmp_path / 'runs.db'}"), range(1_000, 6_000))


def look_at(store: Store, run_ids: list[str]) -> None:
    for run_id in run_ids:
        for page in PAGES:
            app = AppTest.from_file(str(SHELL), default_timeout=300)
            assert shown(app, page, run_id), (run_id, page, store.get(run_id))


def test_one_that_was_taken_is_shown_on_every_page(store: Store) -> None:
    look_at(store, taken(store, range(40))[:1])


@pytest.mark.long
def test_those_that_were_taken_are_shown_on_every_page(store: Store) -> None:
    look_at(store, Random(1).sample(taken(store, range(200)), 8))


def test_the_bundle_itself_is_taken(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'runs.db'}")
    buffer = io.BytesIO(zipped(members()))
    assert store.get(import_bundle(store, buffer.getvalue())).test_accuracy == 0.7682
