import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile

from core import datasets
from core.datasets import ImageData, RefusedUpload
from core.datasets.user_dataset_limits import OwnLimits
from core.datasets.user_dataset_zip import export_zip
from core.datasets.user_datasets import add_images, create_own, list_own
from core.i18n.reader import read_by
from tests.catalogues import german
from tests.imports import GREY, import_zip
from tests.zips import zipped


def png(pixels: np.ndarray) -> bytes:
    """Return a PNG of uint8 pixels (H, W) or (H, W, 3)."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def digits(mnist: ImageData) -> list[bytes]:
    """Return the first 20 training images as PNG files."""
    return [png(image[0]) for image in mnist.train_images[:20]]


def test_a_folder_per_class_becomes_a_dataset(digits: list[bytes], mnist: ImageData, tmp_path: Path) -> None:
    files = {f"my digits/{mnist.train_labels[n]}/{n}.png": content for n, content in enumerate(digits)}
    made = import_zip(zipped(files), "Digits", GREY, tmp_path)
    assert made.spec.class_names == tuple("0123456789"[i] for i in sorted(set(mnist.train_labels[:20])))
    data = datasets.load(made.spec.name, tmp_path)
    names = np.array(made.spec.class_names)
    seen = {
        (image.tobytes(), names[label])
        for images, labels in ((data.train_images, data.train_labels), (data.test_images, data.test_labels))
        for image, label in zip(images, labels, strict=True)
    }
    given = zip(mnist.train_images[:20], mnist.train_labels[:20], strict=True)
    assert seen == {(image.tobytes(), str(label)) for image, label in given}


def test_an_exported_dataset_comes_back_the_same(fashion: ImageData, tmp_path: Path) -> None:
    names = [*fashion.spec.class_names[:9], ".hidden? 50% \\odd."]
    made = create_own("Garments", names, GREY, tmp_path)
    add_images(made.name, fashion.train_images[:120], fashion.train_labels[:120], tmp_path)
    back = import_zip(export_zip(made.name, tmp_path), "Garments", GREY, tmp_path)
    before, after = datasets.load(made.name, tmp_path), datasets.load(back.spec.name, tmp_path)
    assert back.notes == ()
    assert back.spec.class_names == tuple(names)
    assert after.fingerprint == before.fingerprint
    assert np.array_equal(after.test_images, before.test_images)


def test_colour_survives_export_and_import(fashion: ImageData, tmp_path: Path) -> None:
    grey = fashion.train_images[:10]
    images = np.concatenate([grey, 255 - grey, grey // 2], axis=1)
    made = create_own("Colours", ["a", "b"], (3, 28, 28), tmp_path)
    add_images(made.name, images, [0, 1] * 5, tmp_path)
    back = import_zip(export_zip(made.name, tmp_path), "Back", (3, 28, 28), tmp_path)
    assert (
        datasets.load(back.spec.name, tmp_path).fingerprint == datasets.load(made.name, tmp_path).fingerprint
    )


def test_train_and_test_folders_are_kept(digits: list[bytes], mnist: ImageData, tmp_path: Path) -> None:
    files = {f"{'test' if n < 4 else 'Train'}/{'ab'[n % 2]}/{n}.png": digits[n] for n in range(20)}
    made = import_zip(zipped(files), "Split", GREY, tmp_path)
    data = datasets.load(made.spec.name, tmp_path)
    assert np.array_equal(data.test_images, mnist.train_images[:4])
    assert np.array_equal(data.train_images, mnist.train_images[4:20])
    assert data.test_labels.tolist() == [0, 1, 0, 1]


def test_classes_are_ordered_as_people_count(digits: list[bytes], tmp_path: Path) -> None:
    files = {f"{name}/x.png": digits[0] for name in ("10", "9", "1", "b", "A")}
    assert import_zip(zipped(files), "x", GREY, tmp_path).spec.class_names == ("1", "9", "10", "A", "b")


def test_what_is_no_image_or_cannot_be_read_is_named_and_left_out(
    digits: list[bytes], tmp_path: Path
) -> None:
    files = {
        "a/1.png": digits[0],
        "b/2.png": digits[1],
        "notes.txt": b"hello",
        "a/list.csv": b"1,2",
        "loose.png": digits[2],
        "a/broken.png": digits[3][:60],
        "b/empty.jpg": b"",
        "__MACOSX/a/._1.png": b"junk",
        "a/.DS_Store": b"junk",
    }
    made = import_zip(zipped(files), "x", GREY, tmp_path)
    assert made.spec.train_size + made.spec.test_size == 2
    assert len(made.notes) == 3  # no two images of a class: none to test on
    text = " ".join(made.notes)
    for name in ("notes.txt", "a/list.csv", "loose.png", "a/broken.png", "b/empty.jpg"):
        assert name in text
    assert "MACOSX" not in text
    assert "DS_Store" not in text


def test_of_many_files_the_first_few_are_named_and_the_others_counted(
    digits: list[bytes], tmp_path: Path
) -> None:
    files = {"a/1.png": digits[0], "b/2.png": digits[1]}
    files |= {f"notes{n}.txt": b"hello" for n in range(1, 8)}
    files |= {f"a/broken{n}.png": b"junk" for n in range(1, 7)}
    notes = import_zip(zipped(files), "x", GREY, tmp_path).notes
    named = ", ".join(f"notes{n}.txt" for n in range(1, 6))
    broken = " ".join(f"a/broken{n}.png: It is not an image that can be read." for n in range(1, 6))
    assert notes == (
        f"7 files are not images that can be read here, and were left out: {named} and 2 more.",
        f"6 images could not be read. {broken} 1 more is not listed here.",
    )


def test_what_was_left_out_is_said_in_the_readers_language(
    digits: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = "{n} file is not an image that can be read here, and was left out: {names:list}."
    many = "{n} files are not images that can be read here, and were left out: {names:list}."
    sentences = {
        (one, many): (
            "{n} Datei ist kein Bild: {names:list}.",
            "{n} Dateien sind keine Bilder: {names:list}.",
        )
    }
    files = {"a/1.png": digits[0], "b/2.png": digits[1], "x.txt": b"x", "y.txt": b"y"}
    with read_by(german(sentences, tmp_path / "locales", monkeypatch)):
        made = import_zip(zipped(files), "x", GREY, tmp_path)
    assert made.notes == ("2 Dateien sind keine Bilder: x.txt und y.txt.",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "“brought.zip” cannot be read: it is not the archive that its name says, or it is damaged"),
        (
            b"PK\x03\x04 nonsense",
            "“brought.zip” cannot be read: it is not the archive that its name says, or it is damaged",
        ),
        (zipped({}), "There are no files in it"),
        (zipped({"readme.txt": b"x"}), "“readme.txt” is not an image, nor a file of images"),
        (zipped({"1.png": b"x"}), "No image is in a folder of its class"),
        (
            zipped({"a/x.png": b"junk", "b/y.png": b"junk"}),
            "None of its images could be read. a/x.png: It is not",
        ),
    ],
    ids=["empty", "garbage", "empty zip", "no image", "no folder", "all broken"],
)
def test_a_zip_without_images_is_refused(content: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(RefusedUpload, match=words) as told:
        import_zip(content, "x", GREY, tmp_path)
    assert re.search("one folder (for each|per) class|as a ZIP", told.value.remedy)
    assert list_own(tmp_path) == []


def test_a_single_class_is_refused(digits: list[bytes], tmp_path: Path) -> None:
    with pytest.raises(RefusedUpload, match="only one class, “a”"):
        import_zip(zipped({"a/1.png": digits[0]}), "x", GREY, tmp_path)


@pytest.mark.parametrize(
    "path", ["../a/1.png", "/etc/a/1.png", "a/../../b/1.png", "C:\\a\\1.png", "..\\a\\1.png"]
)
def test_a_path_that_leads_outside_is_refused(path: str, digits: list[bytes], tmp_path: Path) -> None:
    root = tmp_path / "data"
    with pytest.raises(RefusedUpload, match="leads outside"):
        import_zip(zipped({path: digits[0], "b/2.png": digits[1]}), "x", GREY, root)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = zipped({"a/1.png": bytes(50_000_000), "b/1.png": bytes(50_000_000)})
    assert len(bomb) < 200_000
    with pytest.raises(RefusedUpload, match="unpack to more than 10 MB"):
        import_zip(bomb, "x", GREY, tmp_path, limits=OwnLimits(max_unpacked_bytes=10_000_000))


def test_limits_on_bytes_count_and_pixels(digits: list[bytes], tmp_path: Path) -> None:
    files = {f"{'ab'[n % 2]}/{n}.png": digits[n] for n in range(6)}
    with pytest.raises(RefusedUpload, match="the limit is 100 bytes"):
        import_zip(zipped(files), "x", GREY, tmp_path, limits=OwnLimits(max_zip_bytes=100))
    with pytest.raises(RefusedUpload, match="6 images of 28 × 28 px, but at most 5 are"):
        import_zip(zipped(files), "x", GREY, tmp_path, limits=OwnLimits(max_images=5))
    with pytest.raises(RefusedUpload, match="at most 2 are"):
        import_zip(zipped(files), "x", GREY, tmp_path, limits=OwnLimits(max_data_bytes=2 * 784))
    files["a/huge.png"] = png(np.zeros((2000, 2000), np.uint8))
    made = import_zip(zipped(files), "x", GREY, tmp_path, limits=OwnLimits(max_decoded_image_bytes=1_000_000))
    assert made.notes[:1] == (
        "1 image could not be read. a/huge.png: It has 2,000 × 2,000 pixels and would take 4.0 MB of memory, but at "
        "most 1.0 MB are allowed.",
    )


def bilevel(side: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("1", (side, side)).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_zip_of_many_pictures_is_refused_whole_before_any_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = bilevel(7_000)
    content = zipped({f"{'ab'[n % 2]}/{n}.png": picture for n in range(60)})
    assert len(content) < 500_000
    monkeypatch.setattr(Image.Image, "resize", None)
    monkeypatch.setattr(ImageFile.ImageFile, "load", None)
    with pytest.raises(RefusedUpload, match=r"would decode to more than 5,000 MB"):
        import_zip(content, "x", GREY, tmp_path)
    assert list_own(tmp_path) == []


def test_what_other_programs_would_run_is_no_image(digits: list[bytes], tmp_path: Path) -> None:
    postscript = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 28 28\n%%EndComments\nshowpage\n"
    files = {"a/1.png": digits[0], "b/2.png": digits[1], "a/x.eps": postscript, "b/y.png": postscript}
    notes = import_zip(zipped(files), "x", GREY, tmp_path).notes
    assert notes == (
        "1 file is not an image that can be read here, and was left out: a/x.eps.",
        "1 image could not be read. b/y.png: It is not an image that can be read.",
    )


def test_an_encrypted_member_is_told(digits: list[bytes], tmp_path: Path) -> None:
    content = bytearray(zipped({"a/1.png": digits[0], "a/2.png": digits[1], "b/3.png": digits[2]}))
    for signature, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the first member, in both places
        content[content.index(signature) + flag] |= 1
    made = import_zip(bytes(content), "x", GREY, tmp_path)
    assert made.notes == ("1 image could not be read. a/1.png: It is encrypted.",)
