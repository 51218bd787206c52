"""Pages about a dataset that brings validation images: the form, addresses, Data and searches."""

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from core.config.query_string import to_query
from core.config.run_config import RunConfig
from core.datasets import DatasetSpec, ImageData, load
from core.datasets.user_datasets import delete_own
from core.runs import Store
from core.search import Searches
from pages.data.gallery import split_images
from pages.run_context.form_config import usual_for
from tests.own_sets import give
from tests.own_validation import pixels, validated
from tests.pages.conftest import ME
from tests.pages.finished_runs import finished_run, shown, words

N = 37


@pytest.fixture
def brings(store: Store, mnist: ImageData) -> Iterator[DatasetSpec]:
    spec = validated(mnist, validation=N)
    give(store, spec.name, ME)
    yield spec
    delete_own(spec.name)


def opened(app: AppTest, **query: str) -> AppTest:
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def made(app: AppTest, store: Store) -> RunConfig:
    known = {row.id for row in store.list()}
    next(button for button in app.button if button.label == "Train").click().run()
    assert not app.exception
    (row,) = (row for row in store.list() if row.id not in known)
    return row.config


def test_its_link_trains_on_it_measured_by_its_own_images(
    app: AppTest, store: Store, brings: DatasetSpec
) -> None:
    opened(app, dataset=brings.name)
    field = app.selectbox(key="set_validation_size_0")
    assert (field.value, field.options) == (str(N), [f"{N}, the dataset's own", "0 (use the test set)"])
    assert f"brings {N} validation images of its own. No run trains on them." in field.help
    assert "validation_size" not in app.query_params
    assert made(app, store).validation_size == N


def test_none_chosen_holds_over_the_address_and_a_new_visit(
    app: AppTest, store: Store, brings: DatasetSpec
) -> None:
    opened(app, dataset=brings.name)
    app.selectbox(key="set_validation_size_0").select("0").run()
    assert app.query_params["validation_size"] == "0"
    del app.session_state["config"]
    opened(app)
    assert app.session_state.config.validation_size == 0
    assert made(app, store).validation_size == 0


def test_another_number_in_an_address_is_refused_in_words(app: AppTest, brings: DatasetSpec) -> None:
    opened(app, dataset=brings.name, validation_size="7")
    said = f"must be {N}, which the dataset brings (progress is measured on them), or 0"
    assert any(said in block.value for block in (*app.error, *app.warning))
    assert app.selectbox(key="set_validation_size_0").value == str(N)


def test_choosing_it_and_leaving_it_again_changes_the_number(app: AppTest, brings: DatasetSpec) -> None:
    opened(app)
    assert app.text_input(key="set_validation_size_0").value == "0"
    app.selectbox(key="set_dataset_0").select(brings.name).run()
    assert not app.exception
    assert app.session_state.config.validation_size == N
    app.selectbox(key="set_dataset_0").select("mnist").run()
    assert not app.exception
    assert app.text_input(key="set_validation_size_0").value == "0"
    assert app.session_state.config.validation_size == 0


def test_from_one_such_set_to_another(
    app: AppTest, store: Store, brings: DatasetSpec, mnist: ImageData
) -> None:
    other = validated(mnist, 30, 12, 9, title="Another")
    give(store, other.name, ME)
    opened(app, dataset=brings.name)
    app.selectbox(key="set_dataset_0").select(other.name).run()
    assert not app.exception
    assert not app.error
    assert app.session_state.config.validation_size == 12
    delete_own(other.name)


def test_train_on_it_from_data_puts_its_number_into_the_form(app: AppTest, brings: DatasetSpec) -> None:
    app.session_state["data_section"] = "Mine"
    said = shown(app, "data")
    assert "training images: 120, validation images: 37, test images: 29" in said
    app.button(key=f"train_on_{brings.name}").click().run()
    assert not app.exception
    assert app.session_state.config.dataset == brings.name
    assert app.session_state.config.validation_size == N


@pytest.mark.parametrize("size", [0, N])
def test_data_shows_each_split_and_says_what_it_is_for(
    app: AppTest, store: Store, brings: DatasetSpec, size: int
) -> None:
    data = load(brings.name)
    run = finished_run(store, data, train_size=0, validation_size=size)
    app.session_state["data_section"] = "Gallery"
    app.session_state["data_split"] = "validation"
    assert f"Images 1 to {N} of {N}." in shown(app, "data", run)
    app.session_state["data_section"] = "Classes"
    said = shown(app, "data", run)
    assert "This run trains on 120 images." in said
    if size:
        assert (
            "evaluated on the validation images that the dataset brings (37), at the end on 29 test" in said
        )
    else:
        assert "nor from the validation images that the dataset brings (37)" in said
    app.session_state["data_section"] = "Duplicates and doubts"
    app.session_state["doubt_split_own"] = "validation"
    assert "There are no exact duplicates" in shown(app, "data", run)


def test_the_gallerys_splits_are_the_datasets_own(
    brings: DatasetSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = load(brings.name)
    monkeypatch.setattr("pages.run_context.trained_model.image_data", load)
    config = RunConfig(dataset=brings.name, validation_size=N)
    for split in ("train", "validation", "test"):
        found = split_images(config, split)
        assert pixels(found.images[found.index]) == pixels(getattr(data, f"{split}_images"))
        assert found.labels[found.index].tolist() == getattr(data, f"{split}_labels").tolist()


@pytest.mark.parametrize("size", [0, N])
def test_a_search_compares_its_trials_on_its_own_images(
    app: AppTest, store: Store, brings: DatasetSpec, size: int
) -> None:
    run = finished_run(store, load(brings.name), train_size=0, validation_size=size)
    said = shown(app, "search", run)
    assert f"Trials are compared on the {N} validation images that the dataset brings" in said
    assert app.text_input(key="search_images_run").value == "120"
    app.button(key="start_search").click().run()
    assert not app.exception
    assert not app.error, words(app)
    search = Searches(store).get(app.query_params["search"])
    assert (search.plan.base.validation_size, search.plan.base.train_size) == (N, 120)


def test_the_link_to_a_runs_settings_says_that_the_test_set_measured_it(brings: DatasetSpec) -> None:
    base = usual_for(brings.name)
    assert to_query(RunConfig(dataset=brings.name), base)["validation_size"] == "0"
    assert "validation_size" not in to_query(RunConfig(dataset=brings.name, validation_size=N), base)
    assert usual_for("own:gone") == usual_for("mnist")
