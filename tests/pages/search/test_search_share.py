"""A visitor's share of searches, as they meet it: a sentence, and the search stays as it was."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.access.rules import Actor, Role
from core.config.run_config import RunConfig
from core.runs import Store
from core.search import Dimension, Searches, SearchPlan
from tests.pages.another_language import opened
from tests.pages.conftest import ME

PLAN = SearchPlan(
    RunConfig(train_size=300, validation_size=100, epochs=1, eval_every=0),
    (Dimension("batch_size", ("50", "100")),),
)


@pytest.fixture
def bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INKLING_SEARCHES_PER_OWNER", "1")


def another(app: AppTest, mine: Searches) -> None:  # noqa: ARG001
    opened(app, "search")
    app.button(key="start_search").click().run()


def resumed(app: AppTest, mine: Searches) -> None:
    stopped = mine.newest()[-1].id
    opened(app, "search", search=stopped)
    next(button for button in app.button if button.label == "Resume").click().run()
    assert mine.get(stopped).state == "stopped"


@pytest.mark.usefixtures("bound", "mnist")
@pytest.mark.parametrize("press", [another, resumed])
def test_one_more_is_refused_in_words(
    app: AppTest, store: Store, press: Callable[[AppTest, Searches], None]
) -> None:
    mine = Searches(store.acting_as(Actor(Role.VISITOR, ME)))
    stopped = mine.create(PLAN)
    mine.stop(stopped)
    Searches(store).settle(stopped, "stopped")
    mine.create(PLAN)
    press(app, mine)
    assert not app.exception
    assert "You already have 1 search under way" in " ".join(error.value for error in app.error)
    assert len(mine.newest()) == 2
