"""The report as PDF, A4."""

import io
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final

from core.export.report_html import HEADINGS, LIGHT, Report, curves_image, read_report, shade
from core.export.run_record import RunRecord
from core.i18n.number_format import number
from core.i18n.translation import _
from core.runs.errors import ExportRefused

WIDTH_MM: Final = 180.0
_FACE: Final = "DejaVu"
_FILES: Final = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}
_RIGHT_TO_LEFT: Final = ("R", "AL", "AN")


def pdf_file(record: RunRecord) -> bytes:
    """Return the report as a PDF whose text can be searched.

    Raises: ExportRefused, also for letters that this form has not (see `check_letters`); StoreError.
    """
    from fpdf import FPDF  # here: it takes a third of a second to import

    report = read_report(record)
    check_letters((report.title, report.note, report.sentence, *report.classes, *HEADINGS.values()))
    page = FPDF(format="A4")
    page.str_alias_nb_pages = ""  # else it writes the number of pages wherever people wrote {nb}
    page.set_margin(15)
    page.set_auto_page_break(True, 12)
    for style, name in _FILES.items():
        page.add_font(_FACE, style, _fonts() / name)
    page.set_title(report.title)
    page.set_creator("Inkling")
    page.add_page()
    _head(page, report)
    _facts(page, report)
    page.image(
        io.BytesIO(curves_image(record, "png")), w=WIDTH_MM, alt_text=_("Loss and accuracy by training step")
    )
    _heading(page, HEADINGS["weights"])
    page.image(io.BytesIO(report.weights_png), w=110, alt_text=report.weights_caption)
    _text(page, report.weights_caption, 7, LIGHT.muted)
    _matrix(page, report)
    _published(page, report)
    return bytes(page.output())


def check_letters(texts: Iterable[str]) -> None:
    """Raise ExportRefused for a text with letters that the PDF's fonts lack, or that are read from right to left."""
    for text in texts:
        wrong = next((sign for sign in text if sign not in "\t\n\r" and not _is_printed(sign)), None)
        if wrong is not None:
            values = {"text": text[:60], "letter": wrong}
            if ord(wrong) in _letters():
                why = _(
                    "The PDF report cannot show “{text}”: “{letter}” is written from right to left.", **values
                )
            else:
                why = _("The PDF report cannot show “{text}”: its fonts do not have “{letter}”.", **values)
            raise ExportRefused(
                why,
                _(
                    "Export the HTML report instead. It shows every letter, and a browser can print it or save it "
                    "as PDF."
                ),
            )


def _is_printed(sign: str) -> bool:
    return ord(sign) in _letters() and unicodedata.bidirectional(sign) not in _RIGHT_TO_LEFT


@cache
def _letters() -> frozenset[int]:
    """Return the code points that both fonts have; reading them takes a tenth of a second."""
    from fontTools.ttLib import TTFont

    plain, bold = (set(TTFont(_fonts() / name).getBestCmap()) for name in _FILES.values())
    return frozenset(plain & bold)


def _fonts() -> Path:
    """Return the folder of the free fonts that come with matplotlib: they have the letters of Europe and some more."""
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
    _text(page, report.made, 8, LIGHT.muted)
    page.ln(1)
    _text(page, report.sentence, 9)
    if report.note:
        _text(page, report.note, 9)


def _facts(page: Any, report: Report) -> None:
    _heading(page, HEADINGS["results"])
    for name, value in report.results:
        _text(page, _pair(name, value), 8)
    _heading(page, HEADINGS["settings"])
    own = " · ".join(_pair(name, value) for name, value, is_default in report.settings if not is_default)
    rest = " · ".join(_pair(name, value) for name, value, is_default in report.settings if is_default)
    _text(page, own or _("Every setting has its default value."), 8)
    if rest:
        _text(page, _("Default values: {settings}", settings=rest), 7, LIGHT.muted)
    page.ln(2)


def _pair(name: str, value: str) -> str:
    return _("{setting}: {value}", setting=name, value=value)


def _matrix(page: Any, report: Report) -> None:
    if report.matrix is None:
        return
    _heading(page, HEADINGS["confusion"])
    _text(page, HEADINGS["axes"], 7, LIGHT.muted)
    page.set_font(_FACE, "", 6)
    page.set_text_color(LIGHT.ink)
    count = len(report.classes)
    width, height = min(14.0, (WIDTH_MM - 22) / count), 4.2
    page.cell(22, height, "")
    for name in report.classes:
        page.cell(width, height, name[:9], align="R")
    page.ln()
    for true, row in enumerate(report.matrix):
        page.cell(22, height, report.rows[true])
        for answer, count_there in enumerate(row):
            page.set_fill_color(shade(report.matrix, true, answer))
            page.cell(width, height, number(count_there), align="R", fill=True)
        page.ln()


def _published(page: Any, report: Report) -> None:
    if not report.published:
        return
    _heading(page, HEADINGS["published"])
    for method, accuracy, source in report.published:
        _text(page, f"{accuracy}  {method}", 8)
        _text(page, source, 6, LIGHT.muted)
