"""Classes where several act at once: two teachers' keys, guesses from nowhere, an end while members are at work."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from core.access.rules import OPERATOR, Actor, Role
from core.classroom import ending
from core.classroom.classroom_table import Classroom
from core.classroom.classrooms import LONGEST_TITLE, Classrooms
from core.classroom.ending import Ending
from core.classroom.errors import ClassroomShut, GoneClassroom, TooManyGuesses, UnknownClassroom, WrongKey
from core.classroom.guesses import CODES_BY_ADDRESS, CODES_BY_BROWSER
from core.classroom.members import Members
from core.classroom.seats import roles, seat_of
from core.classroom.teachers import Teachers
from core.config.app_settings import Settings
from core.datasets import DatasetError
from core.runs import Store
from core.runs.classroom_schema import CLASSROOMS
from core.runs.errors import NotAllowed
from core.search.erasure import Erased

WRONG = "ABCD-EFGH-JKMN-PQRS"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(settings=Settings(data=str(tmp_path)))
    yield opened
    opened.close()


def visitor(name: str, *classes: Classroom) -> Actor:
    return Actor(Role.VISITOR, name, frozenset(classroom.id for classroom in classes))


def teachers(store: Store, name: str, *classes: Classroom) -> Teachers:
    return Teachers(store.acting_as(visitor(name, *classes)))


def test_a_second_teacher_makes_their_own_key_anew_and_leaves_the_first_in_the_class(store: Store) -> None:
    classroom, first = Classrooms(store.acting_as(OPERATOR)).start("7b")
    teachers(store, "ada").enter(first)
    teachers(store, "grey").enter(teachers(store, "ada", classroom).add(classroom.id, "Ms Grey"))
    anew = teachers(store, "grey", classroom).renew(classroom.id)
    assert set(roles(store.database).teachers) == {"ada", "grey"}
    keys = {
        key.name: (key.browsers, key.is_mine) for key in teachers(store, "grey", classroom).keys(classroom.id)
    }
    assert keys == {"": (1, False), "Ms Grey": (1, True)}
    assert teachers(store, "home").enter(first).id == classroom.id
    assert teachers(store, "school").enter(anew).id == classroom.id


def test_wrong_keys_of_browsers_whose_address_is_not_known_shut_nobody_else_out(store: Store) -> None:
    classroom, key = Classrooms(store.acting_as(OPERATOR)).start("7b")
    for guess in range(CODES_BY_ADDRESS):
        with pytest.raises(WrongKey):
            teachers(store, f"browser {guess // CODES_BY_BROWSER}").enter(WRONG)
    with pytest.raises(TooManyGuesses):
        teachers(store, "browser 0").enter(key)
    assert teachers(store, "ada").enter(key).id == classroom.id


def test_while_a_class_ends_nobody_is_in_it_or_comes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a member made between the erasure and the end would be nobody's, for good."""
    classroom, _key = Classrooms(store.acting_as(OPERATOR)).start("7b")
    pupils = Members(store.acting_as(visitor("pupil")))
    fox = pupils.join(classroom.code, "Fox 12")
    seen: list[object] = []

    def erased(_store: Store, member_id: str) -> Erased:
        with pytest.raises(ClassroomShut):
            pupils.join(classroom.code, "Owl 3")
        seen.extend((member_id, seat_of(store.database, fox.seat), roles(store.database).members))
        raise DatasetError("The folder cannot be deleted.", "Try again.")

    with monkeypatch.context() as patched:
        patched.setattr(ending, "erase_member", erased)
        with pytest.raises(DatasetError):
            Ending(store).end(classroom.id, keeps_runs=False)
    assert seen == [fox.member.id, None, {}]
    assert Classrooms(store).get(classroom.id).state == "ending"
    assert Ending(store).end_old() == [], "its teacher may be at it"
    monkeypatch.setattr(ending, "PATIENCE_S", -1.0)
    with monkeypatch.context() as patched:
        patched.setattr(ending, "erase_member", erased)
        assert Ending(store).end_old() == []
    assert Ending(store).end(classroom.id, keeps_runs=False) == Erased(0, 0, 0), "it can be ended once more"
    assert Classrooms(store).mine() == []


def test_an_old_class_that_cannot_be_ended_keeps_no_other_from_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The runner does this between two runs: an error that is not the store's would end it."""
    classrooms = Classrooms(store.acting_as(OPERATOR))
    (stuck, _), (gone, _), (other, _) = (classrooms.start(title) for title in ("stuck", "gone", "other"))
    past = (date.today() - timedelta(days=store.settings.class_days + 1)).isoformat()
    with store.database.write() as connection:
        connection.execute(update(CLASSROOMS).values(last_day=past))
    end = Ending.end

    def ends(self: Ending, classroom_id: str, *, keeps_runs: bool) -> Erased:
        if classroom_id == stuck.id:
            raise DatasetError("The folder cannot be deleted.", "Try again.")
        if classroom_id == gone.id:
            end(self, classroom_id, keeps_runs=keeps_runs)  # a teacher was quicker
        return end(self, classroom_id, keeps_runs=keeps_runs)

    monkeypatch.setattr(Ending, "end", ends)
    assert Ending(store).end_old() == ["other"]
    assert [classroom.title for classroom in Classrooms(store).mine()] == ["stuck"]
    assert other.id


def test_a_class_that_has_ended_is_not_told_by_its_id(store: Store) -> None:
    classroom, _key = Classrooms(store.acting_as(OPERATOR)).start("7b")
    Ending(store).end(classroom.id, keeps_runs=False)
    for asked in (store, store.acting_as(visitor("ada", classroom)), store.acting_as(visitor("bob"))):
        with pytest.raises(GoneClassroom) as gone:
            Classrooms(asked).get(classroom.id)
        assert classroom.id not in str(gone.value)


def test_a_copy_of_a_long_title_is_told_from_it(store: Store) -> None:
    classrooms = Classrooms(store.acting_as(OPERATOR))
    for title, copied in (("7b", "7b (copy)"), ("x" * LONGEST_TITLE, f"{'x' * (LONGEST_TITLE - 7)} (copy)")):
        assert classrooms.copy(classrooms.start(title)[0].id)[0].title == copied


@pytest.mark.parametrize("nickname", ["\udcff", "\x00", "", "Fox\u202e12"])
def test_a_nickname_that_no_store_can_look_for_is_nobodys(store: Store, nickname: str) -> None:
    classroom, _key = Classrooms(store.acting_as(OPERATOR)).start("7b")
    with pytest.raises(WrongKey):
        Members(store.acting_as(visitor("pupil"))).rejoin(classroom.code, nickname, "ABCD")


def test_who_leads_not_every_class_finds_none_by_its_code_uncounted(store: Store) -> None:
    classroom, _key = Classrooms(store.acting_as(OPERATOR)).start("7b")
    for actor in (visitor("ada", classroom), visitor("bob")):
        for ask in (lambda own: own.named(classroom.code), lambda own: own.all()):
            with pytest.raises(NotAllowed):
                ask(Classrooms(store.acting_as(actor)))
    assert Classrooms(store.acting_as(OPERATOR)).named(f" {classroom.code.lower()}") == classroom
    with pytest.raises(UnknownClassroom):
        Classrooms(store).named("")
