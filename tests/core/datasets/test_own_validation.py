"""A dataset with validation images of its own: kept apart, sealed as the others are, exported in a folder apart."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.datasets import DamagedData, ImageData, load
from core.datasets.array_store import read_manifest
from core.datasets.catalog import CATALOG, DatasetSpec, own_folder, spec_from_json, spec_to_json
from core.datasets.image_data import ARRAY_NAMES, VALIDATION_NAMES
from core.datasets.user_dataset_zip import export_zip
from core.datasets.user_datasets import add_images, create_own, delete_own, remove_image
from tests.own_validation import DIGITS, pixels, validated

GREY = (1, 28, 28)


def test_each_image_lies_in_the_split_that_was_said(mnist: ImageData, tmp_path: Path) -> None:
    made = create_own("Three", DIGITS, GREY, tmp_path)
    splits = ["validation", "train", "test", "validation", "train"]
    spec = add_images(made.name, mnist.train_images[:5], mnist.train_labels[:5], tmp_path, splits=splits)
    data = load(made.name, tmp_path)
    assert (spec.train_size, spec.validation_size, spec.test_size, spec.n_images) == (2, 2, 1, 5)
    assert data.spec == spec
    for split in set(splits):
        places = [place for place, name in enumerate(splits) if name == split]
        assert np.array_equal(getattr(data, f"{split}_images"), mnist.train_images[places])
        assert np.array_equal(getattr(data, f"{split}_labels"), mnist.train_labels[places])
    assert data.spec.mean[0] == pytest.approx((mnist.train_images[[1, 4]] / 255).mean(), rel=1e-9)


@pytest.mark.parametrize("splits", [["train", "valid"], ["train"], ["train"] * 3, []])
def test_a_split_for_each_image_or_none_is_changed(
    splits: list[str], mnist: ImageData, tmp_path: Path
) -> None:
    made = create_own("Wrong", DIGITS, GREY, tmp_path)
    with pytest.raises(ValueError, match="split"):
        add_images(made.name, mnist.train_images[:2], mnist.train_labels[:2], tmp_path, splits=splits)
    assert load(made.name, tmp_path).spec.n_images == 0


def test_images_added_without_a_word_never_become_validation_images(mnist: ImageData) -> None:
    spec = validated(mnist)
    before = load(spec.name)
    grown = add_images(spec.name, mnist.test_images[:30], mnist.test_labels[:30])
    assert np.array_equal(load(spec.name).validation_images, before.validation_images)
    assert grown.train_size + grown.test_size == spec.train_size + spec.test_size + 30
    delete_own(spec.name)


def test_a_dataset_without_them_is_stored_as_it_always_was(mnist: ImageData, tmp_path: Path) -> None:
    made = create_own("Two", DIGITS, GREY, tmp_path)
    add_images(made.name, mnist.train_images[:20], mnist.train_labels[:20], tmp_path)
    home = own_folder(made.name, tmp_path)
    record = json.loads((home / "manifest.json").read_text())
    assert set(record["arrays"]) == set(ARRAY_NAMES)
    assert "validation_size" not in record["spec"]
    assert len(list(home.glob("*/*.npy"))) == 4
    data = load(made.name, tmp_path)
    assert data.validation_images.shape == (0, *GREY)
    assert data.validation_labels.shape == (0,)


def test_every_dataset_of_the_catalog_has_none(mnist: ImageData) -> None:
    assert mnist.validation_images.shape == (0, *GREY)
    assert all(spec.validation_size == 0 for spec in CATALOG.values())
    assert all("validation_size" not in spec_to_json(spec) for spec in CATALOG.values())


def test_the_last_one_removed_leaves_a_dataset_without(mnist: ImageData, tmp_path: Path) -> None:
    made = create_own("Fewer", DIGITS, GREY, tmp_path)
    splits = ["train", "validation", "validation"]
    add_images(made.name, mnist.train_images[:3], mnist.train_labels[:3], tmp_path, splits=splits)
    one_left = remove_image(made.name, "validation", 0, tmp_path)
    assert one_left.validation_size == 1
    assert np.array_equal(load(made.name, tmp_path).validation_images, mnist.train_images[2:3])
    with pytest.raises(IndexError, match="1 validation images"):
        remove_image(made.name, "validation", 1, tmp_path)
    remove_image(made.name, "validation", 0, tmp_path)
    assert set(json.loads((own_folder(made.name, tmp_path) / "manifest.json").read_text())["arrays"]) == set(
        ARRAY_NAMES
    )
    assert load(made.name, tmp_path).validation_images.shape == (0, *GREY)


def test_a_changed_validation_image_is_found_and_counts_as_content(mnist: ImageData, tmp_path: Path) -> None:
    made = create_own("Sealed", DIGITS, GREY, tmp_path)
    splits = ["train", "validation", "validation"]
    add_images(made.name, mnist.train_images[:3], mnist.train_labels[:3], tmp_path, splits=splits)
    before = load(made.name, tmp_path).fingerprint
    remove_image(made.name, "validation", 1, tmp_path)
    assert load(made.name, tmp_path).fingerprint != before
    (path,) = own_folder(made.name, tmp_path).glob("*/validation_images.npy")
    altered = np.load(path)
    altered[0, 0, 3, 3] ^= 1
    np.save(path, altered)
    with pytest.raises(DamagedData, match="validation_images"):
        load(made.name, tmp_path)


def test_a_manifest_with_half_of_them_is_none(mnist: ImageData) -> None:
    spec = validated(mnist)
    home = own_folder(spec.name)
    assert set(read_manifest(home, spec.name).arrays) == {*ARRAY_NAMES, *VALIDATION_NAMES}  # type: ignore[union-attr]
    record = json.loads((home / "manifest.json").read_text())
    del record["arrays"]["validation_labels"]
    (home / "manifest.json").write_text(json.dumps(record))
    assert read_manifest(home, spec.name) is None
    delete_own(spec.name)


def test_a_record_of_an_earlier_version_is_read(mnist: ImageData) -> None:
    spec: DatasetSpec = validated(mnist)
    told = spec_to_json(spec)
    assert spec_from_json(told) == spec
    del told["validation_size"]
    assert spec_from_json(told).validation_size == 0
    delete_own(spec.name)


def test_an_export_has_them_in_a_folder_of_their_own(mnist: ImageData) -> None:
    spec = validated(mnist, 12, 5, 3)
    data = load(spec.name)
    with zipfile.ZipFile(io.BytesIO(export_zip(spec.name))) as archive:
        names = [name for name in archive.namelist() if name.endswith(".png")]
        for split in ("train", "validation", "test"):
            labels = getattr(data, f"{split}_labels")
            told = [f"{split}/{label}/{place:05}.png" for place, label in enumerate(labels, start=1)]
            assert [name for name in names if name.startswith(f"{split}/")] == told
        assert len(names) == 20
    assert not pixels(data.validation_images) & (pixels(data.train_images) | pixels(data.test_images))
    delete_own(spec.name)
