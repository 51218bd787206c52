"""The three models: softmax regression, MLP and a small CNN, for any image shape and number of classes."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from core.config.run_config import RunConfig
from core.datasets.catalog import DatasetSpec
from core.i18n.translation import _
from core.models.max_pool import MaxPool2x2

_GENERATOR = threading.Lock()  # PyTorch's own is everyone's: two threads would draw from each other's numbers
_ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "gelu": nn.GELU,
}


def build_model(config: RunConfig, spec: DatasetSpec) -> nn.Sequential:
    """Return the config's model on its device, initialised from the config's seed.

    The model maps float32 images (B, C, H, W), scaled as `config.scaling` says, to logits (B, K). The
    global random state is left as it was.
    """
    builders = {"softmax": _softmax_regression, "mlp": _mlp, "cnn": _cnn}
    with _GENERATOR, torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        model = builders[config.model](config, spec)
        _initialise(model, config)
    return model.to(config.device)


def _softmax_regression(_config: RunConfig, spec: DatasetSpec) -> nn.Sequential:
    inputs = spec.n_values
    return nn.Sequential(OrderedDict(flatten=nn.Flatten(), linear=nn.Linear(inputs, spec.n_classes)))


def _mlp(config: RunConfig, spec: DatasetSpec) -> nn.Sequential:
    layers: OrderedDict[str, nn.Module] = OrderedDict(flatten=nn.Flatten())
    inputs = spec.n_values
    for number, size in enumerate(config.hidden_sizes, start=1):
        layers[f"hidden{number}"] = nn.Linear(inputs, size)
        layers[f"activation{number}"] = _ACTIVATIONS[config.activation]()
        inputs = size
    layers["output"] = nn.Linear(inputs, spec.n_classes)
    return nn.Sequential(layers)


def _cnn(config: RunConfig, spec: DatasetSpec) -> nn.Sequential:
    """Return conv-pool-relu twice and a linear layer; max and ReLU commute, and pooling first is cheaper."""
    C, H, W = spec.image_shape
    first, second = config.channels
    size, padding = config.kernel_size, config.kernel_size // 2
    features = second * (H // 2 // 2) * (W // 2 // 2)
    model = nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(C, first, size, padding=padding),
            pool1=MaxPool2x2(),
            activation1=nn.ReLU(),
            conv2=nn.Conv2d(first, second, size, padding=padding),
            pool2=MaxPool2x2(),
            activation2=nn.ReLU(),
            flatten=nn.Flatten(),
            output=nn.Linear(features, spec.n_classes),
        )
    )
    return model.to(memory_format=torch.channels_last)


def _initialise(model: nn.Module, config: RunConfig) -> None:
    """Overwrite PyTorch's default initialisation where the config asks for another one."""
    if config.initialisation == "default":
        return
    for name, parameter in model.named_parameters():
        if config.initialisation == "zeros" or name.endswith("bias"):
            nn.init.zeros_(parameter)
        else:
            nn.init.normal_(parameter, std=config.init_std)


def state_arrays(model: nn.Module) -> dict[str, np.ndarray]:
    """Return a copy of the model's parameters, name -> float32 array, contiguous, in state_dict order."""
    return {
        name: np.array(tensor.detach().cpu().contiguous().numpy(), dtype=np.float32)
        for name, tensor in model.state_dict().items()
    }


def load_state_arrays(model: nn.Module, arrays: Mapping[str, np.ndarray]) -> None:
    """Overwrite the model's parameters with `arrays`.

    Raises: ValueError naming the first parameter that is missing, unknown or of another shape.
    """
    own = model.state_dict()
    for name in [*own, *arrays]:
        if name not in arrays or name not in own:
            raise ValueError(_("The weights do not fit the model: only one of them has “{name}”.", name=name))
        if tuple(own[name].shape) != tuple(arrays[name].shape):
            raise ValueError(
                _(
                    "The weights do not fit the model: the shape of “{name}” is {given:text}, but the model "
                    "needs {wanted:text}.",
                    name=name,
                    given=tuple(arrays[name].shape),
                    wanted=tuple(own[name].shape),
                )
            )
    model.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in arrays.items()})


def model_from_arrays(
    config: RunConfig, spec: DatasetSpec, arrays: Mapping[str, np.ndarray]
) -> nn.Sequential:
    """Return the config's model with the weights `arrays`, on the CPU.

    Raises: ValueError naming the first parameter that is missing, unknown or of another shape.
    """
    model = build_model(replace(config, start_from="", device="cpu"), spec)
    load_state_arrays(model, arrays)
    return model


def softmax_weights(arrays: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return (weight (K, C*H*W), bias (K,)) of a softmax regression's state.

    Raises: KeyError for the state of another model.
    """
    return arrays["linear.weight"], arrays["linear.bias"]


def scale_images(images: Tensor, spec: DatasetSpec, scaling: str) -> Tensor:
    """Return uint8 images (B, C, H, W) as float32: [0, 1] for "unit", mean 0 and deviation 1 per channel
    of the training set for "standardised".
    """
    scaled = images / 255  # float32, in one pass
    if scaling == "unit":
        return scaled
    mean = torch.tensor(spec.mean, device=images.device).view(1, -1, 1, 1)
    std = torch.tensor(spec.std, device=images.device).view(1, -1, 1, 1)
    return scaled.sub_(mean).div_(std)
