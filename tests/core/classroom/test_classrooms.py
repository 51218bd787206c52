"""Classes: started, changed and copied; what cannot be taken is named, with what to do; over the day after the last."""

from datetime import date, timedelta

import pytest

from core.access.rules import OPERATOR, Actor, Role
from core.classroom.classrooms import Classrooms, checked_address, next_week
from core.classroom.errors import ClassroomRefused, UnknownClassroom
from core.classroom.lead import Lead
from core.classroom.members import Members
from core.classroom.nicknames import LIST, OWN
from core.classroom.seats import roles
from core.classroom.teachers import Teachers
from core.runs import NotAllowed, Store
from core.runs.class_rules import ClassRules
from tests.core.classroom.conftest import OnDay, School, members, starter, teacher, visitor


def test_a_class_that_is_started_is_open_today_and_taught_by_who_started_it(store: Store) -> None:
    classroom, key = Classrooms(starter(store, "tess")).start("  Class \t 7b ")
    assert (classroom.title, classroom.last_day, classroom.nicknames) == ("Class 7b", date.today(), OWN)
    assert (classroom.address, classroom.is_open, classroom.is_over) == ("", True, False)
    assert roles(store.database).teachers == {"tess": frozenset({classroom.id})}
    assert Classrooms(teacher(store, classroom)).get(classroom.id) == classroom
    assert Teachers(visitor(store, "tina")).enter(key) == classroom


def test_who_may_not_start_a_class_cannot(store: Store) -> None:
    with pytest.raises(NotAllowed):
        Classrooms(visitor(store)).start("7b")
    assert Classrooms(store.acting_as(OPERATOR)).mine() == []
    by_command, _key = Classrooms(store.acting_as(OPERATOR)).start("7b")
    assert roles(store.database).teachers == {}, "the command line is no browser"
    assert Classrooms(store.acting_as(OPERATOR)).mine() == [by_command]


