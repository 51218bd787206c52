"""A film whose pace the browser keeps: it asks for each frame when the one before has been shown for a while."""

from collections.abc import Callable
from typing import Final

from pages.components.unseen import unseen

_pacer: Final = unseen("pacer")


def ask_for_next(key: str, number: int, after_ms: int, show_next: Callable[[], None]) -> None:
    """Have the browser ask for the frame after this one, the `number`th, once, `after_ms` from now.

    `show_next` is called before that is drawn. A page that nobody sees asks when it is seen again.
    """
    _pacer(key, {"number": number, "afterMs": after_ms}, on_next_change=show_next)
