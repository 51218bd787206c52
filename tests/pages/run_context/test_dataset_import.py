"""The import of images on Data: looked at before anything is made, asked where it is ambiguous, one at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.access.rules import Actor, Role
from core.dataset_import.understanding import Wanted
from core.datasets import load
from core.runs import Store
from core.runs.own_datasets import OwnDatasets
from pages.run_context.dataset_import import KEY, _Import
from tests.import_cases import TABLE, Case
from tests.imports import CASES
from tests.pages.conftest import ME
from tests.pages.finished_runs import shown, words
from tests.polling import until
from tests.zips import quick_zip

LONG = pytest.mark.long  # those that ask nothing: tests/core/cli/test_dataset_import.py brings every one


def brought(app: AppTest, name: str, content: bytes) -> AppTest:
    """Choose a file on Data, under Mine; return the page once it has been read."""
    app.session_state["data_section"] = "Mine"
    shown(app, "data")
    (uploader,) = (found for found in app.file_uploader if str(found.key).startswith("import_files"))
    uploader.upload(name, content, "application/zip").run()
    return read(app)


def read(app: AppTest) -> AppTest:
    until(lambda: "import_cancel" not in keys(app.run()), "the files to be read")
    assert not app.exception
    return app


def keys(app: AppTest) -> list[str]:
    return [button.key for button in app.button]


def mine(store: Store) -> list[str]:
    return [own.name for own in OwnDatasets(store.acting_as(Actor(Role.VISITOR, ME))).managed()]


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.file, marks=[] if case.asked or case is TABLE[0] else LONG)
        for case in TABLE
    ],
)
def test_what_is_brought_is_shown_and_becomes_what_it_must(case: Case, app: AppTest, store: Store) -> None:
    brought(app, f"{case.file}.zip", (CASES / f"{case.file}.zip").read_bytes())
    if case.asked:
        assert case.asked in words(app).replace("\\", "")
        answer(app, case)
    for sentence in case.said:
        assert sentence in words(app).replace("\\", "")
    assert mine(store) == []
    table = app.dataframe[0].value
    assert list(table["Class"]) == list(case.classes)
    assert list(table["Test images"]) == list(case.counts[2])
    app.button(key="import_keep").click().run()
    assert not app.exception
    assert f"“{case.file}” was made." in app.success[0].value.replace("\\", "")
    (name,) = mine(store)
    data = load(name)
    assert data.spec.class_names == case.classes
    sizes = (len(data.train_labels), len(data.validation_labels), len(data.test_labels))
    assert sizes == tuple(sum(counts) for counts in case.counts)


def answer(app: AppTest, case: Case) -> None:
    """Say what is meant, as a visitor does."""
    if case.answers.classes_at:
        app.radio(key="import_level_1").set_value(case.answers.classes_at).run()
    for folder, split in case.answers.splits.items():
        assert app.button(key="import_keep").disabled
        label = f"Images in “{folder}”"
        next(group for group in app.button_group if group.label == label).set_value(split).run()
    read(app)


def test_it_is_made_once_under_the_name_given_and_listed(app: AppTest) -> None:
    brought(app, "leaves.zip", quick_zip(4))
    (title,) = (field for field in app.text_input if field.key and field.key.startswith("import_title"))
    assert title.value == "leaves"
    title.set_value("  ").run()
    app.button(key="import_keep").click().run()
    assert "The title must have 1 to 80 characters" in words(app)
    title.set_value("Leaves of *trees*").run()
    app.button(key="import_keep").click().run()
    assert [subheader.value for subheader in app.subheader] == [r"Leaves of \*trees\*"]
    assert "import_keep" not in keys(app)


def test_what_is_discarded_leaves_nothing_and_the_next_file_is_read(app: AppTest, store: Store) -> None:
    brought(app, "first.zip", quick_zip(4))
    app.button(key="import_discard").click().run()
    assert "import_keep" not in keys(app)
    brought(app, "second.zip", quick_zip(6))
    app.button(key="import_keep").click().run()
    assert [subheader.value for subheader in app.subheader] == ["second"]
    assert len(mine(store)) == 1


def test_what_is_answered_and_created_at_once_is_made_as_it_was_answered(app: AppTest, store: Store) -> None:
    brought(app, "subfolders.zip", (CASES / "subfolders.zip").read_bytes())
    app.radio(key="import_level_1").set_value(2)
    app.button(key="import_keep").click().run()
    read(app)
    assert mine(store) == []
    app.button(key="import_keep").click().run()
    assert load(mine(store)[0]).spec.class_names == ("indoor", "outdoor")


def test_what_is_discarded_and_created_at_once_is_not_made(app: AppTest, store: Store) -> None:
    brought(app, "first.zip", quick_zip(4))
    made = app.session_state[KEY].result.result()
    app.button(key="import_keep").click()
    app.button(key="import_discard").click().run()
    assert not app.exception
    assert mine(store) == []
    assert made.size == 0


def test_what_waited_for_too_long_is_read_again(app: AppTest, store: Store) -> None:
    brought(app, "first.zip", quick_zip(4))
    app.session_state[KEY].result.result().discard()  # as the sweep does
    app.run()
    assert "What was read has waited for too long" in words(app)
    app.button(key="import_again").click().run()
    read(app).button(key="import_keep").click().run()
    assert len(mine(store)) == 1


def test_what_was_prepared_goes_with_its_file_and_with_the_page(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = quick_zip(8)
    monkeypatch.setenv("INKLING_DATASET_MB_PER_OWNER", "0.01")  # room for one, and not for two
    st.cache_resource.clear()
    for _time in range(3):  # again and again the same share
        brought(app, "first.zip", content)
        assert "import_keep" in keys(app)
        app.button(key="import_discard").click().run()
    brought(app, "first.zip", content)
    shown(app, "runs")
    brought(app, "first.zip", content)
    assert "import_keep" in keys(app)


def test_what_cannot_be_read_is_said_with_what_can(app: AppTest, store: Store) -> None:
    brought(app, "notes.txt", b"nothing")
    assert (
        "“notes.txt” is not an image, nor a file of images that is known here. What can be read: a ZIP"
        in words(app).replace("\\", "")
    )
    assert mine(store) == []


@dataclass
class Reader:
    """Takes the place of what reads the files: notes their titles in order, and reads until it is told to end."""

    begun: list[str] = field(default_factory=list)
    may_end: Event = field(default_factory=Event)

    def prepare_import(self, _brought: object, wanted: Wanted, **_told: Any) -> str:
        self.begun.append(wanted.title)
        assert self.may_end.wait(120)
        return wanted.title


@pytest.fixture
def files() -> Iterator[Reader]:
    made = Reader()
    yield made
    made.may_end.set()


def begun(files: Reader, whose: str, title: str) -> _Import:
    made = _Import(("file",), Wanted(title), is_there=lambda: True)
    made.begin(whose, files, [])  # type: ignore[arg-type]
    return made


def test_who_brings_many_has_one_read_at_a_time_and_others_come_between(files: Reader) -> None:
    ones = [begun(files, "ada", "hers 0")]
    until(lambda: files.begun == ["hers 0"], "the first")
    ones += [begun(files, "ada", f"hers {number}") for number in range(1, 6)]
    until(lambda: all(one.waits for one in ones[1:]), "the others to wait")
    theirs = begun(files, "bob", "his")
    until(lambda: files.begun == ["hers 0", "his"], "his turn")
    files.may_end.set()
    assert theirs.result.result(120) == "his"
    assert {one.result.result(120) for one in ones} == {f"hers {number}" for number in range(6)}


def test_one_that_waits_can_be_cancelled(files: Reader) -> None:
    begun(files, "ada", "first")
    until(lambda: files.begun == ["first"], "the first")
    second = begun(files, "ada", "second")
    until(lambda: second.waits, "the second to wait")
    second.is_cancelled.set()
    until(second.result.done, "its end")
    assert files.begun == ["first"]
