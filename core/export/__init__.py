"""A run to take away: code, weights, numbers, pictures, a report, or all of it for another Inkling.

made = export_run(store, "abcd1234", "script")
Path(made.file_name).write_bytes(made.data)
"""

import importlib
import re
from dataclasses import dataclass
from typing import Final

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
    """One form in which a run can be had. maker: "module:function" of this package, imported when asked for."""

    name: str
    title: str
    says: str
    suffix: str
    mime: str
    maker: str


@dataclass(frozen=True)
class Export:
    """A made file."""

    file_name: str
    mime: str
    data: bytes


FORMATS: Final = {
    entry.name: entry
    for entry in (
        Format("script", "Python script", "Plain PyTorch that prints this run's numbers.",
               ".py", "text/x-python", "script:script"),
        Format("notebook", "Notebook", "The same for Jupyter, in the articles' order.",
               ".ipynb", "application/x-ipynb+json", "notebook:notebook"),
        Format("safetensors", "Weights, safetensors", "For any program, without running code.",
               ".safetensors", "application/octet-stream", "weights:safetensors_file"),
        Format("state_dict", "Weights, PyTorch", "A state_dict for torch.load(weights_only=True).",
               ".pt", "application/octet-stream", "weights:state_dict_file"),
        Format("onnx", "Model, ONNX", "Takes pixels from 0 to 255, gives logits.",
               ".onnx", "application/octet-stream", "weights:onnx_file"),
        Format("csv", "Numbers, CSV", "Every step and evaluation.", ".csv", "text/csv", "metrics_table:csv_file"),
        Format("parquet", "Numbers, Parquet", "The same table, small and typed.",
               ".parquet", "application/vnd.apache.parquet", "metrics_table:parquet_file"),
        Format("tensorboard", "TensorBoard", "An event file for tensorboard --logdir.",
               ".tfevents", "application/octet-stream", "metrics_table:tensorboard_file"),
        Format("html", "Report, HTML", "One page with settings, curves, weights and mistakes.",
               ".html", "text/html", "report_html:html_file"),
        Format("pdf", "Report, PDF", "The same page to print.", ".pdf", "application/pdf", "report_pdf:pdf_file"),
        Format("gif", "Weights, GIF", "How the weights came to be.", ".gif", "image/gif", "animation:gif_file"),
        Format("webp", "Weights, WebP", "The same film, smaller.", ".webp", "image/webp", "animation:webp_file"),
        Format("bundle", "Bundle", "The whole run, for another Inkling.", ".inkling.zip", "application/zip",
               "bundle:bundle_file"),
    )
}  # fmt: skip


def export_run(store: Store, run_id: str, name: str) -> Export:
    """Return the run in the form `name`, one of FORMATS.

    Raises: ExportRefused, with what to do instead; UnknownRun, StoreError, DatasetError.
    """
    from core.export.run_record import read_record

    if name not in FORMATS:
        raise ExportRefused(f"There is no format {name[:40]!r}.", f"Choose one of {', '.join(FORMATS)}.")
    entry = FORMATS[name]
    record = read_record(store, run_id)
    module, _, function = entry.maker.partition(":")
    maker = getattr(importlib.import_module(f"{__name__}.{module}"), function)
    return Export(export_file_name(record.row, name), entry.mime, maker(record))


def check_export(row: RunRow, name: str) -> None:
    """Raise ExportRefused where the run cannot be had in the form `name`, without making it."""
    if name in ("script", "notebook"):
        from core.export.script import check_row

        check_row(row)
    elif name not in ("csv", "parquet", "tensorboard", "bundle") and row.step == 0 and row.is_live:
        raise ExportRefused(f"Run {row.id} has not begun to learn.", "Wait for its first step.")


def export_file_name(row: RunRow, name: str) -> str:
    """Return the file name of the run in the form `name`."""
    prefix = "events.out.tfevents." if name == "tensorboard" else ""
    suffix = "" if prefix else FORMATS[name].suffix
    title = row.name or f"{row.model} on {row.dataset}"
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40] or row.model
    return f"{prefix}{slug}-{row.id}{suffix}"
