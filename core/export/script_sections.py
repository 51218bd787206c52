"""A run as a program: sections of plain PyTorch that a beginner can read and that print the run's own log.

The sections stand in the order of the two articles. `core.export.script` and `core.export.notebook` lay them
out. What a section does is what `core.training` does, in the same order, so that the numbers are the same: to
the bit where the run took the generic path, to the digits shown where it took the written-out gradient.
"""

import importlib
import inspect
from dataclasses import replace

from core.config.run_config import RunConfig
from core.datasets import load
from core.datasets.catalog import CATALOG
from core.export import model_section
from core.export.run_record import RunRecord
from core.export.training_section import Section, optimizer_section, plan_of, training_section
from core.runs import RunRow
from core.runs.errors import ExportRefused
from core.training.threads import threads_for


def sections(record: RunRecord, root: str) -> list[Section]:
    """Return the program; `root` is the expression that gives the folder with the images.

    Raises: ExportRefused for a run whose images or first weights torchvision cannot give; DatasetError.
    """
    config = record.row.config
    check_row(record.row)
    plan = plan_of(record)
    parts = [
        _start(record, root),
        _dataset(record),
        _batches(record),
        model_section.model_section(config, record.spec, Section),
        _instance(config),
        Section("Instantiate the loss", "Cross-entropy: the surprise at the right answer, in nats.",
                "criterion = nn.CrossEntropyLoss()"),
        optimizer_section(record, plan),
        training_section(record, plan),
    ]  # fmt: skip
    return [replace(part, code=part.code.strip()) for part in parts]


def check_row(row: RunRow) -> None:
    """Raise ExportRefused for a run whose images or first weights torchvision cannot give."""
    config = row.config
    remedy = "Export the run as a bundle instead: it holds its settings, numbers and weights."
    for name in filter(None, (config.dataset, config.mix_in)):
        if name not in CATALOG:
            raise ExportRefused(
                f"Run {row.id} learned from images of your own, which torchvision has not.", remedy
            )
        if not CATALOG[name].torchvision_class:
            raise ExportRefused(
                f"Run {row.id} learned from {CATALOG[name].title}, which torchvision has not.", remedy
            )
    if config.mix_in:
        raise ExportRefused(f"Run {row.id} mixed two datasets, which no script does yet.", remedy)
    if config.start_from:
        raise ExportRefused(
            f"Run {row.id} went on from the weights of run {config.start_from}, which a script of its own "
            "cannot know.",
            remedy,
        )


def _start(record: RunRecord, root: str) -> Section:
    config = record.row.config
    threads = record.row.threads or threads_for(config)
    embeds = config.deskew or config.augmentation != "none"
    lines = ["from __future__ import annotations", ""] if embeds else []
    lines += ["import math"] if config.schedule == "cosine" else []
    lines += ["import sys"] if "sys." in root else []
    lines += ["", "import torch", "from torch import nn", "from torchvision import datasets", ""]
    lines += [f"ROOT = {root}  # the folder for the images; they are downloaded if it has none"]
    lines += [f"SEED = {config.seed}", f"BATCH_SIZE = {config.batch_size}"]
    lines += [f'DEVICE = "{config.device}"'] if config.device != "cpu" else []
    lines += [f"torch.set_num_threads({threads})  # as the run had: the last bits of a sum depend on it"]
    return Section("Settings", "Everything that is chosen before the first step.", "\n".join(lines))


def _dataset(record: RunRecord) -> Section:
    config, name = record.row.config, record.spec.torchvision_class
    lines = [
        f"train_set = datasets.{name}(ROOT, train=True, download=True)",
        f"test_set = datasets.{name}(ROOT, train=False, download=True)",
        "",
        f"# images: uint8 of shape (count, {', '.join(map(str, record.spec.image_shape))}); labels: 0 to "
        f"{record.spec.n_classes - 1}",
    ]
    for part in ("train", "test"):
        if name == "CIFAR10":
            lines.append(
                f"{part}_images = torch.from_numpy({part}_set.data).permute(0, 3, 1, 2).contiguous()"
            )
            lines.append(f"{part}_labels = torch.tensor({part}_set.targets)")
        else:
            lines.append(f"{part}_images, {part}_labels = {part}_set.data.unsqueeze(1), {part}_set.targets")
    if config.deskew:
        lines += ["", "", _source("core.images.deskew"), "", ""]
        lines += [
            f"{part}_images = torch.from_numpy(deskew({part}_images.numpy()))" for part in ("train", "test")
        ]
    lines += ["", *_split(config)]
    return Section(
        "Load the dataset",
        f"{record.spec.title}: {record.spec.train_size:,} images to learn from and "
        f"{record.spec.test_size:,} to be tested on.",
        "\n".join(lines),
    )


