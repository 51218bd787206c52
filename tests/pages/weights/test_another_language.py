"""Weights in another language: every section of every kind of run, and every tool of the editor."""

import pytest
from streamlit.testing.v1 import AppTest

from core.datasets import ImageData
from core.runs import Store
from pages.weights.weight_tools import TOOLS
from tests.pages.another_language import opened, outside
from tests.pages.runs_in_states import run_in

SECTIONS = {
    "softmax": ("time", "two_classes", "arithmetic", "step", "edit"),
    "mlp": ("time", "hidden_units", "step"),
    "cnn": ("time", "feature_maps", "step"),
}


@pytest.mark.parametrize("state", ["finished", "running", "paused"])
@pytest.mark.parametrize("model", SECTIONS)
def test_every_section(foreign: AppTest, store: Store, mnist: ImageData, model: str, state: str) -> None:
    run_id = run_in(store, state, mnist, model=model)
    opened(foreign, "weights", run_id)
    for section in SECTIONS[model]:
        foreign.session_state[f"weights_section_{model}"] = section
        foreign.run()
        assert outside(foreign, store.get(run_id).name) == [], section


def test_every_tool_of_the_editor(foreign: AppTest, store: Store, mnist: ImageData) -> None:
    run_id = run_in(store, "finished", mnist)
    foreign.session_state["weights_section_softmax"] = "edit"
    opened(foreign, "weights", run_id)
    for tool in TOOLS:
        foreign.selectbox(key="tool").set_value(tool).run()
        assert outside(foreign, store.get(run_id).name) == [], tool
