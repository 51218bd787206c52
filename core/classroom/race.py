"""A race in a class: whose model reads the test set best, within limits; and whether that is more than luck."""

import csv
import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select

from core.access.guard import needs
from core.access.rules import Action
from core.classroom.activities import Activity, begin, end, latest
from core.classroom.classroom_table import ClassroomTable
from core.classroom.errors import ClassroomRefused
from core.classroom.members import may_be_shown
from core.config.run_config import MODELS, RunConfig
from core.datasets import CATALOG
from core.i18n.literal_text import csv_cell
from core.i18n.translation import _
from core.insight.significance import paired_p_value
from core.runs.classroom_schema import ACTIVITIES, CLASSROOMS, MEMBERS
from core.runs.run_labels import title
from core.runs.run_row import FINISHED, RunRow
from core.runs.schema import RUNS

RACE: Final = "race"
CLEAR: Final = 0.05  # a difference is clear if chance alone makes one so uneven more seldom than that
Right = NDArray[np.bool_]
RightOf = Callable[
    [RunRow], "Right | None"
]  # run -> which test images it reads right, None where that is not known


@dataclass(frozen=True)
class Race:
    """A race. Runs count that are begun and finished within it, from a start of their own, on its dataset.

    models: () for any. max_epochs: 0 for any number. Times in seconds since 1970; ended_at: None while it goes on.
    """

    id: str
    dataset: str
    models: tuple[str, ...]
    max_epochs: int
    began_at: float
    ended_at: float | None

    def allows(self, config: RunConfig) -> bool:
        """Return whether a run with these settings counts."""
        return (
            config.dataset == self.dataset
            and not config.start_from
            and (not self.models or config.model in self.models)
            and (not self.max_epochs or config.epochs <= self.max_epochs)
        )


@dataclass(frozen=True)
class Placed:
    """A member's best run in a race. nickname: "" where it waits for the teacher's nod.

    place: 1 for the best; equal ones share it. p_value: how likely so uneven a split to the one before is if both were
    equally good (McNemar's exact test), None for the first.
    """

    place: int
    member_id: str
    nickname: str
    run: RunRow
    right: int
    total: int
    p_value: float | None

    @property
    def accuracy(self) -> float:
        """The share of the test images that it reads right."""
        return self.right / self.total

    @property
    def is_clear(self) -> bool:
        """Whether the one before is better by more than luck."""
        return self.p_value is not None and self.p_value < CLEAR


