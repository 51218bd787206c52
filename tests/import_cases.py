"""What each of the files that people brought must become: one table, which the build, the command and the page obey."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from core.dataset_import.understanding import Answers


@dataclass(frozen=True)
class Case:
    """A file, what is answered where it asks, what it becomes, and what is said of it.

    counts: images for training, validation and testing, of each class.
    """

    file: str
    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
    said: tuple[str, ...] = ()
    asked: str = ""
    answers: Answers = field(default_factory=Answers)
    options: tuple[str, ...] = ()
    is_on_paper: bool = False
    seen: int = 0  # test images that are training images, too


def _picked(n: int) -> str:
    picked = f"There were no test images, so {n} images were picked for testing"
    return f"{picked}: a fifth of each class that has two or more, at random (seed 0)."


_ONLY_TEST: Final = (
    "There are only test images, in “test”, so there is nothing to learn from. If they are for training, say so, or "
    "name the folder “train”."
)
_LEVELS: Final = "Which are the classes: cat and dog, or indoor and outdoor?"
_CASES: Final = (
    Case("train-only", ("cat", "dog"), ((16, 16), (0, 0), (4, 4)), (_picked(8),), seen=1),
    Case(
        "test-only", ("cat", "dog"), ((16, 16), (0, 0), (4, 4)), (_picked(8),),
        asked=_ONLY_TEST, answers=Answers(splits={"test": "train"}), options=("--split", "train=test"), seen=1,
    ),
    Case(
        "one-each", ("a", "b"), ((1, 1), (0, 0), (0, 0)),
        ("No class will ever be tested: each needs at least two images, one to learn from and one to test.",),
    ),
    Case(
        "one-rare", ("common", "rare"), ((48, 1), (0, 0), (12, 0)),
        (
            _picked(12),
            "rare will never be tested: it has no test images.",
            "The classes are uneven: common has 48 training images, rare has 1. A model tends to answer with the "
            "larger ones.",
        ), seen=5,
    ),
    Case("train-valid-test", ("circle", "cross", "square"), ((20,) * 3, (6,) * 3, (6,) * 3), seen=2),
    Case("training-testing2", ("a", "b"), ((30, 30), (0, 0), (30, 30)), seen=18),
    Case(
        "unlabelled-test", ("0", "1", "2"), ((8,) * 3, (0,) * 3, (2,) * 3),
        (
            "9 images in “test” were left out: they are in no class folder, so what they show is not known.",
            _picked(6),
        ),
    ),
    Case(
        "case", ("cat", "dog"), ((10, 10), (0, 0), (5, 5)),
        (
            "Names that differ in small and capital letters only are one class: “Cat” is taken as “cat” and “Dog” is "
            "taken as “dog”.",
        ), seen=2,
    ),
    Case(
        "subfolders", ("indoor", "outdoor"), ((10, 10), (0, 0), (2, 2)), (_picked(4),),
        asked=_LEVELS, answers=Answers(classes_at=2), options=("--classes-at", "2"), seen=4,
    ),
    Case("heic-and-jpeg", ("a", "b"), ((6, 6), (0, 0), (2, 2)), (_picked(4),)),
    Case("cjk-names", ("حصان", "一", "犬", "猫"), ((10,) * 4, (0,) * 4, (2,) * 4), (_picked(8),)),
    Case("plus-minus", ("+", "-"), ((12, 12), (0, 0), (3, 3)), (_picked(6),), is_on_paper=True),
    Case(
        "math-symbols", ("(", "+", "-", "=", "[x]"), ((12,) * 5, (0,) * 5, (3,) * 5), (_picked(15),),
        is_on_paper=True, seen=3,
    ),
)  # fmt: skip
BY_NAME: Final[Mapping[str, Case]] = {case.file: case for case in _CASES}
TABLE: Final = tuple(case for case in _CASES if case.file not in ("cjk-names", "plus-minus", "math-symbols"))
