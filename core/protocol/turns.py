"""Who computes when: runs that share the cores of a machine compute by turns. Standard library only."""

from typing import Protocol


class Turns(Protocol):
    """A run's turns: it computes only while one is its own, and gives it back before it sleeps."""

    is_mine: bool

    def take(self) -> None:
        """Wait for a turn; with one in hand there is nothing to wait for."""
        ...

    def give_back(self) -> None:
        """Let others compute; nothing happens without a turn in hand."""
        ...

    def is_over(self) -> bool:
        """Return whether others wait for the turn in hand; asked as often as orders are read."""
        ...


class Unshared:
    """The turns of a run that has its cores to itself."""

    is_mine = True

    def take(self) -> None:
        """See Turns."""

    def give_back(self) -> None:
        """See Turns."""

    def is_over(self) -> bool:
        """See Turns."""
        return False
