"""`python -m core classroom`: classes started, listed, given a new key and ended by whoever runs this Inkling."""

import json
import os
import pty
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import event, update

from core.access.rules import Actor, Role
from core.classroom.classrooms import Classrooms
from core.classroom.errors import ClassroomShut, WrongKey
from core.classroom.members import Members
from core.classroom.seats import roles
from core.classroom.teachers import Teachers
from core.cli.console import told_errors
from core.config.app_settings import Settings
from core.config.run_config import RunConfig
from core.runs import Store
from core.runs.classroom_schema import CLASSROOMS
from core.runs.own_datasets import OwnDatasets
from core.runs.run_row import COMMAND_LINE
from core.runs.schema import RUNS
from tests.core.cli.test_dataset import WITHOUT_TORCH
from tests.core.cli.test_train import ROOT, command_here

TEACHER, PUPIL = (Actor(Role.VISITOR, name) for name in ("teacher", "pupil"))


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file of a store that has a data folder of its own."""
    monkeypatch.setenv("INKLING_DATA", str(tmp_path))
    return tmp_path / "inkling.db"


def opened(path: Path) -> Store:
    return Store(settings=Settings(data=str(path.parent)))


def created(path: Path, *words: str) -> dict[str, Any]:
    done = command_here(path, "classroom", "create", *words, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    return dict(json.loads(done.stdout))


def listed(path: Path) -> list[dict[str, Any]]:
    done = command_here(path, "classroom", "list", "--json")
    return [json.loads(line) for line in done.stdout.splitlines()]


def refused(path: Path, *words: str) -> str:
    """Return what the command says, in one line; it was called wrongly."""
    done = command_here(path, "classroom", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    return done.stderr.strip()


def joined(path: Path, code: str, *nicknames: str) -> list[str]:
    """Return the ids of new members."""
    members = Members(opened(path).acting_as(PUPIL))
    return [members.join(code, nickname).member.id for nickname in nicknames]


def member_with_things(path: Path, code: str) -> str:
    """Return a member's id, who has a finished run, one that is not, and a dataset."""
    (member_id,) = joined(path, code, "Fox 12")
    store = opened(path)
    theirs = store.acting_as(Actor(Role.VISITOR, member_id))
    finished = theirs.create(RunConfig(), queue=False, name="Fox's run", note="mine")
    theirs.create(RunConfig(), queue=False, name="Just begun")
    OwnDatasets(theirs).create("Fox's", ["x", "y"], (1, 28, 28))
    with store.database.write() as connection:
        connection.execute(update(RUNS).where(RUNS.c.id == finished).values(state="finished"))
    return member_id


def owned(path: Path) -> list[tuple[str, str, str]]:
    return [(row.owner, row.name, row.note) for row in opened(path).list() if row.owner]


def test_whoever_enters_the_key_that_is_printed_leads_the_class(path: Path) -> None:
    earliest = date.today()
    done = command_here(path, "classroom", "create", "  7b  in  May ", "--nicknames", "list")
    assert done.exit_code == 0, done.stderr
    code, key = (line.split(": ")[1] for line in done.stdout.splitlines())
    assert "shown this once" in done.stderr
    assert "“I have a teacher's key”" in done.stderr
    found = Teachers(opened(path).acting_as(TEACHER)).enter(key)
    assert (found.code, found.title, found.nicknames) == (code, "7b in May", "list")
    assert earliest <= found.last_day <= date.today()
    assert set(roles(opened(path).database).teachers) == {"teacher"}, (
        "the command line itself teaches nothing"
    )


def test_the_list_tells_of_each_when_it_ends_and_how_many_are_in_it_and_no_secret(path: Path) -> None:
    today = date.today()
    later = today + timedelta(days=7)
    first = created(path, "7b", "--last-day", later.isoformat())
    code = first["code"]
    gone, *_here = joined(path, code, "Fox 12", "Owl 3", "Newt 9")
    Members(opened(path)).remove(Classrooms(opened(path)).named(code).id, gone)
    second = created(path, "8c")
    with opened(path).database.write() as connection:
        past = (today - timedelta(days=1)).isoformat()
        connection.execute(update(CLASSROOMS).filter_by(code=second["code"]).values(last_day=past))
    rows = listed(path)
    assert rows[1] == {
        "code": code, "title": "7b", "last_day": later.isoformat(), "nicknames": "own", "open": True, "over": False,
        "members": 2,
    }  # fmt: skip
    assert (rows[0]["title"], rows[0]["over"], rows[0]["members"]) == ("8c", True, 0)
    lines = command_here(path, "classroom", "list").stdout.splitlines()
    for line, words in zip(
        lines,
        (("over", "0 members", "8c"), (code, later.isoformat(), "open", "2 members", "7b")),
        strict=True,
    ):
        assert all(word in line for word in words), line


def test_ten_classes_are_listed_by_one_query(path: Path) -> None:
    store = opened(path)
    for number in range(10):
        Classrooms(store).start(f"Class {number}")
    asked: list[str] = []
    engine = store.database._current_engine()
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert len(Classrooms(store).all()) == 10
    assert len([statement for statement in asked if "FROM classrooms" in statement]) == 1


def test_where_there_are_none_it_says_how_one_is_started(path: Path) -> None:
    done = command_here(path, "classroom", "list")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == "There is no class yet. Start one: python -m core classroom create\n"


