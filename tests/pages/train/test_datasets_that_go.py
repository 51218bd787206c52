"""Datasets that go while the form is drawn, or while it shows them: another tab deletes them."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.datasets import DatasetSpec
from core.datasets.user_datasets import add_images, create_own, delete_own
from core.runs import Store
from core.runs.dataset_rights import OwnDataset
from core.runs.own_datasets import OwnDatasets
from tests.own_sets import give, offer_to_all
from tests.pages.conftest import ME


@pytest.fixture
def own(store: Store) -> DatasetSpec:
    made = create_own("Soon gone", tuple("0123456789"), (1, 28, 28))
    give(store, made.name, ME)
    return add_images(made.name, np.zeros((20, 1, 28, 28), np.uint8), [*range(10)] * 2)


def test_a_dataset_may_go_while_the_form_is_drawn(
    app: AppTest, own: DatasetSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = OwnDatasets.available

    def available(datasets: OwnDatasets) -> list[OwnDataset]:
        found = looked(datasets)
        if found:
            delete_own(own.name)
        return found

    monkeypatch.setattr(OwnDatasets, "available", available)
    app.run()
    assert not app.exception
    offered = app.selectbox(key="set_mix_in_0").options
    assert any("Soon gone" in title for title in offered)  # it was there when the form looked
    app.run()
    assert not app.exception
    assert not any("Soon gone" in title for title in app.selectbox(key="set_mix_in_0").options)


def test_a_dataset_may_go_while_the_form_shows_it(app: AppTest, own: DatasetSpec) -> None:
    app.query_params["dataset"] = own.name
    app.run()
    assert app.selectbox(key="set_dataset_0").value == own.name
    delete_own(own.name)
    app.run()
    assert not app.exception
    assert app.selectbox(key="set_dataset_0").value == "mnist"


def test_a_press_on_train_after_a_share_was_taken_back_says_so_without_an_id(
    app: AppTest, store: Store, own: DatasetSpec
) -> None:
    offer_to_all(store, own.name)
    app.query_params["dataset"] = own.name
    app.run()
    assert app.selectbox(key="set_dataset_0").value == own.name
    give(store, own.name, "somebody")
    next(button for button in app.button if button.label == "Train").click().run()
    assert not app.exception
    told = "“Dataset” asks for images that are not shared with you, or not any more. Choose others."
    assert [error.value for error in app.error] == [told]
