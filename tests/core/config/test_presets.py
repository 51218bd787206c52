"""Presets say what they are, from the numbers that they hold."""

from core.config.presets import PRESETS


def test_every_preset_says_what_it_is_and_what_to_expect() -> None:
    titles = [preset.title for preset in PRESETS.values()]
    assert len(set(titles)) == len(titles)
    for preset in PRESETS.values():
        assert preset.note.endswith(".")
        assert "{" not in preset.title + preset.note


def test_what_a_note_names_is_what_the_preset_does() -> None:
    for preset in PRESETS.values():
        config, values = preset.config, preset.values
        assert values.get("rate", config.learning_rate) == config.learning_rate
        assert values.get("epochs", config.epochs) == config.epochs
        assert values.get("images", config.validation_size) == config.validation_size
        assert values.get("hidden", config.hidden_sizes[0]) == config.hidden_sizes[0]
    assert PRESETS["mnist-article"].note.endswith("It reports 89%, but as printed it reaches 82.5%.")
    assert PRESETS["fashion-article"].title == "Fashion article, as printed"
