"""A run as one Python file that needs nothing but torch and torchvision: `templates/script.py.jinja`, filled in."""

import importlib
import inspect
from dataclasses import dataclass
from typing import Final

from core.config.run_config import WITH_MOMENTUM
from core.datasets import load
from core.datasets.catalog import CATALOG
from core.export.rendering import render
from core.export.run_record import RunRecord
from core.i18n.literal_text import docstring_text
from core.runs import RunRow
from core.runs.errors import ExportRefused
from core.training.threads import threads_for

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
    """Return the program as UTF-8 text.  Raises: ExportRefused, DatasetError; see `program`."""
    return program(record).encode()


def program(record: RunRecord, in_notebook: bool = False) -> str:
    """Return the program; for a notebook without its docstring and command line, and with a look at the weights.

    Raises: ExportRefused for a run whose images or first weights torchvision cannot give; DatasetError.
    """
    row, config = record.row, record.row.config
    check_row(row)
    is_standardised = config.scaling == "standardised"
    measured = load(row.dataset, record.store.settings.data_dir).spec if is_standardised else record.spec
    return render(
        "script.py.jinja",
        in_notebook=in_notebook,
        title=docstring_text(" ".join(record.title.split())),
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
    remedy = "Export the run as a bundle instead: it holds its settings, numbers and weights."
    for name in filter(None, (config.dataset, config.mix_in)):
        if name not in CATALOG:
            raise ExportRefused(
                f"Run {row.id} learned from images of your own, which torchvision has not.", remedy
            )
        if not CATALOG[name].torchvision_class:
            raise ExportRefused(
                f"Run {row.id} learned from {CATALOG[name].title}, which torchvision has not.", remedy
            )
    if config.mix_in:
        raise ExportRefused(f"Run {row.id} mixed two datasets, which no script does yet.", remedy)
    if config.start_from:
        raise ExportRefused(
            f"Run {row.id} went on from the weights of run {config.start_from}, which a script of its own "
            "cannot know.",
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
    _, _, body = text.partition("from __future__ import annotations")
    return (body or text).strip()
