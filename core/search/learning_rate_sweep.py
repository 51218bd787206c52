"""The learning rates that are tried side by side."""

from typing import Final

FACTORS: Final = (0.001, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
SMALLEST_RATE: Final = 1e-6
LARGEST_RATE: Final = 100.0


def sweep_rates(learning_rate: float) -> list[float]:
    """Return eight learning rates around the form's, from a thousandth of it to ten times it, rising.

    Around the nearest rate that leaves room for all eight, where the form's is too small or too large.
    """
    middle = min(max(learning_rate, SMALLEST_RATE / min(FACTORS)), LARGEST_RATE / max(FACTORS))
    return [float(f"{middle * factor:.3g}") for factor in FACTORS]
