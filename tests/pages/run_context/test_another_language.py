"""Pages that look into a run, in another language: runs in every state, and images that are not there."""

from typing import NoReturn

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.config.run_config import RunConfig
from core.datasets import CATALOG, ImageData
from core.datasets.user_datasets import delete_own
from core.runs import Store
from core.runs.driver_errors import read_only
from tests.one_sided_sets import drawn
from tests.pages.another_language import opened, outside
from tests.pages.runs_in_states import STATES, run_in

PAGES = ("train", "weights", "draw", "evaluate", "data", "runs", "search")


@pytest.mark.parametrize("state", STATES)
def test_a_run_in_every_state(foreign: AppTest, store: Store, mnist: ImageData, state: str) -> None:
    run_id = run_in(store, state, mnist)
    for page in PAGES:
        opened(foreign, page, run_id)
        assert outside(foreign, *filter(None, [store.get(run_id).name])) == [], page


@pytest.mark.parametrize("page", PAGES)
def test_without_a_run(foreign: AppTest, page: str) -> None:
    opened(foreign, page)
    assert outside(foreign) == []


@pytest.mark.parametrize("dataset", ["cifar10", "gone"])
def test_images_that_are_not_there(foreign: AppTest, store: Store, dataset: str) -> None:
    own = drawn("Gone soon", (2, 2))
    dataset = own.name if dataset == "gone" else dataset
    run_id = store.create(RunConfig(dataset=dataset))
    delete_own(own.name)
    codes = (dataset, *CATALOG, *CATALOG["cifar10"].class_names)
    for page in PAGES:
        opened(foreign, page, run_id)
        assert outside(foreign, *codes) == [], page


@pytest.mark.parametrize("page", PAGES)
def test_a_store_that_cannot_be_read(
    foreign: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    foreign.run()
    foreign.switch_page(f"{page}/page.py")

    def refused(*_: object, **__: object) -> NoReturn:
        raise read_only(None)

    monkeypatch.setattr(store.database, "read", refused)
    foreign.run()
    assert foreign.error
    assert outside(foreign) == []


def test_settings_that_cannot_be(foreign: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INKLING_WORKERS", "?")
    monkeypatch.setenv("INKLING_MAX_EPOCHS", "0")
    st.cache_resource.clear()
    foreign.run()
    assert len(foreign.error) == 2
    assert outside(foreign, "INKLING_WORKERS", "INKLING_MAX_EPOCHS") == []
