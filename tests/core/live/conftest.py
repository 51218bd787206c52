"""The small run of the figures' tests."""

from tests.core.figures.conftest import small_run

__all__ = ["small_run"]
