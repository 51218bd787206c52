"""The model's class, written out for each of the three kinds, its parameters named as in `core.models.build`."""

from collections.abc import Callable
from typing import Final, TypeVar

from core.config.run_config import RunConfig
from core.datasets.catalog import DatasetSpec

_ACTIVATIONS: Final = {"relu": "ReLU", "tanh": "Tanh", "sigmoid": "Sigmoid", "gelu": "GELU"}
_TITLES: Final = {
    "softmax": "Softmax regression: one weight for each pixel and class, and nothing else.",
    "mlp": "An MLP: layers of units, each a weighted sum with a bend.",
    "cnn": "A small CNN: two layers of filters that slide over the image, then one linear layer.",
}

S = TypeVar("S")


def model_section(config: RunConfig, spec: DatasetSpec, section: Callable[[str, str, str], S]) -> S:
    """Return the section that defines `class Model(nn.Module)`."""
    writers = {"softmax": _softmax, "mlp": _mlp, "cnn": _cnn}
    made, used = writers[config.model](config, spec)
    lines = ["class Model(nn.Module):", "    def __init__(self):", "        super().__init__()"]
    lines += [f"        {line}" for line in made]
    lines += ["", "    def forward(self, images):", *(f"        {line}" for line in used)]
    return section("Create the model class", _TITLES[config.model], "\n".join(lines))


def _softmax(_config: RunConfig, spec: DatasetSpec) -> tuple[list[str], list[str]]:
    made = [f"self.linear = nn.Linear({spec.n_values}, {spec.n_classes})"]
    return made, ["return self.linear(images.flatten(1))  # the scores; softmax is in the loss"]


def _mlp(config: RunConfig, spec: DatasetSpec) -> tuple[list[str], list[str]]:
    made, used, inputs = [], ["values = images.flatten(1)"], spec.n_values
    for number, size in enumerate(config.hidden_sizes, start=1):
        made.append(f"self.hidden{number} = nn.Linear({inputs}, {size})")
        used.append(f"values = self.activation(self.hidden{number}(values))")
        inputs = size
    made += [f"self.output = nn.Linear({inputs}, {spec.n_classes})"]
    made += [f"self.activation = nn.{_ACTIVATIONS[config.activation]}()"]
    return made, [*used, "return self.output(values)"]


def _cnn(config: RunConfig, spec: DatasetSpec) -> tuple[list[str], list[str]]:
    C, H, W = spec.image_shape
    (first, second), size = config.channels, config.kernel_size
    features = second * (H // 2 // 2) * (W // 2 // 2)
    made = [
        f"self.conv1 = nn.Conv2d({C}, {first}, {size}, padding={size // 2})",
        f"self.conv2 = nn.Conv2d({first}, {second}, {size}, padding={size // 2})",
        f"self.output = nn.Linear({features}, {spec.n_classes})",
        "self.pool = nn.MaxPool2d(2)",
        "self.activation = nn.ReLU()",
    ]
    used = [
        "values = self.activation(self.pool(self.conv1(images)))",
        "values = self.activation(self.pool(self.conv2(values)))",
        "return self.output(values.flatten(1))",
    ]
    return made, used
