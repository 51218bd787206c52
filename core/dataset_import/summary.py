"""What was understood of what somebody brings, in sentences: the same on the page and in a terminal."""

from collections.abc import Iterator

from core.dataset_import.names_in_words import first_of, quoted
from core.dataset_import.split_names import LEFT_OUT, VALIDATION
from core.dataset_import.understanding import Understood
from core.i18n.translation import _, ngettext


def facts(understood: Understood) -> Iterator[str]:
    """Yield what the dataset will be: its classes, its splits, its sizes and colours."""
    yield ngettext(
        "{n} class: {names:list}.",
        "{n} classes: {names:list}.",
        len(understood.class_names),
        names=first_of(understood.class_names),
    )
    totals = {split: sum(counts) for split, counts in understood.counts.items()}
    if totals[VALIDATION]:
        yield _("Training images: {train}, validation images: {validation}, test images: {test}.", **totals)
    else:
        yield _("Training images: {train}, test images: {test}.", **totals)
    yield sizes(understood)


def sizes(understood: Understood) -> str:
    """Say the size and colours of the images as they are brought and as they will be kept."""
    smallest, largest = (_size(width, height) for width, height in understood.sizes)
    colours = _("in colour") if understood.is_coloured else _("grey")
    kept = _kept(understood)
    if smallest == largest:
        return _(
            "The images are {size} pixels, {colours}. Kept: {kept}.",
            size=smallest,
            colours=colours,
            kept=kept,
        )
    return _(
        "The images are from {size} to {largest} pixels, {colours}. Kept: {kept}.",
        size=smallest, largest=largest, colours=colours, kept=kept,
    )  # fmt: skip


def _size(width: int, height: int) -> str:
    return _("{width} × {height}", width=width, height=height)


def _kept(understood: Understood) -> str:
    channels, height, width = understood.shape
    size = _size(width, height)
    if understood.is_ink:
        return _("their ink alone, white on black, {size} pixels", size=size)
    if channels == 3:
        return _("{size} pixels, in colour", size=size)
    return _("{size} pixels, grey", size=size)


def paper_warning(remedy: str) -> str:
    """Say of images that are dark on light what will come of it, and what to do where they show writing."""
    return _(
        "They are dark on light, but drawings become light on dark, as MNIST's digits are. {remedy}",
        remedy=remedy,
    )


def questions(understood: Understood) -> Iterator[str]:
    """Yield what must be said before it can be known what the images are."""
    if not understood.name:
        yield _nothing_to_learn_from(understood)
    elif unknown := sorted(folder for folder, split in understood.folders.items() if not split):
        yield ngettext(
            "It is not known whether the images in {names:list} are for training, for validation or for testing.",
            "It is not known whether the images in {names:list} are for training, for validation or for testing.",
            len(unknown),
            names=quoted(unknown),
        )
    if len(understood.levels) > 1 and understood.is_open:
        yield _which_classes([first_of(names) for _level, names in sorted(understood.levels.items())])


def _which_classes(ways: list[list[str]]) -> str:
    if len(ways) == 2:
        return _("Which are the classes: {first:list}, or {second:list}?", first=ways[0], second=ways[1])
    return ngettext(
        "The folders can be read in {n} way. Which are the classes?",
        "The folders can be read in {n} ways. Which are the classes?",
        len(ways),
    )


def _nothing_to_learn_from(understood: Understood) -> str:
    folders = quoted(sorted(name for name, split in understood.folders.items() if split != LEFT_OUT))
    if not any(understood.counts[VALIDATION]):
        return _(
            "There are only test images, in {folders:list}, so there is nothing to learn from. If they are for "
            "training, say so, or name the folder “train”.",
            folders=folders,
        )
    return _(
        "There are no training images in {folders:list}, so there is nothing to learn from. Say which are for "
        "training, or name their folder “train”.",
        folders=folders,
    )
