"""The learning rates that are tried side by side."""

from typing import Final

FACTORS: Final = (0.001, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
LARGEST_RATE: Final = 100.0


def sweep_rates(learning_rate: float) -> list[float]:
    """Return eight learning rates around the form's, from a thousandth of it to ten times it, rising."""
    top = min(learning_rate, LARGEST_RATE / max(FACTORS))
    return [max(float(f"{top * factor:.3g}"), 1e-6) for factor in FACTORS]
