"""Tables of several places, of columns that say little, and of numbers that are no levels or labels."""

import gzip
from collections.abc import Callable

import numpy as np
import pytest

from core import datasets
from core.dataset_import.summary import questions
from core.dataset_import.understanding import Answers, Brought
from core.datasets import ImageData, RefusedUpload
from tests.imports import import_files
from tests.table_files import idx, kaggle_csv, npy, npz, with_label_last
from tests.zips import zipped

Digits = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def digits(mnist: ImageData) -> Digits:
    """Return 60 of MNIST's digits (N, 28, 28), and their labels."""
    return mnist.train_images[:60, 0], mnist.train_labels[:60]


def labelled(images: np.ndarray, labels: np.ndarray, names: tuple[str, ...]) -> set[tuple[bytes, str]]:
    return {(image.tobytes(), names[label]) for image, label in zip(images, labels, strict=True)}


def expect_parted(brought: list[Brought], digits: Digits, answers: Answers | None = None) -> None:
    """Expect the first 40 digits, with their labels, to learn from, and the others as the test set."""
    images, labels = digits
    data = datasets.load(import_files(brought, answers=answers).spec.name)
    digit_names = tuple(map(str, range(10)))
    for split, part in (("train", slice(40)), ("test", slice(40, None))):
        stored = labelled(
            getattr(data, f"{split}_images"), getattr(data, f"{split}_labels"), data.spec.class_names
        )
        assert stored == labelled(images[part], labels[part], digit_names)


def written(images: np.ndarray, labels: np.ndarray, form: str) -> dict[str, bytes]:
    if form == "csv":
        return {"x.csv": kaggle_csv(images, labels)}
    if form == "npz":
        return {"digits.npz": npz(images=images, labels=labels)}
    if form == "npy":
        return {"images.npy": npy(images), "labels.npy": npy(labels)}
    return {"images-idx3-ubyte": idx(images), "labels-idx1-ubyte.gz": gzip.compress(idx(labels))}


@pytest.mark.parametrize("form", ["csv", "npz", "npy", "idx"])
def test_tables_of_the_same_names_in_the_folders_of_splits_keep_their_labels(
    form: str, digits: Digits
) -> None:
    images, labels = digits
    files = {f"train/{name}": content for name, content in written(images[:40], labels[:40], form).items()}
    files |= {f"test/{name}": content for name, content in written(images[40:], labels[40:], form).items()}
    expect_parted([("x.zip", zipped(files))], digits)


def test_two_npz_of_the_same_arrays_are_told_apart_by_their_names(digits: Digits) -> None:
    images, labels = digits
    expect_parted(
        [
            ("train.npz", npz(images=images[:40], labels=labels[:40])),
            ("test.npz", npz(images=images[40:], labels=labels[40:])),
        ],
        digits,
    )


def test_images_and_labels_may_lie_apart_and_twice(digits: Digits) -> None:
    images, labels = digits
    files = {
        "images/train-images-idx3-ubyte": idx(images[:40]),
        "copies/train-images-idx3-ubyte/train-images-idx3-ubyte": idx(images[:40]),
        "labels/train-labels-idx1-ubyte": idx(labels[:40]),
        "images/t10k-images-idx3-ubyte": idx(images[40:]),
        "labels/t10k-labels-idx1-ubyte": idx(labels[40:]),
    }
    expect_parted([("x.zip", zipped(files))], digits)


def test_tables_whose_names_say_no_split_are_asked_about(digits: Digits) -> None:
    images, labels = digits
    brought = [
        ("a.csv", kaggle_csv(images[:40], labels[:40])),
        ("b.csv", kaggle_csv(images[40:], labels[40:])),
    ]
    open_ = import_files(brought).understood
    assert open_.is_open
    assert [*questions(open_)] == [
        "It is not known whether the images in “a.csv” and “b.csv” are for training, for validation or for testing."
    ]
    assert sum(map(sum, open_.counts.values())) == 60
    expect_parted(brought, digits, Answers(splits={"a.csv": "train", "b.csv": "test"}))
    left = import_files(brought, answers=Answers(splits={"a.csv": "train", "b.csv": "none"}))
    assert sum(map(sum, left.understood.counts.values())) == 40
    assert not [note for note in left.notes if "b.csv" in note]
    with pytest.raises(RefusedUpload, match=r"There is no folder “c\.csv”"):
        import_files(brought, answers=Answers(splits={"c.csv": "train"}))
    with pytest.raises(
        RefusedUpload, match=r"level 2 cannot be the classes\. The images are in files whose labels"
    ):
        import_files(brought, answers=Answers(classes_at=2))


