"""Every optimizer that a config may name is the one of that name in torch."""

import pytest
import torch
from torch import nn

from core.config.run_config import OPTIMIZERS, WITH_MOMENTUM, RunConfig
from core.export import script
from core.training.autograd import build_optimizer


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_it_is_torchs_own_with_the_configs_settings(name: str) -> None:
    momentum = 0.5 if name in WITH_MOMENTUM else 0.0
    config = RunConfig(optimizer=name, learning_rate=0.03, l2=0.01, momentum=momentum)
    optimizer = build_optimizer(nn.Linear(2, 2), config)
    assert type(optimizer) is getattr(torch.optim, script._OPTIMIZERS[name])
    assert type(optimizer).__name__.lower() == name
    (group,) = optimizer.param_groups
    assert (group["lr"], group["weight_decay"], group.get("momentum", 0.0)) == (0.03, 0.01, momentum)
