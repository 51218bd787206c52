"""The board of a class: each member with their newest run, and whether they are where the class was sent."""

from dataclasses import dataclass
from urllib.parse import parse_qs

from sqlalchemy import case, select

from core.access.guard import needs
from core.access.rules import Action
from core.classroom.classroom_table import ClassroomTable, find
from core.classroom.members import Member, latest_seat, may_be_shown
from core.runs.classroom_schema import CLASSROOMS, MEMBERS, OFF_BOARD, SEATS
from core.runs.run_row import RunRow
from core.runs.schema import RUNS


@dataclass(frozen=True)
class BoardEntry:
    """A member, and the newest of their runs, None before the first. is_elsewhere: than where the class was sent."""

    member: Member
    run: RunRow | None
    is_elsewhere: bool = False


class Boards(ClassroomTable):
    """The boards of classes.  Each method raises UnknownClassroom, NotAllowed and StoreError."""

    @needs(Action.READ_CLASS)
    def entries(self, classroom_id: str) -> list[BoardEntry]:
        """Return the class's members, who joined first first, each with their newest run that is on the board.

        A nickname that waits for the teacher's nod is "".
        """
        newest = (
            select(RUNS.c.id)
            .where(RUNS.c.owner == MEMBERS.c.id, RUNS.c.deleted_at.is_(None))
            .where(RUNS.c.id.not_in(select(OFF_BOARD.c.run_id)))
            .order_by(RUNS.c.number.desc())
            .limit(1)
            .scalar_subquery()
        )
        seats = (latest_seat(SEATS.c.seen_at), latest_seat(SEATS.c.place))
        shown = case((may_be_shown(), MEMBERS.c.nickname), else_="")
        columns = (MEMBERS.c.id, shown, MEMBERS.c.joined_at, *seats, newest)
        asked = (
            select(*columns)
            .select_from(MEMBERS.join(CLASSROOMS))
            .where(MEMBERS.c.classroom_id == classroom_id, MEMBERS.c.removed_at.is_(None))
            .order_by(MEMBERS.c.joined_at, MEMBERS.c.id)
        )
        with self._database.read() as connection:
            pushed = find(connection, classroom_id).pushed
            rows = connection.execute(asked).tuples().all()
        found = [(Member(*row[:4]), row[4] or "", row[5]) for row in rows]
        run_ids = [run_id for _member, _place, run_id in found if run_id]
        runs = {row.id: row for row in self._store.list(ids=run_ids, limit=len(run_ids))} if run_ids else {}
        return [
            BoardEntry(member, runs.get(run_id), is_elsewhere(place, pushed))
            for member, place, run_id in found
        ]


def page_of(place: str) -> str:
    """Return the page of a place: "draw" of "draw?run=ab12"."""
    return place.partition("?")[0]


def is_elsewhere(place: str, pushed: str) -> bool:
    """Return whether who looks at the place is not where the class was sent: "" for nowhere."""
    if not pushed:
        return False
    run, pushed_run = (parse_qs(one.partition("?")[2]).get("run") for one in (place, pushed))
    return page_of(place) != page_of(pushed) or (pushed_run is not None and run != pushed_run)
