"""The Evaluate page over a real run, its figures against scikit-learn's."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss
from streamlit.testing.v1 import AppTest

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.i18n.number_format import percent
from core.models.softmax_regression import softmax
from core.protocol.events import Diverged, Started, Weights
from core.runs import Store
from tests.pages.finished_runs import finished_run, shown

SECTIONS = [
    "Mistakes",
    "Classes",
    "Confidence",
    "How it breaks",
    "Published figures",
]  # as addresses name them


@pytest.mark.parametrize("name", ["mnist", "fashion"])
def test_the_figures_are_those_of_scikit_learn(
    app: AppTest, store: Store, name: str, request: pytest.FixtureRequest
) -> None:
    data: ImageData = request.getfixturevalue(name)
    run_id = finished_run(store, data)
    logits = store.logits(run_id)
    assert logits is not None
    text = shown(app, "evaluate", run_id)
    accuracy = accuracy_score(data.test_labels, logits.argmax(axis=1))
    loss = log_loss(data.test_labels, softmax(logits))
    assert f"<dd>{percent(accuracy)}</dd>" in text
    assert f"<dd>{loss:.3f}</dd>" in text

    counts = confusion_matrix(data.test_labels, logits.argmax(axis=1))
    both = np.triu(counts + counts.T, 1)
    a, b = np.unravel_index(both.argmax(), both.shape)
    names = data.spec.class_names
    assert f"{names[a]} and {names[b]} are confused most: {both.max():,} of" in text


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("model", ["softmax", "mlp"])
def test_every_section_is_drawn(
    app: AppTest, store: Store, mnist: ImageData, section: str, model: str
) -> None:
    run_id = finished_run(store, mnist, model=model, train_size=500, hidden_sizes=(16,))
    app.session_state["evaluate_section"] = section
    text = shown(app, "evaluate", run_id)
    says = {
        "Mistakes": "are confused most",
        "Classes": "Best at",
        "Confidence": "Its most confident mistake is image",
        "How it breaks": "Shift (pixels moved): ",
        "Published figures": "published results listed for its kind of model",
    }
    assert says[section] in text


def test_the_threshold_says_how_many_answers_remain(app: AppTest, store: Store, mnist: ImageData) -> None:
    run_id = finished_run(store, mnist)
    app.session_state["evaluate_section"] = "Confidence"
    shown(app, "evaluate", run_id)
    app.slider(key="least_confidence").set_value(50).run()
    logits = store.logits(run_id)
    assert logits is not None
    sure = softmax(logits).max(axis=1) >= 0.5
    right = (logits.argmax(axis=1) == mnist.test_labels)[sure].mean()
    captions = "\n".join(caption.value for caption in app.caption)
    assert f"it answers {sure.sum():,} of 10,000 images and is right on {percent(right)} of those" in captions


@pytest.mark.parametrize(
    ("page", "says"), [("evaluate", "<dt>test accuracy</dt>"), ("weights", "Red pixels speak for a class")]
)
def test_without_a_run_a_ready_model_is_shown_and_named(app: AppTest, page: str, says: str) -> None:
    text = shown(app, page)
    assert "No run is selected. This is softmax-mnist, which comes with Inkling" in text
    assert says in text
    assert app.session_state["run"] is None, "nothing is selected for the other pages"
    assert [link.proto.label for link in app.get("page_link")] == ["Train a run"]


def test_without_a_run_and_without_a_ready_model_there_is_one_sentence_and_a_way_on(
    app: AppTest, store: Store
) -> None:
    store.delete("softmax-mnist")
    text = shown(app, "evaluate")
    assert "No run is selected. Train one" in text
    assert "test accuracy" not in text
    assert [link.proto.label for link in app.get("page_link")] == ["Train a run"]


def test_a_queued_run_says_that_it_waits(app: AppTest, store: Store, mnist: ImageData) -> None:
    run_id = store.create(finished_config(store, mnist))
    assert "still in the queue" in shown(app, "evaluate", run_id)


def test_a_run_that_diverged_says_so_with_the_remedy(app: AppTest, store: Store, mnist: ImageData) -> None:
    weights = {
        "linear.weight": np.full((10, 784), np.nan, np.float32),
        "linear.bias": np.zeros(10, np.float32),
    }
    events = [
        Started(0, 20, 20, 2_000, "test", 10_000, 7_850, "closed-form", 1),
        Weights(3, weights, keep=True),
        Diverged(3, 0.1, "The loss is no number any more.", "Train with a smaller learning rate."),
    ]
    run_id = store.add_finished_run(finished_config(store, mnist), events)
    text = shown(app, "evaluate", run_id)
    assert (
        "This run diverged: its weights are no longer finite numbers. Train with a smaller learning rate."
        in text
    )


def finished_config(store: Store, data: ImageData) -> RunConfig:
    return store.get(finished_run(store, data, train_size=200)).config
