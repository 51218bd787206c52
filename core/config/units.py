"""What settings are counted in: those that end in _mb in MB, those that end in _days in days."""

from typing import Final

MB: Final = 1_000_000  # bytes
DAY_S: Final = 86_400.0  # seconds
