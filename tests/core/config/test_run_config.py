"""RunConfig: every field is checked, told by name, and survives JSON and the address."""

import json
import math
from dataclasses import replace

import pytest

from core.config.presets import PRESETS
from core.config.run_config import (
    FIELD_NAMES,
    ConfigError,
    RunConfig,
    differing_fields,
    from_dict,
    from_json,
    to_json,
)

ODD = RunConfig(
    dataset="cifar10",
    left_out_class=9,
    train_size=123,
    validation_size=45,
    scaling="standardised",
    deskew=True,
    model="mlp",
    hidden_sizes=(64, 32, 16),
    activation="gelu",
    dropout=0.25,
    initialisation="normal",
    init_std=0.037,
    momentum=0.9,
    nesterov=True,
    learning_rate=1 / 3,
    schedule="step",
    learning_rate_changes=((5, 0.1), (17, 1 / 7)),
    l1=1e-5,
    batch_size=7,
    seed=2**31 - 1,
)


@pytest.mark.parametrize(
    "config", [ODD, *(preset.config for preset in PRESETS.values())], ids=lambda c: c.model
)
def test_config_survives_json_to_the_last_bit(config: RunConfig) -> None:
    assert from_json(to_json(config)) == config


BAD = {
    "dataset": "letters",
    "train_size": -1,
    "validation_size": 0.5,
    "scaling": "log",
    "model": "transformer",
    "left_out_class": -2,
    "dropout": 1.0,
    "hidden_sizes": (1, 2, 3, 4),
    "activation": "step",
    "channels": (16,),
    "kernel_size": 4,
    "initialisation": "ones",
    "init_std": 0.0,
    "optimizer": "lbfgs",
    "momentum": 1.0,
    "learning_rate": math.nan,
    "schedule": "linear",
    "learning_rate_changes": ((5, 0.1), (5, 0.2)),
    "l1": math.inf,
    "l2": -0.1,
    "batch_size": 0,
    "epochs": 10**400,
    "seed": -1,
    "device": "tpu",
    "nesterov": "yes",
}


@pytest.mark.parametrize("field", BAD)
def test_every_bad_value_is_refused_naming_field_value_and_what_is_allowed(field: str) -> None:
    with pytest.raises(ConfigError) as caught:
        RunConfig(**{field: BAD[field]})
    (error,) = caught.value.errors
    assert error.field == field
    assert error.value == BAD[field] or math.isnan(BAD[field])
    assert str(error).startswith(f"{field} must be ")
    assert str(error).endswith(f", not “{error.value}”.")


def test_all_bad_values_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        from_dict({"learning_rate": 0.0, "epochs": 0, "colour": "red"})
    assert {error.field for error in caught.value.errors} == {"learning_rate", "epochs", "colour"}


def test_nesterov_needs_sgd_with_momentum() -> None:
    with pytest.raises(ConfigError, match="nesterov must be off unless"):
        RunConfig(nesterov=True)
    assert RunConfig(nesterov=True, momentum=0.5).nesterov


@pytest.mark.parametrize("text", ["", "[]", "{", "null", '{"epochs": "many"}', "[" * 5000])
def test_text_that_is_no_config_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        from_json(text)


def test_whole_numbers_may_be_written_as_floats_and_come_out_whole() -> None:
    assert RunConfig(epochs=3.0).epochs == 3  # type: ignore[arg-type]
    assert isinstance(RunConfig(epochs=3.0).epochs, int)  # type: ignore[arg-type]
    assert isinstance(RunConfig(learning_rate=1).learning_rate, float)


def test_differing_fields_are_named_in_order() -> None:
    assert differing_fields(RunConfig(), replace(RunConfig(), seed=1, model="mlp")) == ["model", "seed"]
    assert list(json.loads(to_json(RunConfig()))) == list(FIELD_NAMES)
