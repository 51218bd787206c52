"""Data in another language: every section, with a run in view and without, and what takes a while."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.access.rules import Actor, Role
from core.datasets import ImageData
from core.runs import Store
from core.runs.dataset_rights import LINK
from core.runs.operators import make_operator
from core.runs.own_datasets import OwnDatasets
from pages.server import visitor
from tests.pages.another_language import opened, outside
from tests.pages.conftest import ME
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


@pytest.fixture
def no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the pages use a data folder where no other test has put a dataset."""
    monkeypatch.setenv("INKLING_DATA", str(tmp_path / "data"))


@pytest.mark.parametrize("is_operator", [True, False])
@pytest.mark.usefixtures("no_others", "store", "foreign")  # in this order
def test_ones_own_datasets(foreign: AppTest, store: Store, is_operator: bool) -> None:
    own = OwnDatasets(store.acting_as(Actor(Role.VISITOR, ME)))
    foreign.session_state["visitor"] = ME
    names = [own.create(title, ("aa", "bb"), (1, 28, 28)).name for title in ("Xa", "Xb", "Xc")]
    own.add_images(names[0], np.zeros((4, 1, 28, 28), np.uint8), [0, 0, 1, 1])
    own.share(names[0], LINK)
    own.delete(names[2])
    everybodys = [
        *OwnDatasets(store).managed(),
        *OwnDatasets(store).binned(),
    ]  # other tests' too, which an operator sees
    given = [name for dataset in everybodys for name in (dataset.name, dataset.spec.title)]
    if is_operator:
        make_operator(store.database, ME)
        visitor._operators.clear()
    foreign.session_state["data_section"] = "Mine"
    foreign.session_state[f"delete_{names[0]}"] = True
    opened(foreign, "data")
    assert outside(foreign, *given) == []
    for name in names[:2]:
        foreign.button(key=f"share_{name}").click().run()
        assert outside(foreign, *given) == []
    foreign.button(key="erase_mine").click().run()
    assert outside(foreign, *given) == []
    foreign.button(key="erase_now").click().run()
    assert outside(foreign, *given) == []


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
