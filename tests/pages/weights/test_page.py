"""The Weights page over real runs: the arithmetic adds up, time is travelled, edits react and are saved."""

import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.i18n.number_format import percent
from core.protocol.events import Checkpoint, Paused, Started, Steps, Weights
from core.runs import Store
from core.training.loop import train
from pages.weights import weight_history
from tests.pages.finished_runs import finished_run, shown, words


def open_section(app: AppTest, run_id: str, section: str, model: str = "softmax") -> str:
    app.session_state[f"weights_section_{model}"] = section
    return shown(app, "weights", run_id)


@pytest.mark.parametrize(
    ("model", "section", "says"),
    [
        ("softmax", "time", "Red pixels speak for a class"),
        ("softmax", "two_classes", "Bright pixels on red speak for"),
        ("softmax", "arithmetic", "The pixels add up to"),
        ("softmax", "step", "A single step can be seen while a run is paused"),
        ("softmax", "edit", "No edits yet"),
        ("mlp", "time", "busiest of 16 hidden units"),
        ("mlp", "hidden_units", "speaks most"),
        ("cnn", "time", "filters of the first layer"),
        ("cnn", "feature_maps", "Layer 1 turns the image into"),
    ],
)
def test_every_section_is_drawn(
    app: AppTest, store: Store, mnist: ImageData, model: str, section: str, says: str
) -> None:
    sizes = {"hidden_sizes": (16,), "channels": (4, 4)}
    run_id = finished_run(store, mnist, model=model, train_size=300, **sizes)
    assert says in open_section(app, run_id, section, model)


@pytest.mark.parametrize("scaling", ["unit", "standardised"])
def test_the_arithmetic_adds_up_on_the_page(
    app: AppTest, store: Store, mnist: ImageData, scaling: str
) -> None:
    run_id = finished_run(store, mnist, scaling=scaling, learning_rate=0.02)
    text = open_section(app, run_id, "arithmetic")
    table = re.search(r'data-testid="arithmetic-table".*?</table>', text, re.S)
    assert table
    rows = re.findall(r'<th scope="row">(\d)</th>((?:<td>.*?</td>)+)', table.group())
    logits = store.logits(run_id)
    assert logits is not None
    assert len(rows) == 10
    total = 0.0
    for name, cells in rows:
        numbers = [
            float(re.sub("[,%]|under |over ", "", cell.replace("−", "-")))
            for cell in re.findall("<td>(.*?)</td>", cells)
        ]
        evidence, bias, logit, exponential, probability = numbers
        assert evidence + bias == pytest.approx(logit, abs=1e-9)  # to the last digit written
        assert logit == pytest.approx(float(logits[0, int(name)]), abs=2e-4)
        assert exponential == pytest.approx(np.exp(logit), rel=1e-3, abs=1e-4)
        total += probability
    assert total == pytest.approx(100, abs=0.01)


def test_time_travel_shows_the_snapshot_of_the_step_chosen(
    app: AppTest, store: Store, mnist: ImageData
) -> None:
    run_id = finished_run(store, mnist)
    assert "**After step 20**" in open_section(app, run_id, "time")
    app.select_slider(key=f"travel_{run_id}").set_value(3).run()
    assert "**After step 3**" in words(app)
    weight, bias = (store.snapshot(run_id, 3)[name] for name in ("linear.weight", "linear.bias"))
    strongest = np.abs(weight).max(axis=1).argmax()
    assert f"of all is {weight[strongest][np.abs(weight[strongest]).argmax()]:+.2f}".replace(
        "-", "−"
    ) in words(app)
    assert f"{bias.argmax()} has the largest, {bias.max():+.2f}".replace("-", "−") in words(app)


@pytest.mark.parametrize("count", [1, 5, 30, 100])
def test_the_film_has_thirty_frames_at_most_and_ends_at_the_newest_weights(count: int) -> None:
    kept = [3 * place for place in range(count)]
    frames = [kept[0]]
    while frames[-1] != weight_history.NOW:
        frames.append(weight_history.next_frame(kept, frames[-1]))
    stride = max(1, round(count / weight_history.FRAMES))
    assert frames[:-1] == kept[::stride][: len(frames) - 1]
    assert count - stride <= kept.index(frames[-2]) + 1, "the newest weights are the last frame"
    assert len(frames) <= weight_history.FRAMES + 5
    assert weight_history.next_frame(kept, weight_history.NOW) == weight_history.NOW


