"""What the Train page shows of a run at one moment: head, weight images, two curves, the strip. No drawing here."""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np

from core.config.run_config import RunConfig
from core.datasets import DatasetError, ImageData, dataset_spec
from core.figures.run_curves import Chart, Curves
from core.figures.weight_images import WeightImages, data_uri, image_strip
from core.i18n.number_format import percent
from core.insight.first_layer import FirstLayer, first_layer
from core.live.messages import HtmlPatch
from core.live.run_feed import Feed
from core.models.initial_weights import first_weights
from core.models.parameter_shapes import parameter_shapes
from core.protocol.controls import time_left_s
from core.protocol.events import STRIP_SIZE
from core.runs import RunRow, Store
from core.runs.run_labels import status_text, title

LoadImages = Callable[[str], ImageData]  # dataset name -> its images; raises DatasetError

# Elements with data-part change while a run trains; the rest is sent once.
_HEAD: Final = (
    '<div class="ink-head"><div class="ink-state"><div class="ink-status">'
    '<span data-part="chip" class="ink-chip"><i></i><span data-part="status"></span></span>'
    '<span data-part="line"></span></div>'
    '<div data-part="progress" class="ink-progress" role="progressbar" aria-valuemin="0" aria-valuemax="100" '
    'aria-label="progress"><i data-part="bar"></i></div></div>'
    '<dl class="ink-figures">'
    + "".join(f'<div><dt data-part="name{i}"></dt><dd data-part="value{i}"></dd></div>' for i in range(4))
    + "</dl></div>"
)


@dataclass(frozen=True)
class RunSnapshot:
    """Everything that moves, by the key of the component that shows it; `caption` says what the images are."""

    head: HtmlPatch
    weights: WeightImages
    loss: Chart
    accuracy: Chart
    strip: HtmlPatch | None
    caption: str

    def news(self) -> dict[str, HtmlPatch | WeightImages | Chart]:
        """Return what each live component is to show now."""
        news: dict[str, HtmlPatch | WeightImages | Chart] = {
            "head": self.head,
            "weights": self.weights,
            "loss": self.loss,
            "accuracy": self.accuracy,
        }
        return news | ({"strip": self.strip} if self.strip else {})


def idle_snapshot(config: RunConfig, load_images: LoadImages, *, has_torch: bool) -> RunSnapshot:
    """Return what a run of `config` would start from: its first weights and real test images.

    has_torch: whether PyTorch has been imported, so that weights which only it can draw cost no wait.
    """
    spec = dataset_spec(config.dataset)
    line = (
        f"Press Train: {spec.train_size:,} {spec.plural} to learn from, {spec.test_size:,} to be tested on."
    )
    layer, empty = _first_weights(config, has_torch), Curves("none")
    split = "validation" if config.validation_size else "test"
    figures = [
        ("train loss", "–"),
        ("train accuracy", "–"),
        (f"{split} loss", "–"),
        (f"{split} accuracy", "–"),
    ]
    return RunSnapshot(
        head=_head("ready", "plain", line, 0.0, figures),
        weights=_images(layer, 0),
        loss=empty.loss_chart(),
        accuracy=empty.accuracy_chart(),
        strip=_strip(config.dataset, load_images, np.zeros(0, np.int64)),
        caption=layer.caption,
    )


def run_snapshot(
    run: RunRow,
    feed: Feed,
    earlier: Sequence[Feed],
    store: Store,
    load_images: LoadImages,
    *,
    has_torch: bool,
) -> RunSnapshot:
    """Return the run as it stands, with the curves of `earlier` runs pale beneath its own.

    Made once for each state of the run, however many watch it.  Raises: UnknownRun, StoreError.
    """
    names = [title(other.refresh(store)) for other in earlier]
    beneath = tuple((other.run_id, other.version) for other in earlier)
    state = (feed.version, run.status, beneath, has_torch)
    kept = feed.snapshot
    if kept is None or kept[0] != state:
        made = _run_snapshot(
            run, feed, [other.curves for other in earlier], names, store, load_images, has_torch
        )
        kept = feed.snapshot = (state, made)
    snapshot = kept[1]
    assert isinstance(snapshot, RunSnapshot)
    return snapshot


def _run_snapshot(
    run: RunRow,
    feed: Feed,
    curves: list[Curves],
    names: list[str],
    store: Store,
    load_images: LoadImages,
    has_torch: bool,
) -> RunSnapshot:
    split = run.evaluation_split or ("validation" if run.config.validation_size else "test")
    figures = [
        ("train loss", _number(run.train_loss)),
        ("train accuracy", percent(run.train_accuracy)),
        (f"{split} loss", _number(run.evaluation_loss)),
        (f"{split} accuracy", percent(run.evaluation_accuracy)),
    ]
    found = store.newest_weights(run.id)
    layer = (
        first_layer(found[1], dataset_spec(run.dataset)) if found else _first_weights(run.config, has_torch)
    )
    text, tone = status_text(run)
    return RunSnapshot(
        head=_head(text, tone, _line(run), run.progress, figures),
        weights=_images(layer, found[0] if found else 0),
        loss=_begun(feed.curves.loss_chart(curves, names), run),
        accuracy=_begun(feed.curves.accuracy_chart(curves, names), run),
        strip=_strip(run.dataset, load_images, feed.strip),
        caption=layer.caption,
    )


