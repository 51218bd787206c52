"""A run keeps to its threads, torch's and NumPy's."""

import os
import subprocess
import sys

import numpy as np  # noqa: F401 - its matrix library is looked at
import pytest
import torch
from threadpoolctl import threadpool_info

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.training.loop import train
from core.training.threads import held_to, threads_for, use_one_thread


def numpy_threads() -> list[int]:
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


@pytest.mark.parametrize(("model", "expected"), [("softmax", 1), ("mlp", 1), ("cnn", 6)])
def test_only_a_cnn_takes_all_cores(model: str, expected: int) -> None:
    assert threads_for(RunConfig(model=model), cores=6) == expected


def test_threads_are_held_within_the_block_and_given_back_after_an_error() -> None:
    before = torch.get_num_threads(), numpy_threads()
    held: list[tuple[int, list[int]]] = []

    def fail() -> None:
        with held_to(3):
            held.append((torch.get_num_threads(), numpy_threads()))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert held[0][0] == 3
    assert set(held[0][1]) <= {1}
    assert (torch.get_num_threads(), numpy_threads()) == before


def test_a_process_is_held_to_one_thread_for_good() -> None:
    with held_to(2):  # gives everything back afterwards
        use_one_thread()
        assert torch.get_num_threads() == 1
        assert set(numpy_threads()) <= {1}


def test_a_training_holds_numpy_s_products_to_one_thread(mnist: ImageData) -> None:
    before = numpy_threads()
    events = train(mnist, RunConfig(epochs=1, eval_every=0), threads=2)
    next(events)
    assert torch.get_num_threads() == 2
    assert set(numpy_threads()) <= {1}
    events.close()
    assert numpy_threads() == before


def test_threads_of_a_process_that_begins_with_one_have_one() -> None:
    program = """
import threading
from core.training.threads import begin_with_one_thread
begin_with_one_thread()
import torch
from threadpoolctl import threadpool_info
found = []
def look():
    found.extend(one["num_threads"] for one in threadpool_info() if one["user_api"] == "openmp")
for _ in range(2):
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
assert found and set(found) == {1}, found
"""
    environment = {key: value for key, value in os.environ.items() if key != "OMP_NUM_THREADS"}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)