def test_each_class_has_a_code_of_its_own(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = iter(["AAAAAA", "AAAAAA", "AAAAAA", "BBBBBB"])
    monkeypatch.setattr("core.classroom.classrooms.new_code", lambda: next(codes))
    classes = Classrooms(starter(store, "tess"))
    assert [classes.start(title)[0].code for title in ("7b", "8c")] == ["AAAAAA", "BBBBBB"]


def test_teachers_see_their_classes_newest_first_and_an_operator_all(store: Store, school: School) -> None:
    copied, _key = Classrooms(teacher(store, school.classroom)).copy(school.classroom.id)
    tess = Actor(Role.VISITOR, "tess", roles(store.database).teachers["tess"])
    assert [one.id for one in Classrooms(store.acting_as(tess)).mine()] == [copied.id, school.classroom.id]
    ids = [one.id for one in Classrooms(store.acting_as(OPERATOR)).mine()]
    assert ids == [copied.id, school.other.id, school.classroom.id]
    assert Classrooms(visitor(store)).mine() == []


def test_a_copy_has_all_but_the_code_the_members_and_the_key(store: Store, school: School) -> None:
    classes = Classrooms(teacher(store, school.classroom))
    until = date.today() + timedelta(days=9)
    values = {"last_day": until, "nicknames": LIST, "address": "http://school:8501", "is_open": False}
    classes.change(school.classroom.id, **values, needs_nod=True)
    rules = ClassRules(pages=("train",), max_epochs=2)
    Lead(teacher(store, school.classroom)).set_rules(school.classroom.id, rules)
    copied, key = classes.copy(school.classroom.id)
    assert (copied.title, copied.last_day, copied.nicknames) == ("7b (copy)", until, LIST)
    assert (copied.address, copied.is_open) == ("http://school:8501", True)
    assert (copied.needs_nod, copied.rules) == (True, rules)
    assert copied.code != school.classroom.code
    assert members(store, copied) == []
    assert Teachers(visitor(store)).enter(key).id == copied.id != school.classroom.id


def test_a_copy_of_the_longest_title_and_of_a_class_that_is_over(
    store: Store, school: School, on_day: OnDay
) -> None:
    classes = Classrooms(teacher(store, school.classroom))
    classes.change(school.classroom.id, title="x" * 60)
    on_day(date.today() + timedelta(days=30))
    copied, _key = classes.copy(school.classroom.id)
    assert copied.title == "x" * 53 + " (copy)"
    assert copied.last_day == date.today() + timedelta(days=30)
    assert not copied.is_over


def test_what_is_changed_is_and_nothing_else_and_it_is_counted(store: Store, school: School) -> None:
    classes = Classrooms(teacher(store, school.classroom))
    before, other = classes.get(school.classroom.id), Classrooms(store).get(school.other.id)
    after = classes.change(school.classroom.id, title="7c")
    assert after.title == "7c"
    assert after.revision == before.revision + 1
    assert {**vars(after), "title": "7b", "revision": before.revision} == vars(before)
    assert Classrooms(store).get(school.other.id) == other
    assert not classes.change(school.classroom.id, is_open=False).is_open
    assert classes.change(school.classroom.id, is_open=True).is_open
    with pytest.raises(ClassroomRefused, match="“none” says nothing about nicknames") as refused:
        classes.change(school.classroom.id, title="8x", nicknames="none")
    assert "own" in refused.value.remedy
    assert classes.get(school.classroom.id).title == "7c"


def test_a_change_to_members_is_counted_too(store: Store, school: School) -> None:
    before = Classrooms(store).get(school.classroom.id).revision
    joined = Members(visitor(store)).join(school.classroom.code, "Cleo")
    assert Classrooms(store).get(school.classroom.id).revision == before + 1
    Members(store).remove(school.classroom.id, joined.member.id)
    assert Classrooms(store).get(school.classroom.id).revision == before + 2


def test_a_class_that_is_gone_is_unknown(store: Store) -> None:
    for call in (Classrooms(store).get, Classrooms(store).copy, Classrooms(store).change):
        with pytest.raises(UnknownClassroom):
            call("0" * 16)


@pytest.mark.parametrize("days", [0, 1, 366])
def test_a_last_day_from_today_on_within_a_year_is_taken(store: Store, days: int) -> None:
    day = date.today() + timedelta(days=days)
    assert Classrooms(starter(store, "tess")).start("7b", day)[0].last_day == day


@pytest.mark.parametrize("days", [-1, -400, 367, 5000])
def test_another_last_day_is_refused(store: Store, school: School, days: int) -> None:
    day = date.today() + timedelta(days=days)
    for call in (
        lambda: Classrooms(starter(store, "tess")).start("7b", day),
        lambda: Classrooms(store).change(school.classroom.id, last_day=day),
    ):
        with pytest.raises(ClassroomRefused, match=str(day.year)) as refused:
            call()
        assert "within a year" in refused.value.remedy


def test_it_is_over_the_day_after_and_goes_on_a_week_later(
    store: Store, school: School, on_day: OnDay
) -> None:
    today, classes = date.today(), Classrooms(teacher(store, school.classroom))
    on_day(today)
    assert next_week(school.classroom.last_day) == today + timedelta(days=7)
    on_day(today + timedelta(days=1))
    assert classes.get(school.classroom.id).is_over
    until = next_week(school.classroom.last_day)
    assert until == today + timedelta(days=8)
    assert not classes.change(school.classroom.id, last_day=until).is_over
    on_day(until)
    assert not classes.get(school.classroom.id).is_over
    on_day(until + timedelta(days=1))
    assert classes.get(school.classroom.id).is_over


@pytest.mark.parametrize("title", ["7b", "x" * 60, "<b>7</b> & **8**", "初二", "صف", " a  b "])
def test_a_title_is_kept_letter_by_letter(store: Store, title: str) -> None:
    assert Classrooms(starter(store, "tess")).start(title)[0].title == " ".join(title.split())


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("", "no title"),
        (" \t\n", "no title"),
        ("x" * 61, "61 characters: “xxxxxxxxxxxxxxxxxxxx …”"),
        ("7\x00b", r"\\x00 near “7\\x00b”"),
        ("7\u202eb", r"\\u202e"),
        ("7\ud83d", r"\\ud83d"),
        ("\u200b", r"\\u200b"),
    ],
)
def test_a_title_that_cannot_be_shown_or_is_too_long_is_refused(store: Store, title: str, named: str) -> None:
    with pytest.raises(ClassroomRefused, match=named) as refused:
        Classrooms(starter(store, "tess")).start(title)
    assert refused.value.remedy
    assert Classrooms(store).mine() == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("http://192.168.1.20:8501", "http://192.168.1.20:8501"),
        ("https://lab.school.example/inkling", "https://lab.school.example/inkling"),
        ("https://lab.school.example/a-b/c_d/", "https://lab.school.example/a-b/c_d"),
        ("  HTTP://School:8501// ", "http://School:8501"),
        ("192.168.1.20:8501", "http://192.168.1.20:8501"),
        ("school-pc", "http://school-pc"),
        ("school_pc.local:80/lab", "http://school_pc.local:80/lab"),
        ("http://[fd00::20]:8501", "http://[fd00::20]:8501"),
        ("localhost.school.example", "http://localhost.school.example"),
        ("127.school.example", "http://127.school.example"),
        ("10.0.0.1", "http://10.0.0.1"),
    ],
)
def test_an_address_is_kept_with_port_and_path(typed: str, kept: str) -> None:
    assert checked_address(typed) == kept
    assert checked_address(kept) == kept


