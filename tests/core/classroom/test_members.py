"""Members: who joins and comes back, who does not, and that no two have one nickname."""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, insert

from core.access.rules import OPERATOR
from core.classroom.classrooms import Classrooms
from core.classroom.codes import ALPHABET
from core.classroom.errors import ClassroomRefused, ClassroomShut, UnknownClassroom, WrongKey
from core.classroom.members import MOST_MEMBERS, Joined, Members
from core.classroom.nicknames import LIST, fold, is_suggested
from core.classroom.seats import roles, seat_of
from core.runs import NotAllowed, Store
from core.runs.schema import MEMBERS
from tests.core.classroom.conftest import OnDay, School, dump, member, members, teacher, visitor
from tests.polling import DEADLINE_S


@pytest.fixture
def code(school: School) -> str:
    return school.classroom.code


@pytest.fixture
def joining(store: Store) -> Members:
    """Return the members of classes as somebody sees them who is in none."""
    return Members(visitor(store))


def test_who_joins_is_a_member_with_a_seat_and_a_key(store: Store, school: School, joining: Members) -> None:
    cleo = joining.join(f" {school.classroom.code.lower()} ", " Cleo  K ")
    assert cleo.classroom.id == school.classroom.id
    assert cleo.member.nickname == "Cleo K"
    assert len(cleo.key) == 4
    assert set(cleo.key) <= set(ALPHABET)
    assert members(store, school.classroom) == ["Ada", "Cleo K"]
    assert roles(store.database).members[cleo.member.id] == school.classroom.id
    seat = seat_of(store.database, cleo.seat)
    assert seat is not None
    assert (seat.member_id, seat.nickname, seat.code) == (cleo.member.id, "Cleo K", school.classroom.code)


def test_who_comes_back_is_the_same_member_in_both_browsers(
    store: Store, school: School, joining: Members
) -> None:
    for nickname, key in (("Ada", school.ada.key), (" ＡDA ", f" {school.ada.key.lower()} ")):
        again = joining.rejoin(school.classroom.code, nickname, key)
        assert (again.member.id, again.member.nickname, again.key) == (school.ada.member.id, "Ada", "")
        assert again.seat != school.ada.seat
        for word in (again.seat, school.ada.seat):
            seat = seat_of(store.database, word)
            assert seat is not None
            assert seat.member_id == school.ada.member.id
    assert members(store, school.classroom) == ["Ada"]


def test_nobody_comes_back_with_another_key_nickname_or_class(
    store: Store, school: School, code: str, joining: Members
) -> None:
    cleo = joining.join(code, "Cleo")
    others_code = school.other.code
    for where, nickname, key in (
        *((code, "Ada", ""), (code, "Ada", cleo.key), (code, "Cleo", school.ada.key), (code, "Ada", "0000")),
        *((code, "Nobody", school.ada.key), (code, "", school.ada.key), (others_code, "Ada", school.ada.key)),
        *(
            (code, "\ud83d\x00", school.ada.key),
            (code, "Ada", f"{school.ada.key}2"),
            (code, "x" * 9000, "x" * 9000),
        ),
    ):
        with pytest.raises(WrongKey, match="Nobody in the class is called") as refused:
            joining.rejoin(where, nickname, key)
        assert "ask your teacher" in refused.value.remedy
    assert roles(store.database).members.keys() == {one.member.id for one in (school.ada, school.bob, cleo)}


@pytest.mark.parametrize("typed", ["", "AAAAA", "AAAAAAA", "nosuch", "\ud83d", "x" * 9000, "' or 1=1 --"])
def test_a_code_of_no_class_leads_nowhere(typed: str, school: School, joining: Members) -> None:
    for call in (
        lambda: joining.named(typed),
        lambda: joining.join(typed, "Cleo"),
        lambda: joining.rejoin(typed, "Ada", school.ada.key),
    ):
        with pytest.raises(UnknownClassroom, match="There is no class with the code") as refused:
            call()
        assert "6 letters and digits" in refused.value.remedy


def test_a_removed_member_is_out_with_every_seat_and_the_key(
    store: Store, school: School, code: str, joining: Members
) -> None:
    second = joining.rejoin(code, "Ada", school.ada.key)
    Members(teacher(store, school.classroom)).remove(school.classroom.id, school.ada.member.id)
    assert members(store, school.classroom) == []
    assert seat_of(store.database, school.ada.seat) is seat_of(store.database, second.seat) is None
    with pytest.raises(WrongKey):
        joining.rejoin(code, "Ada", school.ada.key)
    assert school.ada.member.id in roles(store.database).gone
    for call in (Members(store).remove, Members(store).renew_key):
        with pytest.raises(ClassroomRefused, match=school.ada.member.id) as refused:
            call(school.classroom.id, school.ada.member.id)
        assert "list of its members" in refused.value.remedy
    with pytest.raises(ClassroomRefused, match="called “ada” already"):  # what she made still has her name
        joining.join(code, "ada")
    with pytest.raises(ClassroomRefused, match="any more"):
        Members(member(store, school.ada)).renew_my_key()