def _begun(chart: Chart, run: RunRow) -> Chart:
    """Return the chart; that of a run that is over without a step promises none."""
    return replace(chart, empty="") if run.has_ended else chart


def _first_weights(config: RunConfig, has_torch: bool) -> FirstLayer:
    """Return the weights that a run of `config` starts from, as images; blank while only PyTorch knows them."""
    spec = dataset_spec(config.dataset)
    weights = first_weights(config, spec)
    if weights is None and has_torch:
        from core.models.build import build_model, state_arrays

        weights = state_arrays(build_model(replace(config, start_from="", device="cpu"), spec))
    if weights is None:
        shapes = parameter_shapes(config, spec)
        blank = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
        return replace(first_layer(blank, spec), caption="Its first weights appear in a moment.")
    return first_layer(weights, spec)


def _images(layer: FirstLayer, step: int) -> WeightImages:
    return WeightImages(layer.weights, layer.shape, layer.labels, step, classes=layer.is_classes)


def _head(status: str, tone: str, line: str, share: float, figures: list[tuple[str, str]]) -> HtmlPatch:
    values = {
        "status": status,
        "chip@class": f"ink-chip ink-{tone}",
        "line": line,
        "progress@aria-valuenow": f"{100 * share:.0f}",
        "bar@style": f"width:{100 * share:.2f}%",
    }
    for i, (name, value) in enumerate(figures):
        values |= {f"name{i}": name, f"value{i}": value}
    return HtmlPatch(_HEAD, values)


def _line(run: RunRow) -> str:
    """Return where the run stands, in words."""
    if run.status == "queued":
        return (
            "It starts as soon as a worker is free." if run.queue_position < 2 else "It waits for its turn."
        )
    if run.status == "interrupted":
        return f"It was interrupted at step {run.step:,}."
    parts = []
    if run.total_steps and run.steps_per_epoch:
        epoch = min(run.step // run.steps_per_epoch + 1, run.config.epochs)
        parts.append(f"step {run.step:,} of {run.total_steps:,}")
        parts.append(f"epoch {epoch} of {run.config.epochs}")
    if run.images_per_s and run.status == "running":
        parts.append(f"{run.images_per_s:,.0f} images a second")
        steps_per_s = run.images_per_s / run.config.batch_size
        parts.append(f"{time_left_s(run.pace, run.step, run.total_steps or 0, steps_per_s):.0f} s left")
    if run.has_ended:
        parts.append(f"{run.elapsed_s:.1f} s of training")
    return " · ".join(parts) or "It is about to begin."


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}" if value < 1000 else f"{value:.1e}"


def _strip(dataset: str, load_images: LoadImages, predicted: np.ndarray) -> HtmlPatch | None:
    """Return the test set's first images, each with what the model takes it for and what it is.

    None while the images are not there.
    """
    try:
        data, spec = load_images(dataset), dataset_spec(dataset)
    except DatasetError:
        return None
    labels = data.test_labels[:STRIP_SIZE]
    template = _strip_template(load_images, dataset, data.fingerprint)
    right = int((predicted == labels[: len(predicted)]).sum())
    values = {
        "strip@aria-label": f"The first {len(labels)} test images: {right} of {len(predicted)} answered rightly."
    }
    for i, (said, label) in enumerate(zip(predicted, labels, strict=False)):
        values |= {f"said{i}": spec.class_names[said], f"tone{i}@class": "y" if said == label else "n"}
    return HtmlPatch(template, values)


@lru_cache(maxsize=16)
def _strip_template(load_images: LoadImages, dataset: str, fingerprint: str) -> str:  # noqa: ARG001 - new content, new strip
    """Return the strip's HTML with its images as one PNG, which takes 14 ms to make and is wanted every tick."""
    data, spec = load_images(dataset), dataset_spec(dataset)
    labels = data.test_labels[:STRIP_SIZE]
    uri = data_uri(image_strip(data.test_images[:STRIP_SIZE], gutter=0))
    sheet = (
        f"<style>.ink-strip i{{background-image:url({uri});background-size:{len(labels)}00% 100%}}</style>"
    )
    cells = [
        f'<figure data-part="tone{i}"><i style="background-position-x:{100 * i / max(len(labels) - 1, 1):.3f}%"></i>'
        f'<figcaption><b data-part="said{i}">&nbsp;</b><small>{html.escape(spec.class_names[label])}</small>'
        "</figcaption></figure>"
        for i, label in enumerate(labels)
    ]
    return (
        f'{sheet}<p class="ink-caption">Twenty {html.escape(spec.plural)} from the test set: '
        'what it says (bold), what it is.</p><div class="ink-strip" data-part="strip" role="img">'
        f"{''.join(cells)}</div>"
    )
