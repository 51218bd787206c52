"""Data in another language: every section, with a run in view and without, and what takes a while."""

import pytest
from streamlit.testing.v1 import AppTest

from core.datasets import ImageData
from core.runs import Store
from tests.pages.another_language import opened, outside
from tests.pages.runs_in_states import run_in

SECTIONS = (
    "Gallery",
    "Classes",
    "Pixels",
    "Map",
    "Typical and unusual",
    "Duplicates and doubts",
)  # as addresses name them


@pytest.mark.parametrize("with_run", [True, False])
def test_every_section(foreign: AppTest, store: Store, mnist: ImageData, with_run: bool) -> None:
    run_id = run_in(store, "finished", mnist, validation_size=100, scaling="standardised")
    name = store.get(run_id).name
    opened(foreign, "data", run_id if with_run else "")
    for section in SECTIONS:
        foreign.session_state["data_section"] = section
        foreign.run()
        assert outside(foreign, name) == [], section


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [("Map", "map_method", "tsne"), ("Duplicates and doubts", "doubt_split", "train")],
)
@pytest.mark.parametrize("problem", ["", "SIGKILL"])
def test_what_is_computed_once(foreign: AppTest, section: str, key: str, value: str, problem: str) -> None:
    foreign.session_state["data_section"], foreign.session_state[key] = section, value
    foreign.session_state["embedding_problem"] = problem
    opened(foreign, "data")
    assert outside(foreign, problem or "-") == []
