"""Drawings of digits that members hand in to what their class does together, each with its member.

One's own can always be taken back: from the activity, and from what was made of it.
"""

import secrets
import time
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, delete, func, insert, select, true, update

from core.access.guard import needs
from core.access.rules import Action
from core.classroom.activities import Activity, begin, end, latest
from core.classroom.classroom_table import ClassroomTable, note_change
from core.classroom.errors import ClassroomRefused, ClassroomShut
from core.classroom.members import may_be_shown
from core.i18n.translation import _
from core.runs.classroom_schema import CLASS_DRAWINGS, CLASSROOMS, MEMBERS

SIDE: Final = 28
DIGITS: Final = tuple("0123456789")
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class ClassDrawing:
    """A drawing that a member handed in. pixels: uint8 (28, 28). label: what its author says it is.

    nickname: "" where it waits for the teacher's nod. reading, confidence: what the class's model read at the time, and
    how sure it was; None where it was not asked. is_shown: others may see it.
    """

    id: str
    member_id: str
    nickname: str
    label: int
    pixels: Pixels
    reading: int | None
    confidence: float | None
    made_at: float
    is_shown: bool


class Drawings(ClassroomTable):
    """What members hand in to one kind of activity.  Each method raises UnknownClassroom, NotAllowed and StoreError."""

    KIND = ""
    MOST = 0  # drawings of one member

    @needs(Action.LEAD_CLASS)
    def end(self, classroom_id: str) -> None:
        """End the activity: nothing more is handed in."""
        with self._database.write(durable=True) as connection:
            end(connection, classroom_id, self.KIND)

    @needs(Action.READ_CLASS)
    def latest(self, classroom_id: str) -> Activity | None:
        """Return the activity that goes on, or the last one; None before the first."""
        with self._database.read() as connection:
            return latest(connection, classroom_id, self.KIND)

    @needs(Action.TAKE_PART)
    def mine(self, classroom_id: str) -> list[ClassDrawing]:
        """Return the actor's own drawings in the activity, the first first."""
        return self._found(classroom_id, CLASS_DRAWINGS.c.member_id == self._actor.id)

    @needs(Action.TAKE_PART)
    def take_back(self, classroom_id: str, drawing_id: str) -> None:
        """Have a drawing of the actor's own be handed in no more.  Raises: ClassroomRefused for any other."""
        self._delete(classroom_id, drawing_id, CLASS_DRAWINGS.c.member_id == self._actor.id)

    @needs(Action.LEAD_CLASS)
    def remove(self, classroom_id: str, drawing_id: str) -> None:
        """Remove a member's drawing.  Raises: ClassroomRefused for one that is not there."""
        self._delete(classroom_id, drawing_id)

    @needs(Action.LEAD_CLASS)
    def nod(self, classroom_id: str, drawing_id: str) -> None:
        """Let others see a drawing, where they wait for the teacher's nod."""
        one = update(CLASS_DRAWINGS).where(CLASS_DRAWINGS.c.id == drawing_id, self._of_class(classroom_id))
        with self._database.write() as connection:
            connection.execute(one.values(is_nodded=1))
            note_change(connection, classroom_id)

    @needs(Action.LEAD_CLASS)
    def all(self, classroom_id: str) -> list[ClassDrawing]:
        """Return every drawing in the activity, the first first."""
        return self._found(classroom_id)

    @needs(Action.READ_CLASS)
    def count(self, classroom_id: str) -> int:
        """Return how many drawings have been handed in."""
        with self._database.read() as connection:
            found = select(func.count()).select_from(CLASS_DRAWINGS).where(self._of_class(classroom_id))
            return connection.scalar(found) or 0

    def _begin(self, classroom_id: str, terms: dict[str, Any]) -> Activity:
        with self._database.write(durable=True) as connection:
            return begin(connection, classroom_id, self.KIND, terms)

    def _add(self, classroom_id: str, label: int, pixels: Pixels, **reading: float) -> str:
        """Keep a drawing of the actor's and return its id.

        Raises: ClassroomShut while nothing is handed in, ClassroomRefused for too many or for what is no drawing.
        """
        if pixels.shape != (SIDE, SIDE) or pixels.dtype != np.uint8 or not pixels.any():
            raise ClassroomRefused(_("There is no drawing to hand in."), _("Draw a digit first."))
        with self._database.write(durable=True) as connection:
            activity = latest(connection, classroom_id, self.KIND)
            if activity is None or not activity.goes_on:
                raise ClassroomShut(
                    _("Nothing is handed in to the class now."), _("Wait until your teacher begins it again.")
                )
            own = (CLASS_DRAWINGS.c.activity_id == activity.id) & (
                CLASS_DRAWINGS.c.member_id == self._actor.id
            )
            if (connection.scalar(select(func.count()).where(own)) or 0) >= self.MOST:
                raise ClassroomRefused(
                    _("You have handed in {n} drawings.", n=self.MOST), _("Take one back to hand in another.")
                )
            drawing_id = secrets.token_hex(8)
            row = {"id": drawing_id, "activity_id": activity.id, "member_id": self._actor.id, "label": label}
            values = {**row, "pixels": pixels.tobytes(), "made_at": time.time(), **reading}
            connection.execute(insert(CLASS_DRAWINGS).values(**values))
            note_change(connection, classroom_id)
            return drawing_id

    def _delete(self, classroom_id: str, drawing_id: str, *conditions: Any) -> None:
        one = (CLASS_DRAWINGS.c.id == drawing_id, self._of_class(classroom_id), *conditions)
        with self._database.write(durable=True) as connection:
            if not connection.execute(delete(CLASS_DRAWINGS).where(*one)).rowcount:
                raise ClassroomRefused(
                    _("This drawing is not there any more, or not yours."), _("Look at the drawings again.")
                )
            note_change(connection, classroom_id)

    def _found(self, classroom_id: str, *conditions: Any) -> list[ClassDrawing]:
        with self._database.read() as connection:
            return drawings(connection, select_drawings().where(self._of_class(classroom_id), *conditions))

    def _of_class(self, classroom_id: str) -> Any:
        """Return the condition of a drawing in the class's activity of this kind that goes on, or the last one."""
        with self._database.read() as connection:
            activity = latest(connection, classroom_id, self.KIND)
        return CLASS_DRAWINGS.c.activity_id == (activity.id if activity else "")


