"""The report as PDF, A4."""

import io
from pathlib import Path
from typing import Any, Final

from core.export.report_html import LIGHT, Report, curves_image, read_report, shade
from core.export.run_record import RunRecord

WIDTH_MM: Final = 180.0
_FACE: Final = "DejaVu"


def pdf_file(record: RunRecord) -> bytes:
    """Return the report as a PDF whose text can be searched.  Raises: ExportRefused, StoreError."""
    from fpdf import FPDF  # here: it takes a third of a second to import

    report = read_report(record)
    page = FPDF(format="A4")
    page.set_margin(15)
    page.set_auto_page_break(True, 12)
    for style, name in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
        page.add_font(_FACE, style, _fonts() / name)
    page.set_title(report.title)
    page.set_creator("Inkling")
    page.add_page()
    _head(page, report)
    _facts(page, report)
    page.image(
        io.BytesIO(curves_image(record, "png")), w=WIDTH_MM, alt_text="Loss and accuracy by training step"
    )
    _heading(page, "Weights")
    page.image(io.BytesIO(report.weights_png), w=110, alt_text=report.weights_caption)
    _text(page, report.weights_caption, 7, LIGHT.muted)
    _matrix(page, report)
    _published(page, report)
    return bytes(page.output())


def _fonts() -> Path:
    """Return the folder of the free fonts that come with matplotlib: they have every letter a name may need."""
    from matplotlib import get_data_path

    return Path(get_data_path()) / "fonts" / "ttf"


def _text(
    page: Any, words: str, size: float, colour: str = LIGHT.ink, style: str = "", width: float = 0
) -> None:
    page.set_font(_FACE, style, size)
    page.set_text_color(colour)
    page.multi_cell(width or WIDTH_MM, size * 0.5, words, new_x="LMARGIN", new_y="NEXT", align="L")


def _heading(page: Any, words: str) -> None:
    page.ln(2)
    _text(page, words, 10, style="B")
    page.ln(1)


def _head(page: Any, report: Report) -> None:
    _text(page, report.title, 16, style="B")
    _text(page, f"Inkling, {report.made}", 8, LIGHT.muted)
    page.ln(1)
    _text(page, report.sentence, 9)
    if report.note:
        _text(page, report.note, 9)


def _facts(page: Any, report: Report) -> None:
    _heading(page, "Figures")
    for name, value in report.figures:
        _text(page, f"{name}: {value}", 8)
    _heading(page, "Settings")
    own = ", ".join(f"{name} {value}" for name, value, is_default in report.settings if not is_default)
    rest = ", ".join(f"{name} {value}" for name, value, is_default in report.settings if is_default)
    _text(page, own or "Every setting as the defaults have it.", 8)
    _text(page, f"As the defaults have it: {rest}.", 7, LIGHT.muted)
    page.ln(2)


def _matrix(page: Any, report: Report) -> None:
    if report.matrix is None:
        return
    _heading(page, "Confusion matrix on the test set (rows: what it was; columns: what the model said)")
    page.set_font(_FACE, "", 6)
    page.set_text_color(LIGHT.ink)
    count = len(report.classes)
    width, height = min(14.0, (WIDTH_MM - 22) / count), 4.2
    page.cell(22, height, "")
    for name in report.classes:
        page.cell(width, height, name[:9], align="R")
    page.ln()
    for true, row in enumerate(report.matrix):
        page.cell(22, height, report.classes[true])
        for answer, number in enumerate(row):
            page.set_fill_color(shade(report.matrix, true, answer))
            page.cell(width, height, str(number), align="R", fill=True)
        page.ln()


def _published(page: Any, report: Report) -> None:
    if not report.published:
        return
    _heading(page, "Published figures beside it")
    for method, accuracy, source in report.published:
        _text(page, f"{accuracy}  {method}", 8)
        _text(page, source, 6, LIGHT.muted)
