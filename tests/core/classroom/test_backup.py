"""Classes in a backup: where it is put back, members come back to what they made, and nothing that is there changes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from core.classroom.classrooms import Classrooms
from core.classroom.ending import Ending
from core.classroom.errors import UnknownClassroom, WrongKey
from core.classroom.members import Members
from core.classroom.seats import roles, seat_of
from core.classroom.teachers import Teachers
from core.config.app_settings import Settings
from core.config.run_config import RunConfig
from core.runs import Store
from core.runs.backup import backup, restore
from core.runs.classroom_schema import CLASSROOMS
from tests.core.classroom.conftest import School, dump, member, members, open_store, teacher, visitor


@pytest.fixture
def saved(store: Store, school: School, tmp_path: Path) -> Path:
    """Return a backup of the store, in which Ada has a run."""
    member(store, school.ada).create(RunConfig(), name="Ada's")
    backup(store, tmp_path / "all.zip")
    return tmp_path / "all.zip"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    """Return the store of another app, with nothing in it yet."""
    opened = open_store(tmp_path / "new")
    yield opened
    opened.close()


def test_into_no_store_all_comes_back(store: Store, school: School, saved: Path, tmp_path: Path) -> None:
    there = Settings(data=str(tmp_path / "nowhere yet"))
    restore(saved, there)
    found = Store(settings=there)
    assert roles(found.database) == roles(store.database)
    assert seat_of(found.database, school.ada.seat) == seat_of(store.database, school.ada.seat)


def test_into_a_store_that_is_there_classes_come_with_teachers_and_members(
    store: Store, school: School, saved: Path, empty: Store
) -> None:
    assert restore(saved, empty.settings).runs == 1
    assert roles(empty.database) == roles(store.database)
    assert Classrooms(empty).mine() == Classrooms(store).mine()
    assert Classrooms(empty).get(school.classroom.id).title == "7b"
    assert seat_of(empty.database, school.ada.seat) is None, "who is there is asked again"
    ada = Members(visitor(empty)).rejoin(school.classroom.code, "Ada", school.ada.key)
    assert [run.name for run in member(empty, ada).list(owner=ada.member.id)] == ["Ada's"]
    assert Teachers(visitor(empty)).enter(school.key).id == school.classroom.id
    assert Ending(teacher(empty, school.classroom)).end(school.classroom.id, keeps_runs=False).runs == 1


def test_where_it_was_taken_nothing_changes(store: Store, school: School, saved: Path) -> None:
    Classrooms(store).change(school.classroom.id, title="7c")
    Members(store).remove(school.classroom.id, school.ada.member.id)
    Teachers(visitor(store, "thief")).enter(school.key)
    Teachers(teacher(store, school.classroom)).renew(school.classroom.id)
    before = dump(store)
    restore(saved, store.settings)
    assert dump(store) == before
    with pytest.raises(WrongKey):  # no key that was replaced comes back
        Teachers(visitor(store)).enter(school.key)


def test_who_joined_since_comes_into_a_class_that_is_there(
    store: Store, school: School, saved: Path, empty: Store, tmp_path: Path
) -> None:
    restore(saved, empty.settings)
    join = Members(visitor(store)).join
    cleo, dan = (join(school.classroom.code, name) for name in ("Cleo", "Dan"))
    member(store, cleo).create(RunConfig(), name="Cleo's")
    here = Members(visitor(empty)).join(school.classroom.code, "Dan")
    backup(store, tmp_path / "later.zip")
    assert restore(tmp_path / "later.zip", empty.settings).runs == 1
    assert members(empty, school.classroom) == ["Ada", "Cleo", "Dan"]
    again = Members(visitor(empty)).rejoin(school.classroom.code, "Cleo", cleo.key)
    assert [run.name for run in member(empty, again).list(owner=cleo.member.id)] == ["Cleo's"]
    assert Members(visitor(empty)).rejoin(school.classroom.code, "Dan", here.key).member == here.member
    assert dan.member.id not in roles(empty.database).members, "one nickname is one member"


def test_a_removed_member_comes_back_removed(
    store: Store, school: School, empty: Store, tmp_path: Path
) -> None:
    Members(store).remove(school.classroom.id, school.ada.member.id)
    backup(store, tmp_path / "all.zip")
    restore(tmp_path / "all.zip", empty.settings)
    assert roles(empty.database).gone == {school.ada.member.id}


def test_a_class_whose_code_another_has_stays_away(school: School, saved: Path, empty: Store) -> None:
    own, _key = Classrooms(empty).start("mine")
    with empty.database.write() as connection:
        connection.execute(update(CLASSROOMS).values(code=school.classroom.code))
    assert restore(saved, empty.settings).runs == 1
    assert Members(visitor(empty)).named(school.classroom.code).id == own.id
    assert Members(visitor(empty)).named(school.other.code).id == school.other.id
    assert roles(empty.database).members == {school.bob.member.id: school.other.id}
    with pytest.raises(UnknownClassroom):
        Classrooms(empty).get(school.classroom.id)
