"""Presets say what they are, from the numbers that they hold."""

from dataclasses import replace

from core.config.presets import DEFAULT, PRESETS, reported_accuracy


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


def test_an_article_reports_a_figure_for_its_settings_whatever_the_seed() -> None:
    printed = PRESETS["mnist-article"].config
    reported = reported_accuracy(replace(printed, seed=7))
    assert reported is not None
    assert (reported.article, reported.accuracy) == ("Logistic Regression on MNIST with PyTorch", 0.89)
    fashion = reported_accuracy(PRESETS["fashion-article-84"].config)
    assert fashion is not None
    assert fashion.accuracy == 0.84
    assert reported_accuracy(replace(printed, epochs=6)) is None
    assert reported_accuracy(DEFAULT) is None
