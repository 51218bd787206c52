"""A class on the live channel: told to its teachers and its members, and to nobody who was removed."""

from collections.abc import Callable

import pytest

from core.access.rules import Actor, Role
from core.classroom.classroom_table import Classroom
from core.classroom.classrooms import Classrooms
from core.classroom.ending import Ending
from core.classroom.members import Joined, Members
from core.classroom.teachers import Teachers
from core.runs import Store
from core.runs.operators import make_operator
from pages.server import visitor
from pages.server.cookies import SEAT, seat_cookie_name, signed
from pages.server.visitor import renew_roles
from tests.pages.server.test_live_rights import Told, asked_often, converse, until

__all__ = ["asked_often"]

TEACHER, SECOND, STRANGER = "a" * 16, "b" * 16, "c" * 16


def as_teacher(store: Store, *ids: str) -> Store:
    return store.acting_as(Actor(Role.VISITOR, TEACHER, frozenset(ids), may_start_class=True))


@pytest.fixture
def classroom(store: Store) -> Classroom:
    made, _key = Classrooms(as_teacher(store)).start("7b")
    renew_roles()
    return made


def join(store: Store, classroom: Classroom, nickname: str) -> tuple[Joined, str]:
    """Have somebody join; return also their browser's cookie."""
    made = Members(store.acting_as(Actor(Role.VISITOR, STRANGER))).join(classroom.code, nickname)
    return made, f"{seat_cookie_name()}={signed(made.seat, SEAT)}"


def marks(told: Told, topic: str) -> list[str]:
    return [news["marks"]["page"] for news in told if news["topic"] == topic]


def test_a_teacher_is_told_when_somebody_joins(store: Store, classroom: Classroom) -> None:
    topic = f"class:{classroom.id}"

    async def play(watch: Callable[..., None], told: Told) -> None:
        watch(topic)
        await until(lambda: marks(told, topic))
        first = marks(told, topic)[-1]
        join(store, classroom, "Ada")
        await until(lambda: marks(told, topic)[-1] != first)
        assert {*marks(told, topic)}.isdisjoint({"refused", "gone"})
        parts = {key for news in told for key, _length in news["parts"]}
        assert parts == {"lead"}, "no names: each page draws them by itself"

    converse(TEACHER, play)


def test_a_member_is_told_until_they_are_removed(store: Store, classroom: Classroom) -> None:
    topic = f"class:{classroom.id}"
    ada, cookie = join(store, classroom, "Ada")

    async def play(watch: Callable[..., None], told: Told) -> None:
        watch(topic)
        await until(lambda: marks(told, topic))
        first = marks(told, topic)[-1]
        bob, _cookie = join(store, classroom, "Bob")
        await until(lambda: marks(told, topic)[-1] != first)
        Members(as_teacher(store, classroom.id)).remove(classroom.id, bob.member.id)
        assert "refused" not in marks(told, topic), "another one was removed"
        Members(as_teacher(store, classroom.id)).remove(classroom.id, ada.member.id)
        renew_roles()
        await until(lambda: marks(told, topic)[-1] == "refused")
        (drawn,) = {news["marks"]["rules"] for news in told if news["marks"]["page"] == first}
        assert told[-1]["marks"]["rules"] != drawn, "a screen that is held is drawn anew, and free"
        count = len(told)
        join(store, classroom, "Cem")
        watch(topic, "server:torch")
        await until(lambda: len(told) > count)
        assert {news["topic"] for news in told[count:]} == {"server:torch"}

    converse(STRANGER, play, cookie)


def test_nobody_else_is_told_anything(store: Store, classroom: Classroom) -> None:
    topic = f"class:{classroom.id}"
    others, _key = Classrooms(store.acting_as(Actor(Role.VISITOR, SECOND, may_start_class=True))).start("8c")
    _ada, cookie = join(store, others, "Ada")
    renew_roles()

    async def play(watch: Callable[..., None], told: Told) -> None:
        watch(topic, "class:nosuchclass", "server:torch")
        await until(lambda: told)
        Classrooms(as_teacher(store, classroom.id)).change(classroom.id, title="8d")
        watch(topic, "server:torch", "work:nothing")
        await until(lambda: any(news["topic"] == "work:nothing" for news in told))
        assert {news["topic"] for news in told} == {"server:torch", "work:nothing"}

    for who, cookies in ((STRANGER, ()), (SECOND, ()), (STRANGER, (cookie,)), (TEACHER, (cookie,))):
        converse(who, play, *cookies)


def test_a_teacher_whose_key_is_taken_back_is_told_no_more(store: Store, classroom: Classroom) -> None:
    topic = f"class:{classroom.id}"
    teachers = Teachers(as_teacher(store, classroom.id))
    key = teachers.add(classroom.id, "Second")
    Teachers(store.acting_as(Actor(Role.VISITOR, SECOND))).enter(key)
    renew_roles()

    async def play(watch: Callable[..., None], told: Told) -> None:
        watch(topic)
        await until(lambda: marks(told, topic))
        given = next(key for key in teachers.keys(classroom.id) if key.name)
        teachers.take_back(classroom.id, given.id)
        renew_roles()
        await until(lambda: marks(told, topic)[-1] == "refused")

    converse(SECOND, play)


def test_of_a_class_that_has_ended_who_led_it_hears_that_it_is_gone(
    store: Store, classroom: Classroom
) -> None:
    topic = f"class:{classroom.id}"
    make_operator(store.database, TEACHER)
    visitor._operators.clear()

    async def play(watch: Callable[..., None], told: Told) -> None:
        watch(topic)
        await until(lambda: marks(told, topic))
        Ending(as_teacher(store, classroom.id)).end(classroom.id, keeps_runs=False)
        renew_roles()
        await until(lambda: marks(told, topic)[-1] in ("gone", "refused"))

    converse(TEACHER, play)
