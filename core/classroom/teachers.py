"""Who teaches a class: by a key that is shown once. A second teacher has a key of their own; it can be taken back."""

import secrets
import time
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, case, delete, func, insert, select

from core.access.guard import needs, needs_right_to
from core.access.rules import Action
from core.classroom.classroom_table import Classroom, ClassroomTable, find
from core.classroom.codes import GROUP, TEACHER_LENGTH, hash_secret, new_teacher_key, read_code
from core.classroom.errors import ClassroomRefused, WrongKey
from core.classroom.guesses import check_room, code_places, count_wrong
from core.i18n.literal_text import text_problem
from core.i18n.translation import N_, _
from core.runs.classroom_schema import TEACHER_KEYS, TEACHERS

MOST_KEYS: Final = 10
LONGEST_NAME: Final = 40
_NAME_REFUSAL: Final = N_("The name has {character} near “{near}”, which cannot be shown.")


@dataclass(frozen=True)
class TeacherKey:
    """A key that makes teachers. name: whose it is, "" for who started the class. browsers: that have used it."""

    id: str
    name: str
    made_at: float
    browsers: int
    is_mine: bool


class Teachers(ClassroomTable):
    """The teachers of classes.  Each method raises UnknownClassroom, NotAllowed and StoreError."""

    @needs_right_to(Action.TEACH_CLASS)
    def enter(self, typed: str, address: str = "") -> Classroom:
        """Have the actor's browser be a teacher's of the class that the key is of.

        address: where the guess comes from.  Raises: WrongKey, TooManyGuesses; ClassroomRefused for a class's member.
        """
        if self._actor.member_of:
            raise ClassroomRefused(
                _("You are a member of a class in this browser."),
                _("Leave that class first, then enter the key."),
            )
        if not self._actor.id:  # else whoever is not known would teach the class
            raise ClassroomRefused(
                _("Nobody is known in this browser, so it cannot be a teacher's."),
                _("Allow cookies for this page, load it again, then enter the key."),
            )
        places = code_places(address, self._actor.id)
        key = read_code(typed)
        with self._database.write(durable=True) as connection:
            check_room(connection, places)
            found = select(TEACHER_KEYS).where(TEACHER_KEYS.c.hash == hash_secret(key))
            row = connection.execute(found).first() if len(key) == TEACHER_LENGTH else None
            if row is not None:
                make_teacher(connection, row.classroom_id, self._actor.id, row.id)
                return find(connection, row.classroom_id)
            count_wrong(connection, places)
        raise WrongKey(
            _("No class has the teacher's key “{key}”.", key=typed[:40]),
            _(
                "A key has {n} groups of {m} letters and digits. One that was taken back or replaced no longer works.",
                n=TEACHER_LENGTH // GROUP,
                m=GROUP,
            ),
        )

    @needs(Action.LEAD_CLASS)
    def keys(self, classroom_id: str) -> list[TeacherKey]:
        """Return the class's keys, the first made first; not what they are."""
        mine = func.count(case((TEACHERS.c.visitor == self._actor.id, 1)))
        joined = TEACHER_KEYS.outerjoin(TEACHERS, TEACHERS.c.key_id == TEACHER_KEYS.c.id)
        asked = (
            select(
                *(TEACHER_KEYS.c[name] for name in ("id", "name", "made_at")),
                func.count(TEACHERS.c.visitor),
                mine,
            )
            .select_from(joined)
            .where(TEACHER_KEYS.c.classroom_id == classroom_id)
            .group_by(TEACHER_KEYS.c.id)
            .order_by(TEACHER_KEYS.c.made_at)
        )
        with self._database.read() as connection:
            return [TeacherKey(*row[:4], is_mine=bool(row[4])) for row in connection.execute(asked)]

    @needs(Action.LEAD_CLASS)
    def add(self, classroom_id: str, name: str) -> str:
        """Return a key for a second teacher; it is not kept.  Raises: ClassroomRefused naming value and limit."""
        name = _checked_name(name)
        with self._database.write(durable=True) as connection:
            find(connection, classroom_id)
            counted = select(func.count()).select_from(TEACHER_KEYS).filter_by(classroom_id=classroom_id)
            if (connection.scalar(counted) or 0) >= MOST_KEYS:
                raise ClassroomRefused(
                    _("A class has at most {n} teachers' keys.", n=MOST_KEYS), _("Take one back first.")
                )
            return add_key(connection, classroom_id, name)[1]

    @needs(Action.LEAD_CLASS)
    def take_back(self, classroom_id: str, key_id: str) -> None:
        """Have the key be good no more, and who came by it be no teacher. The actor's own key stays.

        Raises: ClassroomRefused for one's own.
        """
        if any(key.is_mine for key in self.keys(classroom_id) if key.id == key_id):
            raise ClassroomRefused(
                _("This browser is a teacher's by this very key."), _("Another teacher can take it back.")
            )
        with self._database.write(durable=True) as connection:
            connection.execute(delete(TEACHER_KEYS).filter_by(classroom_id=classroom_id, id=key_id))

    @needs(Action.LEAD_CLASS)
    def renew(self, classroom_id: str) -> str:
        """Return a new key in place of the actor's own, which is lost; who else came by that is no teacher any more.

        An operator who came by none makes the first teacher's anew.
        """
        with self._database.write(durable=True) as connection:
            find(connection, classroom_id)
            own = select(TEACHER_KEYS).join(TEACHERS, TEACHERS.c.key_id == TEACHER_KEYS.c.id)
            mine = own.where(TEACHERS.c.classroom_id == classroom_id, TEACHERS.c.visitor == self._actor.id)
            row = connection.execute(mine).first()
            one = {"id": row.id} if row else {"name": ""}
            connection.execute(delete(TEACHER_KEYS).filter_by(classroom_id=classroom_id, **one))
            key_id, key = add_key(connection, classroom_id, row.name if row else "")
            if row:
                make_teacher(connection, classroom_id, self._actor.id, key_id)
            return key

    @needs(Action.LEAD_CLASS)
    def leave(self, classroom_id: str) -> None:
        """Have the actor's browser be no teacher's of the class any more; its key brings it back."""
        with self._database.write(durable=True) as connection:
            connection.execute(delete(TEACHERS).filter_by(classroom_id=classroom_id, visitor=self._actor.id))


def add_key(connection: Connection, classroom_id: str, name: str) -> tuple[str, str]:
    """Return a new key's id, and the key."""
    key_id, key = secrets.token_hex(8), new_teacher_key()
    row = {"id": key_id, "classroom_id": classroom_id, "name": name, "made_at": time.time()}
    connection.execute(insert(TEACHER_KEYS).values(**row, hash=hash_secret(read_code(key))))
    return key_id, key


def make_teacher(connection: Connection, classroom_id: str, visitor: str, key_id: str) -> None:
    """Have the visitor teach the class by this key, and by no other."""
    one = {"classroom_id": classroom_id, "visitor": visitor}
    connection.execute(delete(TEACHERS).filter_by(**one))
    connection.execute(insert(TEACHERS).values(**one, key_id=key_id))


def _checked_name(typed: str) -> str:
    name = " ".join(typed.split())
    if problem := text_problem(_NAME_REFUSAL, name):
        raise ClassroomRefused(*problem)
    if not 0 < len(name) <= LONGEST_NAME:
        raise ClassroomRefused(
            _("The name “{name}” has {n} characters.", name=name[:20], n=len(name)),
            _("Say whose key it is, in 1 to {most} characters.", most=LONGEST_NAME),
        )
    return name
