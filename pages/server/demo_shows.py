"""The shows of this process's demo screens, by what the screens have in common."""

from functools import cache

from core.demo.screen import SCREENS
from core.demo.show import Show
from pages.server.background import begin, is_ending
from pages.server.services import image_data


@cache
def show_named(name: str) -> Show:
    """Return the show that all screens of that name see.  Raises: KeyError for a name that no screen has."""
    return Show(SCREENS[name], image_data, lambda work: begin(work, f"demo {name}"), is_ending)
