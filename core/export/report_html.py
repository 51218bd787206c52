"""A run on one page: what it was, how it went, what it learned, where it is wrong. Self-contained HTML."""

import io
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.config.presets import DEFAULT
from core.config.run_config import FIELD_NAMES, RunConfig
from core.config.setting_labels import label_of, value_in_words
from core.datasets import DatasetError
from core.datasets.shortage import marked_untested
from core.export.path_words import GRADIENTS
from core.export.rendering import render
from core.export.run_record import RunRecord
from core.figures.palette import PALETTES
from core.figures.weight_images import data_uri, tile_columns, weight_tile
from core.i18n.number_format import duration, number, percent, plain
from core.i18n.reader import locale, reader
from core.i18n.translation import N_, Sentences, _, ngettext
from core.insight.captions.run_summary import verdict
from core.insight.confusion import confusion_matrix
from core.insight.first_layer import first_layer
from core.insight.metrics import are_scores_of
from core.insight.published_results import figures_for
from core.protocol.moving_average import Average
from core.runs.run_labels import STATUSES

LIGHT: Final = PALETTES["light"]
INCHES: Final = (6.8, 2.5)
HEADINGS: Final = Sentences(
    {
        "results": N_("Results"),
        "settings": N_("Settings"),
        "curves": N_("Curves"),
        "weights": N_("Weights"),
        "confusion": N_("Confusion matrix on the test set"),
        "axes": N_("Rows: what the image shows. Columns: what the model predicted."),
        "published": N_("Published results for comparison"),
    }
)
_BEST: Final = Sentences(
    {
        "validation": N_("Best result on the validation images"),
        "test": N_("Best result on the test images during training"),
    }
)


@dataclass(frozen=True, eq=False)
class Report:
    """All that the page says. results: (what, value); settings: (name, value, is it the default);
    published: (method, accuracy in words, source); matrix: counts (K, K), None without final scores.
    """

    title: str
    note: str
    sentence: str
    results: tuple[tuple[str, str], ...]
    settings: tuple[tuple[str, str, bool], ...]
    weights_png: bytes
    weights_caption: str
    matrix: np.ndarray | None
    classes: tuple[str, ...]
    published: tuple[tuple[str, str, str], ...]
    made: str

    @property
    def rows(self) -> tuple[str, ...]:
        """The matrix's rows, each by its class, with a word where that was never tested."""
        totals = () if self.matrix is None else self.matrix.sum(axis=1)
        named = zip(self.classes, totals, strict=True) if len(totals) else ()
        return tuple(name if total else marked_untested(name) for name, total in named)


def read_report(record: RunRecord) -> Report:
    """Return what the page says.  Raises: ExportRefused for a run without weights; StoreError."""
    row = record.row
    step, arrays = record.weights()
    layer = first_layer(arrays, record.spec)
    png = weight_tile(
        layer.weights, layer.shape, theme="light", columns=tile_columns(len(layer.weights)), zoom=4
    )
    matrix, sentence = _outcome(record)
    after = ngettext("After {n} training step.", "After {n} training steps.", step)
    return Report(
        title=record.title,
        note=row.note,
        sentence=sentence
        or row.message
        or _("Status: {status}. Training steps: {steps}.", status=STATUSES[row.status], steps=row.step),
        results=_results(record),
        settings=_settings(row.config),
        weights_png=png,
        weights_caption=f"{layer.caption} {after}",
        matrix=matrix,
        classes=record.spec.class_names,
        published=tuple(
            (f.method, percent(f.accuracy), f"{f.source}. {f.note}".strip())
            for f in figures_for(row.dataset, row.model)
            if f.model == row.model
        ),
        made=_("Inkling, {day:date}", day=row.ended_at or row.created_at),
    )


def _outcome(record: RunRecord) -> tuple[np.ndarray | None, str]:
    """Return (confusion matrix, the result in words), (None, "") without final scores or images."""
    logits = record.store.logits(record.row.id)
    if logits is None or not np.isfinite(logits).all():
        return None, ""
    try:
        data = record.images()
    except DatasetError:
        return None, ""
    words = verdict(logits, data, record.row.test_accuracy, record.row.config.left_out_class)
    if not len(logits) or not are_scores_of(data, logits, record.row.test_accuracy):
        return None, words
    return confusion_matrix(logits, data.test_labels), words


