"""`python -m core dataset import`: says what it understood of the files, then makes a dataset of them."""

import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from core.cli.console import USAGE_ERROR, fail, open_store, say, told_errors
from core.config.app_settings import Settings
from core.dataset_import.file_names import title_of
from core.dataset_import.names_in_words import first_of
from core.dataset_import.split_names import LEFT_OUT, TEST, TRAIN, split_of
from core.dataset_import.summary import facts, paper_warning, questions
from core.dataset_import.understanding import Answers, Understood, Wanted
from core.datasets import RefusedUpload, UnknownDataset, dataset_spec
from core.datasets.image_data import SPLITS
from core.i18n.literal_text import visible_text
from core.i18n.system_reasons import reason_of
from core.i18n.translation import _
from core.runs.dataset_rights import EVERYONE, PRIVATE
from core.runs.own_datasets import OwnDatasets
from core.runs.run_row import COMMAND_LINE

_KINDS: Final = (*SPLITS, LEFT_OUT)
_DEEPEST: Final = 20  # folders within one another
_OPTIONS: Final = 2  # folders that are named in those that answer
_TABLE_CLASSES: Final = 20  # more are not listed one by one


def import_command() -> Any:
    """Return the command."""

    def import_files(
        path: Annotated[
            Path,
            typer.Argument(
                metavar=_("PATH"),
                help=_(
                    "A folder, ZIP or tar.gz with one folder for each class; IDX files; a CSV or .npz file."
                ),
            ),
        ],
        name: Annotated[str, typer.Option("--name", help=_("Its title. Default: the file's name."))] = "",
        like: Annotated[
            str,
            typer.Option(
                help=_(
                    "A dataset whose images have the size and colours wanted. Default: 28 × 28, grey; where the images "
                    "are in colour, 32 × 32, in colour."
                )
            ),
        ] = "",
        ink: Annotated[
            bool,
            typer.Option(
                "--ink",
                help=_("They show writing on paper: keep the ink alone, white on black, as MNIST's digits."),
            ),
        ] = False,
        classes_at: Annotated[
            str,
            typer.Option(
                metavar=_("LEVEL"), help=_("Which folders are the classes: 1 for the outermost that differ.")
            ),
        ] = "",
        split: Annotated[
            list[str] | None,
            typer.Option(
                metavar=_("SPLIT=FOLDER"),
                help=_(
                    "What the images in a folder are for: train, validation, test or none. Can be repeated."
                ),
            ),
        ] = None,
        yes: Annotated[
            bool, typer.Option("--yes", help=_("Make it without asking, whatever was understood."))
        ] = False,
        private: Annotated[
            bool, typer.Option("--private", help=_("Do not offer it to everyone, but to operators only."))
        ] = False,
    ) -> None:
        answers = Answers(_level_of(classes_at), _splits(split or []))
        if ink and like:
            fail(_("Give {option} or {other}, not both.", option="--ink", other="--like"), USAGE_ERROR)
        _check_readable(path)
        with told_errors():
            store, settings = open_store()
            own = OwnDatasets(store)
            title = name or title_of(path.resolve().name)
            try:
                prepared = own.prepare_import(path, Wanted(title, _shape_of(like, settings), answers, ink))
                _tell(prepared.understood)
                _refuse_or_ask(prepared.understood, is_sure=yes)
                kept = own.keep_import(
                    prepared, title, owner=COMMAND_LINE, audience=PRIVATE if private else EVERYONE
                )
            except RefusedUpload as error:
                fail(str(error), USAGE_ERROR)
        say(kept.spec.name)

    return import_files


def _check_readable(path: Path) -> None:
    try:
        if path.is_dir():
            next(path.iterdir(), None)
        elif path.exists() and not path.is_file():  # a device or a pipe, which may never end
            fail(
                _("{file} is neither a file nor a folder. Name another file.", file=visible_text(str(path))),
                USAGE_ERROR,
            )
        else:
            path.open("rb").close()
    except OSError as error:
        shown = visible_text(str(path))
        fail(
            _("{file} cannot be read ({reason}). Name another file.", file=shown, reason=reason_of(error)),
            USAGE_ERROR,
        )


