"""The first weights of the layer next to the pixels, drawn as PyTorch draws them and without it.

PyTorch's import takes seconds, and the first page shows these weights before it is over.
"""

from math import prod, sqrt

import numpy as np
from numpy.typing import NDArray

from core.config import RunConfig
from core.datasets.catalog import DatasetSpec
from core.parameters import parameter_shapes


def first_weights(config: RunConfig, spec: DatasetSpec) -> dict[str, NDArray[np.float32]] | None:
    """Return {name: weights} of the first layer of the model that core.models.build_model makes, to 1e-7.

    None for an initialisation that only PyTorch can draw: "normal".
    """
    name, shape = next(iter(parameter_shapes(config, spec).items()))
    if config.initialisation == "zeros":
        return {name: np.zeros(shape, np.float32)}
    if config.initialisation != "default":
        return None
    # PyTorch's generator is NumPy's legacy one, with the same seeding; `nn.Linear` and `nn.Conv2d` draw their weights
    # uniformly up to one over the root of the inputs, and the first layer made is the first to draw.
    raw = np.random.RandomState(config.seed).randint(0, 2**32, prod(shape), dtype=np.uint32)
    share = (raw & 0xFFFFFF).astype(np.float32) * np.float32(2**-24)
    limit = np.float32(1 / sqrt(prod(shape[1:])))
    return {name: (share * (2 * limit) - limit).reshape(shape)}
