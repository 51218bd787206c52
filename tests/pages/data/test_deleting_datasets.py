"""Deleting a dataset of one's own: which runs stand on it, and what they lack without it, said and true."""

from contextlib import suppress

import pytest
from streamlit.testing.v1 import AppTest

from core.access.rules import Actor, Role
from core.config.run_config import ConfigError, RunConfig
from core.datasets import DatasetError, ImageData, load, user_datasets
from core.export import FORMATS, export_run
from core.runs import Store
from core.runs.dataset_rights import LINK
from tests.own_sets import give
from tests.pages.conftest import ME
from tests.pages.data.test_own_datasets import DIGITS, OTHER, made, mine, opened, own_of
from tests.pages.finished_runs import finished_run, shown


def test_deleting_one_names_the_runs_that_stand_on_it_and_counts_those_of_others(
    app: AppTest, store: Store
) -> None:
    name, other = made(store, "Ours"), made(store, "Base")
    own_of(store).share(name, LINK)
    newest = [
        store.acting_as(Actor(Role.VISITOR, ME)).create(RunConfig(dataset=name), name=f"mine *{k}*")
        for k in range(6)
    ]
    mixing = store.acting_as(Actor(Role.VISITOR, ME)).create(
        RunConfig(dataset=other, mix_in=name), name="mixes"
    )
    secret = store.acting_as(Actor(Role.VISITOR, OTHER)).create(RunConfig(dataset=name), name="not yours")
    mine(app)
    said = opened(app, f"delete_{name}")
    links = {link.proto.label: link.proto.query_string for link in app.get("page_link")}
    assert [label for label in links if "mine" in label] == [rf"mine \*{k}\*" for k in (5, 4, 3, 2, 1)]
    assert links[r"mine \*5\*"] == f"run={newest[5]}"
    assert "**7 runs were trained on it.**" in said
    assert "2 more are not named here." in said
    assert "They keep their settings, curves and weights. Without these images they do not open on" in said
    assert "**1 run on another dataset was also trained on it.**" in said
    assert links["mixes"] == f"run={mixing}"
    assert "It opens on every page and is exported as before, but cannot be resumed or run again." in said
    assert "not yours" not in said
    assert not any(secret in query or "not yours" in label for label, query in links.items())


def test_what_is_said_of_runs_whose_images_are_gone_is_so(
    app: AppTest, store: Store, mnist: ImageData
) -> None:
    spec = user_datasets.create_own("Ours", DIGITS, (1, 28, 28))
    user_datasets.add_images(spec.name, mnist.train_images[:60], mnist.train_labels[:60])
    give(store, spec.name, ME)
    run_id = finished_run(store, load(spec.name), train_size=0)
    own_of(store).delete(spec.name)
    for place in ("evaluate", "weights", "data", "draw"):
        assert "“Ours” lies in your bin. Restore it on Data, under “Mine”." in shown(app, place, run_id)
    shown(app, "train", run_id)
    assert store.get(run_id).test_accuracy is not None
    assert store.newest_weights(run_id) is not None
    had = set()
    for form in FORMATS:
        with suppress(DatasetError):
            had.add(export_run(store, run_id, form) and form)
    assert had == {"csv", "parquet", "tensorboard", "state_dict", "bundle"}
    with pytest.raises(ConfigError, match="lies in your bin"):
        store.acting_as(Actor(Role.VISITOR, ME)).create(RunConfig(dataset=spec.name))
