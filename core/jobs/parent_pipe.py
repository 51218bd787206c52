"""How the runner speaks to the app that started it: one byte on the standard output, which nobody else may use."""

import os
import sys
from contextlib import suppress


class Parent:
    """The app at the other end; from here on this process and those it starts print nowhere."""

    def __init__(self) -> None:
        self._output = os.dup(sys.stdout.fileno())
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)

    def say_warm(self) -> None:
        """Tell it that a warm worker waits."""
        with suppress(OSError):  # it is gone, which is heard elsewhere
            os.write(self._output, b".")
