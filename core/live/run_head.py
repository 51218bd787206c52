"""The head of a run on the Train page: status, progress, where it stands in words, and four figures."""

import math
from dataclasses import replace
from typing import Final

from core.i18n.number_format import loss, percent, signed
from core.i18n.translation import N_, Sentences, _, ngettext, together
from core.live.messages import HtmlPatch
from core.live.time_left import time_left, time_left_text, wait_text
from core.live.workload import ALONE, Workload
from core.runs import RunRow
from core.runs.run_labels import title

_FIGURES: Final = Sentences(
    {
        ("train", "loss"): N_("train loss"),
        ("train", "accuracy"): N_("train accuracy"),
        ("validation", "loss"): N_("validation loss"),
        ("validation", "accuracy"): N_("validation accuracy"),
        ("test", "loss"): N_("test loss"),
        ("test", "accuracy"): N_("test accuracy"),
    }
)
# Elements with data-part change while a run trains; the rest is sent once.
_HEAD: Final = (
    '<div class="ink-head"><div><div class="ink-status">'
    '<span data-part="chip" class="ink-chip"><i></i><span data-part="status"></span></span>'
    '<span data-part="line"></span></div>'
    '<div data-part="progress" class="ink-progress" role="progressbar" aria-valuemin="0" aria-valuemax="100">'
    '<i data-part="bar"></i></div></div>'
    '<dl class="ink-figures" data-part="figures">'
    + "".join(
        f'<div><dt data-part="name{i}"></dt><dd><span data-part="value{i}"></span>'
        f'<small data-part="at{i}"></small><small data-part="change{i}"></small></dd></div>'
        for i in range(4)
    )
    + "</dl></div>"
)  # not said: HTML


def idle_figures(split: str) -> list[tuple[str, str]]:
    """Return the names of the four figures, on the training images and on a split, without values."""
    return [(_FIGURES[of, quantity], "–") for of in ("train", split) for quantity in ("loss", "accuracy")]


def run_figures(run: RunRow) -> list[tuple[str, str]]:
    """Return the four figures of a run as they stand, (name, value)."""
    split = run.evaluation_split or ("validation" if run.config.validation_size else "test")
    return [
        (_FIGURES["train", "loss"], loss(run.train_loss)),
        (_FIGURES["train", "accuracy"], percent(run.train_accuracy)),
        (_FIGURES[split, "loss"], loss(run.evaluation_loss)),
        (_FIGURES[split, "accuracy"], percent(run.evaluation_accuracy)),
    ]


def evaluated_at(run: RunRow) -> str:
    """Return of which step the figures of the last evaluation are, where training has gone on since."""
    return "" if run.evaluation_step in (None, run.step) else _("step {step}", step=run.evaluation_step)


def head_of(
    status: str, tone: str, line: str, share: float, figures: list[tuple[str, str]], evaluated: str = ""
) -> HtmlPatch:
    """Return the head with these values; share: of the steps that are done, 0..1; figures: four (name, value).

    evaluated: of which step the last two figures are, "" for the one where the run stands.
    """
    values = {
        "status": status,
        "chip@class": f"ink-chip ink-{tone}",  # not said: classes of CSS
        "line": line,
        "line@title": line,  # where there is no room for all of it
        "progress@aria-label": _("progress"),
        "progress@aria-valuenow": f"{100 * share:.0f}",
        "bar@style": f"width:{100 * share:.2f}%",
        "at2": evaluated,
        "at3": evaluated,
    }
    for i, (name, value) in enumerate(figures):
        values |= {f"name{i}": name, f"value{i}": value}
    return HtmlPatch(_HEAD, values)


def with_changes(head: HtmlPatch, run: RunRow | None, before: RunRow | None) -> HtmlPatch:
    """Return the head with the change of each figure against an earlier run, once both are over; empty till then.

    The channel, which tells all viewers the same, never says these.
    """
    changes = ["", "", "", ""]
    if run is not None and before is not None and run.has_ended and before.has_ended:
        pairs = [(run.train_loss, before.train_loss), (run.train_accuracy, before.train_accuracy)]
        if run.evaluation_split == before.evaluation_split:
            pairs += [
                (run.evaluation_loss, before.evaluation_loss),
                (run.evaluation_accuracy, before.evaluation_accuracy),
            ]
        for i, (now, then) in enumerate(pairs):
            if now is not None and then is not None and math.isfinite(now - then):
                changes[i] = signed(100 * (now - then), 1) if i % 2 else signed(now - then, 3)
    told = _("Change against the run before: {name}", name=title(before)) if before and any(changes) else ""
    values = {f"change{i}": change for i, change in enumerate(changes)}
    return replace(head, values={**head.values, **values, "figures@title": told})


def line_of(run: RunRow, step_s: float | None, workload: Workload = ALONE) -> str:
    """Return where the run stands, in words; step_s: the training time of a step, as far as it is known."""
    if run.status == "queued":
        return _waiting_line(run, workload)
    if run.status == "interrupted":
        return _("It was interrupted at step {step}.", step=run.step)
    told: list[str] = []
    if run.total_steps and run.steps_per_epoch:
        epoch = min(run.step // run.steps_per_epoch + 1, run.config.epochs)
        told.append(_("step {step} of {total}", step=run.step, total=run.total_steps))
        told.append(_("epoch {epoch} of {total}", epoch=epoch, total=run.config.epochs))
    if run.images_per_s and run.status == "running":
        speed = round(run.images_per_s)
        told.append(ngettext("{n} image per second", "{n} images per second", speed))
    left_s = time_left(run, step_s, workload)
    if left_s is not None:
        told.append(time_left_text(left_s))
    if run.status == "running" and workload.is_crowded(run.id):
        sharing = len(workload.training)
        told.append(ngettext("{n} run shares the processor", "{n} runs share the processor", sharing))
    if run.has_ended:
        told.append(_("trained for {time:duration}", time=run.elapsed_s))
    return " · ".join(told) or _("It is about to start.")


def _waiting_line(run: RunRow, workload: Workload) -> str:
    """Return what a queued run waits for, and about how long if that can be told."""
    ahead, wait_s = (run.queue_position or 1) - 1, workload.wait_s(run)
    if ahead:
        line: str = ngettext("{n} run is ahead of it.", "{n} runs are ahead of it.", ahead)
        return line if wait_s is None else together(line, wait_text(wait_s))
    return _("It starts as soon as there is room for it.") if wait_s is None else wait_text(wait_s)