def _level_of(given: str) -> int:
    if not given:
        return 0
    if not (given.isascii() and given.isdecimal() and 1 <= int(given) <= _DEEPEST):
        fail(
            _(
                "The value of {option} cannot be used: {reason}",
                option="--classes-at",
                reason=_("“{given}” is not a whole number from 1 to {most}.", given=given, most=_DEEPEST),
            ),
            USAGE_ERROR,
        )
    return int(given)


def _splits(given: Sequence[str]) -> dict[str, str]:
    """Return folder -> split of answers such as "train=photos"."""
    answers: dict[str, str] = {}
    for answer in given:
        kind, is_answer, folder = answer.partition("=")
        split = kind if kind in _KINDS else split_of(kind)
        if not is_answer or not folder or split is None:
            fail(
                _(
                    "The value of {option} cannot be used: {reason}",
                    option="--split",
                    reason=_(
                        "“{given}” is not of the form SPLIT=FOLDER, such as train=photos. SPLIT is one of "
                        "{kinds:list}.",
                        given=answer, kinds=_KINDS,
                    ),
                ),
                USAGE_ERROR,
            )  # fmt: skip
        if answers.setdefault(folder.strip("/"), split) != split:
            fail(
                _(
                    "The value of {option} cannot be used: {reason}",
                    option="--split",
                    reason=_("“{folder}” is said to be for two splits.", folder=folder),
                ),
                USAGE_ERROR,
            )
    return answers


def _tell(understood: Understood) -> None:
    """Say what was understood: on standard error, for what is made is what the command prints."""
    for sentence in facts(understood):
        say(sentence, err=True)
    if len(understood.class_names) <= _TABLE_CLASSES:
        for line in _table(understood):
            say(line, err=True)
    for sentence in (*understood.notes, *understood.warnings):
        say(sentence, err=True)
    if understood.is_on_paper:
        remedy = _(
            "If they show writing on paper, add {option}: a model of them can then be asked about drawings.",
            option="--ink",
        )
        say(paper_warning(remedy), err=True)


def _table(understood: Understood) -> list[str]:
    """Return a line for each class: how many images of each split it has."""
    splits = [split for split, counts in understood.counts.items() if any(counts)]
    width = max(map(len, understood.class_names))
    rows = [" " * width + "".join(f"{split:>12}" for split in splits)]
    for place, name in enumerate(understood.class_names):
        counts = [understood.counts[split][place] for split in splits]
        rows.append(f"{name:<{width}}" + "".join(f"{count:>12}" for count in counts))
    return rows


def _refuse_or_ask(understood: Understood, *, is_sure: bool) -> None:
    """End where something must be said first; ask somebody at a terminal whether to go on."""
    if understood.is_open and (not is_sure or not understood.name):
        for question in questions(understood):
            say(question, err=True)
        fail(_how_to_say(understood), USAGE_ERROR)
    if is_sure or not sys.stdin.isatty():
        return
    is_wanted = False
    with suppress(typer.Abort):  # the end of the input
        is_wanted = typer.confirm(_("Make this dataset?"), err=True)
    if not is_wanted:
        raise typer.Exit(USAGE_ERROR)


def _how_to_say(understood: Understood) -> str:
    if not understood.name:
        folder = next(iter(understood.folders), "")
        option = f"--split train={folder}"  # not said: an option
        return _("Say which images are for training: {option}", option=option)
    levels = [_level(level, names) for level, names in sorted(understood.levels.items())]
    unknown = [folder for folder, split in understood.folders.items() if not split]
    options = levels if len(levels) > 1 else []
    for split in (TRAIN, TEST, LEFT_OUT):
        options += [f"--split {split}={folder}" for folder in unknown[:_OPTIONS]]  # not said: an option
    return _(
        "Say what is meant by one of these: {options:list}. Or take it as it is understood: --yes",
        options=options,
    )


def _level(level: int, names: Sequence[str]) -> str:
    return _("--classes-at {level} for {names:list}", level=level, names=first_of(names))


def _shape_of(like: str, settings: Settings) -> tuple[int, int, int] | None:
    """Return the shape of the images of the dataset named, if one is."""
    try:
        return dataset_spec(like, settings.data_dir).image_shape if like else None
    except UnknownDataset as error:
        fail(
            _("The value of {option} cannot be used: {reason}", option="--like", reason=str(error)),
            USAGE_ERROR,
        )
