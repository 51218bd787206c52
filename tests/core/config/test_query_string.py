"""Settings as text: what an address says comes back to the last bit, and what it says wrongly is told."""

from dataclasses import replace

import pytest

from core.config.app_settings import Settings
from core.config.presets import DEFAULT, PRESETS
from core.config.query_string import from_query, parse_field, to_query
from core.config.run_config import ConfigError, RunConfig
from core.config.typed_setting import parse_typed
from tests.core.config.test_run_config import ODD


@pytest.mark.parametrize(
    "config", [ODD, *(preset.config for preset in PRESETS.values())], ids=lambda c: c.model
)
def test_config_survives_the_address_to_the_last_bit(config: RunConfig) -> None:
    for base in (DEFAULT, RunConfig(epochs=17, seed=3)):
        assert from_query(to_query(config, base), base) == (config, [])


def test_address_holds_only_what_differs() -> None:
    assert to_query(DEFAULT, DEFAULT) == {}
    config = replace(DEFAULT, learning_rate=0.02, seed=7)
    assert to_query(config, DEFAULT) == {"learning_rate": "0.02", "seed": "7"}


def test_a_bad_address_leaves_the_rest_standing() -> None:
    query = {"learning_rate": "nan", "epochs": "3", "hidden_sizes": "a,b", "nesterov": "true", "run": "x"}
    config, errors = from_query(query, DEFAULT)
    assert config == replace(DEFAULT, epochs=3)
    assert {error.field for error in errors} == {"learning_rate", "hidden_sizes", "nesterov"}
    assert next(e for e in errors if e.field == "learning_rate").value == "nan"


def test_a_very_long_value_is_told_cut_short() -> None:
    _, errors = from_query({"model": "x" * 10_000}, DEFAULT)
    assert len(str(errors[0])) < 300


def test_fields_are_read_from_text_as_a_shell_writes_them() -> None:
    assert parse_field("hidden_sizes", "64,32") == (64, 32)
    assert parse_field("learning_rate", "1e-3") == 0.001
    with pytest.raises(
        ConfigError, match=r"learning_rate must be a number from 0\.000001 to 100, not “fast”\."
    ):
        parse_field("learning_rate", "fast")


@pytest.mark.parametrize("epochs", ["201", "99999", "1001", "-1", "many"])
def test_the_limit_that_is_named_is_the_one_that_holds_here(epochs: str) -> None:
    here = Settings(max_epochs=200)
    allowed = f"epochs must be a whole number from 1 to 200, not “{epochs}”."
    config, errors = from_query({"epochs": epochs}, DEFAULT, here)
    assert (config, [str(error) for error in errors]) == (DEFAULT, [allowed])
    for parse in (parse_field, parse_typed):
        with pytest.raises(ConfigError, match=allowed):
            parse("epochs", epochs, here)
        assert parse("epochs", "200", here) == 200