def _results(record: RunRecord) -> tuple[tuple[str, str], ...]:
    row = record.row
    best = _BEST[row.evaluation_split or "test"]
    steps: str = _("{done} of {total}", done=row.step, total=row.total_steps or 0)
    found: list[tuple[str, str]] = [(_("Status"), STATUSES[row.status]), (_("Training steps"), steps)]
    for name, loss, accuracy in (
        (best, row.best_loss, row.best_accuracy),
        (_("Final result on the test set"), row.test_loss, row.test_accuracy),
    ):
        if loss is not None and accuracy is not None:
            figures = _("{accuracy:percent.2}, loss {loss:number.4}", accuracy=accuracy, loss=loss)
            found.append((name, figures))
    found.append((_("Training time"), duration(row.elapsed_s)))
    found.append((_("Parameters"), number(row.parameter_count or 0)))
    found.append((_("Run"), row.id))
    if row.path:
        found.append((_("Gradient"), GRADIENTS.get(row.path, row.path)))
        found.append((_("CPU threads"), number(row.threads)))
    return tuple(found)


def _settings(config: RunConfig) -> tuple[tuple[str, str, bool], ...]:
    shown = []
    for name in FIELD_NAMES:
        value = getattr(config, name)
        if value in ("", ()):
            continue
        shown.append((label_of(name), value_in_words(name, config), value == getattr(DEFAULT, name)))
    return tuple(sorted(shown, key=lambda entry: entry[2]))


def curves_image(record: RunRecord, kind: str) -> bytes:
    """Return loss and accuracy over the updates, side by side, as "svg" or "png"."""
    from matplotlib.figure import Figure  # here: it takes half a second to import; no pyplot: threads

    figure = Figure(figsize=INCHES, layout="constrained")
    figure.patch.set_alpha(0)
    for place, quantity in enumerate(("loss", "accuracy")):
        axes = figure.add_subplot(1, 2, place + 1)
        scale = 100 if quantity == "accuracy" else 1
        values = getattr(record.steps, quantity).astype(np.float64)
        axes.plot(record.steps.step, scale * Average().update(values), color=LIGHT.train, lw=1.4)
        for split in ("validation", "test"):
            points = [(e.step, scale * getattr(e, quantity)) for e in record.evaluations if e.split == split]
            if points:
                axes.plot(*zip(*points, strict=True), "o-", ms=2.5, lw=1, color=LIGHT.held_out)
        title = _("Loss (cross-entropy)") if scale == 1 else _("Accuracy (%)")
        axes.set_title(title, fontsize=9, color=LIGHT.ink, loc="left", parse_math=False)
        colours = _("Training step (blue: training, smoothed; orange: validation or test)")
        axes.set_xlabel(colours, fontsize=7, parse_math=False)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(lambda value, _place: plain(value))
        axes.tick_params(labelsize=7, colors=LIGHT.muted)
        axes.grid(color=LIGHT.hairline, lw=0.5)
        axes.spines[["top", "right"]].set_visible(False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, dpi=200)
    return buffer.getvalue()


def html_file(record: RunRecord) -> bytes:
    """Return the page; it loads nothing from anywhere.  Raises: ExportRefused, StoreError."""
    report = read_report(record)
    svg = curves_image(record, "svg").decode()
    return render(
        "report.html.jinja",
        report=report,
        light=LIGHT,
        headings=HEADINGS,
        language=reader().language.replace("_", "-"),
        direction=locale().text_direction,
        curves_svg=svg[svg.index("<svg") :],
        weights_uri=data_uri(report.weights_png),
        shade=shade,
        number=number,
    ).encode()


def shade(matrix: np.ndarray, true: int, answer: int) -> str:
    """Return a cell's colour: the more of a class's images are answered so wrongly, the bluer."""
    if true == answer:
        return LIGHT.panel
    share = matrix[true, answer] / max(1, int(matrix[true].sum()))
    strength = min(1.0, share / 0.12)
    paper, ink = (np.array([int(c[i : i + 2], 16) for i in (1, 3, 5)]) for c in (LIGHT.paper, LIGHT.train))
    return "#" + "".join(f"{round(v):02X}" for v in paper + 0.6 * strength * (ink - paper))
