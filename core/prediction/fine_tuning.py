"""Learning from one's own drawings: the configs that do, and what share of the drawings a model reads."""

from dataclasses import replace

import numpy as np

from core.config.run_config import RunConfig
from core.images import PreprocessingOptions
from core.prediction.predict import DatasetImage, ModelInput, pixels_for, predict, prepared_for
from core.prediction.predictor import Predictor


def plain_pixels(subject: ModelInput, predictor: Predictor) -> np.ndarray:
    """Return the subject as (C, H, W) in [0, 1], prepared but not deskewed: a run deskews by itself."""
    plain = replace(predictor, config=replace(predictor.config, deskew=False))
    return pixels_for(prepared_for(subject, plain, PreprocessingOptions()), predictor.spec)


def fine_tuning_config(config: RunConfig, run_id: str, own: str) -> RunConfig:
    """Return the config that goes on from a run with the drawings mixed in: two epochs, gently."""
    return replace(
        config,
        start_from=run_id,
        mix_in=own,
        epochs=2,
        learning_rate=config.learning_rate / 4,
        learning_rate_changes=(),
        eval_every=0,
    )


def scratch_config(config: RunConfig, own: str, count: int) -> RunConfig:
    """Return the config that learns from the drawings alone, with the run's model."""
    return replace(
        config,
        dataset=own,
        train_size=0,
        validation_size=0,
        start_from="",
        mix_in="",
        left_out_class=-1,
        scaling="unit",
        batch_size=max(1, min(20, count // 4)),
        epochs=40,
        learning_rate_changes=(),
        eval_every=0,
    )


def correct_on(predictor: Predictor, images: np.ndarray, labels: np.ndarray) -> int:
    """Return how many of the images, uint8 (N, C, H, W), the model reads as their labels (N,) say."""
    return sum(
        predict(predictor, DatasetImage(image)).best == label
        for image, label in zip(images, labels, strict=True)
    )
