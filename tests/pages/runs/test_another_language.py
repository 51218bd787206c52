"""Runs in another language: the list, one run with all that can be done with it, and comparisons."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.config.run_config import RunConfig
from core.config.setting_labels import LABELS
from core.datasets import ImageData
from core.export import FORMATS
from core.runs import Store, StoreBusy
from core.runs.schema import RUNS
from pages.server import visitor
from tests.pages.another_language import opened, outside
from tests.pages.runs_in_states import STATES, run_in

SETTINGS: dict[str, Any] = {
    "epochs": 2,
    "momentum": 0.5,
    "schedule": "cosine",
    "augmentation": "affine",
    "l1": 0.1,
}


@pytest.fixture(autouse=True)
def me(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor, "visitor", lambda: "me")


def run_of(store: Store, state: str, data: ImageData, owner: str = "", **settings: object) -> str:
    """Return the id of a run in that state, which has no word in its name."""
    run_id = run_in(store, state, data, **settings)
    values = {"name": f"X{store.get(run_id).number}", "owner": owner}
    with store.database.write() as connection:
        connection.execute(RUNS.update().where(RUNS.c.id == run_id).values(**values))
    return run_id


def select(app: AppTest, *run_ids: str) -> None:
    """Select rows of the list: AppTest has no hand that could click them."""
    app.session_state["selected_runs"] = list(run_ids)
    app.session_state["runs_table_version"] = 1
    app.run()


def test_every_kind_of_run_in_the_list(foreign: AppTest, store: Store, mnist: ImageData) -> None:
    ids = [run_of(store, state, mnist) for state in STATES]
    store.create(RunConfig(**SETTINGS))
    opened(foreign, "runs")
    assert outside(foreign) == []
    select(foreign, *ids[:3])
    assert outside(foreign) == []


def test_a_filter_that_nothing_fits(foreign: AppTest) -> None:
    opened(foreign, "runs")
    foreign.text_input(key="runs_search").set_value("???").run()
    assert foreign.info
    assert outside(foreign) == []


def test_without_runs(foreign: AppTest, store: Store) -> None:
    foreign.run()
    for row in store.list():
        store.delete(row.id)
    opened(foreign, "runs")
    assert foreign.info
    assert outside(foreign) == []


@pytest.mark.parametrize("state", ["finished", "failed", "queued"])
def test_every_export(foreign: AppTest, store: Store, mnist: ImageData, state: str) -> None:
    run_id = run_of(store, state, mnist)
    opened(foreign, "runs")
    select(foreign, run_id)
    for form in FORMATS:
        foreign.selectbox(key="takeaway_format").set_value(form).run()
        assert outside(foreign, run_id, *FORMATS) == [], form


@pytest.mark.parametrize("owner", ["", "me"])
@pytest.mark.parametrize("section", range(3))
def test_every_section_of_one_run(
    foreign: AppTest, store: Store, mnist: ImageData, owner: str, section: int
) -> None:
    run_id = run_of(store, "finished", mnist, owner)
    opened(foreign, "runs")
    select(foreign, run_id)
    tabs = [tab.label for tab in foreign.tabs]
    foreign.session_state["run_section"] = tabs[section]
    foreign.run()
    assert outside(foreign, run_id, *FORMATS) == []


def test_every_setting_to_change(foreign: AppTest, store: Store, mnist: ImageData) -> None:
    run_id = run_of(store, "finished", mnist, "me")
    opened(foreign, "runs")
    select(foreign, run_id)
    for name in (name for name in LABELS if name not in ("dataset", "mix_in")):
        foreign.selectbox(key=f"one_name_{run_id}").set_value(name).run()
        assert outside(foreign, run_id, *FORMATS) == [], name
        typed = [field for field in foreign.text_input if field.key == f"one_{name}_{run_id}"]
        if typed:
            typed[0].set_value("?")
            foreign.button(key=f"one_train_{run_id}").click().run()
            assert foreign.error
            assert outside(foreign, run_id, *FORMATS) == [], name


def test_a_run_deleted_and_what_goes_wrong(foreign: AppTest, store: Store, mnist: ImageData) -> None:
    ids = [run_of(store, "finished", mnist, owner) for owner in ("me", "")]
    opened(foreign, "runs")
    select(foreign, *ids)
    foreign.button(key="delete_runs").click().run()
    assert foreign.button(key="undo_button")
    assert outside(foreign) == []
    foreign.session_state["trouble"] = str(StoreBusy("⟦…⟧", "⟦…⟧"))
    foreign.session_state["brought_in_title"] = "X1"
    foreign.run()
    assert foreign.success
    assert outside(foreign) == []


@pytest.mark.parametrize("content", [b"PK", b"\x10\x00\x00\x00\x00\x00\x00\x00{}"])
@pytest.mark.parametrize("name", ["X1.inkling.zip", "X1.safetensors"])
def test_a_file_that_cannot_be_imported(foreign: AppTest, content: bytes, name: str) -> None:
    opened(foreign, "runs")
    foreign.file_uploader(key="bring_in_0").upload(name, content, "application/zip").run()
    assert outside(foreign, name) == []
    foreign.button[-1].click().run()
    assert outside(foreign, name) == []


@pytest.mark.parametrize(
    "others",
    [
        [{"seed": 1}, {"seed": 2}],
        [{"model": "mlp"}, {"model": "cnn", "momentum": 0.5}],
        [{"epochs": 2}],
        [],
    ],
)
def test_a_comparison(foreign: AppTest, store: Store, mnist: ImageData, others: list[dict[str, Any]]) -> None:
    ids = [run_of(store, "finished", mnist), *(run_of(store, "finished", mnist, **other) for other in others)]
    opened(foreign, "runs", compare=",".join([*ids, "X9"]))
    assert outside(foreign) == []
    for shown in ("validation_loss", "training_loss", "training_accuracy"):
        foreign.selectbox(key="compare_shown").set_value(shown).run()
        assert outside(foreign) == [], shown


def test_comparisons_of_odd_runs(foreign: AppTest, store: Store, mnist: ImageData) -> None:
    ids = [run_of(store, state, mnist) for state in STATES]
    opened(foreign, "runs", compare=",".join(ids))
    assert foreign.warning
    assert outside(foreign) == []
    opened(foreign, "runs", compare="X9")
    assert outside(foreign) == []


def test_the_way_to_another_browser(foreign: AppTest) -> None:
    opened(foreign, "runs")
    foreign.button(key="make_handover").click().run()
    (link,) = (code.value for code in foreign.code if "/take/" in code.value)
    assert outside(foreign, link) == []
