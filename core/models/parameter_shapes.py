"""What a model learns, by name and shape, told without building it and without PyTorch."""

from math import prod

from core.config.run_config import RunConfig
from core.datasets.catalog import DatasetSpec


def parameter_shapes(config: RunConfig, spec: DatasetSpec) -> dict[str, tuple[int, ...]]:
    """Return the shape of every parameter of the model that core.models.build.build_model makes, in its order.

    A linear layer's weight is (outputs, inputs), a convolution's (filters, C, k, k).
    """
    shapes = {"softmax": _softmax_regression, "mlp": _mlp, "cnn": _cnn}
    return shapes[config.model](config, spec)


def count_parameters(config: RunConfig, spec: DatasetSpec) -> int:
    """Return how many numbers the config's model learns."""
    return sum(prod(shape) for shape in parameter_shapes(config, spec).values())


def _softmax_regression(_config: RunConfig, spec: DatasetSpec) -> dict[str, tuple[int, ...]]:
    return _layer("linear", spec.n_classes, spec.n_values)


def _mlp(config: RunConfig, spec: DatasetSpec) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    inputs = spec.n_values
    for number, size in enumerate(config.hidden_sizes, start=1):
        shapes |= _layer(f"hidden{number}", size, inputs)
        inputs = size
    return shapes | _layer("output", spec.n_classes, inputs)


def _cnn(config: RunConfig, spec: DatasetSpec) -> dict[str, tuple[int, ...]]:
    C, H, W = spec.image_shape
    first, second = config.channels
    size = config.kernel_size
    features = second * (H // 2 // 2) * (W // 2 // 2)
    return (
        _layer("conv1", first, C, size, size)
        | _layer("conv2", second, first, size, size)
        | _layer("output", spec.n_classes, features)
    )


def _layer(name: str, outputs: int, *inputs: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (outputs, *inputs), f"{name}.bias": (outputs,)}