def test_the_journey_of_several_layers_is_measured_layer_by_layer(
    app: AppTest, store: Store, mnist: ImageData
) -> None:
    run_id = finished_run(store, mnist, model="mlp", hidden_sizes=(16, 8))
    text = open_section(app, run_id, "time", "mlp")
    first, last = (store.snapshot(run_id, step) for step in (0, 20))
    names = [name for name in first if name.endswith("weight")]
    distance = sum(float(((last[name].astype(np.float64) - first[name]) ** 2).sum()) for name in names) ** 0.5
    assert f"After step 20 the weights are at a distance of {distance:.2f} from their start" in text


def test_the_editor_opens_with_the_weights_as_they_were_trained(
    app: AppTest, store: Store, mnist: ImageData
) -> None:
    run_id = finished_run(store, mnist)
    accuracy = percent(store.get(run_id).test_accuracy)
    text = open_section(app, run_id, "edit")
    assert f"<dd>{accuracy}</dd><dd><small>unedited: {accuracy}</small></dd>" in text
    assert "No edits yet" in text
    assert next(b for b in app.button if b.label == "Keep this edit").disabled
    app.selectbox(key="tool").set_value("zero").run()
    assert "1 edit:" in words(app)
    assert f"<dd>{accuracy}</dd>" not in words(app)


def test_edits_react_are_undone_and_are_saved_as_a_run_of_their_own(
    app: AppTest, store: Store, mnist: ImageData
) -> None:
    run_id = finished_run(store, mnist)
    before = store.newest_weights(run_id)
    app.session_state["tool"] = "prune"
    open_section(app, run_id, "edit")
    next(s for s in app.slider if s.label.startswith("Smallest")).set_value(100).run()
    everything = (mnist.test_labels == before[1]["linear.bias"].argmax()).mean()  # only the biases are left
    assert f"<dd>{percent(everything)}</dd>" in words(app)
    press(app, "Keep this edit")
    press(app, "Undo")
    press(app, "Keep this edit")
    press(app, "Save as a new run")

    saved = store.get(app.session_state["run"])
    assert saved.parent_id == run_id
    assert saved.status == "finished"
    assert saved.test_accuracy == pytest.approx(everything)
    assert not store.newest_weights(saved.id)[1]["linear.weight"].any()
    np.testing.assert_array_equal(
        store.newest_weights(run_id)[1]["linear.weight"], before[1]["linear.weight"]
    )


def press(app: AppTest, label: str) -> None:
    next(b for b in app.button if b.label == label).click().run()
    assert not app.exception, app.exception


def test_the_microscope_learns_of_the_optimizers_memory_when_it_arrives(
    app: AppTest, store: Store, mnist: ImageData
) -> None:
    config = RunConfig(train_size=300, epochs=2, optimizer="adam", learning_rate=0.01)
    said = list(train(mnist, config, checkpoint_every_s=0.0))
    checkpoint = next(e for e in said if isinstance(e, Checkpoint) and e.step > 0)
    weights = next(e for e in said if isinstance(e, Weights) and e.step == checkpoint.step)
    started = next(e for e in said if isinstance(e, Started))
    run_id = store.create(config)
    attempt = store.claim(run_id)
    losses = np.full(weights.step, 2.0, np.float32)
    steps = Steps(1, losses, losses / 10, 0.1, 1.0, 1.0)
    store.append(run_id, attempt, [started, steps, weights, Paused(weights.step)])
    forgets = "(what it remembers of earlier steps) was not saved at this step"
    assert forgets in open_section(app, run_id, "step")
    store.append(run_id, attempt, [checkpoint])
    app.run()
    assert not app.exception, app.exception
    assert forgets not in words(app)
    assert "The step takes this batch's loss from" in words(app)


def test_an_edit_that_is_kept_counts_once(app: AppTest, store: Store, fashion: ImageData) -> None:
    run_id = finished_run(store, fashion)
    app.session_state["tool"] = "flip_class"  # twice would be as if nothing had been done
    open_section(app, run_id, "edit")
    figures = [line for line in words(app).splitlines() if "touch-figures" in line]
    press(app, "Keep this edit")
    assert [line for line in words(app).splitlines() if "touch-figures" in line] == figures
    assert "1 edit:" in words(app)
    press(app, "Undo")
    assert "1 edit:" in words(app)  # the one in hand
