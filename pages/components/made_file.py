"""A file that is made when somebody asks for it, on a thread of the server's."""

from collections.abc import Callable

from core.errors import InklingError
from core.i18n.reader import read_by, reader


def or_why_not(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Return what makes the file on any thread; where it cannot be had, the file says why, in the viewer's language."""
    viewer = reader()

    def made() -> bytes:
        with read_by(viewer):
            try:
                return make()
            except InklingError as error:
                return str(error).encode()

    return made