def test_a_new_key_takes_the_place_of_the_first_teachers_alone(path: Path) -> None:
    made = created(path, "7b")
    store = opened(path)
    classroom = Teachers(store.acting_as(TEACHER)).enter(made["teacher_key"])
    second = Teachers(store).add(classroom.id, "Ms Grey")
    Teachers(store.acting_as(Actor(Role.VISITOR, "grey"))).enter(second)
    typed = f" {made['code'][:3].lower()}-{made['code'][3:].lower()} "
    done = command_here(path, "classroom", "key", typed)
    assert done.exit_code == 0, done.stderr
    assert "The earlier one no longer works" in done.stderr
    assert set(roles(store.database).teachers) == {"grey"}
    with pytest.raises(WrongKey):
        Teachers(store.acting_as(TEACHER)).enter(made["teacher_key"])
    assert Teachers(store.acting_as(TEACHER)).enter(done.stdout).id == classroom.id


def test_a_class_is_ended_with_what_was_made_in_it(path: Path) -> None:
    code = created(path, "7b")["code"]
    member_with_things(path, code)
    done = command_here(path, "classroom", "end", code.lower(), "--delete", "--yes")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "The class “7b” has ended. Deleted for good: 2 runs and 1 dataset.\n"
    assert (listed(path), owned(path)) == ([], [])
    assert OwnDatasets(opened(path)).managed() == []
    assert f"“{code}”. See which there are: python -m core classroom list" in refused(path, "key", code)


def test_kept_runs_are_the_command_lines_and_name_nobody(path: Path) -> None:
    code = created(path, "7b")["code"]
    member_with_things(path, code)
    done = command_here(path, "classroom", "end", code, "--keep-runs", "--yes")
    assert done.stdout == "The class “7b” has ended. Deleted for good: 1 run and 1 dataset.\n"
    assert owned(path) == [(COMMAND_LINE, "", "")]


def test_without_a_terminal_nothing_is_ended_that_was_not_confirmed(path: Path) -> None:
    code = created(path, "7b")["code"]
    assert "cannot be brought back. If it is meant, add --yes." in refused(path, "end", code, "--delete")
    assert [row["code"] for row in listed(path)] == [code]


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 2), ("\x04", 2)])
def test_at_a_terminal_it_says_what_ends_and_asks(answer: str, code: int, path: Path) -> None:
    name = created(path, "7b")["code"]
    joined(path, name, "Fox 12")
    terminal, end = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "core", "classroom", "end", name, "--delete"],
        cwd=ROOT,
        env={**os.environ, "INKLING_STORE": f"sqlite:///{path}"},
        stdin=end,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as asked:
        os.write(terminal, f"{answer}\n".encode())
        said, told = asked.communicate(timeout=300)
    os.close(terminal)
    os.close(end)
    assert asked.returncode == code, told
    assert "“7b”, 1 member, is ended for everybody.".encode() in told
    assert bool(said.strip()) == (code == 0)
    assert bool(listed(path)) == (code != 0)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("create", " "), "The class has no title. Give it one that its members know, such as “7b”."),
        (("create", "7\x07b"), "The title has \\x07 near “7\\x07b”, which cannot be shown. Remove that"),
        (("create", "7" * 61), "The title has 61 characters: “77777777777777777777 …”. A title has at most 60."),
        (("create", "7b", "--last-day", "1.5."), "--last-day cannot be used: “1.5.” is no day. Give it as year, month"),
        (("create", "7b", "--last-day", "2026-02-30"), "“2026-02-30” is no day."),
        (("create", "7b", "--last-day", "2020-05-01"), "The class cannot end on 1 May 2020. Choose a day from today"),
        (("create", "7b", "--last-day", "9999-12-31"), "The class cannot end on 31 Dec 9999."),
        (("create", "7b", "--nicknames", "any"), "--nicknames must be one of own and list, not “any”."),
        (("create",), "The argument TITLE is missing."),
        (("key", "NONE22"), "There is no class with the code “NONE22”. See which there are: python -m core"),
        (("key", ""), "There is no class with the code “”."),
        (("key", "a\nb\udcff"), "There is no class with the code “a\\nb\\udcff”."),
        (("end", "NONE22", "--delete", "--yes"), "There is no class with the code “NONE22”."),
        (("end", "NONE22", "--delete"), "There is no class with the code “NONE22”."),
        (("end", "NONE22", "--yes"), "Say what becomes of what the members made: --delete or --keep-runs, and"),
        (("end", "NONE22", "--delete", "--keep-runs"), "--delete or --keep-runs, and not both."),
        (("begin", "7b"), "There is no command “begin”. There are create, list, key, export and end."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_with_its_remedy(path: Path, words: tuple[str, ...], told: str) -> None:
    created(path, "7b")
    before = listed(path)
    assert told in refused(path, *words)
    assert listed(path) == before


def test_what_is_wrong_with_a_class_is_a_line_in_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as end, told_errors():
        raise ClassroomShut("The class is over.", "Ask.")
    assert end.value.exit_code == 1
    assert capsys.readouterr().err == "Error: The class is over. Ask.\n"


@pytest.mark.parametrize(
    ("words", "code"), [(("list",), 0), (("create", "7b"), 0), (("key", "NONE22"), 2), (("create", " "), 2)]
)
def test_neither_the_list_nor_a_new_class_needs_torch(path: Path, words: tuple[str, ...], code: int) -> None:
    environment = os.environ | {"INKLING_STORE": f"sqlite:///{path}"}
    line = [sys.executable, "-c", WITHOUT_TORCH, "classroom", *words]
    done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
