"""Work beside the pages: its result, its error, and that it gives way."""

import os
import sys

import pytest

from pages.components.background import NICENESS, begin


def test_its_result_and_its_error_are_held() -> None:
    assert begin(lambda: 6 * 7, "sum").result(10) == 42
    with pytest.raises(ZeroDivisionError):
        begin(lambda: 1 / 0, "no sum").result(10)


@pytest.mark.skipif(sys.platform != "linux", reason="a thread has a priority of its own on Linux only")
def test_it_gives_way_and_nothing_else_does() -> None:
    before = os.getpriority(os.PRIO_PROCESS, 0)
    niceness = begin(lambda: os.getpriority(os.PRIO_PROCESS, 0), "nice").result(10)  # 0: the calling thread
    assert niceness == max(before, NICENESS)
    assert os.getpriority(os.PRIO_PROCESS, 0) == before
