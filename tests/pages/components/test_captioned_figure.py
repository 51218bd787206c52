"""The CSV files of figures and tables: no spreadsheet computes a name, and numbers stay numbers."""

import csv
import io

import pandas as pd

from pages.components.captioned_figure import csv_text
from pages.components.markdown_table import markdown_table
from tests.nasty_names import NASTY_NAMES


def test_no_cell_and_no_heading_of_a_csv_begins_a_formula() -> None:
    columns = {"class": list(NASTY_NAMES), "share": [-0.5] * len(NASTY_NAMES)}
    columns |= {name: list(range(len(NASTY_NAMES))) for name in NASTY_NAMES}
    heads, *rows = csv.reader(io.StringIO(csv_text(pd.DataFrame(columns))))
    for text in (*heads, *(row[0] for row in rows)):
        assert not text.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert [head.removeprefix("'") for head in heads] == [*columns]
    assert [row[0].removeprefix("'") for row in rows] == list(NASTY_NAMES)
    assert {row[1] for row in rows} == {"-0.5"}
    assert [row[2] for row in rows] == [str(number) for number in range(len(NASTY_NAMES))]


def test_a_table_s_texts_are_markdown_everywhere_and_its_numbers_are_not() -> None:
    table = markdown_table(pd.DataFrame({"*a*": ["_b_", 1.5]}, index=["`c`", "d"]))
    assert [*table.columns, *table.index] == ["\\*a\\*", "\\`c\\`", "d"]
    assert table.iloc[:, 0].tolist() == ["\\_b\\_", 1.5]
