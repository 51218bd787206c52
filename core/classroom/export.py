"""Everything that a class has handed in, in one ZIP: members, runs, race, games, opinions, drawings."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import numpy as np
from PIL import Image
from sqlalchemy import select

from core.access.guard import needs
from core.access.rules import SYSTEM, Action
from core.classroom.classroom_table import ClassroomTable
from core.classroom.drawings import DIGITS, ClassDrawing, drawings, select_drawings
from core.classroom.handwriting import handwriting_csv
from core.classroom.members import Members
from core.classroom.race import Races, Right, ranking_csv
from core.datasets import DatasetError, load
from core.datasets.data_dir import data_folder
from core.i18n.literal_text import csv_cell
from core.insight.stored_scores import right_answers
from core.runs import RunRow, Store, StoreError
from core.runs.classroom_schema import ACTIVITIES, CLASS_DRAWINGS, OPINIONS
from core.runs.run_labels import title

RUNS_OF_ONE: Final = 1000  # the newest of each member


class ClassExport(ClassroomTable):
    """Exports of classes.  Each method raises UnknownClassroom, NotAllowed and StoreError."""

    @needs(Action.LEAD_CLASS)
    def export_zip(self, classroom_id: str) -> bytes:
        """Return everything that was handed in as a ZIP: names in it never change with the language."""
        members = Members(self._store).all(classroom_id)
        names = {one.id: one.nickname for one in members}
        handed_in = {kind: self._drawings(classroom_id, kind) for kind in ("handwriting", "fool")}
        every = self._store.acting_as(SYSTEM)  # a teacher's lists hold their own
        runs = [run for member in names for run in every.list(owner=member, limit=RUNS_OF_ONE)]
        files: dict[str, bytes] = {
            "members.csv": table_csv(
                ("nickname", "joined"), ((one.nickname, _time(one.joined_at)) for one in members)
            ),
            "runs.csv": _runs_csv(runs, names),
            "handwriting.csv": handwriting_csv(handed_in["handwriting"]),
            "fool_it.csv": _fooled_csv(handed_in["fool"], names),
            "opinions.csv": self._opinions(handed_in["fool"], names),
        }
        races = Races(self._store)
        if race := races.latest(classroom_id):
            right_of = partial(_right_of, self._store)
            files["race.csv"] = ranking_csv(races.ranking(classroom_id, race, right_of))
        for kind, found in handed_in.items():
            files |= {f"{kind}/{DIGITS[one.label]}-{one.id}.png": _png(one.pixels) for one in found}
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return file.getvalue()

    def _drawings(self, classroom_id: str, kind: str) -> list[ClassDrawing]:
        """Return every drawing of a kind of activity, in whichever round it was handed in."""
        of_class = select(ACTIVITIES.c.id).filter_by(classroom_id=classroom_id, kind=kind)
        with self._database.read() as connection:
            return drawings(connection, select_drawings().where(CLASS_DRAWINGS.c.activity_id.in_(of_class)))

    def _opinions(self, fooled: Sequence[ClassDrawing], names: dict[str, str]) -> bytes:
        ids = [one.id for one in fooled]
        asked = select(OPINIONS).where(OPINIONS.c.drawing_id.in_(ids)).order_by(OPINIONS.c.drawing_id)
        with self._database.read() as connection:
            rows = connection.execute(asked).all()
        told = ((row.drawing_id, names.get(row.member_id, ""), DIGITS[row.said]) for row in rows)
        return table_csv(("drawing", "nickname", "says"), told)


def _right_of(store: Store, run: RunRow) -> Right | None:
    """Return which test images the run reads right, None where its scores are not of those that there are now."""
    try:
        return right_answers(store, run, load(run.dataset, data_folder(store.settings.data or None)))
    except (DatasetError, StoreError):
        return None


def table_csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a table as a CSV file; a text that a spreadsheet would compute is made literal."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(head)
    writer.writerows([csv_cell(value) for value in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def _runs_csv(runs: Sequence[RunRow], names: dict[str, str]) -> bytes:
    head = ("run", "nickname", "title", "status", "step", "test_accuracy", "created", "settings")
    rows = (
        (run.id, names[run.owner], title(run), run.status, run.step, run.test_accuracy, _time(run.created_at),
         run.config_json)
        for run in runs
    )  # fmt: skip
    return table_csv(head, rows)


def _fooled_csv(fooled: Sequence[ClassDrawing], names: dict[str, str]) -> bytes:
    head = ("drawing", "nickname", "author_says", "model_reads", "confidence", "handed_in")
    rows = (
        (
            *(one.id, names.get(one.member_id, ""), DIGITS[one.label]),
            *("" if one.reading is None else DIGITS[one.reading], one.confidence, _time(one.made_at)),
        )
        for one in fooled
    )
    return table_csv(head, rows)


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "png")
    return file.getvalue()
