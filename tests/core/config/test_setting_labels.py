"""Settings in words."""

import dataclasses
from pathlib import Path

import pytest

from core.config.presets import PRESETS
from core.config.run_config import FIELD_NAMES, RunConfig, rule_of
from core.config.setting_labels import HELP, LABELS, OPTION_NAMES, value_in_words
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


CHOICES = [name for name in FIELD_NAMES if isinstance(rule_of(name), tuple)]


@pytest.mark.parametrize("name", CHOICES)
def test_every_option_that_a_setting_allows_has_a_name(name: str) -> None:
    assert [option for option in rule_of(name) if (name, option) not in OPTION_NAMES] == []


def test_every_setting_of_the_form_has_a_label_and_a_sentence_of_help() -> None:
    assert LABELS.keys() == HELP.keys() == set(FIELD_NAMES) - {"start_from", "learning_rate_changes"}


def test_help_names_the_default_that_a_run_has_for_which_nothing_is_chosen() -> None:
    assert PRESETS["default"].config.epochs == 10
    assert HELP["epochs"].endswith("Default: 10.")
    assert HELP["learning_rate"].endswith("Default: 0.1.")
    assert HELP["hidden_sizes"].endswith("Default: 128.")
    assert HELP["channels"].endswith("Default: 16, 32.")
    assert HELP["model"].endswith("Default: Softmax regression.")
    assert HELP["deskew"].endswith("Default: off.")
    assert all(sentence.endswith(".") and "Default: ." not in sentence for sentence in HELP.values())


def test_numbers_are_told_as_people_read_them_and_a_seed_as_it_is() -> None:
    config = RunConfig(
        train_size=60_000,
        learning_rate=1e-5,
        seed=20_261,
        learning_rate_changes=((1200, 0.01), (2000, 0.001)),
    )
    assert value_in_words("train_size", config) == "60,000"
    assert value_in_words("learning_rate", config) == "0.00001"
    assert value_in_words("seed", config) == "20261"
    assert (
        value_in_words("learning_rate_changes", config)
        == "0.01 from step 1,200 on and 0.001 from step 2,000 on"
    )
    assert value_in_words("learning_rate_changes", RunConfig()) == "none"
    assert value_in_words("start_from", config) == "none"
