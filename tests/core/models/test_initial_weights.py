"""First weights drawn without PyTorch, against those that PyTorch draws."""

from dataclasses import replace

import numpy as np
import pytest

from core.config.run_config import RunConfig
from core.datasets.catalog import dataset_spec
from core.models.build import build_model
from core.models.initial_weights import first_weights


@pytest.mark.parametrize("seed", [0, 1, 20_261, 2**31 - 1])
@pytest.mark.parametrize("dataset", ["mnist", "cifar10"])
@pytest.mark.parametrize("model", ["softmax", "mlp", "cnn"])
def test_they_are_the_models_own(model: str, dataset: str, seed: int) -> None:
    config = RunConfig(model=model, seed=seed, dataset=dataset)
    drawn = first_weights(config, dataset_spec(dataset))
    assert drawn is not None
    own = build_model(config, dataset_spec(dataset)).state_dict()
    assert list(drawn) == list(own)
    for name, weights in own.items():
        assert drawn[name].dtype == np.float32
        np.testing.assert_allclose(drawn[name], weights.numpy(), rtol=0, atol=1e-7)


def test_zeros_are_zeros_and_normal_ones_are_left_to_pytorch() -> None:
    config = RunConfig(initialisation="zeros")
    drawn = first_weights(config, dataset_spec("mnist"))
    assert drawn is not None
    assert not drawn["linear.weight"].any()
    assert first_weights(replace(config, initialisation="normal"), dataset_spec("mnist")) is None
