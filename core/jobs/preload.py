"""Everything a run needs, imported once in the process that workers are forked from. Imported for its effect.

Nothing here may compute with torch: a process whose torch has started threads must not be forked.
"""

import atexit
import gc
import multiprocessing
import os

import torch
import torch._dynamo

import core.datasets
import core.jobs.worker
import core.runs
import core.training.loop  # noqa: F401

_ = torch.optim.SGD(
    [torch.zeros(1, requires_grad=True)], lr=1.0
)  # the first optimizer imports 1.3 s of torch

gc.collect()
gc.freeze()  # the collector of a forked worker then leaves the shared pages shared

if multiprocessing.current_process().name == "MainProcess":  # the process that workers are forked from
    atexit.register(os._exit, 0)  # it has nothing to clean up, and torch's own way out complains at length
