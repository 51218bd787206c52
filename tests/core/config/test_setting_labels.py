"""Settings in words."""

import ast
import dataclasses
from pathlib import Path

import pytest

from core.config.presets import DEFAULT
from core.config.run_config import FIELD_NAMES, ConfigError, RunConfig, rule_of
from core.config.setting_labels import HELP, LABELS, OPTION_NAMES, field_label, refusal, value_in_words
from core.datasets.user_datasets import create_own
from core.errors import InklingError

ROOT = Path(__file__).resolve().parents[3]


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
    assert DEFAULT.epochs == 10
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


def test_a_name_stands_in_sentences_and_what_zero_means_over_the_field_alone() -> None:
    assert [label for label in LABELS.values() if "0" in label] == []
    assert field_label("train_size") == "Training images (0 = all)"
    assert field_label("eval_every") == "Evaluate every … steps (0 = once an epoch)"
    assert field_label("epochs") == LABELS["epochs"]
    every, some = RunConfig(train_size=0, eval_every=0), RunConfig(train_size=2000, eval_every=50)
    assert [value_in_words(name, every) for name in ("train_size", "eval_every")] == ["all", "once an epoch"]
    assert [value_in_words(name, some) for name in ("train_size", "eval_every")] == ["2,000", "50"]
    assert value_in_words("validation_size", every) == "0"


FILES = [path for folder in ("core", "pages") for path in sorted((ROOT / folder).rglob("*.py"))]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_nobody_reads_a_refused_setting_by_the_name_that_the_code_has_for_it(path: Path) -> None:
    """Where it is told, `refusal` says it; a bare str() has the names of RunConfig's fields."""
    for handler in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(handler, ast.ExceptHandler)
            and handler.type
            and "ConfigError" in ast.unparse(handler.type)
        ):
            told = "\n".join(map(ast.unparse, handler.body))
            assert f"str({handler.name})" not in told, told
            assert f"{{{handler.name}}}" not in told, told


def test_a_refused_setting_is_called_by_its_label_and_any_other_error_says_what_to_do() -> None:
    with pytest.raises(ConfigError) as refused:
        RunConfig(learning_rate=-1.0, batch_size=0)
    assert refusal(refused.value) == (
        "Learning rate must be a number from 0.000001 to 100, not “-1.0”. "
        "Batch size must be a whole number from 1 to 10,000, not “0”."
    )
    assert refusal(refused.value, str.upper).startswith("LEARNING_RATE must be")
    assert refusal(InklingError("It is gone.", "Get it.")) == "It is gone. Get it."
