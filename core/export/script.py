"""A run as one Python file that needs nothing but torch and torchvision: `templates/script.py.jinja`, filled in."""

import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from core.config.run_config import WITH_MOMENTUM
from core.datasets import load
from core.datasets.catalog import CATALOG
from core.export.rendering import in_one_line, render
from core.export.run_record import RunRecord
from core.i18n.translation import _
from core.runs import RunRow
from core.runs.errors import ExportRefused
from core.training.threads import threads_for

_CUT: Final = "# %%"  # a line where the notebook's next cell begins
_ACTIVATIONS: Final = {"relu": "ReLU", "tanh": "Tanh", "sigmoid": "Sigmoid", "gelu": "GELU"}
_OPTIMIZERS: Final = {
    "sgd": "SGD",
    "adagrad": "Adagrad",
    "adam": "Adam",
    "adamw": "AdamW",
    "adamax": "Adamax",
    "rmsprop": "RMSprop",
}


def script(record: RunRecord) -> bytes:
    """Return the program as UTF-8 text.  Raises: ExportRefused for a run whose images or first weights torchvision
    cannot give; DatasetError.
    """
    return _program(record, _as_comment, in_notebook=False).encode()


@dataclass(frozen=True)
class Step:
    """A step of the program: its heading, why it is there, and its code."""

    heading: str
    why: str
    code: str


def program_in_steps(record: RunRecord) -> tuple[str, list[Step]]:
    """Return (the settings' code, the steps): the program without its docstring and command line, with a look at
    the weights.  Raises: as `script`.
    """
    said: list[tuple[str, str]] = []

    def cut(number: int, title: str, why: str) -> str:
        heading = _("Step {number}: {title}", number=number, title=title)
        said.append((in_one_line(heading), why))
        return _CUT

    settings, *codes = f"\n{_program(record, cut, in_notebook=True)}".split(f"\n{_CUT}\n")
    steps = [Step(*words, code.strip()) for words, code in zip(said, codes, strict=True)]
    return settings.strip(), steps


def _as_comment(number: int, title: str, why: str) -> str:
    said = _("Step {number}: {title}. {why}", number=number, title=title, why=why)
    return f"# {in_one_line(said)}"


def _program(record: RunRecord, step: Callable[[int, str, str], str], in_notebook: bool) -> str:
    row, config = record.row, record.row.config
    check_row(row)
    is_standardised = config.scaling == "standardised"
    measured = load(row.dataset, record.store.settings.data_dir).spec if is_standardised else record.spec
    return render(
        "script.py.jinja",
        in_notebook=in_notebook,
        step=step,
        title=record.title,
        run_id=row.id,
        is_closed_form=row.path == "closed-form",
        is_stopped=row.state == "stopped",
        config=config,
        spec=record.spec,
        pixel_mean=list(measured.mean),
        pixel_std=list(measured.std),
        plan=_plan(record),
        threads=row.threads or threads_for(config),
        learning_rate_changes=record.learning_rate_changes,
        activation_class=_ACTIVATIONS[config.activation],
        optimizer_class=_OPTIMIZERS[config.optimizer],
        has_momentum=config.optimizer in WITH_MOMENTUM,
        source_of=_source_of,
    )


def check_row(row: RunRow) -> None:
    """Raise ExportRefused for a run whose images or first weights torchvision cannot give."""
    config = row.config
    remedy = _("Export the run as a bundle instead. A bundle has its settings, numbers and weights.")
    for name in filter(None, (config.dataset, config.mix_in)):
        if name not in CATALOG:
            raise ExportRefused(
                _("Run {run} was trained on your own images, which torchvision does not have.", run=row.id),
                remedy,
            )
        if not CATALOG[name].torchvision_class:
            raise ExportRefused(
                _(
                    "Run {run} was trained on {dataset}, which torchvision does not have.",
                    run=row.id,
                    dataset=CATALOG[name].title,
                ),
                remedy,
            )
    if config.mix_in:
        raise ExportRefused(
            _("Run {run} was trained on two datasets, which scripts do not support yet.", run=row.id), remedy
        )
    if config.start_from:
        raise ExportRefused(
            _(
                "Run {run} started from the weights of run {other}, which a script does not contain.",
                run=row.id,
                other=config.start_from,
            ),
            remedy,
        )


@dataclass(frozen=True)
class Plan:
    """The run's counts: updates it made, was to make, and makes per epoch; evaluations beside the regular ones."""

    steps: int
    planned_steps: int
    steps_per_epoch: int
    extra_evaluations: tuple[int, ...]
    is_whole: bool  # it has, or will have, a final figure on the test set


def _plan(record: RunRecord) -> Plan:
    """Return how many updates the program makes and when it looks at unseen images."""
    row, config = record.row, record.row.config
    count = config.train_size or record.spec.train_size - config.validation_size
    per_epoch = -(-count // config.batch_size)
    planned = per_epoch * config.epochs
    steps = {"stopped": row.step, "diverged": row.step - 1}.get(row.state, planned)
    regular = config.eval_every or per_epoch
    told = {event.step for event in record.evaluations if event.split == row.evaluation_split}
    extra = tuple(sorted(step for step in told if step % regular and step != steps))
    return Plan(steps, planned, per_epoch, extra, is_whole=row.state != "diverged")


def _source_of(module: str) -> str:
    """Return a module's own code, without its docstring and the import that must come first in a file."""
    text = inspect.getsource(importlib.import_module(module))
    body = text.partition("from __future__ import annotations")[2]  # not said: Python
    return (body or text).strip()
