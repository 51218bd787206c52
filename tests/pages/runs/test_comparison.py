"""What is compared is comparable, and what there is room for on a phone is the result."""

import dataclasses

from streamlit.testing.v1 import AppTest

from core.config.run_config import RunConfig
from core.protocol.events import Evaluated, Finished, Started
from core.runs import Store
from pages.runs import runs_table
from tests.pages.runs.test_page import shown

PHONE_PX = 364  # of content in a window of 390
SELECT_PX = 34  # of the column with the boxes


def with_accuracy(store: Store, config: RunConfig, accuracy: float) -> str:
    story = [
        Started(0, 10, 10, 1000, "test", 10_000, 7850, "closed-form", 1),
        Evaluated(10, "test", 0.3, accuracy),
        Finished(10, "finished", 1.0),
    ]
    return store.add_finished_run(config, story)


def behind(app: AppTest) -> list[str]:
    return next(list(t.value["Behind the best"]) for t in app.table if "Behind the best" in t.value)


def test_a_run_is_behind_the_best_of_its_own_dataset_only(app: AppTest, store: Store) -> None:
    digits, garments = RunConfig(), RunConfig(dataset="fashion_mnist")
    ids = [
        with_accuracy(store, digits, 0.92),
        with_accuracy(store, dataclasses.replace(digits, seed=1), 0.9),
        with_accuracy(store, garments, 0.84),
    ]
    text = shown(app, "runs/page.py", compare=",".join(ids))
    assert behind(app) == ["best", "2.00 points", "–"]
    assert "Only runs on the same dataset are compared" in text
    text = shown(app, "runs/page.py", compare=",".join(ids[:2]))
    assert behind(app) == ["best", "2.00 points"]
    assert "Only runs on the same dataset" not in text


def test_a_phone_has_room_for_a_run_s_name_and_results() -> None:
    first = runs_table._ORDER[:3]
    assert set(first) == {"name", "test", "best"}
    columns = runs_table._columns()
    assert SELECT_PX + sum(columns[name]["width"] for name in first) <= PHONE_PX
    assert set(runs_table._ORDER) == set(columns), "no column is lost"
