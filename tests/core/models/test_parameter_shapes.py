"""Names and shapes told without PyTorch, against the models that PyTorch builds."""

from dataclasses import replace

import pytest

from core.config.run_config import RunConfig
from core.datasets.catalog import dataset_spec
from core.models.build import build_model
from core.models.parameter_shapes import count_parameters, parameter_shapes

CONFIGS = [
    RunConfig(),
    RunConfig(model="mlp"),
    RunConfig(model="mlp", hidden_sizes=(32, 17, 5)),
    RunConfig(model="cnn"),
    RunConfig(model="cnn", channels=(3, 7), kernel_size=3),
]


@pytest.mark.parametrize("dataset", ["mnist", "fashion_mnist", "cifar10"])
@pytest.mark.parametrize("config", CONFIGS, ids=lambda c: f"{c.model}-{c.hidden_sizes}-{c.channels}")
def test_shapes_are_those_of_the_model_that_is_built(config: RunConfig, dataset: str) -> None:
    entry = dataset_spec(dataset)
    model = build_model(replace(config, dataset=dataset), entry)
    told = parameter_shapes(config, entry)
    assert list(told.items()) == [(name, tuple(value.shape)) for name, value in model.state_dict().items()]
    assert count_parameters(config, entry) == sum(p.numel() for p in model.parameters())


def test_a_softmax_regression_on_mnist_learns_7850_numbers() -> None:
    assert count_parameters(RunConfig(), dataset_spec("mnist")) == 7850
