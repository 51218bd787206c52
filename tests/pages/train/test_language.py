"""The Train page in another language: the form in every shape, what is refused, and eight learning rates at once."""

import pytest
from streamlit.testing.v1 import AppTest

from core.config.presets import PRESETS
from core.config.run_config import FIELD_NAMES, RunConfig
from core.config.setting_labels import OPTION_NAMES
from core.datasets import CATALOG, ImageData
from core.jobs.failures import failure
from core.runs import Store
from tests.pages.another_language import drawn, opened, outside
from tests.pages.finished_runs import recorded_events
from tests.pages.runs_in_states import DIVERGING, run_in

GARMENTS = CATALOG["fashion_mnist"].class_names
ARTICLES = [str(preset.values["article"]) for preset in PRESETS.values() if "article" in preset.values]
SHAPES = (
    {"model": "mlp", "optimizer": "sgd", "momentum": "0.9", "schedule": "step", "initialisation": "normal"},
    {"model": "cnn", "optimizer": "adam", "mix_in": "drawn_digits", "augmentation": "affine"},
)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_first_visit(foreign: AppTest, preset: str) -> None:
    opened(foreign, "train", preset=preset)
    assert outside(foreign, *GARMENTS, *ARTICLES) == []
    assert all("⟦" in drawn(button.label) for button in foreign.button)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape["model"])
def test_the_form_with_all_that_depends(foreign: AppTest, shape: dict[str, str]) -> None:
    opened(foreign, "train", **shape)
    assert not foreign.warning
    assert outside(foreign) == []


def test_what_a_link_asks_in_vain(foreign: AppTest) -> None:
    nonsense = dict.fromkeys((*FIELD_NAMES, "preset"), "?!")
    opened(foreign, "train", "gone", **nonsense)
    assert len(foreign.warning) > len(FIELD_NAMES)
    allowed = [str(code) for field, code in OPTION_NAMES if code]  # as an address writes them
    assert outside(foreign, *allowed, *CATALOG, *PRESETS, "gone") == []


def test_what_is_typed_in_vain(foreign: AppTest) -> None:
    opened(foreign, "train", model="mlp")
    for key, text in (("hidden_sizes", "64, no"), ("l2", "1,000"), ("l1", "-1")):
        foreign.text_input(key=f"set_{key}_0").set_value(text).run()
        assert foreign.error
        assert outside(foreign, "64,no") == [], key


def test_eight_learning_rates_at_once(foreign: AppTest, store: Store, mnist: ImageData) -> None:
    opened(foreign, "train")
    assert outside(foreign) == []
    next(b for b in foreign.button if "Train all eight" in b.label).click().run()
    group = store.get(foreign.session_state["run"]).group_id
    assert outside(foreign) == []
    finished = RunConfig(train_size=300, epochs=1, eval_every=0)
    diverging = RunConfig(**DIVERGING)  # type: ignore[arg-type]
    store.add_finished_run(finished, recorded_events(mnist, finished), group_id=group)
    store.add_finished_run(diverging, recorded_events(mnist, diverging), group_id=group)
    store.add_finished_run(
        finished, [*recorded_events(mnist, finished)[:1], failure(MemoryError(), 0)], group_id=group
    )
    foreign.run()
    assert outside(foreign) == []


def test_earlier_runs_and_a_run_that_is_gone(foreign: AppTest, store: Store, mnist: ImageData) -> None:
    opened(foreign, "train")
    me = foreign.session_state["visitor"]
    first, second = (run_in(store, state, mnist, seed=i) for i, state in enumerate(("finished", "running")))
    for run_id in (first, second):
        with store.database.write() as connection:
            connection.exec_driver_sql("UPDATE runs SET owner = ? WHERE id = ?", (me, run_id))
    opened(foreign, "train", second)
    name = store.get(first).name
    assert outside(foreign, name) == []


def test_the_pace_is_kept_by_its_key(foreign: AppTest, store: Store) -> None:
    opened(foreign, "train")
    foreign.selectbox(key="pace_choice_0").select("steps:5").run()
    foreign.button(key="train_button").click().run()
    assert outside(foreign) == []
    assert foreign.session_state["pace"] == "steps:5"
    assert store.get(foreign.session_state["run"]).pace == "steps:5"
