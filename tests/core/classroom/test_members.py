"""Members: who joins and comes back, who does not, and that no two have one nickname."""

from datetime import date, timedelta

import pytest

from core.access.rules import OPERATOR
from core.classroom.classrooms import Classrooms
from core.classroom.codes import ALPHABET
from core.classroom.errors import ClassroomRefused, ClassroomShut, UnknownClassroom, WrongKey
from core.classroom.members import MOST_MEMBERS, Members
from core.classroom.nicknames import LIST, fold, is_suggested
from core.classroom.seats import roles, seat_of
from core.runs import NotAllowed, Store
from tests.core.classroom.conftest import OnDay, School, dump, fill, member, members, teacher, visitor


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


def test_a_class_has_so_many_members_and_no_more(
    store: Store, school: School, code: str, joining: Members
) -> None:
    fill(store, school.classroom, MOST_MEMBERS - 1)
    last = joining.join(code, "Cleo")
    with pytest.raises(ClassroomShut, match="has 200 members, and no room") as refused:
        joining.join(code, "Dan")
    assert "Tell your teacher" in refused.value.remedy
    assert joining.rejoin(code, "Ada", school.ada.key)
    assert joining.join(school.other.code, "Dan")
    Members(teacher(store, school.classroom)).remove(school.classroom.id, last.member.id)
    assert joining.join(code, "Dan"), "who was removed takes no room"
    assert len(members(store, school.classroom)) == MOST_MEMBERS


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


def test_a_form_that_is_sent_twice_makes_one_member_who_knows_the_second_key(
    store: Store, school: School, code: str, joining: Members
) -> None:
    first, second = (joining.join(code, "Fox 7", once="a secret of the form") for _ in range(2))
    assert first.member.id == second.member.id
    assert members(store, school.classroom) == ["Ada", "Fox 7"]
    assert joining.rejoin(code, "Fox 7", second.key).member.id == first.member.id
    with pytest.raises(WrongKey):
        joining.rejoin(code, "Fox 7", first.key)
    assert joining.join(code, "Fox 8", once="another form").member.id != first.member.id
