"""RunConfig: everything that decides a run's numbers, validated field by field, <-> JSON.

It imports little (the standard library, the dataset catalog, sentences), so that every process may import it.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from core.config.field_errors import NOT_JSON, ONE_OF, ConfigError, FieldError, Range
from core.datasets.catalog import CATALOG, is_name
from core.i18n.translation import N_

MODELS: Final = ("softmax", "mlp", "cnn")
ACTIVATIONS: Final = ("relu", "tanh", "sigmoid", "gelu")
OPTIMIZERS: Final = ("sgd", "adagrad", "adam", "adamw", "adamax", "rmsprop")
WITH_MOMENTUM: Final = ("sgd", "rmsprop")  # the optimizers that have it
SCALINGS: Final = ("unit", "standardised")
INITIALISATIONS: Final = ("default", "zeros", "normal")
SCHEDULES: Final = ("constant", "step", "cosine")
AUGMENTATIONS: Final = ("none", "affine")
MOST_CHANGES: Final = 1000  # of the learning rate, in one run
LAST_STEP: Final = 10**12  # that a change may name
LAST_CLASS: Final = 999


def _number(default: float, low: float, high: float) -> Any:
    return field(default=default, metadata={"rule": Range(low, high)})


def _whole(default: int, low: int, high: int) -> Any:
    return field(default=default, metadata={"rule": Range(low, high, integer=True)})


def _choice(default: str, options: tuple[str, ...]) -> Any:
    return field(default=default, metadata={"rule": options})


def _flag(default: bool) -> Any:
    return field(default=default, metadata={"rule": bool})


@dataclass(frozen=True)
class RunConfig:
    """All that decides a run's numbers. Same config + same seed + same machine = the same bits.

    Sizes count images, `l1` and `l2` multiply the penalty's gradient (L2 as torch's `weight_decay`),
    `eval_every` counts optimizer steps (0 = once an epoch), `train_size` 0 = every image that the
    validation set leaves, `validation_size` 0 = evaluate on the test set while training.
    `learning_rate_changes` replays live changes: (step, new base learning rate), in rising order of step.
    `start_from` names a run whose final weights replace the initialisation.
    `mix_in` names a second dataset of the same classes whose training images are added to the training set.
    `left_out_class` is the number of a class none of whose images are learned from, -1 for none.
    `dropout` is the probability with which a hidden unit of an MLP, or an input of a CNN's last layer, is left out of a
    step.

    Raises: ConfigError naming every refused field with its value and the allowed range.
    """

    dataset: str = field(default="mnist", metadata={"rule": "dataset"})
    train_size: int = _whole(0, 0, 1_000_000)
    validation_size: int = _whole(0, 0, 1_000_000)
    scaling: str = _choice("unit", SCALINGS)
    deskew: bool = _flag(False)
    augmentation: str = _choice("none", AUGMENTATIONS)
    mix_in: str = field(default="", metadata={"rule": "dataset or nothing"})  # not said: a rule's name
    left_out_class: int = _whole(-1, -1, LAST_CLASS)
    model: str = _choice("softmax", MODELS)
    hidden_sizes: tuple[int, ...] = field(
        default=(128,), metadata={"rule": Range(1, 4096, integer=True), "length": (1, 3)}
    )
    activation: str = _choice("relu", ACTIVATIONS)
    channels: tuple[int, ...] = field(
        default=(16, 32), metadata={"rule": Range(1, 256, integer=True), "length": (2, 2)}
    )
    kernel_size: int = field(default=3, metadata={"rule": Range(1, 9, integer=True)})
    dropout: float = _number(0.0, 0.0, 0.9)
    initialisation: str = _choice("default", INITIALISATIONS)
    init_std: float = _number(0.01, 1e-6, 10.0)
    start_from: str = field(default="", metadata={"rule": str})
    optimizer: str = _choice("sgd", OPTIMIZERS)
    momentum: float = _number(0.0, 0.0, 0.999)
    nesterov: bool = _flag(False)
    learning_rate: float = _number(0.1, 1e-6, 100.0)
    schedule: str = _choice("constant", SCHEDULES)
    step_epochs: int = _whole(5, 1, 1000)
    step_factor: float = _number(0.5, 0.001, 1.0)
    learning_rate_changes: tuple[tuple[int, float], ...] = field(default=(), metadata={"rule": "changes"})
    l2: float = _number(0.0, 0.0, 10.0)
    l1: float = _number(0.0, 0.0, 10.0)
    batch_size: int = _whole(100, 1, 10_000)
    epochs: int = _whole(5, 1, 1000)
    eval_every: int = _whole(200, 0, 1_000_000)
    seed: int = _whole(0, 0, 2**31 - 1)
    device: str = _choice("cpu", ("cpu", "cuda", "mps"))

    def __post_init__(self) -> None:
        errors: list[FieldError] = []
        for name, spec in self.__dataclass_fields__.items():
            value, error = _checked(name, getattr(self, name), spec.metadata)
            object.__setattr__(self, name, value)
            if error:
                errors.append(error)
        if isinstance(self.kernel_size, int) and self.kernel_size % 2 == 0:
            odd = N_("{field} must be an odd number from {low} to {high}, not “{value:text}”.")
            errors.append(FieldError("kernel_size", self.kernel_size, odd, {"low": 1, "high": 9}))
        if not errors and self.nesterov and (self.optimizer != "sgd" or self.momentum == 0):
            alone = N_("{field} must be off unless the optimizer is SGD with a momentum above 0.")
            errors.append(FieldError("nesterov", True, alone))
        if errors:
            raise ConfigError(errors)


FIELD_NAMES: Final = tuple(f.name for f in fields(RunConfig))


def _checked(name: str, value: Any, metadata: Mapping[str, Any]) -> tuple[Any, FieldError | None]:
    """Return (value in the field's own type, None) or (value, the FieldError)."""
    rule = metadata["rule"]
    if "length" in metadata:
        return _checked_sizes(name, value, rule, metadata["length"])
    if isinstance(rule, Range):
        return _checked_number(name, value, rule)
    if isinstance(rule, tuple):
        return value, None if value in rule else FieldError(name, value, ONE_OF, {"options": rule})
    if rule is bool:
        flag = N_("{field} must be true or false, not “{value:text}”.")
        return value, None if isinstance(value, bool) else FieldError(name, value, flag)
    if rule == "changes":
        return _checked_changes(name, value)
    if rule in ("dataset", "dataset or nothing"):  # not said: rules' names
        known = isinstance(value, str) and (is_name(value) or (value == "" and rule != "dataset"))
        allowed = N_("{field} must be one of {options:list}, or one of your own (own:…), not “{value:text}”.")
        return value, None if known else FieldError(name, value, allowed, {"options": tuple(CATALOG)})
    short = isinstance(value, str) and len(value) <= 80 and value.isprintable()
    allowed = N_("{field} must be a name of at most {most} printable characters, not “{value:text}”.")
    return value, None if short else FieldError(name, value, allowed, {"most": 80})


def _checked_number(name: str, value: Any, rule: Range) -> tuple[Any, FieldError | None]:
    wrong = FieldError(name, value, rule.refusal, rule.limits)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value, wrong
    if not rule.low <= value <= rule.high or not math.isfinite(value):  # no float holds every whole number
        return value, wrong
    if rule.integer:
        return (int(value), None) if value == int(value) else (value, wrong)
    return float(value), None


_SIZES: Final = {  # by whether their number is fixed
    True: N_("{field} must be {most} whole numbers, each from {low} to {high}, not “{value:text}”."),
    False: N_(
        "{field} must be {fewest} to {most} whole numbers, each from {low} to {high}, not “{value:text}”."
    ),
}


def _checked_sizes(
    name: str, value: Any, rule: Range, length: tuple[int, int]
) -> tuple[Any, FieldError | None]:
    fewest, most = length
    wrong = FieldError(name, value, _SIZES[fewest == most], {"fewest": fewest, "most": most, **rule.limits})
    if not isinstance(value, (list, tuple)) or not fewest <= len(value) <= most:
        return value, wrong
    pairs = [_checked_number(name, size, rule) for size in value]
    return (value, wrong) if any(e for _size, e in pairs) else (tuple(size for size, _error in pairs), None)


def _checked_changes(name: str, value: Any) -> tuple[Any, FieldError | None]:
    rate = RunConfig.__dataclass_fields__["learning_rate"].metadata["rule"]
    allowed = N_(
        "{field} must be at most {most} pairs of a step and a learning rate, the steps rising and each rate from "
        "{low} to {high}, not “{value:text}”."
    )
    wrong = FieldError(name, value, allowed, {"most": MOST_CHANGES, **rate.limits})
    if not isinstance(value, (list, tuple)) or not all(map(_is_change, value)):
        return value, wrong
    pairs = tuple((step, float(new_rate)) for step, new_rate in value)
    steps = [step for step, _rate in pairs]
    rising = all(a < b for a, b in pairwise(steps)) and (not steps or 0 <= steps[0] <= steps[-1] <= LAST_STEP)
    in_range = all(math.isfinite(r) and rate.low <= r <= rate.high for _step, r in pairs)
    return (pairs, None) if rising and in_range and len(pairs) <= MOST_CHANGES else (value, wrong)


def _is_change(value: Any) -> bool:
    """Return whether a value is a pair of a whole number and a number, neither of them a text or a truth."""
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        return False
    step, rate = value
    is_number = isinstance(rate, (int, float)) and abs(rate) <= LAST_STEP and not isinstance(rate, bool)
    return isinstance(step, int) and not isinstance(step, bool) and is_number


def checked(name: str, value: Any) -> tuple[Any, FieldError | None]:
    """Return (`value` in the type of field `name`, None), or (`value`, why it is refused)."""
    return _checked(name, value, RunConfig.__dataclass_fields__[name].metadata)


def rule_of(name: str) -> Any:
    """Return the rule of field `name`: a Range, a tuple of options, `bool`, `str`, or the name of a check:
    "dataset", "dataset or nothing", "changes".
    """
    return RunConfig.__dataclass_fields__[name].metadata["rule"]


def to_dict(config: RunConfig) -> dict[str, Any]:
    """Return the config as plain JSON types, every field, tuples as lists."""
    return json.loads(to_json(config))


def to_json(config: RunConfig) -> str:
    """Return the config as one line of JSON, keys in the order of the fields."""
    return json.dumps(asdict(config))


def from_dict(values: Mapping[str, Any]) -> RunConfig:
    """Return the RunConfig of `values`; missing fields take their defaults.

    Raises: ConfigError for an unknown field or a refused value, all of them at once.
    """
    no_setting = N_("There is no setting “{field}”.")
    unknown = [FieldError(k, v, no_setting) for k, v in values.items() if k not in FIELD_NAMES]
    known = {k: v for k, v in values.items() if k in FIELD_NAMES}
    try:
        config = RunConfig(**known)
    except ConfigError as error:
        raise ConfigError([*unknown, *error.errors]) from None
    if unknown:
        raise ConfigError(unknown)
    return config


@lru_cache(maxsize=4096)
def from_json(text: str) -> RunConfig:
    """Return the RunConfig that `to_json` wrote.

    Raises: ConfigError for text that is not a JSON object or has refused values.
    """
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):  # also for a number of more than 4,300 digits
        raise ConfigError([FieldError("config", text[:80], NOT_JSON)]) from None
    if not isinstance(values, dict):
        raise ConfigError([FieldError("config", text[:80], NOT_JSON)])
    return from_dict(values)


def differing_fields(a: RunConfig, b: RunConfig) -> list[str]:
    """Return the names of the fields in which two configs differ, in the order of the fields."""
    return [name for name in FIELD_NAMES if getattr(a, name) != getattr(b, name)]


def applies(name: str, config: RunConfig) -> bool:
    """Return whether the setting has any effect in this config: filters have none in a softmax regression."""
    conditions = {
        "hidden_sizes": config.model == "mlp",
        "activation": config.model == "mlp",
        "channels": config.model == "cnn",
        "kernel_size": config.model == "cnn",
        "dropout": config.model != "softmax" and config.dropout > 0,
        "init_std": config.initialisation == "normal",
        "momentum": config.optimizer in WITH_MOMENTUM,
        "nesterov": config.optimizer == "sgd",
        "step_epochs": config.schedule == "step",
        "step_factor": config.schedule == "step",
    }
    return conditions.get(name, True)
