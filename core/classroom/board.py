"""The board of a class: each member with their newest run."""

from dataclasses import dataclass

from sqlalchemy import select

from core.access.guard import needs
from core.access.rules import Action
from core.classroom.classroom_table import ClassroomTable
from core.classroom.members import Member, last_seen
from core.runs.run_row import RunRow
from core.runs.schema import MEMBERS, RUNS


@dataclass(frozen=True)
class BoardEntry:
    """A member, and the newest of their runs, None before the first."""

    member: Member
    run: RunRow | None


class Boards(ClassroomTable):
    """The boards of classes.  Each method raises UnknownClassroom, NotAllowed and StoreError."""

    @needs(Action.READ_CLASS)
    def entries(self, classroom_id: str) -> list[BoardEntry]:
        """Return the class's members, who joined first first, each with their newest run."""
        newest = (
            select(RUNS.c.id)
            .where(RUNS.c.owner == MEMBERS.c.id, RUNS.c.deleted_at.is_(None))
            .order_by(RUNS.c.number.desc())
            .limit(1)
            .scalar_subquery()
        )
        columns = (MEMBERS.c.id, MEMBERS.c.nickname, MEMBERS.c.joined_at, last_seen(), newest)
        asked = (
            select(*columns)
            .where(MEMBERS.c.classroom_id == classroom_id, MEMBERS.c.removed_at.is_(None))
            .order_by(MEMBERS.c.joined_at, MEMBERS.c.id)
        )
        with self._database.read() as connection:
            found = [(Member(*row[:4]), row[4]) for row in connection.execute(asked)]
        run_ids = [run_id for _member, run_id in found if run_id]
        runs = {row.id: row for row in self._store.list(ids=run_ids, limit=len(run_ids))} if run_ids else {}
        return [BoardEntry(member, runs.get(run_id)) for member, run_id in found]
