"""How many threads a run uses, and holding torch and NumPy to it. Importing this imports no torch."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController

from core.config.run_config import RunConfig


def threads_for(config: RunConfig, cores: int | None = None) -> int:
    """Return how many torch threads a run of `config` uses: a function of config and machine alone,
    since the bits depend on it. Linear models and MLPs lose by a second thread; a CNN gains.
    """
    cores = cores or os.cpu_count() or 1
    return cores if config.model == "cnn" else 1


@contextmanager
def held_to(threads: int) -> Iterator[None]:
    """Within the block torch computes on `threads` threads and NumPy's matrix products on one."""
    import torch  # here: whoever plans the machine needs none

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with _numpy_products().limit(limits=1):
            yield
    finally:
        torch.set_num_threads(before)


def begin_with_one_thread() -> None:
    """Have all threads of this process begin with one of OpenMP: before PyTorch is imported, which is when it looks.

    Each rerun of a page is another thread. `torch.set_num_threads` tells OpenMP of the thread that calls it; any other
    would begin a second one at its first convolution, which cost 7 ms of a core for a CNN's answer instead of 0.4.
    """
    os.environ["OMP_NUM_THREADS"] = "1"


def use_one_thread() -> None:
    """Have torch and NumPy's matrix products compute on one thread from now on, in this process."""
    import torch

    torch.set_num_threads(1)
    use_one_numpy_thread()


def use_one_numpy_thread() -> None:
    """Have NumPy's matrix products compute on one thread from now on, in this process."""
    _numpy_products().limit(limits=1)


@cache
def _numpy_products() -> ThreadpoolController:
    """Return what governs NumPy's matrix library; without a limit it takes every core, whoever else is at work.

    Two threads that share a core wait for each other: on two AVX2 cores, one of them busy, a product of 10 x 784 x 100
    took 93 us on two threads, 46 us on one.
    """
    return ThreadpoolController().select(user_api="blas")