def test_a_removal_between_the_looks_at_a_key_lets_nobody_in(
    store: Store, school: School, code: str, joining: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(key: str, salt: str, hashed: str) -> bool:  # noqa: ARG001
        Members(store).remove(school.classroom.id, school.ada.member.id)
        return True

    monkeypatch.setattr("core.classroom.members.is_short_key", slow)
    with pytest.raises(WrongKey):
        joining.rejoin(code, "Ada", school.ada.key)


def test_a_member_of_another_class_is_not_touched(store: Store, school: School) -> None:
    before = dump(store)
    tess = Members(teacher(store, school.classroom))
    for call in (tess.remove, tess.renew_key):
        with pytest.raises(ClassroomRefused, match=school.bob.member.id):
            call(school.classroom.id, school.bob.member.id)
    assert dump(store) == before


def test_a_renewed_key_is_the_only_one(store: Store, school: School, code: str, joining: Members) -> None:
    renewed = Members(teacher(store, school.classroom)).renew_key(school.classroom.id, school.ada.member.id)
    with pytest.raises(WrongKey):
        joining.rejoin(code, "Ada", school.ada.key)
    assert joining.rejoin(code, "Ada", renewed).member.id == school.ada.member.id
    mine = Members(member(store, school.ada)).renew_my_key()
    with pytest.raises(WrongKey):
        joining.rejoin(code, "Ada", renewed)
    assert joining.rejoin(code, "Ada", mine).member.id == school.ada.member.id
    assert seat_of(store.database, school.ada.seat), "who is at work is not sent away"
    assert Members(visitor(store)).rejoin(school.other.code, "Bob", school.bob.key)


def test_who_is_no_member_has_no_key_to_renew(store: Store, school: School) -> None:  # noqa: ARG001
    before = dump(store)
    with pytest.raises(NotAllowed):
        Members(visitor(store)).renew_my_key()
    with pytest.raises(ClassroomRefused):
        Members(store.acting_as(OPERATOR)).renew_my_key()
    assert dump(store) == before


def test_a_closed_class_takes_nobody_new_and_lets_its_members_back(
    store: Store, school: School, code: str, joining: Members
) -> None:
    Classrooms(teacher(store, school.classroom)).change(school.classroom.id, is_open=False)
    with pytest.raises(ClassroomShut, match="“7b” takes nobody new") as refused:
        joining.join(code, "Cleo")
    assert "open it" in refused.value.remedy
    assert joining.rejoin(code, "Ada", school.ada.key)
    assert joining.join(school.other.code, "Cleo")
    Classrooms(teacher(store, school.classroom)).change(school.classroom.id, is_open=True)
    assert joining.join(code, "Cleo")


def test_a_class_that_is_over_takes_nobody_new_nor_back(
    school: School, code: str, joining: Members, on_day: OnDay
) -> None:
    on_day(date.today() + timedelta(days=1))
    for call in (
        lambda: joining.named(code),
        lambda: joining.join(code, "Cleo"),
        lambda: joining.rejoin(code, "Ada", school.ada.key),
    ):
        with pytest.raises(ClassroomShut, match="“7b” is over") as refused:
            call()
        assert "Ask your teacher" in refused.value.remedy


def test_a_nickname_that_is_taken_is_refused_and_a_suggested_one_gives_way(
    store: Store, school: School, code: str, joining: Members
) -> None:
    for typed in ("Ada", " aDA", "ＡＤＡ", "A\u200bda"):
        with pytest.raises(ClassroomRefused, match=r"called .* already") as refused:
            joining.join(code, typed)
        assert "come back with your key" in refused.value.remedy
    assert joining.join(code, "Fox 7").member.nickname == "Fox 7"
    for _ in range(3):
        given = joining.join(code, "Fox 7").member.nickname
        assert is_suggested(given)
        assert given != "Fox 7"
    assert len({fold(name) for name in members(store, school.classroom)}) == 5
    assert joining.join(school.other.code, "Ada").member.nickname == "Ada", "another class has its own"


def test_what_is_suggested_is_free(store: Store, school: School, code: str, joining: Members) -> None:
    for _ in range(5):
        assert joining.join(code, (name := joining.suggested(school.classroom))).member.nickname == name
    assert len({*members(store, school.classroom)}) == 6


def test_a_class_with_a_list_takes_no_other_nickname(
    store: Store, school: School, code: str, joining: Members
) -> None:
    Classrooms(store).change(school.classroom.id, nicknames=LIST)
    with pytest.raises(ClassroomRefused, match="“Cleo” does not"):
        joining.join(code, "Cleo")
    assert joining.join(code, "Fox 7")
    assert joining.rejoin(code, "Ada", school.ada.key), "who joined before comes back"


def fill(store: Store, school: School, up_to: int) -> None:
    """Have the class have so many members."""
    rows = [
        {"id": f"m{number}", "classroom_id": school.classroom.id, "nickname": f"M {number}"}
        | {"folded": f"m {number}", "key_hash": "", "joined_at": 0.0}
        for number in range(up_to - len(members(store, school.classroom)))
    ]
    with store.database.write() as connection:
        connection.execute(insert(MEMBERS), rows)


def test_a_class_has_so_many_members_and_no_more(
    store: Store, school: School, code: str, joining: Members
) -> None:
    fill(store, school, MOST_MEMBERS - 1)
    last = joining.join(code, "Cleo")
    with pytest.raises(ClassroomShut, match="has 200 members, and no room") as refused:
        joining.join(code, "Dan")
    assert "Tell your teacher" in refused.value.remedy
    assert joining.rejoin(code, "Ada", school.ada.key)
    assert joining.join(school.other.code, "Dan")
    Members(teacher(store, school.classroom)).remove(school.classroom.id, last.member.id)
    assert joining.join(code, "Dan"), "who was removed takes no room"
    assert len(members(store, school.classroom)) == MOST_MEMBERS


def at_once(store: Store, calls: list[Callable[[], Joined]], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what becomes of calls that all ask to write before the first may: the nickname, or the refusal."""
    write, coming = store.database.write, threading.Semaphore(0)

    def counted(durable: bool = False) -> AbstractContextManager[Connection]:
        coming.release()
        return write(durable)

    def outcome(call: Callable[[], Joined]) -> str:
        try:
            return call().member.nickname
        except (ClassroomRefused, ClassroomShut) as error:
            return type(error).__name__

    assert store.database.path
    with closing(sqlite3.connect(store.database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr(store.database, "write", counted)
        with ThreadPoolExecutor(len(calls)) as pool:
            done = [pool.submit(outcome, call) for call in calls]
            for _ in done:
                assert coming.acquire(timeout=DEADLINE_S)
            other.rollback()
            return [one.result() for one in done]


def test_of_many_who_take_one_nickname_at_one_moment_one_has_it(
    store: Store, school: School, code: str, joining: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = at_once(store, [lambda: joining.join(code, "Cleo")] * 6, monkeypatch)
    assert sorted(told) == ["ClassroomRefused"] * 5 + ["Cleo"]
    assert members(store, school.classroom) == ["Ada", "Cleo"]


def test_of_many_who_take_one_suggested_nickname_each_has_another(
    store: Store, school: School, code: str, joining: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = at_once(store, [lambda: joining.join(code, "Fox 7")] * 6, monkeypatch)
    assert "Fox 7" in told
    assert len({*told}) == 6
    assert {*members(store, school.classroom)} == {*told, "Ada"}


def test_of_many_who_take_the_last_place_one_has_it(
    store: Store, school: School, code: str, joining: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, school, MOST_MEMBERS - 1)
    calls = [lambda name=f"Kid {number}": joining.join(code, name) for number in range(4)]
    assert sorted(at_once(store, calls, monkeypatch)).count("ClassroomShut") == 3


def test_who_asked_to_join_before_the_class_was_closed_is_not_let_in_after(
    store: Store, school: School, code: str, joining: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = Classrooms(store)

    def closing_meanwhile(typed: str, _kind: str) -> str:
        checked.change(school.classroom.id, is_open=False)
        return typed

    monkeypatch.setattr("core.classroom.members.checked_nickname", closing_meanwhile)
    with pytest.raises(ClassroomShut):
        joining.join(code, "Cleo")
    assert members(store, school.classroom) == ["Ada"]


def test_members_are_listed_in_the_order_in_which_they_joined(
    store: Store, school: School, code: str, joining: Members
) -> None:
    for name in ("Zoë", "Ben", "Mia"):
        joining.join(code, name)
    again = joining.rejoin(code, "Ada", school.ada.key)
    listed = Members(member(store, school.ada)).all(school.classroom.id)
    assert [one.nickname for one in listed] == ["Ada", "Zoë", "Ben", "Mia"]
    seat = seat_of(store.database, again.seat)
    assert seat is not None
    assert listed[0].seen_at == seat.seen_at
