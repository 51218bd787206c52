"""The picker of the selected run: what it says of each run."""

import time

import pytest

from core.config.run_config import RunConfig
from core.i18n.number_format import percent
from core.runs import Store
from pages.run_context import selected_run


@pytest.mark.parametrize(
    ("age_s", "said"),
    [(5, "just now"), (80, "just now"), (100, "2 min ago"), (7_300, "2 h ago"), (200_000, "2 d ago")],
)
def test_a_run_is_told_by_its_name_and_its_age_in_one_unit(
    store: Store, monkeypatch: pytest.MonkeyPatch, age_s: float, said: str
) -> None:
    row = store.get(store.create(RunConfig(), name="Ada's"))
    monkeypatch.setattr(time, "time", lambda: row.created_at + age_s)
    assert selected_run._label(row) == f"Ada's · {said}"


def test_a_run_of_a_clock_ahead_of_this_one_is_told_as_new(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = store.get(store.create(RunConfig(), name="Ada's"))
    monkeypatch.setattr(time, "time", lambda: row.created_at - 50)
    assert selected_run._label(row) == "Ada's · just now"


def test_a_ready_made_model_has_no_age(store: Store) -> None:
    row = store.get("softmax-mnist")
    assert selected_run._label(row) == f"softmax-mnist · {percent(row.evaluation_accuracy)}"