class Races(ClassroomTable):
    """The races of classes.  Each method raises UnknownClassroom, NotAllowed and StoreError."""

    @needs(Action.LEAD_CLASS)
    def start(
        self, classroom_id: str, dataset: str, *, models: tuple[str, ...] = (), max_epochs: int = 0
    ) -> Race:
        """Return a new race; one that goes on ends.  Raises: ClassroomRefused naming what cannot be raced on."""
        unknown = [name for name in models if name not in MODELS]
        if dataset not in CATALOG or unknown or max_epochs < 0:
            value = unknown[0] if unknown else dataset if dataset not in CATALOG else str(max_epochs)
            raise ClassroomRefused(
                _("“{value}” cannot be raced on.", value=value[:40]),
                _("Choose a dataset that everybody has, models of those there are, and a number of epochs."),
            )
        terms = {"dataset": dataset, "models": list(models), "max_epochs": max_epochs}
        with self._database.write(durable=True) as connection:
            return _race(begin(connection, classroom_id, RACE, terms))

    @needs(Action.LEAD_CLASS)
    def end(self, classroom_id: str) -> None:
        """End the race that goes on: runs that are finished later do not count."""
        with self._database.write(durable=True) as connection:
            end(connection, classroom_id, RACE)

    @needs(Action.READ_CLASS)
    def latest(self, classroom_id: str) -> Race | None:
        """Return the race that goes on, or the last one; None before the first."""
        with self._database.read() as connection:
            found = latest(connection, classroom_id, RACE)
        return None if found is None else _race(found)

    @needs(Action.READ_CLASS)
    def ranking(self, classroom_id: str, race: Race, right_of: RightOf) -> list[Placed]:
        """Return each member's best run that counts, the best first; equal ones in the order in which they ended."""
        best: dict[str, tuple[str, RunRow, Right]] = {}
        for member_id, nickname, run in self._runs(classroom_id, race):
            right = right_of(run)
            known = best.get(member_id)
            if right is not None and (known is None or right.sum() > known[2].sum()):
                best[member_id] = (nickname, run, right)
        ranked = sorted(best.items(), key=lambda item: (-int(item[1][2].sum()), item[1][1].ended_at or 0.0))
        placed: list[Placed] = []
        before: Right | None = None
        for member_id, (nickname, run, right) in ranked:
            count = int(right.sum())
            p_value = None if before is None else paired_p_value(before, right)
            shares = placed and placed[-1].right == count
            place = placed[-1].place if shares else len(placed) + 1
            placed.append(Placed(place, member_id, nickname, run, count, len(right), p_value))
            before = right
        return placed

    @needs(Action.READ_CLASS)
    def mark(self, classroom_id: str) -> str:
        """Return what changes when a race begins or ends, or a run of a member's is finished, restored or deleted."""
        theirs = RUNS.join(MEMBERS, RUNS.c.owner == MEMBERS.c.id)
        finished = (
            select(func.count(), func.sum(RUNS.c.number))
            .select_from(theirs)
            .where(
                MEMBERS.c.classroom_id == classroom_id, RUNS.c.state == FINISHED, RUNS.c.deleted_at.is_(None)
            )
        )
        races = select(func.count(), func.count(ACTIVITIES.c.ended_at)).filter_by(classroom_id=classroom_id)
        with self._database.read() as connection:
            counts = (*connection.execute(finished).one(), *connection.execute(races).one())
        return "-".join(str(count or 0) for count in counts)

    def _runs(self, classroom_id: str, race: Race) -> list[tuple[str, str, RunRow]]:
        """Return (member, nickname, run) for every run that counts; what was imported was not trained here."""
        ended_at = race.ended_at or time.time()
        within = (
            RUNS.c.queued_at.is_not(None)
            & (RUNS.c.created_at >= race.began_at)
            & (RUNS.c.ended_at <= ended_at)
        )
        asked = (
            select(MEMBERS.c.id, MEMBERS.c.nickname, may_be_shown(), RUNS.c.id)
            .select_from(MEMBERS.join(CLASSROOMS).join(RUNS, RUNS.c.owner == MEMBERS.c.id))
            .where(MEMBERS.c.classroom_id == classroom_id, MEMBERS.c.removed_at.is_(None))
            .where(
                RUNS.c.state == FINISHED, RUNS.c.dataset == race.dataset, RUNS.c.deleted_at.is_(None), within
            )
        )
        with self._database.read() as connection:
            found = connection.execute(asked).tuples().all()
        ids = [run_id for *_whose, run_id in found]
        runs = {run.id: run for run in self._store.list(ids=ids, limit=len(ids))} if ids else {}
        return [
            (member_id, nickname if is_shown else "", runs[run_id])
            for member_id, nickname, is_shown, run_id in found
            if run_id in runs and race.allows(runs[run_id].config)
        ]


def ranking_csv(placed: list[Placed]) -> bytes:
    """Return a ranking as a CSV file: what is called what does not change with the language."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(("place", "nickname", "run", "title", "right", "images", "accuracy", "p_value"))
    for one in placed:
        p_value = "" if one.p_value is None else f"{one.p_value:.6g}"
        values = (one.right, one.total, f"{one.accuracy:.6f}", p_value)
        writer.writerow((one.place, csv_cell(one.nickname), one.run.id, csv_cell(title(one.run)), *values))
    return file.getvalue().encode("utf-8-sig")


def _race(activity: Activity) -> Race:
    terms, times = activity.terms, (activity.began_at, activity.ended_at)
    return Race(activity.id, terms["dataset"], tuple(terms["models"]), terms["max_epochs"], *times)
