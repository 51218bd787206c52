"""The configs that learn from one's own drawings."""

import numpy as np

from core.datasets import ImageData, dataset_spec
from core.prediction.fine_tuning import correct_on, fine_tuning_config, scratch_config
from core.prediction.predictor import build_predictor
from core.pretrained.registry import shipped_config, shipped_weights


def test_a_lesson_goes_on_from_the_run_with_the_drawings_mixed_in() -> None:
    config = fine_tuning_config(shipped_config("cnn-mnist"), "cnn-mnist", "own:abcd")
    assert (config.start_from, config.mix_in, config.dataset) == ("cnn-mnist", "own:abcd", "mnist")
    assert config.learning_rate < shipped_config("cnn-mnist").learning_rate
    alone = scratch_config(config, "own:abcd", 12)
    assert (alone.dataset, alone.start_from, alone.mix_in) == ("own:abcd", "", "")


def test_what_a_model_reads_rightly_is_counted(mnist: ImageData) -> None:
    ready = build_predictor(
        shipped_config("softmax-mnist"), dataset_spec("mnist"), shipped_weights("softmax-mnist")
    )
    images, labels = mnist.test_images[:60], np.asarray(mnist.test_labels[:60])
    answers = ready.probabilities(ready.inputs(images)).argmax(axis=1)
    right = int((answers == labels).sum())
    assert correct_on(ready, images, labels) == right > 50
    assert correct_on(ready, images, (labels + 1) % 10) == int((answers == (labels + 1) % 10).sum())
    assert correct_on(ready, images[:0], labels[:0]) == 0
