"""A search's marks: one for how it stands, one for what its trials have come to; nothing else changes them."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from core.config.run_config import RunConfig
from core.live.run_news import GONE
from core.live.search_news import search_moment, state_mark, trials, trials_mark
from core.protocol.events import Evaluated
from core.runs import Store
from core.search import Dimension, Searches, SearchPlan
from tests.core.runs.conftest import started, steps


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'inkling.db'}")
    yield opened
    opened.close()


def test_marks_change_with_the_state_and_with_the_trials(store: Store) -> None:
    searches = Searches(store)
    plan = SearchPlan(RunConfig(epochs=1), (Dimension("batch_size", ("50", "100")),), sampler="grid")
    search_id = searches.create(plan)

    def marks() -> Mapping[str, str]:
        return search_moment(search_id, store).marks

    page_mark, trials_before = state_mark(searches.get(search_id)), trials_mark([])
    assert marks() == {"page": page_mark, "trials": trials_before}

    run_id = store.create(RunConfig(epochs=1), group_id=search_id)
    seen = [trials_before, marks()["trials"]]
    attempt = store.claim(run_id)
    assert attempt is not None
    store.append(run_id, attempt, [started(total_steps=1000)])
    seen.append(marks()["trials"])
    store.append(run_id, attempt, [steps(1, 50)])
    assert marks()["trials"] == seen[-1], "half of a tenth is no news"
    store.append(run_id, attempt, [steps(51, 150)])
    seen.append(marks()["trials"])
    store.append(run_id, attempt, [Evaluated(150, "test", 0.5, 0.9, np.zeros(20, np.int64))])
    seen.append(marks()["trials"])
    assert len({*seen}) == 5
    assert marks() == {"page": page_mark, "trials": trials_mark(trials(store, search_id))}

    searches.stop(search_id)
    assert marks()["page"] == state_mark(searches.get(search_id)) != page_mark
    assert marks()["trials"] == seen[-1]
    assert search_moment("nowhere", store).marks == {"page": GONE}