LOOPBACK = (
    *("localhost", "http://localhost:8501", "https://LOCALHOST/x", "lab.localhost", "localhost.:8501"),
    *("127.0.0.1", "http://127.8.9.1:8501", "127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1"),
    *("http://[::1]:8501", "http://[::ffff:127.0.0.1]", "0.0.0.0:8501", "0", "http://[::]"),
)


@pytest.mark.parametrize("typed", LOOPBACK)
def test_an_address_that_leads_every_device_to_itself_is_refused(typed: str) -> None:
    with pytest.raises(ClassroomRefused) as refused:
        checked_address(typed)
    assert str(refused.value).startswith(f"“{typed}” leads every device to itself.")
    assert "http://192.168.1.20:8501" in refused.value.remedy


NO_ADDRESS = (
    *(
        "",
        " ",
        "/",
        "http://",
        "https:",
        "http:/x",
        "http:///x",
        "user:pw@school",
        "http://user@school",
        "@school",
    ),
    *(
        "javascript:alert(1)",
        "javascript://school/%0aalert(1)",
        "data:text/html,x",
        "ftp://school",
        "file:///etc",
    ),
    *("http://my school", "school lab", "school:99999", "school:port", "school?x=1", "school#x", "school:"),
    *(
        "http://[::1",
        "http://]",
        'school"><script>',
        "http://school/<b>",
        "http://school/a b",
        "http://school/%41",
    ),
    *("http://sch\u202eool", "http://sch\x00ool", "http://school\ud83d", "s" * 300, f"school/{'s' * 300}"),
)


@pytest.mark.parametrize("typed", NO_ADDRESS)
def test_what_is_no_address_of_an_app_is_refused(typed: str) -> None:
    with pytest.raises(ClassroomRefused) as refused:
        checked_address(typed)
    assert str(refused.value).startswith(f"“{typed[:40]}” is no address of this app.")
    assert "http://192.168.1.20:8501" in refused.value.remedy


def test_a_class_keeps_no_address_that_is_refused(store: Store, school: School) -> None:
    classes = Classrooms(teacher(store, school.classroom))
    assert classes.change(school.classroom.id, address="school:80").address == "http://school:80"
    with pytest.raises(ClassroomRefused):
        classes.change(school.classroom.id, address="localhost")
    assert classes.get(school.classroom.id).address == "http://school:80"
