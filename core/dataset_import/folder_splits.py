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
    of_folder: dict[str, list[Pictured]] = {}
    for picture in inside:
        if len(picture.folders) > level:
            of_folder.setdefault(picture.folders[level], []).append(picture)
        else:
            picture.folders = ()
    within = _within([picture.folders for picture in inside], level)
    named = {}
    for name, of_split in sorted(of_folder.items()):
        if_unknown = "" if within[name] else LEFT_OUT  # folders within may be classes: it must be asked about
        named[name] = answered.get(name) or split_of(name) or if_unknown
        inner = [picture.folders[level + 1 :] for picture in of_split]
        again = _again(inner, named[name])
        for picture, folders in zip(of_split, inner, strict=True):
            picture.split_folder, picture.split = name, named[name] or LEFT_OUT
            picture.folders = picture.folders[:level] + folders[again:]
    return named


def _within(paths: Sequence[Folders], level: int) -> dict[str, set[str]]:
    """Return folder of that level -> the folders in it, or in one of its own name that is all it holds."""
    inner: dict[str, list[Folders]] = {}
    for path in paths:
        if len(path) > level:
            inner.setdefault(path[level], []).append(path[level + 1 :])
    within = {}
    for name, folders in inner.items():
        start = int(all(path[:1] == (name,) for path in folders))
        within[name] = {path[start] for path in folders if len(path) > start}
    return within


def _again(inner: Sequence[Folders], split: str) -> int:
    """Return how many folders within that of a split say the split again around all classes: train/train/cat."""
    root = inner[0][: common_root(inner)]
    count = next((n for n, name in enumerate(root) if split_of(name) != split), len(root))
    return min(count, max(map(len, inner)) - 1) if count else 0


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
        raise no_such_folders(sorted(answered))
    if _are_splits(paths, root):
        return root
    for level in range(root + 1, depth):
        if _are_within_classes(paths, level):
            return level
    return next((level for level in reversed(range(root)) if split_of(paths[0][level])), None)


def no_such_folders(names: Sequence[str]) -> RefusedUpload:
    """Return what to raise for answers about folders or files that are not there."""
    return RefusedUpload(
        ngettext(
            "There is no folder {names:list}.",
            "There are no folders {names:list} side by side.",
            len(names),
            names=quoted(names),
        ),
        _("Name folders as they are written there, in small and capital letters."),
    )


def _are_splits(paths: Sequence[Folders], level: int) -> bool:
    """Return whether the folders of that level are those of splits.

    They are if some are named so, and the others hold the same classes, or none as samples do.
    """
    within = _within(paths, level)
    known = [name for name in within if split_of(name)]
    others = [within[name] for name in within if name not in known]
    classes = set().union(*(within[name] for name in known))
    if not known or not classes:
        is_one_each = len({split_of(name) for name in known}) == len(known)  # or they are classes: val, dev
        return bool(known) and not others and is_one_each
    are_alike = len(known) > 1 and len(classes) < sum(len(within[name]) for name in known)
    return are_alike or all(inner & classes or not inner for inner in others)


def _are_within_classes(paths: Sequence[Folders], level: int) -> bool:
    """Return whether the folders of that level are splits, of most pictures; a few may lie beside them."""
    inner = [path[level] for path in paths if len(path) > level]
    splits = {split_of(name) for name in inner}
    return (
        None not in splits and 2 * len(inner) > len(paths) and (len(splits) > 1 or len(inner) == len(paths))
    )


def common_root(paths: Sequence[Folders]) -> int:
    """Return how many outer folders all paths share."""
    if not paths:
        return 0
    first, last = min(paths), max(paths)
    same = zip(first, last, strict=False)
    return next((n for n, (a, b) in enumerate(same) if a != b), min(len(first), len(last)))
