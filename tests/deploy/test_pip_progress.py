"""What is told of pip's many lines: some in a log, one that moves in a terminal."""

import io

from deploy.pip_progress import PipProgress

# pip 26.3, --progress-bar raw, its lines of one kind cut down to one or two
PIP_SAYS = """\
Looking in indexes: https://pypi.org/simple
Requirement already satisfied: pip in ./lib/python3.11/site-packages (26.3)
Collecting pyarrow>=20 (from -r requirements.txt (line 23))
  Downloading pyarrow-26.0.1-cp311-cp311-manylinux_2_28_x86_64.whl.metadata (3.1 kB)
  Downloading pyarrow-26.0.1-cp311-cp311-manylinux_2_28_x86_64.whl (55.0 MB)
Progress 0 of 55016622
Progress 262144 of 55016622
Progress 55016622 of 55016622
Collecting six
  Downloading six-1.17.0-py2.py3-none-any.whl (11 kB)
Progress 11050 of 11050
Collecting torch
  Downloading https://download.example/whl/cpu/torch-2.14.1%2Bcpu-cp311-cp311-manylinux_2_28_x86_64.whl (1.2 GB)
Installing collected packages: six, torch, pyarrow
Successfully installed pyarrow-26.0.1 six-1.17.0 torch-2.14.1+cpu
"""


class Terminal(io.StringIO):
    """A terminal that keeps what was sent to it."""

    def isatty(self) -> bool:
        return True


def test_a_log_has_a_line_for_each_large_download_and_one_for_unpacking() -> None:
    log = io.StringIO()
    progress = PipProgress(log)
    for line in PIP_SAYS.splitlines(keepends=True):
        progress.take(line)
    progress.end()
    assert log.getvalue().splitlines() == [
        "  Downloading pyarrow-26.0.1 (55 MB)",
        "  Downloading torch-2.14.1+cpu (1200 MB)",
        "  Unpacking 3 packages; that may take some minutes …",
    ]


def test_a_terminal_has_a_line_that_moves_and_is_gone_in_the_end() -> None:
    terminal = Terminal()
    progress = PipProgress(terminal)
    for line in PIP_SAYS.splitlines(keepends=True):
        progress.take(line)
    assert "\r  pyarrow-26.0.1: 55 of 55 MB" in terminal.getvalue()
    assert "packages, now six" in terminal.getvalue()
    progress.take("Collecting more")
    progress.end()
    assert terminal.getvalue().endswith(" \r")
