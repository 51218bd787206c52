"""Number columns of `st.dataframe` as their reader writes numbers; they sort by the numbers themselves."""

from collections.abc import Callable, Mapping

import pandas as pd
from pandas.io.formats.style import Styler

from core.i18n.number_format import NONE, percent


def with_numbers(frame: pd.DataFrame, said: Mapping[str, Callable[[float], str]]) -> Styler:
    """Return the table with each of these columns, name -> how its numbers are said, ready for `st.dataframe`."""
    return frame.style.format(said, na_rep=NONE)


def said_per_cent(decimals: int = 1) -> Callable[[float], str]:
    """Return how numbers per cent are said: 92.13 -> "92.1%", 99.99 -> "over 99.9%"."""
    return lambda value: percent(value / 100, decimals)
