"""The shows of this process's demo screens, by what the screens have in common."""

from functools import cache

from core.demo.screen import SCREENS
from core.demo.show import Show
from pages.server.background import begin, is_ending
from pages.server.services import image_data


@cache
def show_named(name: str) -> Show:
    """Return the show that all screens of that name see.  Raises: KeyError for a name that no screen has."""
    thread = f"demo {name}"  # not said: log
    return Show(SCREENS[name], image_data, lambda work: begin(work, thread), is_ending)
