"""Search in another language: the form and its refusals, and a search in every state with its figures."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.protocol.events import Evaluated
from core.runs import Store
from core.search import SEARCHABLE, Dimension, Searches, SearchPlan
from core.search.optuna_study import study_of, suggested
from pages.search.results import STATES
from pages.server import visitor
from tests.pages.another_language import opened, outside
from tests.pages.finished_runs import recorded_events
from tests.pages.runs_in_states import run_in

BASE = RunConfig(train_size=300, validation_size=100, epochs=1, eval_every=0)
CODES = [code for values in SEARCHABLE.values() for code in values if isinstance(code, str)]


def test_the_form_for_every_setting(foreign: AppTest, store: Store, mnist: ImageData) -> None:
    run_id = run_in(store, "finished", mnist)
    opened(foreign, "search", run_id)
    for start in range(0, len(SEARCHABLE), 5):
        fields = list(SEARCHABLE)[start : start + 5]
        foreign.multiselect(key="search_fields").set_value(fields).run()
        assert outside(foreign, store.get(run_id).name, *CODES) == [], fields


MANY = ";".join(map(str, range(1, 100)))


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("low_learning_rate", "2"),
        ("low_learning_rate", "?"),
        ("values_batch_size", "?"),
        ("values_batch_size", ""),
        ("values_batch_size", MANY),
    ],
)
def test_what_cannot_be_searched(foreign: AppTest, key: str, text: str) -> None:
    opened(foreign, "search")
    foreign.multiselect(key="search_fields").set_value([key.partition("_")[2]]).run()
    foreign.text_input(key=f"search_{key}").set_value(text).run()
    if not foreign.error:
        foreign.button(key="start_search").click().run()
    assert foreign.error
    assert outside(foreign) == []


@pytest.mark.parametrize(
    "state", [pytest.param(each, marks=[pytest.mark.long] if each == "stopping" else []) for each in STATES]
)
def test_a_search_in_every_state(
    foreign: AppTest, store: Store, mnist: ImageData, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitor, "visitor", lambda: "me")
    dimensions = (Dimension("batch_size", ("50", "100")), Dimension("learning_rate", (), 0.01, 1.0))
    plan = SearchPlan(BASE, dimensions)
    searches = Searches(store)
    search_id = searches.create(plan, owner="me", name="X1")
    opened(foreign, "search", search=search_id)
    assert outside(foreign) == []
    study = study_of(searches.get(search_id), store.url)
    for number in range(4):
        trial = study.ask()
        config = plan.config(suggested(trial, plan))
        said = recorded_events(mnist, BASE)
        judged = [replace(e, accuracy=0.1 + number / 10) if isinstance(e, Evaluated) else e for e in said]
        store.add_finished_run(config, judged, name=f"Trial {number + 1} · X1", group_id=search_id)
        study.tell(trial, 0.1 + number / 10)
    run_of_the_group = store.create(BASE, group_id=search_id, name="Trial 5 · X1")
    if state == "stopping":
        searches.stop(search_id)
    elif state != "running":
        searches.settle(search_id, state, "⟦…⟧" if state == "stopped" else "")
    assert store.get(run_of_the_group).status == "queued"
    foreign.run()
    assert "inkling_figure" in {part.proto.component_name for part in foreign.get("bidi_component")}
    assert outside(foreign, "Trial") == []
    for figure in ("plot_parallel_coordinate", "plot_param_importances", "plot_contour"):
        foreign.session_state["search_figure"] = figure
        foreign.run()
        assert outside(foreign, "Trial") == [], figure
    del foreign.query_params["search"]
    foreign.run()
    assert outside(foreign, "Trial") == []


def test_a_search_that_is_not_there(foreign: AppTest) -> None:
    opened(foreign, "search", search="X9")
    assert foreign.warning
    assert outside(foreign) == []
