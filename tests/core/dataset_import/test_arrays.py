"""Arrays of pictures as MNIST's authors, Kaggle, Keras and others write them, against what is in them."""

import gzip
import io
import lzma
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from core import datasets
from core.dataset_import.understanding import Answers, Brought
from core.datasets import ImageData, RefusedUpload
from core.datasets.bundled_archives import ARCHIVES
from core.datasets.user_dataset_limits import OwnLimits
from tests.imports import Imported, import_files
from tests.table_files import idx, kaggle_csv, npy, npz


def mnist_files(*splits: str) -> list[Brought]:
    """Return files of MNIST as its authors publish them."""
    names = [f"{split}-{kind}-ubyte" for split in splits for kind in ("images-idx3", "labels-idx1")]
    plain = [lzma.decompress((ARCHIVES / "mnist" / f"{name}.xz").read_bytes()) for name in names]
    return [(f"{name}.gz", gzip.compress(content, 1)) for name, content in zip(names, plain, strict=True)]


def stored(made: Imported) -> ImageData:
    return datasets.load(made.spec.name)


@pytest.fixture(scope="module")
def digits(mnist: ImageData) -> tuple[np.ndarray, np.ndarray]:
    """Return 60 of MNIST's digits (N, 28, 28), and their labels."""
    return mnist.train_images[:60, 0], mnist.train_labels[:60]


def test_mnists_own_test_files_come_in_image_by_image(mnist: ImageData) -> None:
    made = import_files(mnist_files("t10k"), answers=Answers(splits={"t10k": "train"}))
    data = stored(made)
    assert made.spec.class_names == tuple("0123456789")
    assert (made.spec.train_size, made.spec.test_size) == (8_000, 2_000)
    together = labelled(data.train_images, data.train_labels) | labelled(data.test_images, data.test_labels)
    assert together == labelled(mnist.test_images, mnist.test_labels)


def labelled(images: np.ndarray, labels: np.ndarray) -> set[bytes]:
    return {image.tobytes() + bytes([label]) for image, label in zip(images, labels, strict=True)}


@pytest.mark.long
def test_mnists_four_files_are_mnist(mnist: ImageData) -> None:
    data = stored(import_files(mnist_files("train", "t10k")))
    for name in ("train_images", "train_labels", "test_images", "test_labels"):
        np.testing.assert_array_equal(getattr(data, name), getattr(mnist, name))


def test_only_the_test_files_leave_nothing_to_learn_from(digits: tuple[np.ndarray, np.ndarray]) -> None:
    with pytest.raises(datasets.UnknownDataset):  # nothing is made
        import_files([("t10k-images-idx3-ubyte", idx(digits[0])), ("t10k-labels-idx1-ubyte", idx(digits[1]))])


def test_emnists_pictures_stand_upright(digits: tuple[np.ndarray, np.ndarray]) -> None:
    """They are published with rows for columns: NIST Special Database 19, Cohen et al. 2017."""
    images, labels = digits
    name = "emnist-digits-train-{}-ubyte"
    brought = [
        (name.format("images-idx3"), idx(images.transpose(0, 2, 1))),
        (name.format("labels-idx1"), idx(labels)),
    ]
    assert contents(stored(import_files(brought))) == {image.tobytes() for image in images}


def contents(data: ImageData) -> set[bytes]:
    return {image.tobytes() for image in (*data.train_images, *data.validation_images, *data.test_images)}


def with_class_last(images: np.ndarray, labels: np.ndarray) -> bytes:
    """Return a table as OpenML writes MNIST's, with a column of ids and one of row numbers."""
    pixels = pd.read_csv(io.BytesIO(kaggle_csv(images, None)))
    ends = [pd.Series(range(len(images)), name="id"), pixels, pd.Series(labels, name="class")]
    return pd.concat(ends, axis=1).to_csv().encode()


