"""What folders say of the pictures in them, and what they leave open."""

from collections import Counter
from collections.abc import Iterable

import pytest

from core.dataset_import.folder_layout import Layout, understood
from core.dataset_import.understanding import Answers
from core.datasets import RefusedUpload


def laid_out(paths: Iterable[str], answers: Answers | None = None, most_classes: int = 100) -> Layout:
    return understood([tuple(path.split("/")) for path in paths], answers or Answers(), most_classes)


def counted(layout: Layout) -> dict[tuple[str, str], int]:
    return dict(Counter((place.split, place.class_name) for place in layout.places))


def files(*folders: str, count: int = 2) -> list[str]:
    return [f"{folder}/{n}.png" for folder in folders for n in range(count)]


@pytest.mark.parametrize(
    ("paths", "right"),
    [
        (files("cat", "dog"), {("", "cat"): 2, ("", "dog"): 2}),
        (files("pets/all/cat", "pets/all/dog"), {("", "cat"): 2, ("", "dog"): 2}),
        (
            files("x/train/a", "x/train/b", "x/val/a", "x/val/b", "x/TEST/a", "x/TEST/b", count=1),
            {(split, name): 1 for split in ("train", "validation", "test") for name in "ab"},
        ),
        (
            files("seg_train/seg_train/sea", "seg_train/seg_train/ice", "seg_test/seg_test/sea"),
            {("train", "sea"): 2, ("train", "ice"): 2, ("test", "sea"): 2},
        ),
        (
            files("cat/train", "cat/test", "dog/train", "dog/test"),
            {(split, name): 2 for split in ("train", "test") for name in ("cat", "dog")},
        ),
        (
            files("training/images/a", "training/images/b", "testing/images/a"),
            {("train", "a"): 2, ("train", "b"): 2, ("test", "a"): 2},
        ),
        (files("mnist_train/0", "mnist_train/1"), {("train", "0"): 2, ("train", "1"): 2}),
        (files("train", "car", "tram"), {("", "train"): 2, ("", "car"): 2, ("", "tram"): 2}),
        (
            files("train/car", "train/train", "test/car", "test/train"),
            {(split, name): 2 for split in ("train", "test") for name in ("car", "train")},
        ),
        (
            files("train/test tube", "train/cup", "test/test tube"),
            {("train", "test tube"): 2, ("train", "cup"): 2, ("test", "test tube"): 2},
        ),
        (
            files("train/a", "train/b", "test/a", "test/b", "papers"),
            {(split, name): 2 for split in ("train", "test") for name in "ab"},
        ),
        (
            files(
                "x/seg_train/seg_train/sea",
                "x/seg_train/seg_train/ice",
                "x/seg_test/seg_test/sea",
                "x/seg_pred/seg_pred",
            ),
            {("train", "sea"): 2, ("train", "ice"): 2, ("test", "sea"): 2},
        ),
        (files("train/a", "train/b", "samples"), {("train", "a"): 2, ("train", "b"): 2}),
        (files("Positive test", "Negative test"), {("", "Positive test"): 2, ("", "Negative test"): 2}),
        (files("A", "a"), {("", "A"): 2, ("", "a"): 2}),
        (files("train/A", "train/a", "test/a"), {("train", "A"): 2, ("train", "a"): 2, ("test", "a"): 2}),
    ],
    ids=[
        *("plain", "folders around", "three splits", "a split within itself", "splits within classes"),
        *(
            "a folder within splits",
            "the root is a split",
            "a class called train",
            "a class called train in each split",
            "a class called as a test in each split",
            "images beside the splits",
            "images without labels beside splits within themselves",
            "images beside the training images",
            "classes that sound as the same split",
            "letters",
            "letters in splits",
        ),
    ],
)
def test_folders_are_read_as_imagefolder_reads_them_and_splits_are_known(
    paths: list[str], right: dict[tuple[str, str], int]
) -> None:
    layout = laid_out(paths)
    assert counted(layout) == right
    assert not layout.is_open


def test_several_levels_that_could_be_classes_are_open_until_one_is_chosen() -> None:
    paths = files("pets/cat/indoor", "pets/cat/outdoor", "pets/dog/indoor", "pets/dog/outdoor")
    layout = laid_out(paths)
    assert layout.is_open
    assert layout.levels == {1: ("cat", "dog"), 2: ("indoor", "outdoor")}
    assert counted(layout) == {("", "cat"): 4, ("", "dog"): 4}
    chosen = laid_out(paths, Answers(classes_at=2))
    assert not chosen.is_open
    assert counted(chosen) == {("", "indoor"): 4, ("", "outdoor"): 4}
    with pytest.raises(
        RefusedUpload, match=r"level 3 cannot be the classes\. .*: 1 \(cat and dog\) and 2 \(indoor"
    ):
        laid_out(paths, Answers(classes_at=3))


def test_folders_of_more_classes_than_may_be_are_passed_over_for_a_level_that_has_fewer() -> None:
    paths = [f"writer{n}/{digit}/1.png" for n in range(5) for digit in "01"]
    layout = laid_out(paths, most_classes=4)
    assert counted(layout) == {("", "0"): 5, ("", "1"): 5}
    assert not layout.is_open
    with pytest.raises(RefusedUpload, match="It has 5 classes, but at most 4 are allowed"):
        laid_out([f"{n}/1.png" for n in range(5)], most_classes=4)


