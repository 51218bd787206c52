"""Settings in words."""

import dataclasses
from pathlib import Path

import pytest

from core.config.run_config import RunConfig
from core.config.setting_labels import value_in_words
from core.datasets.user_datasets import create_own


def test_images_are_called_by_their_titles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INKLING_DATA", str(tmp_path))
    own = create_own("My sevens", tuple("0123456789"), (1, 28, 28))
    config = RunConfig(dataset=own.name, mix_in="drawn_digits")
    assert value_in_words("dataset", config) == "My sevens"
    assert value_in_words("mix_in", config) == "Drawn digits"
    assert value_in_words("mix_in", RunConfig()) == "nothing"
    assert (
        value_in_words("dataset", dataclasses.replace(config, dataset="own:0000000000000000"))
        == "own:0000000000000000"
    )
