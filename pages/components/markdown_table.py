"""Tables for `st.table`, which draws every cell, column and row name as Markdown."""

import pandas as pd

from core.i18n.literal_text import markdown_text


def markdown_table(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with all its texts to be shown letter by letter."""
    return frame.map(_cell).rename(columns=_cell, index=_cell)


def _cell(value: object) -> object:
    return markdown_text(value) if isinstance(value, str) else value