@pytest.mark.parametrize(
    "content",
    [
        lambda images, labels: with_label_last(images, labels),
        lambda images, labels: with_label_last(images, labels, ";"),
        lambda images, labels: with_label_last(images, labels, "\t"),
        lambda images, labels: b"\xef\xbb\xbf" + kaggle_csv(images, labels),
        lambda images, labels: kaggle_csv(images / 255, labels, sep=";", decimal=","),
        lambda images, labels: kaggle_csv(images, labels.astype(float)),
    ],
    ids=["label last", "semicolons", "tabs", "with a mark of UTF-8", "with decimal commas", "labels as 3.0"],
)
def test_tables_as_other_programs_write_them(content: Callable[..., bytes], digits: Digits) -> None:
    images, labels = digits
    expect_parted(
        [("train.csv", content(images[:40], labels[:40])), ("test.csv", content(images[40:], labels[40:]))],
        digits,
    )


def test_what_column_is_the_label_is_said_where_its_name_does_not(digits: Digits) -> None:
    images, labels = digits
    images = images.copy()
    images[::2, 0, 0] = 5  # its first column has two values, as labels might
    made = import_files([("x.csv", with_label_last(images, labels))])
    assert "“x.csv”: The label is taken from the last column." in made.notes
    assert made.spec.class_names == tuple(map(str, range(10)))
    assert not [
        note for note in import_files([("x.csv", kaggle_csv(images, labels))]).notes if "label" in note
    ]


def test_words_are_classes_as_they_are_written_and_composed(digits: Digits) -> None:
    words = np.array(["None", "NA", "null", "cafe\u0301", " caf\u00e9", "007"])[np.arange(60) % 6]
    for brought in (("x.csv", kaggle_csv(digits[0], words)), ("x.npz", npz(x=digits[0], y=words))):
        assert import_files([brought]).spec.class_names == ("007", "café", "NA", "None", "null")


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        (
            np.eye(3)[[0, 1, 2, 0]] + np.eye(3)[[1, 1, 0, 2]],
            "Its labels have 3 columns. Each row needs one label",
        ),
        (np.zeros((4, 3)), "Its labels have 3 columns"),
        (np.array([1.0, np.nan, 2.0, 1.0]), "Its labels are numbers such as nan, which are no classes"),
        (np.array([0.25, 1.0, 2.0, 1.0]), "Its labels are numbers such as 0.25"),
        (np.zeros(4, "V4"), "Its labels are neither numbers nor texts"),
        (np.zeros(4, complex), "Its labels are neither numbers nor texts"),
        (np.zeros(4, int), "There is only one class, “0”"),
    ],
)
def test_labels_that_are_no_classes_are_refused(labels: np.ndarray, told: str) -> None:
    with pytest.raises(RefusedUpload, match=told):
        import_files([("x.npz", npz(x=np.full((4, 8, 8), 9.0), y=labels))])


@pytest.mark.parametrize("shape", [(4, 0, 0), (4, 28, 0), (4, 0, 28, 1), (0, 28, 28)])
def test_pictures_without_pixels_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(RefusedUpload, match=r"“x\.npz” was left out\. It has no images"):
        import_files([("x.npz", npz(x=np.zeros(shape), y=np.arange(4) % 2))])
    with pytest.raises(RefusedUpload, match="It is not as long as its header says"):
        import_files([("train-images-idx3-ubyte", idx(np.zeros((4, 0, 28))))])


@pytest.mark.parametrize("kind", [np.uint8, np.int64, bool, np.float64])
def test_images_of_noughts_and_ones_are_black_and_white(kind: type) -> None:
    pixels = np.random.default_rng(0).integers(0, 2, (10, 28, 28)).astype(kind)
    data = datasets.load(import_files([("x.npz", npz(x=pixels, y=np.arange(10) % 2))]).spec.name)
    assert set(np.unique(data.train_images)) == {0, 255}


def test_numbers_a_little_beyond_one_are_still_from_zero_to_one(digits: Digits) -> None:
    images = digits[0] / 255 * 1.002 - 0.001
    data = datasets.load(import_files([("x.npz", npz(x=images, y=digits[1]))]).spec.name)
    assert data.train_images.max() == 255


def test_images_that_are_nearly_black_are_said() -> None:
    pixels = np.random.default_rng(0).integers(0, 17, (10, 28, 28))
    made = import_files([("x.npz", npz(x=pixels, y=np.arange(10) % 2))])
    assert made.understood.warnings[-1] == (
        "The images are nearly black: their brightest level is 16 of 255. Bring them as levels from 0 to 255."
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("label,a\n1,2\n".encode("utf-16"), "It is not text in UTF-8. Save it as CSV in UTF-8"),
        (b"label;caf\xe9\n1;2\n", "It is not text in UTF-8"),
        (b'label,a\n"1,2\n', "It is not a table whose rows have as many cells"),
        (b",".join([b"1"] * 200_000), "It has more than 100,000 columns"),
        (
            b"label" + b",p" * 16 + b"\n1" + b",1" * 16 + b"\n1" + b",1" * 9 + b"\n",
            "In row 3 is a cell without a",
        ),
        (
            b"label" + b",p" * 16 + b'\n"1' + b",1" * 16 + b"\n",
            "It is not a table whose rows have as many cells",
        ),
    ],
)
def test_what_is_no_table_is_refused_in_words_of_ours(content: bytes, told: str) -> None:
    with pytest.raises(RefusedUpload, match=told):
        import_files([("x.csv", content)])
