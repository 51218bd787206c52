"""A run as one Python file that needs nothing but torch and torchvision: `templates/script.py.jinja`, filled in."""

import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from core.config.app_settings import Settings
from core.config.config_title import config_title
from core.config.image_counts import learned_count
from core.config.run_config import WITH_MOMENTUM, RunConfig
from core.config.setting_labels import dataset_title
from core.datasets import load
from core.datasets.catalog import CATALOG, DatasetSpec, dataset_spec
from core.export.path_words import how_near
from core.export.rendering import in_one_line, render
from core.export.run_record import RunRecord
from core.i18n.translation import _
from core.runs.errors import ExportRefused
from core.training.path_selection import EVALUATION_BATCH, path_of
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


def script_of(config: RunConfig, settings: Settings) -> str:
    """Return the program of a run that has not been trained.  Raises: as `script`."""
    spec = dataset_spec(config.dataset, settings.data_dir)
    per_epoch, planned = _steps(config, spec, settings.data_dir)
    values = _of_settings(config, spec, settings.data_dir) | {
        "title": config_title(config),
        "run_id": "",
        "path": path_of(config),
        "is_stopped": False,
        "plan": Plan(planned, planned, per_epoch, extra_evaluations=(), is_whole=True),
        "threads": threads_for(config, settings.core_count),
        "learning_rate_changes": config.learning_rate_changes,
    }
    return render("script.py.jinja", in_notebook=False, step=_as_comment, **values)


def _program(record: RunRecord, step: Callable[[int, str, str], str], in_notebook: bool) -> str:
    row = record.row
    values = _of_settings(row.config, record.spec, record.store.settings.data_dir, row.id) | {
        "title": record.title,
        "run_id": row.id,
        "path": row.path,
        "is_stopped": row.state == "stopped",
        "plan": _plan(record),
        "threads": row.threads or threads_for(row.config),
        "learning_rate_changes": record.learning_rate_changes,
    }
    return render("script.py.jinja", in_notebook=in_notebook, step=step, **values)


def _of_settings(config: RunConfig, spec: DatasetSpec, data_dir: Path, run_id: str = "") -> dict[str, Any]:
    """Return what a program has from its settings alone.  Raises: as `script`."""
    check_config(config, run_id)
    measured = load(config.dataset, data_dir).spec if config.scaling == "standardised" else spec
    return {
        "config": config,
        "spec": spec,
        "pixel_mean": list(measured.mean),
        "pixel_std": list(measured.std),
        "activation_class": _ACTIVATIONS[config.activation],
        "optimizer_class": _OPTIMIZERS[config.optimizer],
        "has_momentum": config.optimizer in WITH_MOMENTUM,
        "evaluation_batch": EVALUATION_BATCH[config.model],
        "source_of": _source_of,
        "how_near": how_near,
    }


def check_config(config: RunConfig, run_id: str = "") -> None:
    """Raise ExportRefused for settings whose images or first weights torchvision cannot give.

    run_id: of the run that has them, "" if there is none yet.
    """
    if told := _refused_run(config, run_id) if run_id else _refused_settings(config):
        bundle = _("Export the run as a bundle instead. A bundle has its settings, numbers and weights.")
        other = _("Choose another dataset or start to get a script, or train with these settings here.")
        raise ExportRefused(told, bundle if run_id else other)


def _refused_run(config: RunConfig, run_id: str) -> str:
    """Return why a run cannot be a script, "" if it can."""
    for name in filter(None, (config.dataset, config.mix_in)):
        if name not in CATALOG:
            return _(
                "Run {run} was trained on images of somebody's own, which a script cannot load.", run=run_id
            )
        if not CATALOG[name].torchvision_class:
            return _(
                "Run {run} was trained on {dataset}, which torchvision does not have.",
                run=run_id,
                dataset=CATALOG[name].title,
            )
    if config.mix_in:
        return _("Run {run} was trained on two datasets, which scripts do not support yet.", run=run_id)
    if config.start_from:
        return _(
            "Run {run} started from the weights of run {other}, which a script does not contain.",
            run=run_id,
            other=config.start_from,
        )
    return ""


def _refused_settings(config: RunConfig) -> str:
    """Return why settings cannot be a script, "" if they can."""
    for name in filter(None, (config.dataset, config.mix_in)):
        if name not in CATALOG or not CATALOG[name].torchvision_class:
            return _("torchvision does not have {dataset}.", dataset=dataset_title(name))
    if config.mix_in:
        return _("These settings train on two datasets, which scripts do not support yet.")
    if config.start_from:
        return _(
            "These settings start from the weights of run {other}, which a script does not contain.",
            other=config.start_from,
        )
    return ""


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
    per_epoch, planned = row.steps_per_epoch, row.total_steps
    if not (per_epoch and planned):  # it has not begun
        per_epoch, planned = _steps(config, record.spec, record.store.settings.data_dir)
    steps = {"stopped": row.step, "diverged": row.step - 1}.get(row.state, planned)
    regular = config.eval_every or per_epoch
    told = {event.step for event in record.evaluations if event.split == row.evaluation_split}
    extra = tuple(sorted(step for step in told if step % regular and step != steps))
    return Plan(steps, planned, per_epoch, extra, is_whole=row.state != "diverged")


def _steps(config: RunConfig, spec: DatasetSpec, data_dir: Path) -> tuple[int, int]:
    """Return how many updates there are in an epoch, and in all."""
    count = learned_count(config, spec)
    if config.left_out_class >= 0:  # how many of the images are of that class, their labels tell
        from core.training.data import training_data  # PyTorch, which the list of formats needs not

        count = training_data(replace(config, deskew=False), load(config.dataset, data_dir)).train_count
    per_epoch = -(-count // config.batch_size)
    return per_epoch, per_epoch * config.epochs


def _source_of(module: str) -> str:
    """Return a module's own code, without its docstring and the import that must come first in a file."""
    text = inspect.getsource(importlib.import_module(module))
    body = text.partition("from __future__ import annotations")[2]  # not said: Python
    return (body or text).strip()
