"""What pip is doing, in few lines: in a terminal one line that moves, in a log a line for what is large."""

import re
import shutil
from typing import Final, TextIO
from urllib.parse import unquote

LARGE_MB: Final = 5.0  # a smaller download is over before its line is read
MEGABYTE: Final = 1e6
UNITS: Final = {"bytes": 1e-6, "kB": 1e-3, "MB": 1.0, "GB": 1e3}

COLLECTING: Final = re.compile(r"Collecting ([\w.-]+)")
DOWNLOADING: Final = re.compile(
    r"\s*Downloading (?:\S*/)?([\w.+!%-]+)\.(?:whl|tar\.gz|zip)(?: \(([\d.]+) (\w+)\))?\s*$"
)
PROGRESS: Final = re.compile(r"Progress (\d+) of (\d+)")
INSTALLING: Final = re.compile(r"Installing collected packages: (.+)")


class PipProgress:
    """Reads pip's standard output line by line (`--progress-bar raw`) and tells `out` what people want to know."""

    def __init__(self, out: TextIO) -> None:
        self._out, self._is_terminal = out, out.isatty()
        self._looked_up = 0
        self._download = ""
        self._shown = ""  # the moving line

    def take(self, line: str) -> None:
        """Tell what the line means, if anything."""
        if found := PROGRESS.match(line):
            done, total = (int(number) / MEGABYTE for number in found.groups())
            if total >= LARGE_MB:
                self._move(f"  {self._download}: {done:.0f} of {total:.0f} MB")
        elif found := COLLECTING.match(line):
            self._looked_up += 1
            self._move(f"  Looking up what is needed: {self._looked_up} packages, now {found[1]}")
        elif found := DOWNLOADING.match(line):
            self._begin_download(found[1], float(found[2] or 0) * UNITS.get(found[3] or "", 0.0))
        elif found := INSTALLING.match(line):
            self._say(f"  Unpacking {len(found[1].split(', '))} packages; that may take some minutes …")

    def end(self) -> None:
        """Leave the terminal at the beginning of a line."""
        self._clear()

    def _begin_download(self, file: str, size_mb: float) -> None:
        self._download = "-".join(unquote(file).split("-")[:2])  # NAME-VERSION of NAME-VERSION-TAGS
        if size_mb >= LARGE_MB:
            self._say(f"  Downloading {self._download} ({size_mb:.0f} MB)")

    def _say(self, text: str) -> None:
        """Print a line that stays."""
        self._clear()
        print(text, file=self._out, flush=True)

    def _move(self, text: str) -> None:
        """Show a line that the next one replaces; a log has none."""
        if self._is_terminal:
            text = text[: shutil.get_terminal_size().columns - 1]
            print("\r" + text.ljust(len(self._shown)), end="", file=self._out, flush=True)
            self._shown = text

    def _clear(self) -> None:
        if self._shown:
            print("\r" + " " * len(self._shown) + "\r", end="", file=self._out, flush=True)
            self._shown = ""
