"""Dropout: in every step each hidden unit says nothing with probability p, so that no unit can rely on another.

What the others say is divided by 1 - p, so that a sum over them stays as large as it was on average, and nothing has to
change when the model is asked instead of taught (Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014,
Dropout: A simple way to prevent neural networks from overfitting). The noise is that of torch.nn.Dropout, bit by bit
on a CPU: the same numbers are drawn from a generator of the same seed.
"""

from typing import Final

import torch
from torch import Tensor, nn

from core.config.run_config import RunConfig

AFTER: Final = {"mlp": "activation", "cnn": "flatten"}  # what layers say whose names begin so is thinned out


class Dropout:
    """The noise that a run's hidden units are multiplied by, from a generator of its own."""

    def __init__(self, config: RunConfig) -> None:
        self.probability = config.dropout if config.model in AFTER else 0.0
        self._after = AFTER.get(config.model, "")
        self._generator = torch.Generator(config.device).manual_seed(config.seed + 3)

    def noise_into(self, out: Tensor) -> Tensor:
        """Fill `out` with 0, where a unit says nothing in this step, and 1 / (1 - p)."""
        return out.bernoulli_(1 - self.probability, generator=self._generator).div_(1 - self.probability)

    def scores(self, model: nn.Sequential, images: Tensor) -> Tensor:
        """Return the model's scores (B, K) of prepared images (B, C, H, W) with its hidden units thinned out."""
        if not self.probability:
            return model(images)
        values = images
        for name, layer in model.named_children():
            values = layer(values)
            if name.startswith(self._after):
                values = values * self.noise_into(torch.empty_like(values))
        return values

    def state(self) -> dict[str, Tensor]:
        """Return what the next step's noise depends on, nothing where there is none."""
        return {"dropout": self._generator.get_state()} if self.probability else {}

    def load_state(self, tensors: dict[str, Tensor]) -> None:
        """Overwrite what `state` returned."""
        if self.probability:
            self._generator.set_state(tensors["dropout"])
