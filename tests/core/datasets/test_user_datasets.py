import errno
import os
import threading
from pathlib import Path

import numpy as np
import pytest

from core import datasets
from core.datasets import DamagedData, DatasetError, ImageData, RefusedUpload, UnknownDataset, user_datasets
from core.datasets.user_dataset_limits import OwnLimits
from core.datasets.user_datasets import (
    add_images,
    content_key,
    create_own,
    delete_own,
    list_own,
    remove_image,
)

DIGITS = [str(digit) for digit in range(10)]
GREY = (1, 28, 28)


def test_a_new_dataset_is_empty_listed_and_loads_at_once(tmp_path: Path) -> None:
    made = create_own("  My   hand ", DIGITS, GREY, tmp_path)
    assert made.name.startswith("own:")
    assert made.title == "My hand"
    assert list_own(tmp_path) == [made]
    assert datasets.dataset_spec(made.name, tmp_path) == made
    assert datasets.is_ready(made.name, tmp_path)
    assert datasets.load(made.name, tmp_path).train_images.shape == (0, 1, 28, 28)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EIO])
def test_what_the_disk_refuses_is_told_without_a_path_of_the_machine(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(home: Path, *_given: object, **_more: object) -> None:
        raise OSError(code, os.strerror(code), str(home))

    monkeypatch.setattr(user_datasets, "write_arrays", refuse)
    with pytest.raises(DatasetError, match=r"^Your dataset could not be saved\.") as told:
        create_own("x", DIGITS, GREY, tmp_path)
    assert str(tmp_path) not in str(told.value)


def test_added_images_load_like_any_other_dataset(mnist: ImageData, tmp_path: Path) -> None:
    made = create_own("Digits", DIGITS, GREY, tmp_path)
    spec = add_images(made.name, mnist.train_images[:200], mnist.train_labels[:200], tmp_path)
    data = datasets.load(made.name, tmp_path)
    assert datasets.is_ready(made.name, tmp_path)
    assert (spec.train_size, spec.test_size) == (len(data.train_labels), len(data.test_labels))
    together = {
        (image.tobytes(), int(label))
        for images, labels in ((data.train_images, data.train_labels), (data.test_images, data.test_labels))
        for image, label in zip(images, labels, strict=True)
    }
    given = zip(mnist.train_images[:200], mnist.train_labels[:200], strict=True)
    assert together == {(image.tobytes(), int(label)) for image, label in given}
    pixels = data.train_images / 255
    assert data.spec.mean[0] == pytest.approx(pixels.mean(), rel=1e-9)
    assert data.spec.std[0] == pytest.approx(pixels.std(), rel=1e-9)


def test_of_each_class_the_second_and_every_fifth_after_it_is_for_testing_however_they_arrive(
    mnist: ImageData, tmp_path: Path
) -> None:
    images = mnist.train_images[:12]
    at_once = create_own("At once", ["a", "b"], GREY, tmp_path)
    add_images(at_once.name, images, [0] * 12, tmp_path)
    singly = create_own("Singly", ["a", "b"], GREY, tmp_path)
    for image in images:
        add_images(singly.name, image[None], [0], tmp_path)
    for name in (at_once.name, singly.name):
        data = datasets.load(name, tmp_path)
        assert np.array_equal(data.test_images, images[[1, 6, 11]])
        assert np.array_equal(data.train_images, np.delete(images, [1, 6, 11], axis=0))


def test_the_fingerprint_follows_the_content(mnist: ImageData, tmp_path: Path) -> None:
    made = create_own("Digits", DIGITS, GREY, tmp_path)
    add_images(made.name, mnist.train_images[:5], mnist.train_labels[:5], tmp_path)
    before = datasets.load(made.name, tmp_path).fingerprint
    assert datasets.load(made.name, tmp_path).fingerprint == before
    add_images(made.name, mnist.train_images[5:6], mnist.train_labels[5:6], tmp_path)
    assert datasets.load(made.name, tmp_path).fingerprint != before


def test_a_blank_dataset_can_be_standardised(tmp_path: Path) -> None:
    made = create_own("Blank", ["a", "b"], GREY, tmp_path)
    add_images(made.name, np.zeros((4, *GREY), np.uint8), [0, 1, 0, 1], tmp_path)
    assert datasets.load(made.name, tmp_path).spec.std == (1.0,)


def test_what_is_mapped_stays_readable_while_the_dataset_grows_and_goes(
    mnist: ImageData, tmp_path: Path
) -> None:
    made = create_own("Digits", DIGITS, GREY, tmp_path)
    add_images(made.name, mnist.train_images[:8], mnist.train_labels[:8], tmp_path)
    mapped = datasets.load(made.name, tmp_path)
    before = mapped.train_images.copy()
    add_images(made.name, mnist.train_images[8:90], mnist.train_labels[8:90], tmp_path)
    delete_own(made.name, tmp_path)
    assert np.array_equal(mapped.train_images, before)


def test_images_added_at_once_by_several_are_all_kept(mnist: ImageData, tmp_path: Path) -> None:
    made = create_own("Digits", DIGITS, GREY, tmp_path)

    def add(first: int) -> None:
        for place in range(first, first + 5):
            add_images(
                made.name,
                mnist.train_images[place : place + 1],
                mnist.train_labels[place : place + 1],
                tmp_path,
            )

    threads = [threading.Thread(target=add, args=(first,)) for first in (0, 5, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
    data = datasets.load(made.name, tmp_path)
    found = {image.tobytes() for image in (*data.train_images, *data.test_images)}
    assert found == {image.tobytes() for image in mnist.train_images[:15]}


def test_one_image_is_removed_and_the_others_keep_their_places(mnist: ImageData, tmp_path: Path) -> None:
    made = create_own("Digits", ["a", "b"], GREY, tmp_path)
    add_images(made.name, mnist.train_images[:5], [0, 0, 0, 1, 1], tmp_path)
    before = datasets.load(made.name, tmp_path)
    spec = remove_image(made.name, "train", 1, tmp_path)
    after = datasets.load(made.name, tmp_path)
    assert np.array_equal(after.train_images, np.delete(before.train_images, 1, axis=0))
    assert np.array_equal(after.test_images, before.test_images)
    assert spec.train_size == before.spec.train_size - 1
    with pytest.raises(IndexError, match="no image 99"):
        remove_image(made.name, "train", 99, tmp_path)


def test_a_deleted_dataset_is_gone(tmp_path: Path) -> None:
    kept, gone = (create_own(title, ["a", "b"], GREY, tmp_path) for title in ("Kept", "Gone"))
    delete_own(gone.name, tmp_path)
    assert list_own(tmp_path) == [kept]
    assert [path.name for path in (tmp_path / "own").iterdir()] == [kept.name.removeprefix("own:")]
    for action in (delete_own, datasets.load, datasets.is_ready, datasets.ensure):
        with pytest.raises(UnknownDataset):
            action(gone.name, data_dir=tmp_path)


def test_a_damaged_own_dataset_is_told_and_not_loaded(mnist: ImageData, tmp_path: Path) -> None:
    made = create_own("Digits", DIGITS, GREY, tmp_path)
    add_images(made.name, mnist.train_images[:20], mnist.train_labels[:20], tmp_path)
    (path,) = tmp_path.glob("own/*/*/train_images.npy")
    os.truncate(path, 1000)
    with pytest.raises(DamagedData, match=r"“Digits” is damaged.*wrong size: 1,000 instead of [\d,]+ bytes"):
        datasets.load(made.name, tmp_path)
    manifest = path.parents[1] / "manifest.json"
    manifest.write_text("{}")
    with pytest.raises(DamagedData, match="record"):
        datasets.load(made.name, tmp_path)


@pytest.mark.parametrize(
    ("title", "classes", "shape", "words"),
    [
        ("", ["a", "b"], GREY, "title must have 1 to 80 characters, but it has 0"),
        ("x" * 81, ["a", "b"], GREY, "title must have 1 to 80"),
        ("x", ["a"], GREY, "number of classes must be from 2 to 100, not 1"),
        ("x", [str(n) for n in range(101)], GREY, "from 2 to 100, not 101"),
        ("x", ["a", "a"], GREY, r"needs a different name\. Used more than once: a\."),
        ("x", ["a", ""], GREY, "1 to 60 characters"),
        ("x", ["a", "b"], (2, 28, 28), "channels must be 1 .* or 3 .*, not 2"),
        ("x", ["a", "b"], (1, 3, 28), "height must be from 4 to 128 px, not 3"),
        ("x", ["a", "b"], (1, 28, 129), "width must be from 4 to 128 px, not 129"),
    ],
)
def test_what_cannot_be_a_dataset_is_refused_with_the_rule(
    title: str, classes: list[str], shape: tuple[int, int, int], words: str, tmp_path: Path
) -> None:
    with pytest.raises(RefusedUpload, match=words):
        create_own(title, classes, shape, tmp_path)
    assert list_own(tmp_path) == []


def test_images_that_do_not_fit_are_refused_with_their_values(tmp_path: Path) -> None:
    made = create_own("Digits", DIGITS, GREY, tmp_path)
    with pytest.raises(RefusedUpload, match=r"not uint8 of shape \(1, 1, 8, 8\)"):
        add_images(made.name, np.zeros((1, 1, 8, 8), np.uint8), [0], tmp_path)
    with pytest.raises(RefusedUpload, match="not float64"):
        add_images(made.name, np.zeros((1, *GREY)), [0], tmp_path)
    with pytest.raises(RefusedUpload, match="from 0 to 9, but they run from 10 to 10"):
        add_images(made.name, np.zeros((1, *GREY), np.uint8), [10], tmp_path)


def test_limits_are_kept(tmp_path: Path) -> None:
    limits = OwnLimits(max_datasets=2, max_images=3)
    made = create_own("One", ["a", "b"], GREY, tmp_path, limits)
    create_own("Two", ["a", "b"], GREY, tmp_path, limits)
    with pytest.raises(RefusedUpload, match="already has 2 drawn or imported datasets"):
        create_own("Three", ["a", "b"], GREY, tmp_path, limits)
    add_images(made.name, np.zeros((3, *GREY), np.uint8), [0, 0, 0], tmp_path, limits)
    with pytest.raises(RefusedUpload, match="4 images of 28 × 28 px, but at most 3 are"):
        add_images(made.name, np.zeros((1, *GREY), np.uint8), [0], tmp_path, limits)
    assert datasets.dataset_spec(made.name, tmp_path).train_size == 2


def test_the_content_key_changes_with_each_change_and_goes_with_the_dataset(tmp_path: Path) -> None:
    made = create_own("Mine", DIGITS, GREY, tmp_path)
    keys = [content_key(made.name, tmp_path)]
    for shade in (1, 2):
        add_images(made.name, np.full((1, 1, 28, 28), shade, np.uint8), [3], tmp_path)
        keys.append(content_key(made.name, tmp_path))
    remove_image(made.name, "train", 0, tmp_path)
    keys.append(content_key(made.name, tmp_path))
    assert len(set(keys)) == 4
    assert content_key(made.name, tmp_path) == keys[-1]
    delete_own(made.name, tmp_path)
    with pytest.raises(datasets.UnknownDataset, match="It may have been deleted"):
        content_key(made.name, tmp_path)
    assert content_key("mnist", tmp_path) == ""