def test_a_folder_beside_splits_that_is_like_them_is_open() -> None:
    paths = files("train/a", "train/b", "extra/a", "extra/b", "test/a")
    layout = laid_out(paths)
    assert layout.folders == {"train": "train", "test": "test", "extra": ""}
    assert ("extra", "a") not in counted(layout)
    assert "4 images in “extra” were left out: the name does not say what they are for." in layout.notes
    said = laid_out(paths, Answers(splits={"extra": "train"}))
    assert counted(said) == {("train", "a"): 4, ("train", "b"): 4, ("test", "a"): 2}
    assert counted(laid_out(paths, Answers(splits={"extra": "none", "test": "none"}))) == {
        ("train", "a"): 2, ("train", "b"): 2,
    }  # fmt: skip
    assert laid_out(paths, Answers(splits={"extra": "none"})).notes == ()
    with pytest.raises(RefusedUpload, match="There is no folder “more”"):
        laid_out(paths, Answers(splits={"more": "train"}))


def test_a_folder_of_other_classes_beside_splits_is_open_and_one_of_none_is_not() -> None:
    others = laid_out(files("train/a", "train/b", "test/a", "more/x", "more/y"))
    assert others.folders == {"train": "train", "test": "test", "more": ""}
    papers = laid_out(files("train/a", "train/b", "test/a", "papers"))
    assert papers.folders == {"train": "train", "test": "test", "papers": "none"}
    assert papers.notes == ("2 images in “papers” were left out: the name does not say what they are for.",)


def test_a_picture_beside_the_splits_of_its_class_does_not_mix_them() -> None:
    layout = laid_out([*files("cat/train", "cat/test", "dog/train", "dog/test"), "cat/cover.png"])
    assert counted(layout) == {(split, name): 2 for split in ("train", "test") for name in ("cat", "dog")}
    assert layout.notes == ("1 image is not in a class folder and was left out: cat/cover.png.",)


def test_a_picture_beside_the_classes_of_a_folder_does_not_hide_the_question() -> None:
    layout = laid_out([*files("2019/cat", "2019/dog", "2020/cat", "2020/dog"), "2020/cover.png"])
    assert layout.is_open
    assert layout.levels == {1: ("2019", "2020"), 2: ("cat", "dog")}


def test_a_folder_of_the_same_class_folders_once_more_is_left_out() -> None:
    layout = laid_out(files("plants/pepper", "plants/tomato", "plants/plants/pepper", "plants/plants/tomato"))
    assert counted(layout) == {("", "pepper"): 2, ("", "tomato"): 2}
    assert layout.notes == ("4 images were left out: “plants” has the same folders as those beside it.",)


def test_of_many_folders_beside_splits_the_first_few_are_named() -> None:
    layout = laid_out(files("train/a", "train/b", "test/a", *(f"{n:03}" for n in range(200)), count=1))
    assert layout.notes == (
        "200 images in “000”, “001”, “002”, “003”, “004” and 195 more were left out: the name does not say what they "
        "are for.",
    )


def test_images_without_a_known_class_are_left_out_and_said() -> None:
    layout = laid_out([*files("train/a", "train/b"), "test/1.png", "test/2.png", "loose.png"])
    assert counted(layout) == {("train", "a"): 2, ("train", "b"): 2}
    assert layout.notes == (
        "1 image is not in a class folder and was left out: loose.png.",
        "2 images in “test” were left out: they are in no class folder, so what they show is not known.",
    )
    unknown = laid_out(files("train/a", "train/b", "test/unknown"))
    assert counted(unknown) == {("train", "a"): 2, ("train", "b"): 2}
    assert unknown.notes == (
        "2 images were left out: their folders are no classes of the training images: unknown.",
    )


def test_names_that_differ_in_capitals_between_splits_are_one_class() -> None:
    layout = laid_out(files("p/train/cat", "p/train/dog", "p/test/Cat", "p/test/Dog"))
    assert counted(layout) == {(split, name): 2 for split in ("train", "test") for name in ("cat", "dog")}
    assert layout.notes == (
        "Names that differ in small and capital letters only are one class: “Cat” is taken as “cat” and “Dog” is taken "
        "as “dog”.",
    )


@pytest.mark.parametrize(
    ("paths", "told"),
    [
        (["1.png", "2.png"], "No image is in a folder of its class"),
        (["train/1.png", "test/2.png"], "No image is in a folder of its class"),
        (files("cat"), "There is only one class, “cat”"),
        (files("pets/cat"), "There is only one class, “cat”"),
        (["pets/preview.png", *files("pets/cat")], "There is only one class, “cat”"),
    ],
)
def test_what_has_no_two_classes_is_refused(paths: list[str], told: str) -> None:
    with pytest.raises(RefusedUpload, match=told):
        laid_out(paths)


def test_an_image_beside_the_class_folders_is_no_class() -> None:
    layout = laid_out(["pets/preview.png", *files("pets/cat", "pets/dog")])
    assert counted(layout) == {("", "cat"): 2, ("", "dog"): 2}
    assert layout.notes == ("1 image is not in a class folder and was left out: pets/preview.png.",)
