"""Runs for an operator's browser: everybody's are listed and may be changed, for as long as it is one."""

from streamlit.testing.v1 import AppTest

from core.runs import Store
from core.runs.operators import dismiss_operators, make_operator
from pages.server import visitor
from tests.pages.conftest import ME
from tests.pages.finished_runs import shown
from tests.pages.runs.test_page import CONFIG, STORY


def names(app: AppTest) -> set[str]:
    return set(app.dataframe[0].value["name"])


def test_an_operator_has_everybodys_runs(app: AppTest, store: Store) -> None:
    store.add_finished_run(CONFIG, STORY, name="theirs", owner="somebody")
    store.add_finished_run(CONFIG, STORY, name="mine")
    assert "This browser is an operator's" not in shown(app, "runs")
    assert names(app) >= {"mine"}
    assert "theirs" not in names(app)
    make_operator(store.database, ME)
    visitor._operators.clear()
    assert "This browser is an operator's" in shown(app, "runs")
    assert names(app) >= {"mine", "theirs"}
    dismiss_operators(store.database)
    visitor._operators.clear()
    shown(app, "runs")
    assert "theirs" not in names(app)
