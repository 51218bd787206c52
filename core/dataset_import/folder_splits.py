"""Which folders are those of splits, such as train/ and Test/: around the folders of the classes, or within them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.dataset_import.names_in_words import quoted
from core.dataset_import.split_names import LEFT_OUT, split_of
from core.datasets.errors import RefusedUpload
from core.i18n.translation import _, ngettext

Folders = tuple[str, ...]


@dataclass
class Pictured:
    """What is known of one picture: its place among them, its folders, its split and the folder that says it."""

    index: int
    folders: Folders
    split: str = ""
    split_folder: str = ""


def take_splits(pictures: Sequence[Pictured], answered: Mapping[str, str]) -> dict[str, str]:
    """Give each picture the split that a folder of its names, which leaves its folders; return those folders."""
    inside = [picture for picture in pictures if picture.folders]
    level = _split_level([picture.folders for picture in inside], answered)
    if level is None:
        return {}
    names = sorted({picture.folders[level] for picture in inside if len(picture.folders) > level})
    named = {name: answered.get(name, split_of(name) or "") for name in names}
    for picture in inside:
        if len(picture.folders) <= level:
            picture.folders = ()
            continue
        picture.split_folder = picture.folders[level]
        picture.split = named[picture.split_folder] or LEFT_OUT
        picture.folders = _without(picture.folders, level, picture.split)
    return named


def _without(folders: Folders, level: int, split: str) -> Folders:
    """Return the folders without that of the split, and without others of it within, as in train/train/cat."""
    within = folders[level + 1 :]
    while within and split_of(within[0]) == split:
        within = within[1:]
    return folders[:level] + within


def _split_level(paths: Sequence[Folders], answered: Mapping[str, str]) -> int | None:
    """Return at which level, from 0, the folders are those of splits; None if at none.

    Raises: RefusedUpload where no folder has the name that an answer is about.
    """
    root = common_root(paths)
    depth = max((len(path) for path in paths), default=0)
    if answered:
        for level in range(depth):
            if set(answered) <= {path[level] for path in paths if len(path) > level}:
                return level
        folders = quoted(sorted(answered))
        raise RefusedUpload(
            ngettext(
                "There is no folder {names:list}.",
                "There are no folders {names:list} side by side.",
                len(answered),
                names=folders,
            ),
            _("Name folders as they are written there, in small and capital letters."),
        )
    if _are_splits(paths, root):
        return root
    for level in range(root + 1, depth):
        if all(len(path) > level and split_of(path[level]) for path in paths):
            return level
    return next((level for level in reversed(range(root)) if split_of(paths[0][level])), None)


def _are_splits(paths: Sequence[Folders], level: int) -> bool:
    """Return whether the folders of that level are named after splits, or are as those that are."""
    within: dict[str, set[str]] = {}
    for path in paths:
        if len(path) > level:
            within.setdefault(path[level], set()).update(path[level + 1 : level + 2])
    known = [name for name in within if split_of(name)]
    classes = set().union(*(within[name] for name in known))
    return bool(known) and all(within[name] & classes for name in within if name not in known)


def common_root(paths: Sequence[Folders]) -> int:
    """Return how many outer folders all paths share."""
    if not paths:
        return 0
    first, last = min(paths), max(paths)
    same = zip(first, last, strict=False)
    return next((n for n, (a, b) in enumerate(same) if a != b), min(len(first), len(last)))
