"""An ended class leaves no trace: the store, its log and all files beside it are searched for what members gave."""

import logging
from pathlib import Path

import numpy as np
import pytest

from core.classroom.classrooms import Classrooms
from core.classroom.ending import Ending
from core.classroom.lead import Lead
from core.classroom.members import Members
from core.config.run_config import RunConfig
from core.protocol.events import Finished
from core.runs import Store, compaction
from core.runs.backup import backup
from core.runs.errors import StoreBusy
from core.runs.own_datasets import OwnDatasets
from tests.core.classroom.conftest import School, member, teacher, visitor
from tests.core.runs.conftest import started, steps, weights

WORDS = ("Zacharias", "Quetzalcoatl", "my Xylophone run", "Wolpertinger", "Rumpelstilzchen")
DIGITS = tuple("0123456789")


def lesson(store: Store, school: School) -> None:
    """Have two members join, make and write things, some of them deleted and changed since."""
    members = Members(visitor(store, "a phone"))
    zacharias = members.join(school.classroom.code, "Zacharias")
    his = member(store, zacharias)
    for number in range(20):  # pages come and go
        run_id = his.add_finished_run(
            RunConfig(), [started(), steps(1, 3), weights(3), Finished(3, "finished", 1.0)]
        )
        his.rename(run_id, f"my Xylophone run {number}")
        his.note(run_id, "Quetzalcoatl " * 200)
        his.tag(run_id, ["Wolpertinger"])
        if number % 2:
            his.delete(run_id)
    live = his.create(RunConfig(), name="my Xylophone run that goes on")
    assert store.claim(live)
    own = OwnDatasets(his)
    dataset = own.create("Rumpelstilzchen", DIGITS, (1, 28, 28)).name
    own.add_images(dataset, np.zeros((20, 1, 28, 28), np.uint8), [*range(10)] * 2)
    lead = Lead(teacher(store, school.classroom))
    lead.say(school.classroom.id, "Zacharias, look here")
    members.rejoin(school.classroom.code, "Zacharias", zacharias.key)
    Members(teacher(store, school.classroom)).remove(school.classroom.id, zacharias.member.id)
    Members(visitor(store, "a phone")).join(school.classroom.code, "Quetzalcoatl")


def traces(folder: Path) -> set[tuple[str, str]]:
    """Return (file, word) wherever one of the words is in a file of the folder, or in its name."""
    return {
        (file.name, word)
        for file in folder.rglob("*")
        for word in WORDS
        if file.is_file() and (word.encode() in file.read_bytes() or word in file.name)
    }


@pytest.mark.parametrize("keeps_runs", [False, True])
def test_nothing_that_members_gave_is_left_in_any_file(
    store: Store, school: School, tmp_path: Path, caplog: pytest.LogCaptureFixture, *, keeps_runs: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    lesson(store, school)
    assert {word for _file, word in traces(tmp_path)} == {*WORDS}
    ending = Ending(teacher(store, school.classroom))
    ending.end(school.classroom.id, keeps_runs=keeps_runs)
    assert traces(tmp_path) == set()
    assert len(store.list(limit=100)) == (10 if keeps_runs else 0)
    backup(store, tmp_path / "all.zip")
    assert traces(tmp_path) == set()
    assert not [word for word in WORDS if word in caplog.text]
    assert Classrooms(store).get(school.other.id).title == "8c"
    assert [one.nickname for one in Members(store).all(school.other.id)] == ["Bob"], (
        "another class is as it was"
    )


def test_the_upkeep_sees_to_it_where_the_store_was_read_meanwhile(
    store: Store, school: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson(store, school)
    with monkeypatch.context() as patched:
        patched.setattr(store.database, "compact", lambda: (_ for _ in ()).throw(StoreBusy("read", "later")))
        Ending(teacher(store, school.classroom)).end(school.classroom.id, keeps_runs=False)
    assert traces(tmp_path) != set()
    Ending(store).end_old()
    assert traces(tmp_path) == set()
    assert not compaction.compact_if_asked(store.database), "once is enough"
