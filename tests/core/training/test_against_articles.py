"""The loop against independent plain-PyTorch loops, written as the two articles wrote them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset, random_split
from torchvision import datasets as tv_datasets
from torchvision import transforms

from core.config.presets import PRESETS
from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.protocol.events import Evaluated, Finished, Steps, Weights
from core.training.loop import train


class FixedOrder(torch.utils.data.Sampler):
    """A DataLoader's sampler that gives the batch order documented for Inkling's runs."""

    def __init__(self, count: int, seed: int) -> None:
        self._count = count
        self._generator = torch.Generator().manual_seed(seed + 1)

    def __iter__(self):
        return iter(torch.randperm(self._count, generator=self._generator).tolist())

    def __len__(self) -> int:
        return self._count


def article_1(dataset: Dataset, config: RunConfig) -> tuple[list[float], np.ndarray]:
    """Return every loss and the final weights of article 1's loop: DataLoader, nn.Linear, SGD."""
    loader = DataLoader(dataset, config.batch_size, sampler=FixedOrder(len(dataset), config.seed))
    torch.manual_seed(config.seed)
    model = nn.Linear(28 * 28, 10)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=config.learning_rate)
    losses = []
    for _ in range(config.epochs):
        for images, labels in loader:
            optimizer.zero_grad()
            loss = criterion(model(images.view(-1, 28 * 28)), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses, model.weight.detach().numpy()


def told_losses(events: list) -> np.ndarray:
    return np.concatenate([event.losses for event in events if isinstance(event, Steps)])


ONE_EPOCH = replace(PRESETS["mnist-article"].config, epochs=1, eval_every=0)


@pytest.fixture(scope="module")
def article_1_epoch(mnist: ImageData, data_folder: Path) -> tuple[list[float], np.ndarray]:
    assert mnist.spec.train_size == 60_000  # unpacked into torchvision's own layout by now
    raw = tv_datasets.MNIST(str(data_folder), train=True, transform=transforms.ToTensor())
    return article_1(raw, ONE_EPOCH)


@pytest.mark.parametrize("path", ["closed-form", "autograd"])
def test_article_1_gives_the_same_losses_and_weights(mnist: ImageData, article_1_epoch, path: str) -> None:
    losses, weight = article_1_epoch
    events = list(train(mnist, ONE_EPOCH, path=path))
    final = [event for event in events if isinstance(event, Weights)][-1].arrays
    np.testing.assert_allclose(told_losses(events), losses, atol=1e-5)
    np.testing.assert_allclose(final["linear.weight"], weight, atol=1e-5)


def test_article_2_gives_the_same_validation_history(fashion: ImageData) -> None:
    config = replace(PRESETS["fashion-article"].config, epochs=2, seed=3)
    everything = [
        (torch.from_numpy(image).float() / 255, int(label))
        for image, label in zip(fashion.train_images, fashion.train_labels, strict=True)
    ]
    generator = torch.Generator().manual_seed(config.seed)
    validation, training = random_split(everything, [10_000, 50_000], generator=generator)
    loader = DataLoader(training, 128, sampler=FixedOrder(50_000, config.seed))
    torch.manual_seed(config.seed)
    model = nn.Linear(784, 10)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.001)
    held_back = torch.stack([x for x, _ in validation]).flatten(1), torch.tensor([y for _, y in validation])

    def evaluate() -> tuple[float, float]:
        logits = model(held_back[0])
        accuracy = (logits.argmax(1) == held_back[1]).float().mean().item()
        return functional.cross_entropy(logits, held_back[1]).item(), accuracy

    history = [evaluate()]
    for _ in range(config.epochs):
        for images, labels in loader:
            loss = functional.cross_entropy(model(images.flatten(1)), labels)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        history.append(evaluate())

    told = [e for e in train(fashion, config) if isinstance(e, Evaluated) and e.split == "validation"]
    assert [event.step for event in told] == [0, 391, 782]
    np.testing.assert_allclose([event.loss for event in told], [loss for loss, _ in history], atol=1e-5)
    np.testing.assert_allclose([event.accuracy for event in told], [a for _, a in history], atol=2e-4)


@pytest.mark.parametrize(
    ("preset", "low", "high"),
    [("mnist-article", 0.815, 0.835), ("mnist-article-89", 0.89, 0.91)],
)
def test_presets_of_article_1_reach_what_their_notes_say(mnist, preset: str, low: float, high: float) -> None:
    events = list(train(mnist, PRESETS[preset].config))
    assert isinstance(events[-1], Finished)
    assert low <= [e for e in events if isinstance(e, Evaluated)][-1].accuracy <= high


def test_article_2_with_learning_rate_a_tenth_reaches_its_validation_figures(fashion: ImageData) -> None:
    told = list(train(fashion, PRESETS["fashion-article-84"].config))
    validation = [e for e in told if isinstance(e, Evaluated) and e.split == "validation"][-1]
    assert validation.accuracy >= 0.835
    assert validation.loss <= 0.48
    assert [e.split for e in told if isinstance(e, Evaluated)].count("test") == 1  # kept apart until the end