@pytest.mark.parametrize(
    "written",
    [
        lambda images, labels: kaggle_csv(images, labels),
        lambda images, labels: kaggle_csv(images, labels, header=False),
        lambda images, labels: gzip.compress(kaggle_csv(images, labels)),
        lambda images, labels: kaggle_csv(images / 255, labels),
        lambda images, labels: with_class_last(images, labels),
    ],
    ids=["Kaggle", "without a head", "packed", "from 0 to 1", "class last, with ids and row numbers"],
)
def test_a_table_of_pictures_is_read(
    written: Callable[[np.ndarray, np.ndarray], bytes], digits: tuple[np.ndarray, np.ndarray]
) -> None:
    content = written(*digits)
    name = "train.csv.gz" if content[:2] == b"\x1f\x8b" else "train.csv"
    made = import_files([(name, content)])
    assert contents(stored(made)) == {image.tobytes() for image in digits[0]}
    assert made.spec.class_names == tuple(sorted(set(map(str, digits[1]))))


def test_kaggles_test_table_has_no_labels_and_is_left_out(digits: tuple[np.ndarray, np.ndarray]) -> None:
    images, labels = digits
    made = import_files(
        [
            ("train.csv", kaggle_csv(images, labels)),
            ("test.csv", kaggle_csv(images[:7], None)),
            ("sample_submission.csv", b"ImageId,Label\n1,0\n2,0\n"),
        ]
    )
    assert made.notes[:2] == (
        "“sample_submission.csv” was left out. It has 2 columns. It needs a label and the pixels of a square image, "
        "such as 784 for 28 × 28.",
        "7 images in “test.csv” were left out: they have no labels.",
    )
    assert made.spec.train_size + made.spec.test_size == 60


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("label,a,b\n1,2,3\n", "It has 3 columns. It needs a label and the pixels of a square image"),
        (
            "label," + ",".join(f"p{n}" for n in range(16)) + "\n1" + ",300" * 16 + "\n",
            "0 to 255, .* has 300",
        ),
        ("label," + ",".join(f"p{n}" for n in range(16)) + "\n1" + ",-1" * 16 + "\n", "0 to 255, .* has -1"),
        (
            "label," + ",".join(f"p{n}" for n in range(16)) + "\n1" + "," * 16 + "\n",
            "In row 2 is a cell without",
        ),
        ("label," + ",".join(f"p{n}" for n in range(16)) + "\n" + ",1" * 16 + "\n", "In row 2 is no label"),
        (
            "label," + ",".join(f"p{n}" for n in range(16)) + "\n1" + ",x" * 16 + "\n",
            "In row 2 is “x” where a number",
        ),
        ("label," + ",".join(f"p{n}" for n in range(16)) + "\n", "It has no rows"),
        ("", "It has no rows"),
    ],
)
def test_an_odd_table_is_refused_by_what_is_odd(table: str, told: str) -> None:
    with pytest.raises(
        RefusedUpload, match=rf"no images with labels in it\. “x\.csv” was left out\. .*{told}"
    ):
        import_files([("x.csv", table.encode())])


def test_keras_and_medmnists_files_keep_their_splits(digits: tuple[np.ndarray, np.ndarray]) -> None:
    images, labels = digits
    keras = npz(x_train=images[:40], y_train=labels[:40], x_test=images[40:], y_test=labels[40:])
    made = import_files([("mnist.npz", keras)])
    np.testing.assert_array_equal(stored(made).test_images[:, 0], images[40:])
    np.testing.assert_array_equal(stored(made).train_labels, labels[:40])
    columns = labels[:, None]
    medmnist = npz(
        train_images=images[:30],
        train_labels=columns[:30],
        val_images=images[30:45],
        val_labels=columns[30:45],
        test_images=images[45:],
        test_labels=columns[45:],
    )
    data = stored(import_files([("pathmnist.npz", medmnist)]))
    np.testing.assert_array_equal(data.validation_images[:, 0], images[30:45])
    assert (data.spec.train_size, data.spec.validation_size, data.spec.test_size) == (30, 15, 15)


