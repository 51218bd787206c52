"""A search's Optuna study, kept in the tables that Optuna makes in the run store's own database."""

import logging
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final

import optuna
from optuna.pruners import BasePruner, MedianPruner, NopPruner
from optuna.samplers import BaseSampler, GridSampler, RandomSampler, TPESampler
from optuna.storages import RDBStorage
from optuna.trial import Trial

from core.search.search_space import SearchPlan
from core.search.search_table import SearchRow

RUN: Final = "run"  # a trial's user attribute: the id of its run
PRUNED: Final = "pruned"  # a trial's user attribute: its run was told to stop by the pruner
BUSY_S: Final = 20.0

optuna.logging.set_verbosity(optuna.logging.WARNING)
optuna.logging.disable_default_handler()
LOG: Final = logging.getLogger("inkling.search")


class _Grid(GridSampler):
    """Optuna's grid, for trials that are asked for one by one: who asks decides when it is over."""

    def after_trial(self, *_: Any) -> None:
        """Do nothing: there is no `optimize` to stop."""


@lru_cache(maxsize=4)
def _storage(url: str) -> RDBStorage:
    options = {"connect_args": {"timeout": BUSY_S}} if url.startswith("sqlite") else {}
    return RDBStorage(url, engine_kwargs=options, skip_compatibility_check=False)


def study_of(search: SearchRow, url: str) -> optuna.Study:
    """Return the search's study, new if it has none."""
    return optuna.create_study(
        storage=_storage(url),
        study_name=search.id,
        load_if_exists=True,
        direction="maximize",
        sampler=_sampler(search.plan),
        pruner=_pruner(search.plan),
    )


def delete_study(search_id: str, url: str) -> None:
    """Delete the study of a search that is gone, if there is one."""
    with suppress(KeyError):
        optuna.delete_study(study_name=search_id, storage=_storage(url))


def _sampler(plan: SearchPlan) -> BaseSampler:
    if plan.sampler == "grid":
        return _Grid({d.field: list(d.choices()) for d in plan.dimensions}, seed=plan.seed)
    if plan.sampler == "random":
        return RandomSampler(seed=None)
    return TPESampler(n_startup_trials=min(10, max(3, plan.trials // 4)), constant_liar=True)


def _pruner(plan: SearchPlan) -> BasePruner:
    return NopPruner() if plan.pruner == "none" else MedianPruner(n_startup_trials=3, n_warmup_steps=1)


def suggested(trial: Trial, plan: SearchPlan) -> dict[str, Any]:
    """Return the trial's value for each searched field: text for a choice, a number for a range."""
    values: dict[str, Any] = {}
    for dimension in plan.dimensions:
        if dimension.values or plan.sampler == "grid":
            values[dimension.field] = trial.suggest_categorical(dimension.field, dimension.choices())
        else:
            values[dimension.field] = trial.suggest_float(
                dimension.field, dimension.low, dimension.high, log=True
            )
    return values
