"""Models built in several threads at once: each has the weights that its seed gives."""

from concurrent.futures import ThreadPoolExecutor

import torch

from core.config.run_config import RunConfig
from core.datasets.catalog import dataset_spec
from core.models.build import build_model

CONFIGS = [RunConfig(model="cnn", seed=3), RunConfig(initialisation="normal", seed=5)]


def weights(config: RunConfig) -> torch.Tensor:
    return torch.cat(
        [p.detach().reshape(-1) for p in build_model(config, dataset_spec("mnist")).parameters()]
    )


def test_they_do_not_draw_from_each_others_numbers() -> None:
    alone = [weights(config) for config in CONFIGS]
    with ThreadPoolExecutor(2) as pool:
        beside = list(pool.map(weights, CONFIGS * 100))
    assert all(torch.equal(made, alone[i % 2]) for i, made in enumerate(beside))
