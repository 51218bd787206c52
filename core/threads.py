"""How many torch threads a run uses; torch-free, so that whoever plans the machine may ask."""

import os

from core.config import RunConfig


def threads_for(config: RunConfig, cores: int | None = None) -> int:
    """Return how many torch threads a run of `config` uses: a function of config and machine alone,
    since the bits depend on it. Linear models and MLPs lose by a second thread; a CNN gains.
    """
    cores = cores or os.cpu_count() or 1
    return cores if config.model == "cnn" else 1
