"""The weights that a model starts from, drawn as PyTorch draws them and without it.

PyTorch's import takes seconds, and the first page shows these weights before it is over.
"""

from math import prod, sqrt

import numpy as np
from numpy.typing import NDArray

from core.config.run_config import RunConfig
from core.datasets.catalog import DatasetSpec
from core.models.parameter_shapes import parameter_shapes


def first_weights(config: RunConfig, spec: DatasetSpec) -> dict[str, NDArray[np.float32]] | None:
    """Return the state of the model that core.models.build.build_model makes, name -> float32 array, to 1e-7.

    None for an initialisation that only PyTorch can draw: "normal".
    """
    shapes = parameter_shapes(config, spec)
    if config.initialisation == "zeros":
        return {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    if config.initialisation != "default":
        return None
    # PyTorch's generator is NumPy's legacy one, with the same seeding; `nn.Linear` and `nn.Conv2d` draw weights, then
    # biases, uniformly up to one over the root of the layer's inputs.
    generator = np.random.RandomState(config.seed)
    state, limit = {}, np.float32(0)
    for name, shape in shapes.items():
        if name.endswith(".weight"):
            limit = np.float32(1 / sqrt(prod(shape[1:])))
        raw = generator.randint(0, 2**32, prod(shape), dtype=np.uint32)
        share = (raw & 0xFFFFFF).astype(np.float32) * np.float32(2**-24)
        state[name] = (share * (2 * limit) - limit).reshape(shape)
    return state
