"""What folders say of the pictures in them: which split and which class each is of, and what they leave open.

The rule is that of torchvision's ImageFolder: the outermost folders that differ are the classes. Around or within them
may be folders of splits, and folders that all pictures share.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from core.dataset_import.folder_splits import Folders, Pictured, common_root, take_splits
from core.dataset_import.names_in_words import first_of, quoted
from core.dataset_import.split_names import LEFT_OUT, TRAIN
from core.dataset_import.understanding import Answers
from core.datasets.errors import RefusedUpload
from core.datasets.image_data import SPLITS
from core.i18n.translation import N_, _, ngettext

AGAIN: Final = ("",)  # the folders of pictures that are there once more
_FEW: Final = 5  # one of so many pictures may lie further out than the others
FORM: Final = N_("It needs one folder per class with images in it, such as cats/1.png and dogs/1.png.")


@dataclass(frozen=True)
class Place:
    """What the folders of one picture say: `index` among the pictures, `split` "" where they say none."""

    index: int
    split: str
    class_name: str


@dataclass(frozen=True)
class Layout:
    """Where the pictures are, `notes` on what is left out, and what may be read in two ways.

    levels: what the classes are at each level that could be theirs; `level` is the one taken. folders: the folders of
    splits and what each is taken for, "" where that is not known. is_open: of several levels none was chosen.
    """

    places: tuple[Place, ...]
    notes: tuple[str, ...] = ()
    levels: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    level: int = 0
    folders: Mapping[str, str] = field(default_factory=dict)
    is_open: bool = False


def understood(paths: Sequence[Folders], answers: Answers, most_classes: int) -> Layout:
    """Return what the folders of each picture say of it; a path is its folders, outermost first, and its name.

    Raises: RefusedUpload where there are no two classes, or the answers name what is not there.
    """
    pictures = [Pictured(index, path[:-1]) for index, path in enumerate(paths)]
    named = take_splits(pictures, answers.splits)
    used = [picture for picture in pictures if picture.split != LEFT_OUT]
    if not used:
        raise RefusedUpload(_("All images were left out."), _("Say which are for training."))
    _strip_root(used)
    labelled, again = _without_again([picture for picture in used if picture.folders])
    known = [picture for picture in labelled if picture.split == TRAIN] or labelled
    levels = _levels(known, most_classes)
    level = _chosen(levels, known, answers, most_classes)
    places = [
        Place(picture.index, picture.split, picture.folders[level - 1])
        for picture in labelled
        if len(picture.folders) >= level
    ]
    placed = {place.index for place in places}
    left = [
        picture
        for picture in pictures
        if picture.index not in placed
        and picture.folders != AGAIN
        and answers.splits.get(picture.split_folder) != LEFT_OUT  # nobody need be told what was asked for
    ]
    notes = _without_class(left, paths)
    places, strangers = of_known_classes(places)
    return Layout(
        tuple(places),
        (*again, *notes, *strangers),
        {number: tuple(sorted(names)) for number, names in levels.items()},
        level,
        named,
        is_open=len(levels) > 1 and not answers.classes_at,
    )


def _strip_root(pictures: Sequence[Pictured]) -> None:
    """Take away the folders that all pictures to learn from share, unless they are in no others."""
    inside = [picture for picture in pictures if picture.folders]
    known = [picture.folders for picture in inside if picture.split == TRAIN]
    known = known or [picture.folders for picture in inside]
    if not known:
        return
    length = common_root(known)
    root = known[0][:length]
    if all(path == root for path in known):  # the pictures of one class
        root = root[:-1]
    for picture in inside:
        if picture.folders[: len(root)] == root:
            picture.folders = picture.folders[len(root) :]


def _without_again(pictures: Sequence[Pictured]) -> tuple[list[Pictured], list[str]]:
    """Return the pictures without those of a folder that has the same class folders once more, and notes."""
    inner: dict[str, set[str]] = {}
    for picture in pictures:
        inner.setdefault(picture.folders[0], set()).add((*picture.folders[1:2], "")[0])
    again = sorted(
        name for name, within in inner.items() if "" not in within and within <= inner.keys() - {name}
    )
    if not again:
        return [*pictures], []
    left = [picture for picture in pictures if picture.folders[0] in again]
    told = ngettext(
        "{n} image was left out: {names:list} has the same folders as those beside it.",
        "{n} images were left out: {names:list} has the same folders as those beside it.",
        len(left),
        names=quoted(again),
    )
    for picture in left:
        picture.folders = AGAIN
    return [picture for picture in pictures if picture.folders != AGAIN], [told]


def _levels(pictures: Sequence[Pictured], most_classes: int) -> dict[int, set[str]]:
    """Return level -> the names of its folders, where these could be the classes: all pictures but a few lie in one."""
    depths = sorted(len(picture.folders) for picture in pictures)
    depth = depths[len(depths) // _FEW] if depths else 0
    levels = {
        n: {picture.folders[n - 1] for picture in pictures if len(picture.folders) >= n}
        for n in range(1, depth + 1)
    }
    return {n: names for n, names in levels.items() if 2 <= len(names) <= most_classes}


def _chosen(
    levels: Mapping[int, set[str]], pictures: Sequence[Pictured], answers: Answers, most_classes: int
) -> int:
    """Return the level that was answered, or the outermost.  Raises: RefusedUpload."""
    if not pictures:
        raise RefusedUpload(
            _("No image is in a folder of its class, so what they show is not known."), _(FORM)
        )
    if not levels:
        check_classes({picture.folders[0] for picture in pictures}, most_classes, _(FORM))
    if answers.classes_at and answers.classes_at not in levels:
        raise RefusedUpload(
            _("The folders of level {given} cannot be the classes.", given=answers.classes_at),
            levels_in_words(levels),
        )
    return answers.classes_at or min(levels)


def check_classes(names: Collection[str], most_classes: int, remedy: str) -> None:
    """Raise RefusedUpload for one class, and for more than are allowed."""
    if len(names) > most_classes:
        raise RefusedUpload(
            _("It has {n} classes, but at most {most} are allowed.", n=len(names), most=most_classes), remedy
        )
    if len(names) < 2:
        told = _(
            "There is only one class, “{name}”, so there is nothing to tell apart.",
            name=first_of([*names])[0],
        )
        raise RefusedUpload(told, remedy)


def levels_in_words(levels: Mapping[int, Collection[str]]) -> str:
    """Say which classes there would be at each level."""
    ways = [_level(number, names) for number, names in sorted(levels.items())]
    return _("The levels that can be: {levels:list}.", levels=ways)


def _level(number: int, names: Collection[str]) -> str:
    return _("{n} ({names:list})", n=number, names=first_of(sorted(names)))


def _without_class(pictures: Sequence[Pictured], paths: Sequence[Folders]) -> list[str]:
    """Say which pictures are left out for want of a class, or of a split that is known."""
    notes: list[str] = []
    loose = ["/".join(paths[picture.index]) for picture in pictures if not picture.split]
    if loose:
        notes.append(
            ngettext(
                "{n} image is not in a class folder and was left out: {names:list}.",
                "{n} images are not in a class folder and were left out: {names:list}.",
                len(loose),
                names=first_of(loose),
            )
        )
    notes += _of_folders([picture for picture in pictures if picture.split == LEFT_OUT], is_unknown=True)
    notes += _of_folders(
        [picture for picture in pictures if picture.split not in ("", LEFT_OUT)], is_unknown=False
    )
    return notes


def _of_folders(pictures: Sequence[Pictured], *, is_unknown: bool) -> list[str]:
    if not pictures:
        return []
    folders = quoted(sorted({picture.split_folder for picture in pictures}))
    if is_unknown:
        return [
            ngettext(
                "{n} image in {folders:list} was left out: the name does not say what it is for.",
                "{n} images in {folders:list} were left out: the name does not say what they are for.",
                len(pictures),
                folders=folders,
            )
        ]
    return [
        ngettext(
            "{n} image in {folders:list} was left out: it is in no class folder, so what it shows is not known.",
            "{n} images in {folders:list} were left out: they are in no class folder, so what they show is not known.",
            len(pictures),
            folders=folders,
        )
    ]


def of_known_classes(places: Sequence[Place]) -> tuple[list[Place], list[str]]:
    """Return the places with classes that differ in capitals between splits as one, and notes.

    Of a split none of whose folders is a class to learn from, nothing is taken: its pictures have no known class.
    """
    same = _same_classes(places)
    merged = [Place(place.index, place.split, same[place.class_name]) for place in places]
    changed = sorted((name, kept) for name, kept in same.items() if name != kept)
    notes: list[str] = []
    if changed:
        told = [_("“{name}” is taken as “{kept}”", name=name, kept=kept) for name, kept in changed]
        notes.append(
            _(
                "Names that differ in small and capital letters only are one class: {names:list}.",
                names=first_of(told),
            )
        )
    learned = {place.class_name for place in merged if place.split == TRAIN}
    for split in SPLITS[1:]:
        of_split = [place for place in merged if place.split == split]
        names = {place.class_name for place in of_split}
        if learned and names and not names & learned:
            merged = [place for place in merged if place.split != split]
            notes.append(
                ngettext(
                    "{n} image was left out: its folder is no class of the training images: {names:list}.",
                    "{n} images were left out: their folders are no classes of the training images: {names:list}.",
                    len(of_split),
                    names=first_of(sorted(names)),
                )
            )
    return merged, notes


def _same_classes(places: Sequence[Place]) -> dict[str, str]:
    """Return class -> the class it is taken for: names that differ in capitals only, unless a split has both."""
    splits: dict[str, dict[str, set[str]]] = {}
    for place in places:
        splits.setdefault(place.class_name.casefold(), {}).setdefault(place.class_name, set()).add(
            place.split
        )
    same: dict[str, str] = {}
    for spellings in splits.values():
        first = min(spellings, key=lambda name: (TRAIN not in spellings[name], name))
        apart = sum(map(len, spellings.values())) == len(set().union(*spellings.values()))
        same |= {name: first if apart else name for name in spellings}
    return same
