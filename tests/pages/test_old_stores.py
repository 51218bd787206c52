"""Stores as earlier commits left them, looked at on every page: each run opens, with its own figures."""

from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.config.run_config import RunConfig
from core.datasets import DatasetSpec, ImageData
from core.i18n.number_format import percent
from core.prediction.predictor import Predictor, build_predictor
from core.pretrained.load_predictor import predictor_of
from core.pretrained.registry import shipped_weights
from core.runs import RunRow, Store
from core.runs.operators import dismiss_operators, make_operator
from pages.draw import model_choice
from pages.server import services
from tests.core.cli.test_train import command_here
from tests.core.runs.old_stores import ACCURACIES, COMMITS, RUNS, unpack
from tests.pages.conftest import ME, SHELL
from tests.pages.finished_runs import words

PAGES = ("train", "weights", "draw", "evaluate", "data", "runs", "search")
SOME = ("nobody's", "on own data", "paused")


@pytest.fixture(params=COMMITS)
def old(
    request: pytest.FixtureRequest, store: Store, mnist: ImageData, fashion: ImageData, data_folder: Path,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> Store:  # fmt: skip
    """Return a commit's store, which the pages use: in a data folder that has its own data and the built-in images."""
    assert mnist
    assert fashion
    store.close()
    data = tmp_path / "data"
    data.mkdir()
    for entry in data_folder.iterdir():
        if entry.name != "own" and not entry.name.startswith("inkling.db"):
            (data / entry.name).symlink_to(entry)
    path = unpack(request.param, data)
    monkeypatch.setenv("INKLING_DATA", str(data))
    monkeypatch.setenv("INKLING_LISTING", "everyone")
    monkeypatch.setenv("INKLING_STORE", f"sqlite:///{path}")
    st.cache_resource.clear()
    make_operator(services.system_store().database, ME)  # whose datasets are that have no owner
    return services.system_store()


def opens(page: str, names: tuple[str, ...], store: Store) -> None:
    """Look at each of the runs on the page; each is in view, by its own name and figure."""
    app = AppTest.from_file(str(SHELL), default_timeout=300)
    app.session_state["visitor"] = ME
    app.run()
    app.switch_page(f"{page}/page.py").run()
    rows = {row.name: row for row in store.list()}
    for name in names:
        app.session_state["run"] = rows[name].id
        app.run()
        assert not app.exception, (name, app.exception)
        assert app.session_state["run"] == rows[name].id
        assert not [error.value for error in app.error], name
        assert "cannot be read" not in words(app)
        assert name in _in_view(app, rows[name]), name


def _in_view(app: AppTest, run: RunRow) -> str:
    """Return what the picker of the selected run says, with the accuracy of a run that is over."""
    picker = next(box for box in app.selectbox if (box.key or "").startswith("run_choice"))
    chosen = [option for option in picker.options if option.startswith(run.name)]
    assert len(chosen) == 1
    if run.has_ended:
        assert percent(ACCURACIES[run.name]) in chosen[0]
    return chosen[0] if picker.value in (chosen[0], run.id) else str(picker.value)


@pytest.mark.parametrize("page", PAGES)
def test_runs_of_each_kind_open_on_every_page(page: str, old: Store) -> None:
    opens(page, SOME, old)


@pytest.mark.long
@pytest.mark.parametrize("page", PAGES)
def test_every_other_run_opens_on_every_page(page: str, old: Store) -> None:
    opens(page, tuple(name for name in RUNS if name not in SOME), old)


def test_a_ready_run_answers_on_draw_and_on_the_command_line_with_the_shipped_weights(
    old: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[dict[str, np.ndarray]] = []

    def note(config: RunConfig, spec: DatasetSpec, arrays: dict[str, np.ndarray]) -> Predictor:
        built.append(arrays)
        return build_predictor(config, spec, arrays)

    monkeypatch.setattr(model_choice, "build_predictor", note)
    app = AppTest.from_file(str(SHELL), default_timeout=300)
    app.session_state["visitor"] = ME
    app.query_params["run"] = "softmax-mnist"
    app.run()
    app.switch_page("draw/page.py").run()
    assert not app.exception
    assert "Model: softmax-mnist." in words(app)
    shipped = shipped_weights("softmax-mnist")
    assert any(arrays.keys() == shipped.keys() for arrays in built)
    for arrays in (built[0], predictor_of("softmax-mnist").arrays, old.newest_weights("softmax-mnist")[1]):
        assert all(np.array_equal(arrays[name], value) for name, value in shipped.items())


@pytest.mark.usefixtures("old")
def test_all_are_in_the_table_and_the_copy_is_told() -> None:
    app = AppTest.from_file(str(SHELL), default_timeout=300)
    app.session_state["visitor"] = ME
    app.run()
    app.switch_page("runs/page.py").run()
    assert set(RUNS) <= set(app.dataframe[0].value["name"])
    assert any("kept as inkling.db.version-1" in warning.value for warning in app.warning)


@pytest.mark.usefixtures("old")
def test_own_data_of_nobodys_is_listed_to_the_visitor_whom_the_command_line_gives_it() -> None:
    store = services.system_store()
    dismiss_operators(store.database)
    (run,) = [row for row in store.list() if row.name == "on own data"]
    for visitor, title in ((ME, []), (RUNS["a visitor's"][0], ["Bars (yours)"])):
        st.cache_resource.clear()
        command_here(
            Path(str(store.database.path)), "dataset", "give", run.dataset, RUNS["a visitor's"][0][:6]
        )
        app = AppTest.from_file(str(SHELL), default_timeout=300)
        app.session_state["visitor"] = visitor
        app.run()
        assert not app.exception
        (choice,) = [box for box in app.selectbox if box.label == "Dataset"]
        assert [option for option in choice.options if option.startswith("Bars")] == title
