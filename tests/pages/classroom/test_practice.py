"""A teacher practises a lesson on the page Class: the program is a process of its own, here a very short one."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from core.classroom.classrooms import Classrooms
from core.classroom.practice import LEASE, Practice, Practices
from core.runs import Store
from pages.server import practising
from pages.server.background import is_under_way
from tests.pages.classroom.leading import open_tab, press, started
from tests.pages.finished_runs import words
from tests.polling import until

MEASURED = {"p50": 0.25, "p95": 1.5, "slowest": 2.0, "measured": 9}
FIGURES = {
    "interrupted": False,
    "errors": {},
    "figures": {
        "joined, s": MEASURED | {"measured": 30},
        "first trained step on its own screen, s": MEASURED,
        "answer to a drawing, ms": {"p50": 300.0, "p95": 420.0, "slowest": 500.0, "measured": 20},
        "board behind a run's own page, ms": {"measured": 0},
    },
}
Does = Callable[[str], None]


@pytest.fixture
def does(monkeypatch: pytest.MonkeyPatch) -> Iterator[Does]:
    """Return what has the program be another one, in Python. No process of it is left to the next test."""
    called: list[str] = []

    def do(script: str) -> None:
        called[:] = [sys.executable, "-c", script]
        monkeypatch.setattr(practising, "command", lambda _practice: called)

    yield do
    for process in psutil.Process().children():
        if process.cmdline() == called:
            process.kill()
    ended()


def says(figures: dict[str, object], first: str = "sys.stdin.read()") -> str:
    return f"import sys; {first}; print({json.dumps(figures)!r})"


def settings(app: AppTest) -> str:
    open_tab(app, "settings")
    assert not app.exception
    return words(app)


def ended() -> None:
    until(lambda: not is_under_way("practice"), "the practice's process to end")


def latest(store: Store, title: str = "7b") -> Practice | None:
    (classroom,) = [one for one in Classrooms(store).mine() if one.title == title]
    return Practices(store).latest(classroom.id)


def test_a_practice_is_started_ended_read_and_removed(near: AppTest, store: Store, does: Does) -> None:
    does(says(FIGURES | {"interrupted": True}))
    started(near, store)
    settings(near)
    near.number_input(key="practise_members").set_value(40)
    near.number_input(key="practise_minutes").set_value(2)
    press(near, "Start the practice")
    assert [title.value for title in near.title] == ["7b (practice)"]
    (told,) = [element.value for element in near.success]
    assert told.startswith("The practice has begun. This is its own class, “7b (practice)”")
    assert near.session_state["class_section"] == "board"
    settings(near)
    assert "40 simulated members have practised since" in words(near)
    assert "for 2 min once all have joined" in words(near)
    running = latest(store)
    assert running is not None
    assert running.is_running
    press(near, "Go to “7b”")
    assert [title.value for title in near.title] == ["7b"]
    press(near, "Go to “7b (practice)”")
    assert near.session_state["class_section"] == "board", "where they are seen at it"
    settings(near)
    press(near, "Go to “7b”")
    press(near, "End the practice")
    ended()
    said = settings(near)
    assert "The practice was ended early. 30 of 40 members had joined." in said
    assert "From pressing Train to the first trained step: usually 0.3 s, for the slowest 2.0 s." in said
    assert "The answer to a drawing: usually 0.3 s, for the slowest one in twenty 0.4 s." in said
    assert "The board behind" not in said
    assert "Nothing went wrong." in said
    assert "Deletes the class “7b (practice)” for good" in said
    near.button(key="practice_erase").click().run()
    assert not near.exception
    (told,) = [element.value for element in near.success]
    assert told == "The practice was removed, with all that its members made."
    assert [one.title for one in Classrooms(store).mine()] == ["7b"]
    assert near.button(key="practise_start")


def test_what_went_wrong_is_told_most_frequent_first(near: AppTest, store: Store, does: Does) -> None:
    errors = {"Draw is not *open* to members.": 2, "Train began no run.": 5}
    does(says(FIGURES | {"errors": errors}, first="pass"))
    started(near, store)
    settings(near)
    press(near, "Start the practice")
    ended()
    said = settings(near)
    assert "The practice is over. 30 of 30 members joined." in said
    at = said.index("7 things went wrong:")
    assert said.index("5 × Train began no run.") < said.index(r"2 × Draw is not \*open\* to members.")
    assert at < said.index("5 × Train")


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("import sys; print('Nothing answers.', file=sys.stderr); sys.exit(1)", "said: “Nothing answers.”"),
        ("import os; os.abort()", ""),
        ("print('no figures')", ""),
    ],
)
def test_a_program_that_measures_nothing_is_told(
    near: AppTest, store: Store, does: Does, script: str, told: str
) -> None:
    does(script)
    started(near, store)
    settings(near)
    press(near, "Start the practice")
    ended()
    said = settings(near)
    assert "The practice ended before it had measured anything." in said
    assert told in said
    assert ("Its program said" in said) is bool(told)
    press(near, "Start the practice")
    ended()
    assert len(Classrooms(store).mine()) == 2, "the earlier practice is removed"


def test_a_program_that_does_not_end_when_it_is_told_is_killed(
    near: AppTest, store: Store, does: Does, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(practising, "LEAVE_S", 0.2)
    does("import time; time.sleep(600)")
    started(near, store)
    settings(near)
    press(near, "Start the practice")
    settings(near)
    press(near, "End the practice")
    ended()
    assert "ended before it had measured anything" in settings(near)
    assert not [one for one in psutil.Process().children() if "time.sleep(600)" in one.cmdline()]


def test_it_ends_after_its_longest_time(
    near: AppTest, store: Store, does: Does, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(practising, "OVERTIME_S", -60.0)
    does(says(FIGURES | {"interrupted": True}))
    started(near, store)
    settings(near)
    near.number_input(key="practise_minutes").set_value(1)
    press(near, "Start the practice")
    ended()
    assert "The practice was ended early." in settings(near)


def test_a_second_start_is_refused_in_words(near: AppTest, store: Store) -> None:
    started(near, store)
    settings(near)
    assert store.leases.take(LEASE)
    press(near, "Start the practice")
    (told,) = [element.value for element in near.error]
    assert told.startswith("A practice goes on already, of this class or of another one.")
    store.leases.give_back(LEASE)
    assert len(Classrooms(store).mine()) == 1


def test_without_the_program_the_page_says_so(
    near: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert practising.is_there()
    monkeypatch.setattr(practising, "ROOT", tmp_path)
    started(near, store)
    assert "its folder “benchmarks” is missing" in settings(near)
    assert "Start the practice" not in [button.label for button in near.button]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "http://127.0.0.1:8501"),
        ({"server.baseUrlPath": "/lab/"}, "http://127.0.0.1:8501/lab"),
        ({"server.address": "0.0.0.0"}, "http://127.0.0.1:8501"),
        ({"server.address": "192.168.1.20", "server.port": 80}, "http://192.168.1.20:80"),
        ({"server.address": "::1", "server.sslCertFile": "cert.pem"}, "https://[::1]:8501"),
    ],
)
def test_the_program_goes_to_the_apps_own_address(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, object], expected: str
) -> None:
    given = {"server.port": 8501} | options
    monkeypatch.setattr(config, "get_option", given.get)
    assert practising.own_address() == expected
    practice = Practice("id", "7b", "ABCDEF", "of", 30, 5, 0.0, True, False, {}, "")
    called = practising.command(practice)
    assert called[:4] == [sys.executable, "-m", "benchmarks.practice", "ABCDEF"]
    assert called[called.index("--address") + 1] == expected


def test_the_program_has_neither_the_store_nor_a_proxy_in_its_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("INKLING_STORE", "HTTP_PROXY", "https_proxy", "PATH"):
        monkeypatch.setenv(name, "set")
    left = practising._environment()
    assert left["PATH"] == "set"
    assert not [name for name in left if name.startswith("INKLING_") or name.lower().endswith("_proxy")]