def select_drawings(*, of_removed: bool = False) -> Select[Any]:
    """Return the query of drawings with their members, the first first; of who was removed only if asked for."""
    shown = (CLASSROOMS.c.needs_nod == 0) | (CLASS_DRAWINGS.c.is_nodded == 1)
    columns = (
        *CLASS_DRAWINGS.c,
        MEMBERS.c.nickname,
        may_be_shown().label("is_named"),
        shown.label("is_shown"),
    )
    members = MEMBERS.join(CLASSROOMS)
    return (
        select(*columns)
        .select_from(CLASS_DRAWINGS.join(members, CLASS_DRAWINGS.c.member_id == MEMBERS.c.id))
        .where(true() if of_removed else MEMBERS.c.removed_at.is_(None))
        .order_by(CLASS_DRAWINGS.c.made_at, CLASS_DRAWINGS.c.id)
    )


def drawings(connection: Connection, query: Select[Any]) -> list[ClassDrawing]:
    """Return what a query of `select_drawings` finds."""
    return [
        ClassDrawing(
            id=row.id,
            member_id=row.member_id,
            nickname=row.nickname if row.is_named else "",
            label=row.label,
            pixels=np.frombuffer(row.pixels, np.uint8).reshape(SIDE, SIDE),
            reading=row.reading,
            confidence=row.confidence,
            made_at=row.made_at,
            is_shown=bool(row.is_shown),
        )
        for row in connection.execute(query)
    ]
