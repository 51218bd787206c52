"""What somebody brings, what they want of it, and what was understood of it: plain values, which every part knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Brought = tuple[str, bytes]
"""A file's name and its content."""


@dataclass(frozen=True)
class Answers:
    """What whoever brings the files says of what they leave open.

    classes_at: the level of the folders that are the classes, 1 = the outermost; 0 = not said. splits: folder -> one of
    SPLITS, or LEFT_OUT.
    """

    classes_at: int = 0
    splits: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """What is to be made: title, shape (C, H, W) or None for what suits the pictures, and answers to what is open.

    is_ink: they show writing on paper, whose ink alone is kept, as of a drawing (1, 28, 28).
    """

    title: str
    shape: tuple[int, int, int] | None = None
    answers: Answers = field(default_factory=Answers)
    is_ink: bool = False


@dataclass(frozen=True)
class Understood:
    """What was understood. `name` is that of the dataset made of it, "" where it must be said first what to learn from.

    is_on_paper: they are dark on light, and kept so, which no drawing will resemble. counts: split -> images of each
    class. sizes: (width, height) of the smallest and the largest picture by pixels. levels, level, folders, is_open: as
    in folder_layout.Layout. Notes say what is left out and why, warnings what will come of it.
    """

    name: str
    shape: tuple[int, int, int]
    class_names: tuple[str, ...]
    counts: Mapping[str, tuple[int, ...]]
    sizes: tuple[tuple[int, int], tuple[int, int]]
    is_coloured: bool
    is_ink: bool
    is_on_paper: bool
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    levels: Mapping[int, tuple[str, ...]]
    level: int
    folders: Mapping[str, str]
    is_open: bool
