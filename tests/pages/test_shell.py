"""What surrounds every page (pages/shell.py)."""

import pytest
from streamlit.runtime.fragment import MemoryFragmentStorage
from streamlit.testing.v1 import AppTest

from core.config.run_config import RunConfig
from core.runs import Store
from core.search import Dimension, Searches, SearchPlan


@pytest.mark.parametrize("page", ["search", "runs"])
def test_a_drawing_forgets_the_fragments_of_the_one_before_even_on_a_page_that_stops_early(
    app: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    kept: list[frozenset[str] | None] = []
    monkeypatch.setattr(
        MemoryFragmentStorage, "clear", lambda _self, new_fragment_ids=None: kept.append(new_fragment_ids)
    )
    app.run()
    run_id = store.create(RunConfig())
    plan = SearchPlan(RunConfig(), (Dimension("batch_size", ("50", "100")),), sampler="grid")
    app.query_params |= {
        "run": run_id,
        "search": Searches(store).create(plan),
        "compare": f"{run_id},softmax-mnist",
    }
    kept.clear()
    app.switch_page(f"{page}/page.py").run()
    assert not app.exception
    assert len(kept) == 1
    assert kept[0], "the page's own"
