"""How many images a run learns from, and by how many it is measured: the one place that counts them."""

from dataclasses import replace

from core.config.run_config import RunConfig
from core.datasets.catalog import DatasetSpec


def learned_count(config: RunConfig, spec: DatasetSpec) -> int:
    """Return how many images of the dataset a run of `config` learns from; 0 where it sets all of them aside.

    A dataset's own validation images are none of its training images, so that they take none of these away. Images of a
    class that is left out are counted: how many they are, their labels tell.
    """
    held_out = 0 if spec.validation_size else config.validation_size
    return config.train_size or max(spec.train_size - held_out, 0)


def usual_sizes(base: RunConfig, spec: DatasetSpec) -> RunConfig:
    """Return `base` as it stands for the dataset: measured on the validation images that it brings, if it does."""
    return replace(base, validation_size=spec.validation_size) if spec.validation_size else base


def on_dataset(config: RunConfig, spec: DatasetSpec, before: DatasetSpec | None = None) -> RunConfig:
    """Return the config on the dataset, measured on the validation images that it brings, if it does.

    before: what is known of the config's dataset, None of one that is gone; its own validation images stay with it.
    """
    if before is not None and before.validation_size:
        config = replace(config, validation_size=0)
    if config.left_out_class >= spec.n_classes:
        config = replace(config, left_out_class=-1)
    return usual_sizes(replace(config, dataset=spec.name), spec)
