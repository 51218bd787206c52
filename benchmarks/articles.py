"""The other ways to train the same model, each as its authors would write it, for benchmarks.training.

Every function trains a softmax regression (or the given model) with plain SGD on MNIST and returns the test accuracy.
`settings` are the same for all: epochs, batch size 100, learning rate.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from core.datasets import ImageData


@dataclass(frozen=True)
class Exercise:
    """What all of them are given to do."""

    data: ImageData
    folder: Path  # holds the images in torchvision's layout too
    epochs: int
    batch_size: int = 100
    learning_rate: float = 0.001


def article_loop(exercise: Exercise, *, evaluate: bool = False, loader_workers: int = 0) -> float:
    """Article 1's loop as printed: torchvision's dataset, ToTensor, DataLoader, nn.Linear, SGD.

    `evaluate`: on the test set after every 200 iterations, as it does.
    """
    from torchvision import datasets, transforms

    folder = str(exercise.folder)
    train_dataset = datasets.MNIST(root=folder, train=True, transform=transforms.ToTensor())
    test_dataset = datasets.MNIST(root=folder, train=False, transform=transforms.ToTensor())
    options = {"batch_size": exercise.batch_size, "num_workers": loader_workers}
    train_loader = DataLoader(train_dataset, shuffle=True, **options)
    test_loader = DataLoader(test_dataset, shuffle=False, **options)
    model = nn.Linear(28 * 28, 10)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=exercise.learning_rate)

    def accuracy() -> float:
        correct = total = 0
        for images, labels in test_loader:
            outputs = model(images.view(-1, 28 * 28))
            _, predicted = torch.max(outputs.data, 1)
            total += labels.size(0)
            correct += (predicted == labels).sum().item()
        return correct / total

    iteration = 0
    for _ in range(exercise.epochs):
        for images, labels in train_loader:
            optimizer.zero_grad()
            outputs = model(images.view(-1, 28 * 28))
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            iteration += 1
            if evaluate and iteration % 200 == 0:
                accuracy()
                loss.item()
    return _accuracy(model, exercise.data)


def article_evaluating(exercise: Exercise) -> float:
    """Article 1's loop with its evaluation on the test set every 200 iterations."""
    return article_loop(exercise, evaluate=True)


def article_with_workers(exercise: Exercise) -> float:
    """Article 1's loop with two loader processes."""
    return article_loop(exercise, loader_workers=2)


def tensor_dataset_loop(exercise: Exercise) -> float:
    """The same loop with DataLoader over a TensorDataset of images scaled beforehand."""
    dataset = TensorDataset(*resident_images(exercise.data))
    model = nn.Linear(28 * 28, 10)
    optimizer = torch.optim.SGD(model.parameters(), lr=exercise.learning_rate)
    for _ in range(exercise.epochs):
        for images, labels in DataLoader(dataset, exercise.batch_size, shuffle=True):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(images.flatten(1)), labels).backward()
            optimizer.step()
    return _accuracy(model, exercise.data)


def scikit_learn(exercise: Exercise) -> float:
    """scikit-learn's SGDClassifier, `epochs` times partial_fit: ten one-against-rest models, one image a step."""
    from sklearn.linear_model import SGDClassifier

    images, labels = resident_images(exercise.data)
    pixels, truth = images.flatten(1).numpy(), labels.numpy()
    model = SGDClassifier(
        loss="log_loss", alpha=0.0001, learning_rate="constant", eta0=exercise.learning_rate, random_state=0
    )
    for _ in range(exercise.epochs):
        model.partial_fit(pixels, truth, classes=np.arange(10))
    test = exercise.data.test_images.reshape(-1, 784).astype(np.float32) / 255
    return float(model.score(test, exercise.data.test_labels))


def resident_loop(exercise: Exercise, model: nn.Module) -> float:
    """A plain PyTorch loop over tensors that stay in memory: a permutation, `X[index]`, autograd, SGD."""
    images, labels = resident_images(exercise.data)
    optimizer = torch.optim.SGD(model.parameters(), lr=exercise.learning_rate)
    for _ in range(exercise.epochs):
        for index in torch.randperm(len(labels)).split(exercise.batch_size):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(images[index]), labels[index]).backward()
            optimizer.step()
    return _accuracy(model, exercise.data)


def plain_softmax() -> nn.Module:
    """Return the softmax regression as a tutorial would write it."""
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 10))


def plain_mlp() -> nn.Module:
    """Return the MLP as a tutorial would write it."""
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


def plain_cnn() -> nn.Module:
    """Return the CNN as a tutorial would write it: convolution, ReLU, pooling."""
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(32 * 7 * 7, 10)),
    )


TUTORIALS: Final = {"softmax": plain_softmax, "mlp": plain_mlp, "cnn": plain_cnn}


def floor(exercise: Exercise) -> float:
    """No method, only the arithmetic that none can leave out: one product forward and one for the gradient."""
    images, _ = resident_images(exercise.data)
    pixels, weight = images.flatten(1), torch.zeros(10, 784)
    for _ in range(exercise.epochs):
        scores = weight @ pixels.T
        scores @ pixels
    return 0.0


_RESIDENT: dict[tuple[str, int], tuple[torch.Tensor, torch.Tensor]] = {}  # by dataset and number of images


def resident_images(data: ImageData) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the training images as float32 (N, 1, 28, 28) in [0, 1] and labels, made once and outside the clock."""
    which = data.spec.name, len(data.train_labels)
    if which not in _RESIDENT:
        images = torch.from_numpy(data.train_images.astype(np.float32)).div_(255)
        _RESIDENT[which] = images, torch.from_numpy(np.array(data.train_labels))
    return _RESIDENT[which]


def prepare(exercise: Exercise) -> None:
    """Do what is not to be measured."""
    resident_images(exercise.data)


@torch.no_grad()
def _accuracy(model: nn.Module, data: ImageData) -> float:
    images = torch.from_numpy(data.test_images.astype(np.float32)).div_(255)
    if isinstance(model, nn.Linear):
        images = images.flatten(1)
    predicted = torch.cat([model(part).argmax(1) for part in images.split(500)])
    return float((predicted.numpy() == data.test_labels).mean())
