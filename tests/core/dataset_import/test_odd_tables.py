"""Tables that programs and people leave as they are: copies, several arrays, odd columns, empty rows, other heads."""

import numpy as np
import pytest

from core import datasets
from core.datasets import ImageData, RefusedUpload
from tests.imports import import_files
from tests.table_files import idx, kaggle_csv, npy, npz, with_label_last
from tests.zips import zipped

Digits = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def digits(mnist: ImageData) -> Digits:
    """Return 60 of MNIST's digits (N, 28, 28), and their labels."""
    return mnist.train_images[:60, 0], mnist.train_labels[:60]


def test_a_test_set_without_labels_does_not_take_those_of_the_training_images(digits: Digits) -> None:
    images, labels = digits
    train = {"train/x.npy": npy(images[:30]), "train/y.npy": npy(labels[:30])}
    packed = zipped({"train.npz": npz(x=images[:30], y=labels[:30]), "test.npz": npz(x=images[30:])})
    for content in (zipped(train | {"test/x.npy": npy(images[30:])}), packed):
        made = import_files([("x.zip", content)])
        assert [note for note in made.notes if note.startswith("30 images in") and "no labels" in note]
        assert sum(map(sum, made.understood.counts.values())) == 30


def test_the_same_pictures_in_two_files_are_taken_once(digits: Digits) -> None:
    images, labels = digits
    twice = [
        ("fashion-mnist_train.csv", kaggle_csv(images, labels)),
        ("train-images-idx3-ubyte", idx(images)),
        ("train-labels-idx1-ubyte", idx(labels)),
    ]
    made = import_files(twice)
    assert sum(map(sum, made.understood.counts.values())) == 60
    assert made.notes[0] == "“train” was left out: it has the same images as “fashion-mnist_train.csv”."


def test_a_test_set_of_training_images_is_kept_and_said(digits: Digits) -> None:
    images, labels = digits
    made = import_files(
        [("x.npz", npz(x_train=images, y_train=labels, x_test=images[:20], y_test=labels[:20]))]
    )
    assert sum(made.understood.counts["test"]) == 20
    assert "20 of 20 test images are training images, too: what they tell of a model is too good." in (
        made.understood.warnings
    )


def test_several_arrays_that_could_be_the_images_or_labels_are_refused(digits: Digits) -> None:
    images, labels = digits
    for arrays in (
        {"x": images, "images": 255 - images, "y": labels},
        {"x": images, "y": labels, "target": labels % 2},
    ):
        with pytest.raises(
            RefusedUpload, match=r"“x\.npz” has several arrays that could be the same: (x and im|y and t)"
        ):
            import_files([("x.npz", npz(**arrays))])


def test_arrays_beside_images_and_labels_are_passed_over(digits: Digits) -> None:
    images, labels = digits
    more = {"image_ids": np.arange(60), "features": np.zeros((60, 130)), "classes": np.array(["a", "b"])}
    made = import_files([("x.npz", npz(images=images, labels=labels, **more))])
    assert sum(map(sum, made.understood.counts.values())) == 60


@pytest.mark.parametrize("form", ["npz", "csv"])
@pytest.mark.parametrize("order", [(0, 3, 1, 2), (0, 1, 2, 3)], ids=["reds first", "pixel by pixel"])
def test_rows_of_colours_in_either_order_are_the_same_pictures(order: tuple[int, ...], form: str) -> None:
    rng = np.random.default_rng(0)
    blocks = rng.integers(0, 256, (20, 4, 4, 3), np.uint8).repeat(8, axis=1).repeat(8, axis=2)
    rows = blocks.transpose(order).reshape(20, -1)
    labels = np.arange(20) % 2
    content = kaggle_csv(rows, labels) if form == "csv" else npz(data=rows, labels=labels)
    made = import_files([(f"train.{form}", content)], shape=None)
    data = datasets.load(made.spec.name)
    kept = {image.tobytes() for image in np.concatenate([data.train_images, data.test_images])}
    assert kept == {np.ascontiguousarray(block.transpose(2, 0, 1)).tobytes() for block in blocks}


def test_a_table_without_a_head_whose_labels_are_words_loses_no_row(digits: Digits) -> None:
    words = np.array(["left", "right"])[digits[1] % 2]
    for content in (with_label_last(digits[0], words), kaggle_csv(digits[0], words, header=False)):
        assert sum(map(sum, import_files([("x.csv", content)]).understood.counts.values())) == 60


def test_a_head_of_numbers_is_no_picture(digits: Digits) -> None:
    numbered = kaggle_csv(digits[0], digits[1]).decode().partition("\n")[2]
    head = ",".join(map(str, range(785)))
    assert (
        sum(map(sum, import_files([("x.csv", f"{head}\n{numbered}".encode())]).understood.counts.values()))
        == 60
    )


def test_columns_of_words_beside_the_pixels_are_passed_over_and_said(digits: Digits) -> None:
    first, *rows = kaggle_csv(*digits).decode().splitlines()
    told = [f"{row},{n}.png,Training" for n, row in enumerate(rows)]
    made = import_files([("x.csv", "\n".join([f"{first},filename,Usage", *told]).encode())])
    assert sum(map(sum, made.understood.counts.values())) == 60
    assert "“x.csv”: Passed over: filename and Usage." in made.notes


def test_what_excel_leaves_around_a_table_is_no_row(digits: Digits) -> None:
    content = b"sep=;\n" + kaggle_csv(*digits, sep=";") + b";" * 784 + b"\n\n"
    assert sum(map(sum, import_files([("x.csv", content)]).understood.counts.values())) == 60


def test_labels_in_order_of_class_are_known_for_labels() -> None:
    images = np.random.default_rng(0).integers(0, 256, (6_000, 8, 8))
    images[:, -1, -1] = np.arange(6_000) % 3 * 10 + 10  # as three classes might be called
    made = import_files([("x.csv", kaggle_csv(images, np.arange(6_000) // 5_000, header=False))])
    assert made.spec.class_names == ("0", "1")


def test_names_that_differ_in_capitals_between_tables_are_one_class(digits: Digits) -> None:
    images, words = digits[0], np.array(["cat", "dog"])[digits[1] % 2]
    capital = np.array(["Cat", "Dog"])[digits[1] % 2]
    made = import_files(
        [("train.csv", kaggle_csv(images, words)), ("test.csv", kaggle_csv(255 - images, capital))]
    )
    assert made.spec.class_names == ("cat", "dog")
    assert (made.spec.train_size, made.spec.test_size) == (60, 60)


def test_labels_beside_black_and_white_pixels_are_known_by_what_no_pixel_has() -> None:
    pixels = np.random.default_rng(0).integers(0, 2, (200, 8, 8))
    labels = np.arange(200) % 5 * 3  # with gaps, where the last pixel has none
    made = import_files([("x.csv", kaggle_csv(pixels, labels, header=False))])
    assert made.spec.class_names == ("0", "3", "6", "9", "12")


def test_a_table_that_begins_nearly_black_is_read_as_it_goes_on() -> None:
    pixels = np.zeros((5_000, 28, 28), np.uint8)
    pixels[-1] = 200
    pixels[0, 0, 0] = 1
    data = datasets.load(import_files([("train.csv", kaggle_csv(pixels, np.arange(5_000) % 2))]).spec.name)
    assert set(np.unique(np.concatenate([data.train_images, data.test_images]))) == {0, 1, 200}
