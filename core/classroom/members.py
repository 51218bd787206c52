"""Who is in a class: a nickname and a short key, by which a member comes back in any browser."""

import secrets
import time
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, ScalarSelect, delete, func, insert, select, update

from core.access.guard import needs, needs_right_to
from core.access.rules import Action
from core.classroom.classroom_table import (
    Classroom,
    ClassroomTable,
    find,
    find_by_code,
    note_change,
)
from core.classroom.codes import REJOIN_LENGTH, hash_secret, hash_short_key, is_short_key, new_code, read_code
from core.classroom.errors import ClassroomRefused, ClassroomShut, UnknownClassroom, WrongKey
from core.classroom.guesses import check_room, code_places, count_wrong, key_places
from core.classroom.nicknames import checked_nickname, fold, is_suggested, suggest
from core.classroom.seats import take_seat
from core.i18n.literal_text import is_showable
from core.i18n.translation import _
from core.runs.classroom_schema import CLASSROOMS, MEMBERS, SEATS

MOST_MEMBERS: Final = 200


@dataclass(frozen=True)
class Member:
    """A member of a class. Times in seconds since 1970; seen_at: when a browser of theirs was last in use, or None."""

    id: str
    nickname: str
    joined_at: float
    seen_at: float | None = None
    is_shown: bool = True  # False: the nickname waits for the teacher's nod


@dataclass(frozen=True)
class Joined:
    """Who has just joined or come back. seat: the word for their browser's cookie. key: the new rejoin key, or ""."""

    member: Member
    classroom: Classroom
    seat: str
    key: str = ""


