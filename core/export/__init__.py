"""A run to take away: code, weights, numbers, pictures, a report, or all of it for another Inkling.

made = export_run(store, "abcd1234", "script")
Path(made.file_name).write_bytes(made.data)
"""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from core.config.app_settings import Settings
from core.config.run_config import RunConfig
from core.datasets import DatasetError, dataset_spec
from core.export.run_record import RunRecord, read_record
from core.i18n.translation import N_, Sentences, _
from core.runs import RunRow, Store
from core.runs.errors import ExportRefused, ImportRefused

__all__ = [
    "FORMATS",
    "Export",
    "ExportRefused",
    "Format",
    "ImportRefused",
    "check_export",
    "export_file_name",
    "export_run",
]


@dataclass(frozen=True)
class Format:
    """One form in which a run can be had; `_maker` knows what makes it."""

    name: str
    suffix: str
    mime: str

    @property
    def title(self) -> str:
        """What it is called."""
        return _TITLES[self.name]

    @property
    def says(self) -> str:
        """What it is good for, in a sentence."""
        return _SAYS[self.name]


@dataclass(frozen=True)
class Export:
    """A made file."""

    file_name: str
    mime: str
    data: bytes


_BINARY: Final = "application/octet-stream"
FORMATS: Final = {
    entry.name: entry
    for entry in (
        Format("script", ".py", "text/x-python"),
        Format("notebook", ".ipynb", "application/x-ipynb+json"),
        Format("safetensors", ".safetensors", _BINARY),
        Format("state_dict", ".pt", _BINARY),
        Format("onnx", ".onnx", _BINARY),
        Format("csv", ".csv", "text/csv"),
        Format("parquet", ".parquet", "application/vnd.apache.parquet"),
        Format("tensorboard", ".tfevents", _BINARY),
        Format("html", ".html", "text/html"),
        Format("pdf", ".pdf", "application/pdf"),
        Format("gif", ".gif", "image/gif"),
        Format("webp", ".webp", "image/webp"),
        Format("bundle", ".inkling.zip", "application/zip"),
    )
}
_TITLES: Final = Sentences(
    {
        "script": N_("Python script"),
        "notebook": N_("Notebook (Jupyter)"),
        "safetensors": N_("Weights (safetensors)"),
        "state_dict": N_("Weights (PyTorch)"),
        "onnx": N_("Model (ONNX)"),
        "csv": N_("Metrics (CSV)"),
        "parquet": N_("Metrics (Parquet)"),
        "tensorboard": N_("Metrics (TensorBoard)"),
        "html": N_("Report (HTML)"),
        "pdf": N_("Report (PDF)"),
        "gif": N_("Weight animation (GIF)"),
        "webp": N_("Weight animation (WebP)"),
        "bundle": N_("Run bundle"),
    }
)
_SAYS: Final = Sentences(
    {
        "script": N_("A plain PyTorch program that trains this run again and prints its numbers."),
        "notebook": N_("The same program as a Jupyter notebook that explains each step."),
        "safetensors": N_("For any program that reads safetensors. Loading it runs no code."),
        "state_dict": N_("A state_dict for torch.load(weights_only=True)."),
        "onnx": N_(
            "Takes pixels from 0 to 255 and returns logits, the scores before they become probabilities."
        ),
        "csv": N_("Loss and accuracy of every step and evaluation."),
        "parquet": N_("The same table as the CSV file, smaller and with typed columns."),
        "tensorboard": N_("An event file for tensorboard --logdir."),
        "html": N_("One page with the settings, curves, weights and mistakes."),
        "pdf": N_("The same page for printing."),
        "gif": N_("How the weight images changed during training."),
        "webp": N_("The same animation in a smaller file."),
        "bundle": N_("The whole run, for importing into another Inkling."),
    }
)


def export_run(store: Store, run_id: str, name: str) -> Export:
    """Return the run in the form `name`, one of FORMATS.

    Raises: ExportRefused, with what to do instead; UnknownRun, StoreError, DatasetError.
    """
    make = _maker(name)
    record = read_record(store, run_id)
    return Export(export_file_name(record.row, name), FORMATS[name].mime, make(record))


def _maker(name: str) -> Callable[[RunRecord], bytes]:
    """Return what makes the format `name`, imported only now: PyTorch, Matplotlib and others come with it.

    Raises: ExportRefused, with the choices.
    """
    match name:
        case "script":
            from core.export.script import script as make
        case "notebook":
            from core.export.notebook import notebook as make
        case "safetensors":
            from core.export.weights import safetensors_file as make
        case "state_dict":
            from core.export.weights import state_dict_file as make
        case "onnx":
            from core.export.weights import onnx_file as make
        case "csv":
            from core.export.metrics_table import csv_file as make
        case "parquet":
            from core.export.metrics_table import parquet_file as make
        case "tensorboard":
            from core.export.metrics_table import tensorboard_file as make
        case "html":
            from core.export.report_html import html_file as make
        case "pdf":
            from core.export.report_pdf import pdf_file as make
        case "gif":
            from core.export.weight_animation import gif_file as make
        case "webp":
            from core.export.weight_animation import webp_file as make
        case "bundle":
            from core.export.bundle import bundle_file as make
        case _:
            raise ExportRefused(
                _("There is no export format “{format}”.", format=name[:40]),
                _("Choose one of {formats}.", formats=", ".join(FORMATS)),
            )
    return make


def script_of_settings(config: RunConfig, settings: Settings) -> str:
    """Return the Python program that a run of these settings would be exported as.

    Raises: ExportRefused for settings whose images or first weights torchvision cannot give; DatasetError.
    """
    from core.export.script import script_of

    return script_of(config, settings)


def check_export(row: RunRow, name: str) -> None:
    """Raise ExportRefused where the run cannot be had in the form `name`, without making it."""
    if name in ("script", "notebook"):
        from core.export.script import check_config

        check_config(row.config, row.id)
    elif name not in ("csv", "parquet", "tensorboard", "bundle") and row.step == 0 and row.is_live:
        raise ExportRefused(
            _("Run {run} has not started training yet.", run=row.id), _("Wait for its first step.")
        )
    elif name == "pdf":
        from core.export.report_html import HEADINGS
        from core.export.report_pdf import check_letters

        with suppress(DatasetError):  # making the report says what is wrong with them
            spec = dataset_spec(row.dataset)
            check_letters((row.name, row.note, spec.title, *spec.class_names, *HEADINGS.values()))


def export_file_name(row: RunRow, name: str) -> str:
    """Return the file name of the run in the form `name`."""
    prefix = "events.out.tfevents." if name == "tensorboard" else ""  # not said: a file's name
    suffix = "" if prefix else FORMATS[name].suffix
    title = row.name or f"{row.model} on {row.dataset}"  # not said: a file's name
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40] or row.model
    return f"{prefix}{slug}-{row.id}{suffix}"
