"""The configs that learn from one's own drawings."""

from core.prediction.fine_tuning import fine_tuning_config, scratch_config
from core.pretrained.registry import shipped_config


def test_a_lesson_goes_on_from_the_run_with_the_drawings_mixed_in() -> None:
    config = fine_tuning_config(shipped_config("cnn-mnist"), "cnn-mnist", "own:abcd")
    assert (config.start_from, config.mix_in, config.dataset) == ("cnn-mnist", "own:abcd", "mnist")
    assert config.learning_rate < shipped_config("cnn-mnist").learning_rate
    alone = scratch_config(config, "own:abcd", 12)
    assert (alone.dataset, alone.start_from, alone.mix_in) == ("own:abcd", "", "")
