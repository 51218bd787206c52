"""What is searched: which settings, over which values, by which of Optuna's methods; without importing it."""

import json
import math
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from core.config.query_string import parse_field
from core.config.run_config import (
    ACTIVATIONS,
    INITIALISATIONS,
    SCALINGS,
    SCHEDULES,
    ConfigError,
    Range,
    RunConfig,
    from_dict,
    rule_of,
    to_dict,
)
from core.config.setting_labels import label_of, refusal
from core.i18n.translation import _

SAMPLERS: Final = ("tpe", "random", "grid")
PRUNERS: Final = ("none", "median")
MOST_TRIALS: Final = 200
MOST_PARALLEL: Final = 16
MOST_VALUES: Final = 20
GRID_VALUES: Final = 4  # of a range, where the method is a grid

SEARCHABLE: Final = {
    "learning_rate": ("0.001", "1"),
    "batch_size": ("25", "50", "100", "200", "400"),
    "epochs": ("2", "5", "10"),
    "l2": ("1e-6", "0.01"),
    "momentum": ("0", "0.5", "0.9"),
    "optimizer": ("sgd", "adam", "adamw", "rmsprop"),
    "schedule": SCHEDULES,
    "scaling": SCALINGS,
    "initialisation": INITIALISATIONS,
    "hidden_sizes": ("32", "64", "128", "128,64"),
    "activation": ACTIVATIONS,
    "dropout": ("0", "0.2", "0.5"),
    "seed": ("0", "1", "2", "3", "4"),
}
_RANGES: Final = ("learning_rate", "l2")


class SearchRefused(ValueError):  # noqa: N818 - the name says what happened
    """A search makes no sense as asked; str() says why and what to change."""


@dataclass(frozen=True)
class Dimension:
    """One setting that is searched: over `values` (written as an address writes them), or, where there are none,
    over low..high evenly in the logarithm.
    """

    field: str
    values: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0

    def choices(self) -> tuple[str, ...]:
        """Return the values; of a range GRID_VALUES, evenly in the logarithm."""
        if self.values:
            return self.values
        step = math.log(self.high / self.low) / (GRID_VALUES - 1)
        return tuple(f"{self.low * math.exp(step * place):.4g}" for place in range(GRID_VALUES))


def default_dimension(field: str) -> Dimension:
    """Return a good first choice for a field of SEARCHABLE."""
    values = SEARCHABLE[field]
    return (
        Dimension(field, (), float(values[0]), float(values[1]))
        if field in _RANGES
        else Dimension(field, values)
    )


@dataclass(frozen=True)
class SearchPlan:
    """All that decides a search. `base` gives every setting that is not searched; the figure that is raised is
    the final accuracy on the split by which the base is judged.

    Raises: SearchRefused naming what is wrong.
    """

    base: RunConfig
    dimensions: tuple[Dimension, ...]
    sampler: str = "tpe"
    pruner: str = "none"
    trials: int = 20
    parallel: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.dimensions or len({d.field for d in self.dimensions}) != len(self.dimensions):
            raise SearchRefused(_("Choose at least one setting to search over, and each setting only once."))
        if self.sampler not in SAMPLERS or self.pruner not in PRUNERS:
            raise SearchRefused(
                _(
                    "The method must be one of {samplers:list}, and the pruner one of {pruners:list}.",
                    samplers=SAMPLERS,
                    pruners=PRUNERS,
                )
            )
        if not 1 <= self.trials <= MOST_TRIALS or not 1 <= self.parallel <= MOST_PARALLEL:
            raise SearchRefused(
                _(
                    "The number of trials must be from 1 to {trials}, and from 1 to {parallel} of them may run at the "
                    "same time.",
                    trials=MOST_TRIALS,
                    parallel=MOST_PARALLEL,
                )
            )
        for dimension in self.dimensions:
            self._check(dimension)

    def _check(self, dimension: Dimension) -> None:
        setting = label_of(dimension.field)
        if dimension.field not in SEARCHABLE:
            fields = [label_of(field) for field in SEARCHABLE]
            raise SearchRefused(
                _(
                    "“{setting}” cannot be searched over. Choose from: {settings:list}.",
                    setting=setting,
                    settings=fields,
                )
            )
        if not dimension.values:
            _check_range(dimension, setting)
        if len(dimension.values) > MOST_VALUES:
            raise SearchRefused(
                _("A search tries at most {most} values of “{setting}”.", most=MOST_VALUES, setting=setting)
            )
        for text in dimension.values:
            try:
                self.config({dimension.field: text})
            except ConfigError as error:
                raise SearchRefused(refusal(error)) from error

    @property
    def planned_trials(self) -> int:
        """How many trials it will take: a grid has no more than its points."""
        if self.sampler != "grid":
            return self.trials
        return min(self.trials, math.prod(len(d.choices()) for d in self.dimensions))

    def config(self, values: dict[str, Any]) -> RunConfig:
        """Return the base with a trial's values.  Raises: ConfigError."""
        parsed = {k: parse_field(k, v) if isinstance(v, str) else v for k, v in values.items()}
        return replace(self.base, **parsed)


def _check_range(dimension: Dimension, setting: str) -> None:
    """Raise SearchRefused unless a dimension without values goes from low to high within what its field allows."""
    rule = rule_of(dimension.field)
    if not isinstance(rule, Range) or dimension.low == dimension.high == 0:
        raise SearchRefused(_("Give at least one value to try for “{setting}”.", setting=setting))
    if not max(rule.low, 1e-12) <= dimension.low < dimension.high <= rule.high:
        raise SearchRefused(
            _(
                "The range of “{setting}” must go from a lower to a higher number, above 0 and within {low} to {high}.",
                setting=setting,
                **rule.limits,
            )
        )


def plan_to_json(plan: SearchPlan) -> str:
    """Return the plan as JSON."""
    return json.dumps({**asdict(plan), "base": to_dict(plan.base)})


def plan_from_json(text: str) -> SearchPlan:
    """Return the plan that `plan_to_json` wrote.

    Raises: ValueError for a text that is none, or has settings that this version does not know.
    """
    try:
        values = json.loads(text)
        dimensions = tuple(Dimension(**{**d, "values": tuple(d["values"])}) for d in values.pop("dimensions"))
        return SearchPlan(base=from_dict(values.pop("base")), dimensions=dimensions, **values)
    except (AttributeError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise ValueError(text[:80]) from error