@pytest.mark.parametrize(
    "form",
    [
        lambda images: images[:, None],
        lambda images: images[..., None],
        lambda images: images.reshape(len(images), -1),
        lambda images: images.astype(np.float64) / 255,
        lambda images: images.astype(np.int64),
    ],
    ids=["N1HW", "NHW1", "flat", "0 to 1", "int64"],
)
def test_arrays_of_any_usual_form_are_the_same_pictures(
    form: Callable[[np.ndarray], np.ndarray], digits: tuple[np.ndarray, np.ndarray]
) -> None:
    images, labels = digits
    names = np.array(["even", "odd"])[labels % 2]
    made = import_files([("x.npz", npz(images=form(images), labels=names))])
    assert made.spec.class_names == ("even", "odd")
    assert contents(stored(made)) == {image.tobytes() for image in images}


@pytest.mark.parametrize("layout", [(0, 1, 2, 3), (0, 3, 1, 2)], ids=["NHWC", "NCHW"])
def test_pictures_in_colour_stay_so_with_one_hot_labels(layout: tuple[int, ...]) -> None:
    images = np.random.default_rng(0).integers(0, 256, (12, 32, 32, 3), np.uint8)
    made = import_files([("x.npz", npz(X=images.transpose(layout), y=np.eye(2)[[0, 1] * 6]))], shape=None)
    assert made.spec.image_shape == (3, 32, 32)
    assert contents(stored(made)) == {
        np.ascontiguousarray(image.transpose(2, 0, 1)).tobytes() for image in images
    }


def test_npy_files_belong_together_by_their_names(digits: tuple[np.ndarray, np.ndarray]) -> None:
    images, labels = digits
    made = import_files([("x_train.npy", npy(images)), ("y_train.npy", npy(labels))])
    assert contents(stored(made)) == {image.tobytes() for image in images}
    kmnist = [("kmnist-train-imgs.npz", npz(arr_0=images)), ("kmnist-train-labels.npz", npz(arr_0=labels))]
    assert contents(stored(import_files(kmnist))) == {image.tobytes() for image in images}


@pytest.mark.parametrize(
    ("brought", "told"),
    [
        ([("x.npz", npz(weights=np.zeros((3, 3))))], r"the arrays weights \(3, 3\)\. Images and labels are known"),
        ([("x.npz", npz(x=np.zeros((3, 3, 3, 3, 3)), y=np.arange(3)))], r"shape \(3, 3, 3, 3, 3\), but \(N, H, W\)"),
        ([("x.npz", npz(x=np.zeros((3, 8, 8)), y=np.arange(4)))], "“x.npz” has 3 images, but there are 4 labels"),
        ([("x.npz", npz(x=np.full((3, 8, 8), -1.0), y=np.arange(3)))], "from 0 to 1, but it has -1"),
        ([("x.npz", npz(x=np.zeros((3, 8, 8))))], "3 images in “x.npz” were left out: they have no labels"),
        ([("x.npz", b"PK\x03\x04")], "“x.npz” was left out. It is damaged"),
        ([("x.npy", npy(np.array([{}]), allow_pickle=True))], "“x.npy” was left out. It holds a program's objects"),
        ([("train-images-idx3-ubyte", b"\0\0\x08\x03\0\0\0\x02")], "It is not as long as its header says"),
        ([("train-images-idx3-ubyte", b"nonsense")], "It is no IDX file of bytes"),
        ([("train-images-idx3-ubyte.gz", b"nonsense")], "It is damaged"),
    ],
)  # fmt: skip
def test_odd_arrays_are_refused_by_what_is_odd(brought: list[Brought], told: str) -> None:
    with pytest.raises(RefusedUpload, match=told):
        import_files(brought)


def test_what_packed_arrays_would_unpack_to_is_bounded() -> None:
    content = npz(x=np.zeros((300, 200, 200), np.uint8), y=np.arange(300) % 2)
    assert len(content) < 100_000
    with pytest.raises(RefusedUpload, match="It would unpack to more than 10 MB"):
        import_files([("x.npz", content)], limits=OwnLimits(max_unpacked_bytes=10_000_000))
    with pytest.raises(RefusedUpload, match="It would unpack to more than 10 MB"):
        import_files(
            [("x.csv.gz", gzip.compress(bytes(20_000_000)))], limits=OwnLimits(max_unpacked_bytes=10_000_000)
        )
