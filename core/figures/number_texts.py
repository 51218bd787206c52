"""Numbers on a figure as its reader writes them: texts for hovers, and what plotly is told for its axes."""

from collections.abc import Iterable
from functools import cache

import numpy as np

from core.i18n.number_format import number, percent


def percent_texts(shares: Iterable[float]) -> list[str]:
    """Return each share 0..1 as `percent` writes it: "92.1%", "over 99.9%"; "–" for what is no number.

    A curve has thousands of points, and `percent` takes 15 us: it is asked once for what is written alike.
    """
    said = cache(percent)
    return [said(_alike(float(share))) for share in shares]


def _alike(share: float) -> float:
    """Return the share to a tenth of a per cent, halves upwards; less than all, more than nothing stay so."""
    if not np.isfinite(share):
        return float("nan") if np.isnan(share) else share
    tenths = np.floor(1000 * share + 0.5 + 1e-9)
    if (share < 1 and tenths >= 1000) or (share > 0 and tenths <= 0):
        return 0.9999 if share > 0.5 else 0.0001
    return float(tenths) / 1000


def percent_affixes() -> dict[str, str]:
    """Return what stands before and after a number in per cent, for an axis: "92%", in French "92 %"."""
    before, _number, after = percent(1, 0).partition("100")
    return {"tickprefix": before, "ticksuffix": after}


def separators() -> str:
    """Return the decimal separator and that of thousands, as a layout's `separators` are given: "." and ","."""
    text = number(1_234_567.5, 1)
    return text[-2] + next((sign for sign in text[:-2] if not sign.isdigit()), "")
