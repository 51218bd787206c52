"""A run's weights as something that can be asked: images in, scores out, in the form that the run was trained on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from core.config.run_config import RunConfig
from core.datasets.catalog import DatasetSpec
from core.datasets.pixel_values import as_unit
from core.images.deskew import deskew
from core.images.preprocessing import PreprocessingOptions
from core.models.build import model_from_arrays
from core.models.softmax_regression import for_unit_pixels, softmax
from core.models.unit_pixels import UnitPixels

Unit = NDArray[np.float32]
BATCH = 250  # images at a time: a CNN on more leaves the cache; with fewer, threads take the lock more often


@dataclass(frozen=True, eq=False)
class Predictor:
    """A trained model for pixels in [0, 1]. K classes, images (N, C, H, W).

    arrays: the weights as trained; model: the same in torch, in evaluation mode, taking pixels in [0, 1]
    whatever scaling it was trained with.
    """

    config: RunConfig
    spec: DatasetSpec
    arrays: Mapping[str, NDArray[np.float32]]
    model: nn.Module

    def logits(self, images: NDArray[Any]) -> Unit:
        """Return the scores (N, K) of images already in this run's form (see `inputs` and `preparation`).

        images: float in [0, 1] or uint8, (N, C, H, W), or (N, H, W) where C is 1.
        """
        pixels = torch.from_numpy(as_unit(images).reshape(-1, *self.spec.image_shape))
        with torch.no_grad():
            return torch.cat([self.model(part) for part in pixels.split(BATCH)]).numpy()

    def probabilities(self, images: NDArray[Any]) -> NDArray[np.float64]:
        """Return the softmax of `logits`, (N, K), each row summing to 1."""
        return softmax(self.logits(images))

    def inputs(self, images: NDArray[Any]) -> Unit:
        """Return a dataset's images (N, C, H, W), uint8 or in [0, 1], in this run's form: in [0, 1], deskewed
        if the run was.
        """
        return as_unit(deskew(images) if self.config.deskew else images)

    def preparation(self, base: PreprocessingOptions | None = None) -> PreprocessingOptions:
        """Return how a drawing is prepared for this run: `base`, deskewed if and only if the run was."""
        return replace(base or PreprocessingOptions(), deskew=self.config.deskew)

    @property
    def is_linear(self) -> bool:
        """Whether this is a softmax regression, whose evidence is weights x pixels."""
        return self.config.model == "softmax"

    @cached_property
    def unit_weights(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(weight (K, D), bias (K,)) of a softmax regression for pixels in [0, 1].  Raises: KeyError for others."""
        weight, bias = self.arrays["linear.weight"], self.arrays["linear.bias"]
        if self.config.scaling == "unit":
            return weight.astype(np.float64), bias.astype(np.float64)
        return for_unit_pixels(weight, bias, self.spec.mean, self.spec.std, self.spec.image_shape)


def build_predictor(
    config: RunConfig, spec: DatasetSpec, arrays: Mapping[str, NDArray[np.float32]]
) -> Predictor:
    """Return the config's model with the weights `arrays`, on the CPU, ready to be asked by many threads.

    Raises: ValueError naming the first parameter that does not fit.
    """
    model: nn.Module = model_from_arrays(config, spec, arrays)
    if config.scaling == "standardised":
        model = UnitPixels(model, spec.mean, spec.std)
    return Predictor(config, spec, arrays, model.eval().requires_grad_(False))