class Members(ClassroomTable):
    """The members of classes.  Each method raises UnknownClassroom, NotAllowed and StoreError."""

    @needs_right_to(Action.JOIN_CLASS)
    def named(self, code: str, address: str = "") -> Classroom:
        """Return the class with this code, however it was typed.

        address: where the guess comes from.  Raises: UnknownClassroom, TooManyGuesses, ClassroomShut when it is over.
        """
        places = code_places(address, self._actor.id)
        with self._database.read() as connection:
            check_room(connection, places)
            found = find_by_code(connection, read_code(code))
        if found is None:
            with self._database.write() as connection:
                count_wrong(connection, places)
            raise UnknownClassroom(code)
        if found.is_over:
            raise ClassroomShut(
                _("The class “{title}” is over.", title=found.title),
                _("Ask your teacher whether it goes on."),
            )
        return found

    @needs_right_to(Action.JOIN_CLASS)
    def suggested(self, classroom: Classroom) -> str:
        """Return a nickname that nobody in the class has."""
        with self._database.read() as connection:
            return suggest(_taken(connection, classroom.id))

    @needs_right_to(Action.JOIN_CLASS)
    def join(self, code: str, nickname: str, address: str = "", *, once: str = "") -> Joined:
        """Have somebody new be a member. A suggested nickname that was taken meanwhile gives way to another one.

        once: a secret of the form that was sent: sent twice, it is one member, with the key of the second.
        Raises: as `named`, ClassroomShut for a class that takes nobody any more, ClassroomRefused for the nickname.
        """
        classroom = self.named(code, address)
        _check_open(classroom)
        nickname = checked_nickname(nickname, classroom.nicknames)
        with self._database.write(durable=True) as connection:
            _check_open(find(connection, classroom.id))
            member_id = member_id_of(once) if once else secrets.token_hex(8)
            if sent := self._sent_before(connection, classroom, member_id):
                return sent
            taken = _taken(connection, classroom.id)
            present = (
                select(func.count())
                .select_from(MEMBERS)
                .filter_by(classroom_id=classroom.id, removed_at=None)
            )
            if (connection.scalar(present) or 0) >= MOST_MEMBERS:
                raise ClassroomShut(
                    _("The class has {n} members, and no room for more.", n=MOST_MEMBERS),
                    _("Tell your teacher."),
                )
            if fold(nickname) in taken:
                if not is_suggested(nickname):
                    raise ClassroomRefused(
                        _("Somebody in the class is called “{nickname}” already.", nickname=nickname),
                        _("Choose another one. If it is you, come back with your key instead."),
                    )
                nickname = suggest(taken)
            member = Member(member_id, nickname, time.time())
            key = new_code(REJOIN_LENGTH)
            row: dict[str, object] = {
                "id": member.id,
                "classroom_id": classroom.id,
                "nickname": nickname,
                "folded": fold(nickname),
            }
            row |= {"key_hash": hash_short_key(key, member.id), "joined_at": member.joined_at}
            row["is_nodded"] = int(is_suggested(nickname))
            connection.execute(insert(MEMBERS).values(**row))
            note_change(connection, classroom.id)
            return Joined(member, classroom, take_seat(connection, member.id), key)

    def _sent_before(self, connection: Connection, classroom: Classroom, member_id: str) -> Joined | None:
        """Return who has joined by the same form, with a new key: whoever sent it twice has seen the second alone."""
        one = {"id": member_id, "classroom_id": classroom.id, "removed_at": None}
        row = connection.execute(select(MEMBERS).filter_by(**one)).first()
        if row is None:
            return None
        key = new_code(REJOIN_LENGTH)
        connection.execute(update(MEMBERS).filter_by(**one).values(key_hash=hash_short_key(key, member_id)))
        member = Member(member_id, row.nickname, row.joined_at)
        return Joined(member, classroom, take_seat(connection, member_id), key)

    @needs_right_to(Action.JOIN_CLASS)
    def rejoin(self, code: str, nickname: str, key: str, address: str = "") -> Joined:
        """Have a member be there in another browser, too.  Raises: as `named`, WrongKey, TooManyGuesses."""
        classroom = self.named(code, address)
        folded = fold(nickname) if is_showable(nickname) else ""  # no store can look for what cannot be shown
        asked = select(MEMBERS).filter_by(classroom_id=classroom.id, folded=folded)
        with self._database.read() as connection:
            row = connection.execute(asked).first()
            places = key_places(classroom.id, row.id if row else "", address)
            check_room(connection, places)
        is_right = row is not None and is_short_key(key, row.id, row.key_hash) and row.removed_at is None
        with self._database.write(durable=True) as connection:
            check_room(connection, places)  # again, as the row below: it took a while
            if row is not None and is_right and connection.execute(asked).first() == row:
                member = Member(row.id, row.nickname, row.joined_at)
                note_change(connection, classroom.id)
                return Joined(member, classroom, take_seat(connection, row.id))
            count_wrong(connection, places)
        raise WrongKey(
            _("Nobody in the class is called “{nickname}” with this key.", nickname=nickname[:40]),
            _("Look at both again, or ask your teacher for a new key."),
        )

    @needs(Action.READ_CLASS)
    def all(self, classroom_id: str) -> list[Member]:
        """Return the class's members, who joined first first; nobody who was removed."""
        seen_at = latest_seat(SEATS.c.seen_at)
        columns = (MEMBERS.c.id, MEMBERS.c.nickname, MEMBERS.c.joined_at, seen_at, may_be_shown())
        asked = (
            select(*columns)
            .select_from(MEMBERS.join(CLASSROOMS))
            .where(MEMBERS.c.classroom_id == classroom_id, MEMBERS.c.removed_at.is_(None))
            .order_by(MEMBERS.c.joined_at, MEMBERS.c.id)
        )
        with self._database.read() as connection:
            return [Member(*row) for row in connection.execute(asked)]

    @needs(Action.LEAD_CLASS)
    def nod(self, classroom_id: str, member_id: str) -> None:
        """Let the board show the member's nickname.  Raises: ClassroomRefused for nobody's id."""
        with self._database.write() as connection:
            self._change(connection, classroom_id, member_id, is_nodded=1)

    @needs(Action.LEAD_CLASS)
    def remove(self, classroom_id: str, member_id: str) -> None:
        """Remove the member, whose browsers and key bring nobody back; what they made stays until it is removed.

        Raises: ClassroomRefused for nobody's id.
        """
        with self._database.write(durable=True) as connection:
            self._change(connection, classroom_id, member_id, removed_at=time.time())
            connection.execute(delete(SEATS).where(SEATS.c.member_id == member_id))

    @needs(Action.LEAD_CLASS)
    def renew_key(self, classroom_id: str, member_id: str) -> str:
        """Return a new key for a member who has lost theirs.  Raises: ClassroomRefused for nobody's id."""
        return self._renew(classroom_id, member_id)

    def renew_my_key(self) -> str:
        """Return a new key for the actor, who is a member.  Raises: ClassroomRefused for who is none any more."""
        self.check(Action.READ_CLASS, self._actor.member_of)
        return self._renew(self._actor.member_of, self._actor.id)

    def _renew(self, classroom_id: str, member_id: str) -> str:
        key = new_code(REJOIN_LENGTH)
        with self._database.write(durable=True) as connection:
            self._change(connection, classroom_id, member_id, key_hash=hash_short_key(key, member_id))
        return key

    def _change(self, connection: Connection, classroom_id: str, member_id: str, **values: object) -> None:
        one = update(MEMBERS).filter_by(classroom_id=classroom_id, id=member_id)
        if not connection.execute(one.where(MEMBERS.c.removed_at.is_(None)).values(**values)).rowcount:
            raise ClassroomRefused(
                _("Nobody in the class has the id “{id}” any more.", id=member_id[:40]),
                _("Look at the list of its members again."),
            )
        note_change(connection, classroom_id)


def member_id_of(once: str) -> str:
    """Return the id of who joins by the form with this secret."""
    return hash_secret(once)[:16]


def may_be_shown() -> ColumnElement[bool]:
    """Return the condition, in a query of members and their classes, of a nickname that waits for no nod."""
    return (CLASSROOMS.c.needs_nod == 0) | (MEMBERS.c.is_nodded == 1)


def latest_seat(column: Column[Any]) -> ScalarSelect[Any]:
    """Return what, in a query of members, is the column of that seat of a member's which was last in use."""
    seats = select(column).where(SEATS.c.member_id == MEMBERS.c.id)
    return seats.order_by(SEATS.c.seen_at.desc()).limit(1).scalar_subquery()


def _taken(connection: Connection, classroom_id: str) -> set[str]:
    """Return the folded nicknames in the class, also of who was removed: what they made still has them."""
    return {*connection.scalars(select(MEMBERS.c.folded).filter_by(classroom_id=classroom_id))}


def _check_open(classroom: Classroom) -> None:
    if not classroom.is_open:
        raise ClassroomShut(
            _("The class “{title}” takes nobody new any more.", title=classroom.title),
            _("Ask your teacher to open it. Who is in it comes back with nickname and key."),
        )
