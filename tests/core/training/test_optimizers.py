"""Every optimizer against torch's own, given the same gradients."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from core.config.run_config import OPTIMIZERS, RunConfig
from core.training.autograd import build_optimizer
from core.training.optimizers import KINDS, Flat, Optimizer, optimizer_over

SETTINGS = [
    *(RunConfig(optimizer=name, learning_rate=0.01) for name in OPTIMIZERS),
    *(RunConfig(optimizer=name, learning_rate=0.01, l2=0.02) for name in OPTIMIZERS),
    RunConfig(momentum=0.9),
    RunConfig(momentum=0.9, nesterov=True),
    RunConfig(momentum=0.9, nesterov=True, l2=0.02),
    RunConfig(optimizer="rmsprop", momentum=0.8, l2=0.02, learning_rate=0.01),
]
SCALES = 0.25, 2.0


def gradients(count: int, dtype: torch.dtype) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield what falls on a layer of 7 inputs and 5 outputs in each step: of all sizes, some of it nothing."""
    generator = torch.Generator().manual_seed(3)
    for _ in range(count):
        weight = torch.randn(5, 7, generator=generator, dtype=dtype).pow(5)
        weight[:, 0] = 0
        yield weight, torch.randn(5, generator=generator, dtype=dtype)


def layer_and_own(config: RunConfig, dtype: torch.dtype) -> tuple[nn.Linear, Flat, Flat, Optimizer]:
    torch.manual_seed(1)
    layer = nn.Linear(7, 5, dtype=dtype)
    own = Flat([(5, 7), (5, 1)], dtype)
    for part, parameter in zip(own.parts, layer.parameters(), strict=True):
        part.copy_(parameter.detach().view(part.shape))
    falling = own.like()
    return layer, own, falling, optimizer_over(config, own, falling)


def test_every_optimizer_that_a_config_may_name_is_there() -> None:
    assert tuple(KINDS) == OPTIMIZERS


@pytest.mark.parametrize("config", SETTINGS, ids=lambda c: f"{c.optimizer}-{c.momentum}-{c.nesterov}-{c.l2}")
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-6), (torch.float64, 1e-13)])
@pytest.mark.parametrize("scales", [(), SCALES])
def test_it_moves_as_torchs_own_does_at_every_step(
    config: RunConfig, dtype: torch.dtype, tolerance: float, scales: tuple[float, ...]
) -> None:
    layer, own, falling, optimizer = layer_and_own(config, dtype)
    reference = build_optimizer(layer, config)
    for step, pair in enumerate(gradients(60, dtype)):
        rate = config.learning_rate / (1 + step / 10)  # as a schedule has it
        for part, gradient, parameter, scale in zip(
            falling.parts, pair, layer.parameters(), scales or (1.0, 1.0), strict=True
        ):
            part.copy_(gradient.view(part.shape))
            parameter.grad = gradient * scale
        for group in reference.param_groups:
            group["lr"] = rate
        reference.step()
        optimizer.step(rate, scales)
        for part, parameter in zip(own.parts, layer.parameters(), strict=True):
            torch.testing.assert_close(
                part.view(parameter.shape), parameter.detach(), atol=tolerance, rtol=tolerance
            )


@pytest.mark.parametrize("config", SETTINGS, ids=lambda c: f"{c.optimizer}-{c.momentum}-{c.nesterov}-{c.l2}")
def test_its_state_is_torchs_and_goes_on_with_the_same_bits(config: RunConfig) -> None:
    layer, own, falling, optimizer = layer_and_own(config, torch.float32)
    reference = build_optimizer(layer, config)
    _, other, other_falling, resumed = layer_and_own(config, torch.float32)
    for step, pair in enumerate(gradients(20, torch.float32)):
        for i, (gradient, parameter) in enumerate(zip(pair, layer.parameters(), strict=True)):
            for flat in (falling, other_falling):
                flat.parts[i].copy_(gradient.view(flat.parts[i].shape))
            parameter.grad = gradient.clone()
        if step == 10:
            resumed.load_state({name: tensor.clone() for name, tensor in optimizer.state().items()})
            other.whole.copy_(own.whole)
        optimizer.step(config.learning_rate)
        reference.step()
        if step >= 10:
            resumed.step(config.learning_rate)
    assert torch.equal(own.whole, other.whole)
    theirs = {
        f"{i}.{slot}": tensor
        for i, slots in reference.state_dict()["state"].items()
        for slot, tensor in slots.items()
        if tensor is not None
    }
    state = optimizer.state()
    assert state.keys() == theirs.keys()
    for name, tensor in theirs.items():
        torch.testing.assert_close(state[name].reshape(tensor.shape), tensor, atol=1e-6, rtol=1e-5)


def test_a_state_without_momentum_is_that_of_a_run_before_its_first_step() -> None:
    *_, optimizer = layer_and_own(replace(RunConfig(), momentum=0.9), torch.float32)
    optimizer.load_state({})
    assert not any(part.any() for part in optimizer.memory["momentum_buffer"])
