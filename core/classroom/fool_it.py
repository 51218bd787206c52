"""Fool it: a drawing that people read one way and the class's model another; the surest mistake wins.

A drawing counts once five others (all others, in a class of fewer than six) have said what they see without seeing what
its author or the model says, and at least half of them say what the author says.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import case, func, insert, select

from core.access.guard import needs
from core.access.rules import Action
from core.classroom.activities import Activity, latest
from core.classroom.classroom_table import note_change
from core.classroom.drawings import DIGITS, ClassDrawing, Drawings, Pixels, drawings, select_drawings
from core.classroom.errors import ClassroomRefused
from core.i18n.translation import _
from core.runs.classroom_schema import CLASS_DRAWINGS, MEMBERS, OPINIONS

FOOL: Final = "fool"
ENOUGH: Final = 5  # others, to say what they see


@dataclass(frozen=True, eq=False)
class Attempt:
    """A drawing, what others say of it, and how many have to. agree: say what its author says."""

    drawing: ClassDrawing
    opinions: int
    agree: int
    needed: int

    @property
    def counts(self) -> bool:
        """Whether enough others have seen what its author says, and not what the model reads."""
        return 0 < self.needed <= self.opinions and 2 * self.agree >= self.opinions


class FoolIt(Drawings):
    """The game of classes.  Each method raises UnknownClassroom, NotAllowed and StoreError."""

    KIND = FOOL
    MOST = 20

    @needs(Action.LEAD_CLASS)
    def start(self, classroom_id: str, run_id: str) -> Activity:
        """Return a new game, in which the run with this id is to be fooled; one that goes on ends."""
        return self._begin(classroom_id, {"run_id": run_id})

    @needs(Action.TAKE_PART)
    def hand_in(self, classroom_id: str, label: int, pixels: Pixels, reading: int, confidence: float) -> str:
        """Keep a drawing that its author calls `label` and the class's model reads as `reading`; return its id.

        Raises: ClassroomRefused where the model is not fooled, ClassroomShut, as the others do.
        """
        if label == reading:
            raise ClassroomRefused(
                _("The model reads a {digit}, too: it is not fooled.", digit=DIGITS[label]),
                _("Change the drawing until it reads something else."),
            )
        return self._add(classroom_id, label, pixels, reading=reading, confidence=confidence)

    @needs(Action.TAKE_PART)
    def to_judge(self, classroom_id: str) -> ClassDrawing | None:
        """Return a drawing of somebody else's that the actor has not said anything of, the one with fewest opinions.

        Only its id and its pixels are the actor's to see until then.
        """
        judged = select(OPINIONS.c.drawing_id).where(OPINIONS.c.member_id == self._actor.id)
        count = select(func.count()).where(OPINIONS.c.drawing_id == CLASS_DRAWINGS.c.id).scalar_subquery()
        query = select_drawings().where(
            self._of_class(classroom_id),
            CLASS_DRAWINGS.c.member_id != self._actor.id,
            CLASS_DRAWINGS.c.id.not_in(judged),
        )
        with self._database.read() as connection:
            found = drawings(connection, query.order_by(None).order_by(count, CLASS_DRAWINGS.c.made_at))
        return next((drawing for drawing in found if drawing.is_shown), None)

    @needs(Action.TAKE_PART)
    def judge(self, classroom_id: str, drawing_id: str, said: int) -> None:
        """Say what another's drawing is, once.  Raises: ClassroomRefused for one's own, or one judged already."""
        known = select(OPINIONS.c.said).filter_by(drawing_id=drawing_id, member_id=self._actor.id)
        of_other = select(CLASS_DRAWINGS.c.id).where(
            CLASS_DRAWINGS.c.id == drawing_id,
            CLASS_DRAWINGS.c.member_id != self._actor.id,
            self._of_class(classroom_id),
        )
        with self._database.write() as connection:
            if connection.scalar(of_other) is None or connection.scalar(known) is not None:
                raise ClassroomRefused(
                    _("This drawing is not there any more, or you have said what it is."),
                    _("Say what the next one is."),
                )
            row = {"drawing_id": drawing_id, "member_id": self._actor.id, "said": said}
            connection.execute(insert(OPINIONS).values(**row))
            note_change(connection, classroom_id)

    @needs(Action.READ_CLASS)
    def standings(self, classroom_id: str) -> list[Attempt]:
        """Return what may be told: what counts, by the model's confidence; then one's own; for a teacher, all others.

        What does not count yet is kept from who may still have to say what they see.
        """
        agree = func.count(case((OPINIONS.c.said == CLASS_DRAWINGS.c.label, 1)))
        per_drawing = (
            select(OPINIONS.c.drawing_id, func.count(), agree)
            .select_from(OPINIONS.join(CLASS_DRAWINGS))
            .where(self._of_class(classroom_id))
            .group_by(OPINIONS.c.drawing_id)
        )
        present = select(func.count()).select_from(MEMBERS)
        present = present.where(MEMBERS.c.classroom_id == classroom_id, MEMBERS.c.removed_at.is_(None))
        with self._database.read() as connection:
            needed = min(ENOUGH, (connection.scalar(present) or 0) - 1)
            said = {row[0]: (row[1], row[2]) for row in connection.execute(per_drawing)}
        sees_all = self.may(Action.LEAD_CLASS, classroom_id)
        found = [Attempt(one, *said.get(one.id, (0, 0)), needed) for one in self._found(classroom_id)]
        told = [
            one
            for one in found
            if sees_all or one.drawing.member_id == self._actor.id or (one.counts and one.drawing.is_shown)
        ]
        return sorted(told, key=lambda one: (not one.counts, -(one.drawing.confidence or 0.0)))

    @needs(Action.READ_CLASS)
    def run_to_fool(self, classroom_id: str) -> str:
        """Return the id of the run that is to be fooled, "" while there is no game."""
        with self._database.read() as connection:
            game = latest(connection, classroom_id, FOOL)
        return str(game.terms["run_id"]) if game else ""
