"""Numbers as people read them."""

from collections.abc import Sequence


def percent(share: float | None, decimals: int = 1) -> str:
    """Return a share 0..1 as per cent: 0.9213 -> "92.1 %"; no share -> "–"."""
    return "–" if share is None else f"{100 * share:.{decimals}f} %"


def points(difference: float) -> str:
    """Return a difference of two shares as signed percentage points: 0.004 -> "+0.4 points"."""
    return f"{signed(100 * difference, 1)} points"


def signed(value: float, decimals: int = 2) -> str:
    """Return a number with its sign, a true minus: -0.126 -> "−0.13"; what rounds to zero has no sign."""
    text = f"{abs(value):.{decimals}f}"
    if float(text) == 0:
        return text
    return f"{'−' if value < 0 else '+'}{text}"


def count(number: int, one: str, many: str) -> str:
    """Return a number with its noun: 1 -> "1 image", 1200 -> "1,200 images"."""
    return f"{number:,} {one if number == 1 else many}"


def listed(items: Sequence[str]) -> str:
    """Return items as a list in words: "a", "a and b", "a, b and c"; "none" for no item."""
    if not items:
        return "none"
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
