"""Practices: simulated members try a lesson the evening before, in a class of its own that is like the teacher's.

So nothing that real members have made is touched: to remove a practice is to end the class that it has. The row of the
practice says whether it is to go on; that the process is there says a lease, which ends with whoever started it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Connection, select

from core.access.guard import needs
from core.access.rules import SYSTEM, Action
from core.classroom.activities import PRACTICE, Activity, begin, change_terms, latest, practices
from core.classroom.activities import end as end_activity
from core.classroom.classroom_table import Classroom, ClassroomTable, find, note_change
from core.classroom.classrooms import LONGEST_TITLE, new_classroom, values_like
from core.classroom.ending import Ending
from core.classroom.errors import ClassroomRefused, ClassroomShut, UnknownClassroom
from core.i18n.translation import _
from core.runs.classroom_schema import TEACHERS

LEASE: Final = "practice"  # one for the whole store
WAIT_S: Final = 0.5  # whoever only asks whether it is held, holds it for a moment
MOST_STUDENTS: Final = 60
USUAL_STUDENTS: Final = 30
MOST_MINUTES: Final = 60
USUAL_MINUTES: Final = 5
LONGEST_WORDS: Final = 500


@dataclass(frozen=True)
class Practice:
    """A practice. like: the class that it is for; its own class is `classroom_id`. Times in seconds since 1970.

    is_running: its process is there. is_ending: it is, but was told to end. figures: what was measured, as the process
    says it, {} for nothing. words: its last ones where it measured nothing.
    """

    classroom_id: str
    title: str
    code: str
    like: str
    students: int
    minutes: int
    began_at: float
    is_running: bool
    is_ending: bool
    figures: Mapping[str, Any]
    words: str


class Practices(ClassroomTable):
    """Practices of classes.  Each method raises UnknownClassroom, NotAllowed and StoreError."""

    @needs(Action.LEAD_CLASS)
    def start(self, classroom_id: str, students: int, minutes: int) -> Practice:
        """Return a new practice, which this process has to run from now on, or to let go of (`let_go`).

        An earlier one of the class, or of the class that this one practises for, is removed. Whoever teaches the class
        teaches the one that practises: the members of that are simulated, so no right to start classes is asked.
        Raises: ClassroomRefused for impossible numbers, and while another goes on; ClassroomShut; DatasetError.
        """
        _check(students, minutes)
        if not self._store.leases.take(LEASE, WAIT_S):
            raise ClassroomRefused(
                _("A practice goes on already, of this class or of another one."),
                _("End it, or wait until it is over."),
            )
        try:
            like = self._like(classroom_id)
            self._check_open(like)
            self._remove(like)
            with self._database.write(durable=True) as connection:
                _bury(connection)
                made = _like_it(connection, find(connection, like), self._actor.id)
                terms = {"of": like, "students": students, "minutes": minutes}
                begun = begin(connection, made.id, PRACTICE, terms)
                note_change(connection, like)
                return _practice(made, begun, is_held=True)
        except BaseException:  # whatever keeps it from starting, another may start
            self._store.leases.give_back(LEASE)
            raise

    @needs(Action.LEAD_CLASS)
    def latest(self, classroom_id: str) -> Practice | None:
        """Return the practice of the class, or the one that the class is there for; None where there is none."""
        is_held = self._store.leases.is_held(LEASE)  # asked first: who lets go has written the figures down
        with self._database.read() as connection:
            own = latest(connection, classroom_id, PRACTICE)
            found = {classroom_id: own} if own else practices(connection, classroom_id)
            for practice_id, activity in found.items():
                return _practice(find(connection, practice_id), activity, is_held=is_held)
        return None

    @needs(Action.LEAD_CLASS)
    def end(self, classroom_id: str) -> None:
        """Have the practice end: its process is told by whoever runs it."""
        practice = self.latest(classroom_id)
        if practice and practice.is_running and not practice.is_ending:
            with self._database.write() as connection:
                end_activity(connection, practice.classroom_id, PRACTICE)
                note_change(connection, practice.like)

    @needs(Action.LEAD_CLASS)
    def remove(self, classroom_id: str) -> None:
        """Delete the practice for good: its class, its members and all that they made.  Raises: DatasetError."""
        self._remove(self._like(classroom_id))

    @needs(Action.WORK)
    def is_wanted(self, classroom_id: str) -> bool:
        """Return whether the class is to go on practising: nobody has ended it, nor the class that it is for."""
        with self._database.read() as connection:
            activity = latest(connection, classroom_id, PRACTICE)
            if activity is None or not activity.goes_on:
                return False
            try:
                both = find(connection, classroom_id), find(connection, str(activity.terms["of"]))
            except UnknownClassroom:
                return False
        return not any(one.is_over for one in both)

    @needs(Action.WORK)
    def let_go(self, classroom_id: str, figures: Mapping[str, Any], words: str = "") -> None:
        """Note that the process has ended, and what it said; another practice may start."""
        try:
            with self._database.write(durable=True) as connection:
                activity = latest(connection, classroom_id, PRACTICE)
                if activity is not None:  # else it was removed meanwhile
                    change_terms(connection, activity, figures=figures, words=words[-LONGEST_WORDS:])
                    end_activity(connection, classroom_id, PRACTICE)
                    note_change(connection, str(activity.terms["of"]))
        finally:
            self._store.leases.give_back(LEASE)

    def _like(self, classroom_id: str) -> str:
        """Return the class that a practice of this one is for: itself, unless it is one that practises."""
        with self._database.read() as connection:
            own = latest(connection, classroom_id, PRACTICE)
        return str(own.terms["of"]) if own else classroom_id

    def _check_open(self, classroom_id: str) -> None:
        with self._database.read() as connection:
            classroom = find(connection, classroom_id)
        if classroom.is_over:
            raise ClassroomShut(
                _("The class “{title}” is over.", title=classroom.title), _("Give it another last day first.")
            )

    def _remove(self, like: str) -> None:
        with self._database.write() as connection:
            found = list(practices(connection, like))
            for practice_id in found:  # so that its process leaves the class before it goes
                end_activity(connection, practice_id, PRACTICE)
        for practice_id in found:
            Ending(self._store.acting_as(SYSTEM)).end(practice_id, keeps_runs=False)
        if found:
            with self._database.write() as connection:
                note_change(connection, like)


def _check(students: int, minutes: int) -> None:
    if not 1 <= students <= MOST_STUDENTS:
        raise ClassroomRefused(
            _("{n} members cannot practise.", n=students), _("Choose 1 to {most}.", most=MOST_STUDENTS)
        )
    if not 1 <= minutes <= MOST_MINUTES:
        raise ClassroomRefused(
            _("A practice of {n} minutes is not possible.", n=minutes),
            _("Choose 1 to {most}.", most=MOST_MINUTES),
        )


def _like_it(connection: Connection, like: Classroom, visitor: str) -> Classroom:
    """Return a new class to practise in, whose teachers are those of this one.

    It is over after tomorrow: what was measured in the evening is read the day after.
    """
    room = LONGEST_TITLE - len(_("{title} (practice)", title=""))
    title = _("{title} (practice)", title=like.title[:room].rstrip())
    teachers = select(TEACHERS.c.visitor).where(TEACHERS.c.classroom_id == like.id)
    last_day = (date.today() + timedelta(days=1)).isoformat()
    values = values_like(like) | {"title": title, "last_day": last_day}
    return new_classroom(connection, values, [visitor, *connection.scalars(teachers)])[0]


def _bury(connection: Connection) -> None:
    """Have practices be over whose processes ended without a word: whoever has the lease knows that none goes on."""
    for classroom_id, activity in practices(connection).items():
        if "figures" not in activity.terms:
            change_terms(connection, activity, figures={})
            end_activity(connection, classroom_id, PRACTICE)


def _practice(classroom: Classroom, activity: Activity, *, is_held: bool) -> Practice:
    is_running = "figures" not in activity.terms and is_held
    return Practice(
        classroom.id,
        classroom.title,
        classroom.code,
        str(activity.terms["of"]),
        int(activity.terms["students"]),
        int(activity.terms["minutes"]),
        activity.began_at,
        is_running,
        is_running and not activity.goes_on,
        activity.terms.get("figures", {}),
        activity.terms.get("words", ""),
    )
