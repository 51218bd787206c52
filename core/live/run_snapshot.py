"""What the Train page shows of a run at one moment: head, weight images, two curves, the strip. No drawing here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np

from core.config.image_counts import learned_count
from core.config.presets import reported_accuracy
from core.config.run_config import RunConfig
from core.datasets import DatasetError, DatasetSpec, ImageData, dataset_spec
from core.datasets.shortage import no_test_images
from core.figures.run_curves import Chart, Curves
from core.figures.weight_images import WeightImages, data_uri, image_strip
from core.i18n.literal_text import html_text
from core.i18n.reader import reader
from core.i18n.translation import _, ngettext, together
from core.insight.first_layer import FirstLayer, first_layer
from core.live.messages import HtmlPatch
from core.live.run_feed import Feed
from core.live.run_head import evaluated_at, head_of, idle_figures, line_of, run_figures
from core.live.workload import ALONE, Workload
from core.models.initial_weights import first_weights
from core.models.parameter_shapes import parameter_shapes
from core.protocol.events import STRIP_SIZE
from core.runs import RunRow, Store
from core.runs.run_labels import status_text, title

LoadImages = Callable[[str], ImageData]  # dataset name -> its images; raises DatasetError

SHORT: Final = 2  # letters of a class's name, so that two stand in a line beneath a test image


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
    layer, empty = _first_weights(config, has_torch), Curves("none")
    split = "validation" if config.validation_size else "test"
    return RunSnapshot(
        head=head_of(_("Ready"), "plain", _what_train_does(config, spec), 0.0, idle_figures(split)),
        weights=_images(layer, 0),
        loss=empty.loss_chart(n_classes=spec.n_classes),
        accuracy=empty.accuracy_chart(reported=_reported(config)),
        strip=_strip(config.dataset, load_images, np.zeros(0, np.int64)),
        caption=layer.caption,
    )


def _what_train_does(config: RunConfig, spec: DatasetSpec) -> str:
    """Return from which images a run of `config` would learn, and on how many it is tested."""
    train, test = learned_count(config, spec), spec.test_size
    if config.left_out_class >= 0:
        name = spec.class_names[config.left_out_class]
        if test:
            return _(
                "Press Train: of {train} images it learns all but “{name}”; {test} others test it.",
                train=train, name=name, test=test,
            )  # fmt: skip
        learns = _("Press Train: of {train} images it learns all but “{name}”.", train=train, name=name)
        return together(learns, no_test_images(spec).message)
    if test:
        return _(
            "Press Train: the model learns from {train} images and is tested on {test} others.",
            train=train,
            test=test,
        )
    learns = ngettext(
        "Press Train: the model learns from {n} image.",
        "Press Train: the model learns from {n} images.",
        train,
    )
    return together(learns, no_test_images(spec).message)


def run_snapshot(
    run: RunRow,
    feed: Feed,
    earlier: Sequence[Feed],
    store: Store,
    load_images: LoadImages | None,
    *,
    has_torch: bool,
    workload: Workload = ALONE,
) -> RunSnapshot:
    """Return the run as it stands, with the curves of `earlier` runs pale beneath its own.

    load_images: None for who may not see the images that it is tested on; workload: what shares the cores with it.
    Made once for each state of the run and each language, however many watch it.  Raises: UnknownRun, StoreError.
    """
    names = [title(other.refresh(store)) for other in earlier]
    beneath = tuple((other.run_id, other.version) for other in earlier)
    line = line_of(run, feed.step_time.seconds, workload)
    state = (feed.version, run.status, beneath, has_torch, line)
    shown_to = (reader().language, load_images is not None)
    kept = feed.snapshots.get(shown_to)
    if kept is None or kept[0] != state:
        made = _run_snapshot(
            run, line, feed, [other.curves for other in earlier], names, store, load_images, has_torch
        )
        kept = feed.snapshots[shown_to] = (state, made)
    snapshot = kept[1]
    assert isinstance(snapshot, RunSnapshot)
    return snapshot


def _run_snapshot(
    run: RunRow,
    line: str,
    feed: Feed,
    curves: list[Curves],
    names: list[str],
    store: Store,
    load_images: LoadImages | None,
    has_torch: bool,
) -> RunSnapshot:
    found, spec = store.newest_weights(run.id), dataset_spec(run.dataset)
    layer = first_layer(found[1], spec) if found else _first_weights(run.config, has_torch)
    text, tone = status_text(run)
    return RunSnapshot(
        head=head_of(
            text,
            tone,
            line,
            run.progress,
            run_figures(run),
            evaluated_at(run),
        ),
        weights=_images(layer, found[0] if found else 0),
        loss=_begun(feed.curves.loss_chart(curves, names, spec.n_classes), run),
        accuracy=_begun(feed.curves.accuracy_chart(curves, names, _reported(run.config)), run),
        strip=_strip(run.dataset, load_images, feed.strip),
        caption=layer.caption,
    )


def _reported(config: RunConfig) -> float | None:
    reported = reported_accuracy(config)
    return reported.accuracy if reported else None


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
        return replace(first_layer(blank, spec), caption=_("Its initial weights appear in a moment."))
    return first_layer(weights, spec)


def _images(layer: FirstLayer, step: int) -> WeightImages:
    return WeightImages(layer.weights, layer.shape, layer.labels, step, classes=layer.is_classes)


def _strip(dataset: str, load_images: LoadImages | None, predicted: np.ndarray) -> HtmlPatch | None:
    """Return the test set's first images, each with what the model takes it for and what it is.

    None while the images are not there or may not be seen, and where there are none to test on.
    """
    if load_images is None:
        return None
    try:
        data, spec = load_images(dataset), dataset_spec(dataset)
    except DatasetError:
        return None
    labels = data.test_labels[:STRIP_SIZE]
    if not len(labels):
        return None
    caption = ngettext(
        "{n} test image: predicted class (bold) and true class",
        "{n} test images: predicted class (bold) and true class",
        len(labels),
    )
    template = _strip_template(load_images, dataset, data.fingerprint, caption)
    values: dict[str, str] = {"strip@aria-label": _strip_words(predicted, labels)}
    for i, (said, label) in enumerate(zip(predicted, labels, strict=False)):
        values |= {f"said{i}": spec.class_names[said], f"tone{i}@class": "y" if said == label else "n"}
    return HtmlPatch(template, values)


def _strip_words(predicted: np.ndarray, labels: np.ndarray) -> str:
    if not len(predicted):
        return _("The first {n} test images.", n=len(labels))
    right = int((predicted == labels[: len(predicted)]).sum())
    return _("The first {n} test images: {right} of {n} are recognised.", n=len(labels), right=right)


@lru_cache(maxsize=16)
def _strip_template(load_images: LoadImages, dataset: str, fingerprint: str, caption: str) -> str:  # noqa: ARG001 - new content, new strip
    """Return the strip's HTML with its images as one PNG, which takes 14 ms to make and is wanted for every message."""
    data, spec = load_images(dataset), dataset_spec(dataset)
    labels = data.test_labels[:STRIP_SIZE]
    uri = data_uri(image_strip(data.test_images[:STRIP_SIZE], gutter=0))
    look = f"background-image:url({uri});background-size:{len(labels)}00% 100%"
    sheet = f"<style>.ink-strip i{{{look}}}</style>"  # not said: CSS
    cells = [
        f'<figure data-part="tone{i}"><i style="background-position-x:{100 * i / max(len(labels) - 1, 1):.3f}%"></i>'
        f'<figcaption><b data-part="said{i}">&nbsp;</b><small>{html_text(spec.class_names[label])}</small>'
        "</figcaption></figure>"
        for i, label in enumerate(labels)
    ]  # not said: HTML
    short = " ink-short" if all(len(spec.class_names[label]) <= SHORT for label in labels) else ""
    return (
        f'{sheet}<p class="ink-caption">{html_text(caption)}</p>'
        f'<div class="ink-strip{short}" data-part="strip" role="img">'
        f"{''.join(cells)}</div>"
    )  # not said: HTML
