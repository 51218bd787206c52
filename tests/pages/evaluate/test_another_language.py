"""Evaluate in another language: every section of every kind of run, beside its rivals, and every damage."""

import pytest
from streamlit.testing.v1 import AppTest

from core.datasets import ImageData
from core.insight.corruptions import DAMAGES
from core.insight.published_results import figures_for
from core.runs import Store
from tests.pages.another_language import opened, outside
from tests.pages.runs_in_states import run_in

SECTIONS = (
    "Mistakes",
    "Classes",
    "Confidence",
    "How it breaks",
    "Published figures",
)  # as addresses name them


@pytest.mark.parametrize("model", ["softmax", "mlp", "cnn"])
def test_every_section(foreign: AppTest, store: Store, mnist: ImageData, model: str) -> None:
    run_id = run_in(store, "finished", mnist, model=model)
    cited = [text for figure in figures_for("mnist", model) for text in (figure.source, figure.cited)]
    opened(foreign, "evaluate", run_id)
    for section in SECTIONS:
        foreign.session_state["evaluate_section"] = section
        foreign.run()
        assert outside(foreign, store.get(run_id).name, *cited) == [], section


def test_a_run_that_trains(foreign: AppTest, store: Store, mnist: ImageData) -> None:
    opened(foreign, "evaluate", run_in(store, "running", mnist))
    assert outside(foreign) == []


def test_every_damage(foreign: AppTest, store: Store, mnist: ImageData) -> None:
    run_id = run_in(store, "finished", mnist)
    foreign.session_state["evaluate_section"] = "How it breaks"
    opened(foreign, "evaluate", run_id)
    for damage in DAMAGES:
        foreign.session_state["damage"] = damage
        foreign.run()
        assert outside(foreign, store.get(run_id).name) == [], damage
