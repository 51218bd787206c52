"""Work beside the pages: its result and its error."""

import pytest

from pages.components.background import begin


def test_its_result_and_its_error_are_held() -> None:
    assert begin(lambda: 6 * 7, "sum").result(10) == 42
    with pytest.raises(ZeroDivisionError):
        begin(lambda: 1 / 0, "no sum").result(10)
