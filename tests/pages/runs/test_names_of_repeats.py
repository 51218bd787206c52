"""The names of repeats under other seeds lead back to the repeated run's name, in the language they were made in."""

from pathlib import Path

import pytest

from core.i18n.reader import read_by
from pages.runs.seed_names import named_by_seed, without_seed
from tests.catalogues import german


def test_a_repeat_s_name_leads_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = german({"{name}, seed {seed:text}": "Startwert {seed:text} von {name}"}, tmp_path, monkeypatch)
    assert named_by_seed("Mine", 1200) == "Mine, seed 1200"
    with read_by(reader):
        assert named_by_seed("Mine", 3) == "Startwert 3 von Mine"
        assert without_seed("Startwert 3 von Mine", 3) == "Mine"
        assert without_seed("Mine, seed 3", 3) == "Mine"  # made by a reader of English
        assert without_seed("Startwert 3 von Mine", 4) == "Startwert 3 von Mine"
    assert without_seed("Mine", 3) == "Mine"
