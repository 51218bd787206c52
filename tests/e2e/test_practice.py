"""A practice lesson on a running app: members who are programs, and no way in but the app's addresses."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.access.rules import OPERATOR
from core.classroom.board import Boards
from core.classroom.classroom_table import Classroom
from core.classroom.classrooms import Classrooms
from core.classroom.lead import Lead
from core.config.run_config import RunConfig
from core.runs import Store
from core.runs.class_rules import ClassRules
from tests.browser import App
from tests.polling import until

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).resolve().parents[2]
SHORT = RunConfig(train_size=1000, batch_size=50, epochs=1)
QUICK = ("--students", "3", "--join-within", "1", "--train-within", "1", "--json")
# Runs the program where nothing can be imported of what opens the store, now or later.
BLOCKED = """
import runpy, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs the tests may have it be ignored
class Shut:
    def find_spec(self, name, path=None, target=None):
        if any(f"{name}.".startswith(f"{shut}.") for shut in ("core.runs", "core.jobs", "core.classroom")):
            raise ImportError(f"{name} is a way into the server")
sys.meta_path.insert(0, Shut())
sys.argv = ["practice", *sys.argv[1:]]
runpy.run_module("benchmarks.practice", run_name="__main__")
"""


@pytest.fixture
def classroom(store: Store) -> Classroom:
    """Return a class with a lesson of a few steps."""
    by_command = store.acting_as(OPERATOR)
    started, _key = Classrooms(by_command).start("The evening before")
    rules = ClassRules(lesson=SHORT, open_settings=("learning_rate", "model"), models=("softmax", "mlp"))
    Lead(by_command).set_rules(started.id, rules)
    return started


@contextmanager
def practising(app: App, code: str, *more: str) -> Iterator[subprocess.Popen[str]]:
    """Give the program as it runs, without the app's store in its environment."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INKLING_")}
    command = [sys.executable, "-c", BLOCKED, code, "--address", app.url, *QUICK, *more]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **pipes)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.usefixtures("trains")
def test_members_join_train_draw_and_look_by_the_apps_addresses_alone(
    app: App, store: Store, classroom: Classroom
) -> None:
    with practising(app, classroom.code) as process:
        printed, said = process.communicate(timeout=300)
    assert process.returncode == 0, (printed, said)
    told = json.loads(printed)
    assert told["errors"] == {}
    measured = {name: figure["measured"] for name, figure in told["figures"].items()}
    assert measured["joined, s"] == measured["first trained step on its own screen, s"] == 3
    assert measured["answer to a drawing, ms"] == 3
    assert measured["board behind a run's own page, ms"] >= 3
    assert measured["bystander's page, ms"] >= 1
    assert set(told["memory_mb"]) == {"before", "after"}
    assert classroom.title in said

    entries = Boards(store.acting_as(OPERATOR)).entries(classroom.id)
    runs = [entry.run for entry in entries if entry.run]
    assert len({entry.member.nickname for entry in entries} - {""}) == len(runs) == 3
    assert {(run.status, run.step, run.owner) for run in runs} == {
        ("finished", 20, entry.member.id) for entry in entries
    }
    assert sorted((run.config.model, run.config.learning_rate) for run in runs) == [
        ("mlp", SHORT.learning_rate),
        ("softmax", 0.05),
        ("softmax", SHORT.learning_rate),
    ]
    assert {run.config.train_size for run in runs} == {1000}


@pytest.mark.usefixtures("trains")
def test_members_go_where_they_are_sent_until_ctrl_c(app: App, store: Store, classroom: Classroom) -> None:
    by_command, came = store.acting_as(OPERATOR), set[str]()

    def all_came() -> bool:
        entries = Boards(by_command).entries(classroom.id)
        came.update(entry.member.id for entry in entries if not entry.is_elsewhere)
        return len(came) == 3

    def all_trained() -> bool:
        entries = Boards(by_command).entries(classroom.id)
        return sum(bool(entry.run and entry.run.has_ended) for entry in entries) == 3

    with practising(app, classroom.code, "--minutes", "30") as process:
        until(all_trained, "the members' first runs")
        Lead(by_command).push(classroom.id, "search")
        until(all_came, lambda: f"all members on the page that the class was sent to; {came} came")
        process.send_signal(signal.SIGINT)
        printed, said = process.communicate(timeout=120)
    assert process.returncode == 130, (printed, said)
    told = json.loads(printed)
    assert told["interrupted"]
    assert told["errors"] == {}
    assert 1 <= told["pushes"] <= 3, "the app knows that somebody came before they say so themselves"
    assert "Ended by Ctrl+C" in said


@pytest.mark.usefixtures("trains")
def test_a_setting_that_the_class_forbids_is_told_in_the_pages_own_words(
    app: App, store: Store, classroom: Classroom
) -> None:
    """So that the teacher meets it the evening before: here, the form's usual run is longer than the rule."""
    Lead(store.acting_as(OPERATOR)).set_rules(classroom.id, ClassRules(max_epochs=2))
    with practising(app, classroom.code) as process:
        printed, said = process.communicate(timeout=300)
    assert process.returncode == 1, (printed, said)
    (refused,) = [error for error in json.loads(printed)["errors"] if error.startswith("Train began no run.")]
    assert "In this class, a run has at most 2 epochs" in refused


def ended(app: App, code: str, *more: str) -> tuple[int, str]:
    with practising(app, code, *more) as process:
        printed, said = process.communicate(timeout=120)
    assert printed == ""
    return process.returncode, said.strip()


def test_what_cannot_be_practised_is_said_in_a_sentence(app: App, store: Store, classroom: Classroom) -> None:
    code, said = ended(app, "ZZZZZZ")
    assert code == 2
    assert said.startswith("There is no class with the code “ZZZZZZ”.")
    assert "python -m core classroom list" in said

    Classrooms(store.acting_as(OPERATOR)).change(classroom.id, is_open=False)
    code, said = ended(app, classroom.code)
    assert (code, said.startswith("The class “The evening before” takes nobody new.")) == (1, True), said

    with socket.socket() as bound:  # nobody listens there
        bound.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{bound.getsockname()[1]}"
        code, said = ended(app, classroom.code, "--address", nowhere)
    assert (code, said.startswith(f"Nothing answers at {nowhere}. Start the app")) == (1, True), said

    code, said = ended(app, classroom.code, "--address", "localhost")
    assert (code, "--address is like http://" in said) == (2, True), said
    assert Boards(store.acting_as(OPERATOR)).entries(classroom.id) == []