def _split(config: RunConfig) -> list[str]:
    held, count = config.validation_size, config.train_size
    if not held and not count:
        return ["train_index = torch.arange(len(train_images))"]
    lines = ["order = torch.randperm(len(train_images), generator=torch.Generator().manual_seed(SEED))"]
    if held:
        lines.append(f"validation_index = order[:{held}]  # kept apart, to judge by while it trains")
    lines.append(f"train_index = order[{held or ''}:{held + count if count else ''}]")
    return lines


def _batches(record: RunRecord) -> Section:
    config = record.row.config
    lines = []
    if config.scaling == "standardised":
        measured = load(record.row.dataset, record.store.settings.data_dir).spec
        for label, values in (("MEAN", measured.mean), ("STD", measured.std)):
            lines.append(
                f"{label} = torch.tensor({[*values]}).view(1, -1, 1, 1)  # of the training images, from 0 to 1"
            )
        lines += ["", ""]
    lines += ["def prepare(images):"]
    lines += ['    """Return uint8 images as the numbers that the model sees."""']
    lines += [
        "    inputs = images.to(DEVICE).float() / 255"
        if config.device != "cpu"
        else "    inputs = images.float() / 255"
    ]
    if config.scaling == "standardised":
        lines += (
            ["    inputs = (inputs - MEAN) / STD"]
            if config.device == "cpu"
            else ["    inputs = (inputs - MEAN.to(DEVICE)) / STD.to(DEVICE)"]
        )
    if config.model == "cnn":
        lines += [
            "    inputs = inputs.contiguous(memory_format=torch.channels_last)  # faster for convolutions"
        ]
    lines += ["    return inputs", "", ""]
    lines += ["shuffle = torch.Generator().manual_seed(SEED + 1)", "", ""]
    lines += ["def batches(epochs):"]
    lines += ['    """Yield the positions of one batch after the other, every epoch in a new order."""']
    lines += ["    for _ in range(epochs):"]
    lines += ["        order = train_index[torch.randperm(len(train_index), generator=shuffle)]"]
    lines += ["        yield from order.split(BATCH_SIZE)"]
    if config.augmentation != "none":
        lines += ["", "", _source("core.training.augmentation"), "", ""]
        lines += ["variation = torch.Generator().manual_seed(SEED + 2)"]
    return Section(
        "Make the dataset iterable",
        f"Batches of {config.batch_size} images; every epoch shuffles all of them anew.",
        "\n".join(lines),
    )


def _instance(config: RunConfig) -> Section:
    lines = ["torch.manual_seed(SEED)", "model = Model()"]
    if config.initialisation != "default":
        lines += ["for name, parameter in model.named_parameters():"]
        if config.initialisation == "zeros":
            lines += ["    nn.init.zeros_(parameter)"]
        else:
            lines += ['    if name.endswith("bias"):', "        nn.init.zeros_(parameter)"]
            lines += ["    else:", f"        nn.init.normal_(parameter, std={config.init_std!r})"]
    if config.model == "cnn":
        lines += ["model = model.to(memory_format=torch.channels_last)"]
    if config.device != "cpu":
        lines += ["model = model.to(DEVICE)"]
    return Section("Instantiate the model", "The seed decides its first weights.", "\n".join(lines))


def _source(module: str) -> str:
    """Return a module's own code, without its docstring and the import that must come first in a file."""
    text = inspect.getsource(importlib.import_module(module))
    _, _, body = text.partition("from __future__ import annotations")
    return (body or text).strip()
