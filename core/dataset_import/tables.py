"""The tables of pictures in what people bring: CSV, NumPy's and MNIST's files, each for a split, or left out."""

from collections.abc import Mapping, Sequence

from core.dataset_import.arrays import Half, Table, are_copies, paired, with_own_parts
from core.dataset_import.csv_files import ENDINGS as CSV_ENDINGS
from core.dataset_import.csv_files import read_csv
from core.dataset_import.files import File
from core.dataset_import.folder_splits import no_such_folders
from core.dataset_import.idx_files import is_idx, read_idx
from core.dataset_import.numpy_files import SUFFIXES as NUMPY_SUFFIXES
from core.dataset_import.numpy_files import read_numpy
from core.dataset_import.split_names import LEFT_OUT, TRAIN, split_of
from core.dataset_import.understanding import Answers
from core.datasets.errors import RefusedUpload
from core.datasets.user_dataset_limits import OwnLimits
from core.i18n.translation import _, ngettext
from core.picture_files.image_resize import Refused


def is_table(file: File) -> bool:
    """Return whether the name is that of a file that may hold pictures as numbers."""
    name = file.parts[-1].casefold()
    return file.suffix in NUMPY_SUFFIXES or name.endswith(CSV_ENDINGS) or is_idx(file)


def read_tables(
    files: Sequence[File], answers: Answers, limits: OwnLimits
) -> tuple[list[tuple[Table, str]], list[str], dict[str, str]]:
    """Return the tables whose classes are known with their splits, notes, and what is to be said of each.

    The last is part -> split as in folder_layout.Layout. Where no name is that of a split, all are to learn from.
    Raises: RefusedUpload for answers about what is not there; Refused for labels that do not fit.
    """
    tables, notes = _read(files, limits)
    _check_answers(tables, answers)
    named = {
        table.part: answers.splits.get(table.part) or split_of(table.part) or split_of(table.path) or ""
        for table in tables
    }
    tables, copies = _without_copies(tables, named)
    notes += copies
    labelled = {table.part: named[table.part] for table in tables if table.names is not None}
    if_unknown = LEFT_OUT if any(labelled.values()) else TRAIN
    used = []
    for table in tables:
        split = named[table.part] or if_unknown
        if table.names is not None and split != LEFT_OUT:
            used.append((table, split))
        elif table.part not in answers.splits:
            notes.append(_left_out(table))
    return used, notes, labelled if len(labelled) > 1 or any(labelled.values()) else {}


def _without_copies(tables: Sequence[Table], named: Mapping[str, str]) -> tuple[list[Table], list[str]]:
    """Return the tables without those of the same pictures for the same split, and notes: many archives hold both."""
    kept: list[Table] = []
    notes: list[str] = []
    for table in sorted(tables, key=lambda table: table.names is None):
        same = (one for one in kept if named[one.part] == named[table.part] and are_copies(one, table))
        if first := next(same, None):
            notes.append(
                _(
                    "“{file}” was left out: it has the same images as “{other}”.",
                    file=table.part,
                    other=first.part,
                )
            )
        else:
            kept.append(table)
    return kept, notes


def _read(files: Sequence[File], limits: OwnLimits) -> tuple[list[Table], list[str]]:
    """Return the tables, and why some files are none."""
    tables: list[Table] = []
    halves: list[Half] = []
    notes: list[str] = []
    for file in files:
        try:
            if file.suffix in NUMPY_SUFFIXES:
                halves += read_numpy(file, limits)
            elif is_idx(file):
                halves += [half for half in [read_idx(file, limits)] if half is not None]
            else:
                table, note = read_csv(file, limits)
                tables.append(table)
                notes += [_("“{file}”: {note}", file=file.path[:160], note=note)] if note else []
        except Refused as reason:
            notes.append(_("“{file}” was left out. {reason}", file=file.path[:160], reason=reason.args[0]))
    return with_own_parts([*tables, *paired(halves)]), notes


def _check_answers(tables: Sequence[Table], answers: Answers) -> None:
    if unknown := sorted(set(answers.splits) - {table.part for table in tables}):
        raise no_such_folders(unknown)
    if answers.classes_at:
        raise RefusedUpload(
            _("The folders of level {given} cannot be the classes.", given=answers.classes_at),
            _("The images are in files whose labels are the classes."),
        )


def _left_out(table: Table) -> str:
    if table.names is None:
        return ngettext(
            "{n} image in “{file}” was left out: it has no label.",
            "{n} images in “{file}” were left out: they have no labels.",
            len(table.pixels),
            file=table.part,
        )
    return ngettext(
        "{n} image in “{file}” was left out: the name does not say what it is for.",
        "{n} images in “{file}” were left out: the name does not say what they are for.",
        len(table.pixels),
        file=table.part,
    )
