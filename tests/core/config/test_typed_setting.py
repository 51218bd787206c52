"""A setting as it is typed: its own field's rules, and one way to read a number."""

import pytest

from core.config.run_config import FIELD_NAMES, ConfigError, Range, RunConfig, rule_of
from core.config.typed_setting import parse_typed, typed


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("learning_rate", "0,001", 0.001),
        ("l2", "1e-6", 1e-6),
        ("momentum", ".9", 0.9),
        ("batch_size", "64", 64),
        ("hidden_sizes", "128, 64", (128, 64)),
        ("optimizer", "adam", "adam"),
    ],
)
def test_a_setting_is_read_as_its_field_wants_it(name, text, value):
    assert parse_typed(name, text) == value


@pytest.mark.parametrize(
    ("name", "text", "allowed"),
    [
        ("l1", "1,000", "Write 1 instead"),
        ("batch_size", "1,000", "Write 1000 or 1."),
        ("momentum", "12,345", "from 0 to"),
        ("seed", "", "whole number"),
        ("train_size", "0,5", "whole number"),
        ("l1", "11", "from 0 to 10"),
        ("learning_rate", "0", "from"),
        ("learning_rate", "fast", "such as"),
        ("batch_size", "2.5", "whole number"),
        ("batch_size", "1e400", "from 1 to"),
        ("epochs", "9" * 400, "from 1 to"),
        ("hidden_sizes", "64; 32", "whole numbers"),
    ],
)
def test_what_is_refused_names_field_value_and_what_is_allowed(name, text, allowed):
    with pytest.raises(ConfigError) as caught:
        parse_typed(name, text)
    (error,) = caught.value.errors
    assert (error.field, str(error.value).replace(" ", "")) == (name, text.replace(" ", ""))
    assert allowed in str(error)


def test_every_number_comes_back_from_its_field_as_it_was():
    config = RunConfig(init_std=1.125, learning_rate=5e-6, l2=1e-6, momentum=0.9, hidden_sizes=(64, 32))
    for name in FIELD_NAMES:
        if isinstance(rule_of(name), Range):
            assert parse_typed(name, typed(getattr(config, name))) == getattr(config, name)
