"""How many come without a name, and from where: a bound by network address and minute."""

import time
from collections import Counter
from typing import Final

MINUTE_S: Final = 60


class Newcomers:
    """Counts who comes without a name, by address and minute."""

    def __init__(self) -> None:
        self._minute = 0
        self._counts: Counter[str] = Counter()

    def has_room(self, address: str, most: int) -> bool:
        """Count one more from there; return whether there was room."""
        minute = int(time.monotonic() // MINUTE_S)
        if minute != self._minute:
            self._minute, self._counts = minute, Counter()
        self._counts[address] += 1
        return self._counts[address] <= most
