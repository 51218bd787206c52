"""Names, notes and tags of runs on pages: what cannot be shown is refused in words, and breaks none where it is."""

import json

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.i18n.literal_text import markdown_text
from core.runs import Store
from core.runs.schema import RUNS
from pages.runs import edit
from pages.server import visitor
from tests.pages.finished_runs import shown
from tests.pages.runs.test_page import CONFIG, STORY


def test_a_row_that_an_earlier_version_let_in_breaks_no_page(app: AppTest, store: Store) -> None:
    run_id = store.add_finished_run(CONFIG, STORY)
    with store.database.write() as connection:
        values = {"name": "a\x1b[31m\u202eb", "note": "c\x07", "tags": json.dumps(["\ud83d"])}
        connection.execute(RUNS.update().where(RUNS.c.id == run_id).values(**values))
    shown(app, "runs", run_id)
    row = app.dataframe[0].value.set_index("name").loc["a\\x1b[31m\\u202eb"]
    assert list(row["tags"]) == ["\\ud83d"]
    assert any(
        option.startswith("a\\x1b[31m\\u202eb") for option in app.selectbox(key="run_choice_0").options
    )
    for page in ("train", "search"):
        shown(app, page, run_id)


@pytest.mark.parametrize("field", ["name", "note", "tags"])
def test_a_change_to_what_cannot_be_shown_is_refused_on_the_page(
    field: str, app: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = store.add_finished_run(CONFIG, STORY, name="before", owner="me")
    monkeypatch.setattr(visitor, "visitor", lambda: "me")
    values = {"name": "*after*", "note": "", "tags": "", "pin": False, field: "x\u202ey"}
    monkeypatch.setattr(
        st, "session_state", State({f"{key}_{run_id}": value for key, value in values.items()})
    )
    edit._save(run_id)
    told = st.session_state.trouble
    monkeypatch.undo()
    assert "has a character that cannot be shown, \\u202e, in “x\\u202ey”" in told
    app.session_state["trouble"] = told
    app.run()
    assert [error.value for error in app.error] == [markdown_text(told)]
    assert store.get(run_id).name == ("before" if field == "name" else "*after*")


class State(dict):
    """A visitor's state, read and written as Streamlit's."""

    def __setattr__(self, name: str, value: object) -> None:
        self[name] = value

    def __getattr__(self, name: str) -> object:
        return self[name]


@pytest.mark.parametrize("name", ["**bold**", "<b>x</b> :smile: $x$", "![m](http://host.invalid/x.png)"])
def test_a_name_stands_in_sentences_letter_by_letter(app: AppTest, store: Store, name: str) -> None:
    ids = [
        store.add_finished_run(CONFIG, STORY, name=name),
        store.add_finished_run(CONFIG, STORY, name="other"),
    ]
    shown(app, "runs", compare=",".join(ids))
    (table,) = [table.value for table in app.table if "Test accuracy" in table.value]
    assert list(table.index) == [markdown_text(name), "other"]
