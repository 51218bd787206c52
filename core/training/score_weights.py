"""Scores of stored weights on a dataset's test set, computed as the training loop computes them."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.datasets.shortage import no_test_images
from core.training.autograd import AutogradLearner
from core.training.data import training_data
from core.training.learner import Score, evaluate


def score_weights(config: RunConfig, weights: Mapping[str, np.ndarray], data: ImageData) -> Score:
    """Return the score of a run's weights on the whole test set: loss in nats, accuracy 0..1, logits (N, K).

    Raises: ValueError when the weights do not fit the config's model; NoTestImages.
    """
    if not len(data.test_labels):
        raise no_test_images(data.spec)
    view = training_data(replace(config, train_size=0, validation_size=0), data)  # its split may be past
    learner = AutogradLearner(config, view)
    learner.load_weights(dict(weights))
    with torch.no_grad():
        return evaluate(learner, *view.split("test"))
