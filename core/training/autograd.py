"""The generic path: any model, any optimizer, gradients by autograd."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from core.config.run_config import WITH_MOMENTUM, RunConfig
from core.models.build import build_model, load_state_arrays, scale_images, state_arrays
from core.training.augmentation import augment
from core.training.data import TrainingData
from core.training.dropout import Dropout
from core.training.learner import chunk_capacity
from core.training.path_selection import EVALUATION_BATCH


def build_optimizer(model: nn.Module, config: RunConfig) -> torch.optim.Optimizer:
    """Return the config's torch optimizer over the model's parameters; `l2` is its weight decay."""
    kinds: dict[str, type[torch.optim.Optimizer]] = {
        "sgd": torch.optim.SGD,
        "adagrad": torch.optim.Adagrad,
        "adam": torch.optim.Adam,
        "adamw": torch.optim.AdamW,
        "adamax": torch.optim.Adamax,
        "rmsprop": torch.optim.RMSprop,
    }
    settings: dict[str, Any] = {"lr": config.learning_rate, "weight_decay": config.l2}
    if config.optimizer in WITH_MOMENTUM:
        settings["momentum"] = config.momentum
    if config.optimizer == "sgd":
        settings["nesterov"] = config.nesterov
    return kinds[config.optimizer](model.parameters(), **settings)


class AutogradLearner:
    """A torch model and a torch optimizer over resident uint8 images; batches are gathered by position."""

    path = "autograd"

    def __init__(self, config: RunConfig, data: TrainingData) -> None:
        self._config, self._data = config, data
        self._device = torch.device(config.device)
        self._model = build_model(config, data.spec)
        self._optimizer = build_optimizer(self._model, config)
        self._augmentation = torch.Generator(self._device).manual_seed(config.seed + 2)
        self._dropout = Dropout(config)
        self.chunk_capacity = chunk_capacity(config.batch_size)
        self.evaluation_batch = EVALUATION_BATCH[config.model]
        self._records: list[tuple[Tensor, Tensor, int]] = []  # loss, right answers, images of each step

    def step(self, batch: Tensor, learning_rate: float, slot: int) -> None:
        """Do one update; see Learner."""
        images = self._scaled(self._data.images.index_select(0, batch))
        labels = self._data.labels.index_select(0, batch).to(self._device)
        if self._config.augmentation != "none":
            images = augment(images, self._augmentation)
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate
        logits = self._dropout.scores(self._model, images)
        loss = functional.cross_entropy(logits, labels)
        self._optimizer.zero_grad()
        loss.backward()
        if self._config.l1:
            self._add_l1_gradient()
        self._optimizer.step()
        del self._records[slot:]
        self._records.append((loss.detach(), (logits.detach().argmax(1) == labels).sum(), len(labels)))

    def _add_l1_gradient(self) -> None:
        """Add the gradient of l1 * sum |w| over all parameters."""
        for parameter in self._model.parameters():
            if parameter.grad is not None:
                parameter.grad.add_(parameter.detach().sign(), alpha=self._config.l1)

    def _scaled(self, images: Tensor) -> Tensor:
        scaled = scale_images(images.to(self._device), self._data.spec, self._config.scaling)
        if self._config.model == "cnn":
            scaled = scaled.contiguous(memory_format=torch.channels_last)
        return scaled

    def read_chunk(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the chunk's (losses, accuracies)."""
        losses, right, sizes = zip(*self._records[:count], strict=True)
        accuracies = torch.stack(right).float().cpu() / torch.tensor(sizes)
        return torch.stack(losses).cpu().numpy(), accuracies.numpy()

    def logits(self, images: Tensor) -> Tensor:
        """Return the model's scores; augmentation and dropout are for learning only."""
        return self._model(self._scaled(images)).detach()

    def weights(self) -> dict[str, np.ndarray]:
        """Return a copy of the parameters."""
        return state_arrays(self._model)

    def load_weights(self, arrays: dict[str, np.ndarray]) -> None:
        """Overwrite the parameters in place."""
        load_state_arrays(self._model, arrays)

    def optimizer_state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Return the optimizer's state by parameter position, and the states of what draws random numbers."""
        tensors = {"augmentation": self._augmentation.get_state(), **self._dropout.state()}
        numbers = {}
        for position, slots in self._optimizer.state_dict()["state"].items():
            for name, value in slots.items():
                if isinstance(value, Tensor):
                    tensors[f"{position}.{name}"] = value.cpu()
                elif value is not None:
                    numbers[f"{position}.{name}"] = value
        return tensors, numbers

    def load_optimizer_state(self, tensors: dict[str, Tensor], numbers: dict[str, Any]) -> None:
        """Overwrite the optimizer's state and the states of what draws random numbers."""
        self._augmentation.set_state(tensors["augmentation"])
        self._dropout.load_state(tensors)
        slots: dict[int, dict[str, Any]] = {}
        for key, value in {**tensors, **numbers}.items():
            position, _, name = key.partition(".")
            if name:
                slots.setdefault(int(position), {})[name] = value
        state = self._optimizer.state_dict()
        self._optimizer.load_state_dict({"state": slots, "param_groups": state["param_groups"]})
