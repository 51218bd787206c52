"""The end of a class: with everything that its members made, or with their runs kept without names."""

import logging
import time
from contextlib import suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, Select, delete, select, update

from core.access.guard import needs, needs_right_to
from core.access.rules import SYSTEM, Action, Actor, Role
from core.classroom.activities import practices, practises
from core.classroom.classroom_table import ENDING, ClassroomTable, find, note_change
from core.classroom.drawings import drawings, select_drawings
from core.classroom.errors import UnknownClassroom
from core.classroom.guesses import forget_guesses
from core.classroom.handwriting import Handwriting, forget
from core.datasets import DatasetError
from core.runs.classroom_schema import CLASS_DRAWINGS, CLASSROOMS, MEMBERS, OPINIONS, SEATS
from core.runs.compaction import ask_for_compaction, compact_if_asked
from core.runs.errors import StoreError
from core.runs.run_row import COMMAND_LINE, ENDED
from core.runs.schema import RUNS
from core.search.erasure import Erased, erase_everything

if TYPE_CHECKING:
    from core.runs.store import Store

LOG: Final = logging.getLogger("inkling.classroom")
PATIENCE_S: Final = (
    600.0  # before an end that has begun is taken up by the upkeep: its teacher's may be under way
)


class Ending(ClassroomTable):
    """Ends classes.  Each method raises UnknownClassroom, NotAllowed, StoreError and DatasetError."""

    @needs(Action.LEAD_CLASS)
    def end(self, classroom_id: str, *, keeps_runs: bool) -> Erased:
        """End the class: nobody is in it any more, and what its members made is deleted for good; return how much.

        With it ends the class in which simulated members practise for it, of which nothing is kept or counted.
        keeps_runs: their finished runs become the actor's, without names, notes and tags.
        """
        ask_for_compaction(self._database)
        members = self._shut(classroom_id, keeps_runs=keeps_runs)
        Handwriting(self._store.acting_as(SYSTEM)).drop_dataset(classroom_id)
        total = Erased(0, 0, 0)
        for member_id in members:
            erased = erase_member(self._store, member_id)
            total = Erased(
                total.runs + erased.runs,
                total.searches + erased.searches,
                total.datasets + erased.datasets,
            )
        with self._database.write(durable=True) as connection:
            connection.execute(delete(CLASSROOMS).where(CLASSROOMS.c.id == classroom_id))
            forget_guesses(connection)
            practising = list(practices(connection, classroom_id))
        for practice_id in practising:
            with suppress(UnknownClassroom):
                Ending(self._store.acting_as(SYSTEM)).end(practice_id, keeps_runs=False)
        self._leave_no_trace()
        return total

    @needs(Action.LEAD_CLASS)
    def erase_made(self, classroom_id: str, member_id: str) -> Erased:
        """Delete for good all that one member made; return how much."""
        asked = select(MEMBERS.c.id).filter_by(classroom_id=classroom_id, id=member_id)
        with self._database.read() as connection:
            is_member = connection.scalar(asked) is not None
        if not is_member:
            return Erased(0, 0, 0)
        self._erase_drawings(classroom_id, member_id)
        return erase_member(self._store, member_id)

    def _erase_drawings(self, classroom_id: str, member_id: str) -> None:
        """Delete what the member has handed in and said, from what was made of it too."""
        theirs = CLASS_DRAWINGS.c.member_id == member_id
        with self._database.read() as connection:
            gone = drawings(connection, select_drawings(of_removed=True).where(theirs))
        forget(self._store, classroom_id, gone)
        with self._database.write(durable=True) as connection:
            connection.execute(delete(CLASS_DRAWINGS).where(theirs))
            connection.execute(delete(OPINIONS).where(OPINIONS.c.member_id == member_id))

    @needs_right_to(Action.WORK)
    def end_old(self) -> list[str]:
        """End the classes that were over for as long as the settings keep them; return their titles.

        Those in which simulated members have practised end as soon as they are over, and those whose end came to
        nothing once nobody is at it any more.
        """
        today = date.today()
        before = (today - timedelta(days=self._store.settings.class_days)).isoformat()
        is_old = (CLASSROOMS.c.last_day < before) | (
            practises() & (CLASSROOMS.c.last_day < today.isoformat())
        )
        has_left = MEMBERS.c.removed_at > time.time() - PATIENCE_S
        just_shut = select(MEMBERS.c.id).where(MEMBERS.c.classroom_id == CLASSROOMS.c.id, has_left).exists()
        with self._database.read() as connection:
            rows = connection.execute(select(CLASSROOMS).where(is_old, ~just_shut)).all()
        ended = []
        for row in rows:
            try:
                self.end(row.id, keeps_runs=False)
            except UnknownClassroom:  # a teacher has just ended it
                continue
            except DatasetError as error:  # nobody is in it by now; the rest goes when it can
                LOG.warning("The class %s has not ended yet: %s", row.id, error)
            else:
                ended.append(row.title)
        self._leave_no_trace()
        return ended

    def _leave_no_trace(self) -> None:
        """Have nothing of an ended class be left in the file that the store no longer uses, now or by the upkeep."""
        try:
            compact_if_asked(self._database)
        except StoreError as error:
            LOG.warning("What was deleted with a class is not overwritten yet: %s", error)

    def _shut(self, classroom_id: str, *, keeps_runs: bool) -> list[str]:
        """Have nobody join the class or be in it, so that nothing is made while it ends; return who ever was.

        Runs to keep are the actor's from then on, whatever cannot be deleted afterwards.
        """
        of_class = MEMBERS.c.classroom_id == classroom_id
        ids = select(MEMBERS.c.id).where(of_class)
        shut = {"is_open": 0, "last_day": ENDING.isoformat()}
        with self._database.write(durable=True) as connection:
            find(connection, classroom_id)
            connection.execute(update(CLASSROOMS).where(CLASSROOMS.c.id == classroom_id).values(**shut))
            members = list(connection.scalars(ids))
            connection.execute(
                update(MEMBERS).where(of_class, MEMBERS.c.removed_at.is_(None)).values(removed_at=time.time())
            )
            connection.execute(delete(SEATS).where(SEATS.c.member_id.in_(ids)))
            if keeps_runs:
                self._adopt_runs(connection, ids)
            note_change(connection, classroom_id)
        return members

    def _adopt_runs(self, connection: Connection, members: Select[tuple[str]]) -> None:
        """Have the members' runs that are over be the actor's, without what the members wrote."""
        owner = self._actor.id or COMMAND_LINE
        theirs = RUNS.c.owner.in_(members) & RUNS.c.state.in_(ENDED) & RUNS.c.deleted_at.is_(None)
        said = {"name": "", "note": "", "tags": "[]", "group_id": ""}
        connection.execute(
            update(RUNS).where(theirs).values(owner=owner, revision=RUNS.c.revision + 1, **said)
        )


def erase_member(store: "Store", member_id: str) -> Erased:
    """Delete for good everything that the member made, as they could themselves."""
    return erase_everything(store.acting_as(Actor(Role.VISITOR, member_id)))
