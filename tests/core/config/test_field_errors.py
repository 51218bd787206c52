"""What is refused is told in a whole sentence, in the language of whoever reads it, not of whoever caused it."""

import pickle
from pathlib import Path

import pytest

from core.config.field_errors import WHOLE_NUMBER, ConfigError, FieldError, Range
from core.config.presets import PRESETS
from core.config.run_config import RunConfig
from core.config.setting_labels import HELP, LABELS
from core.i18n.reader import Reader, read_by
from tests import catalogues


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return catalogues.german(
        {
            WHOLE_NUMBER: "{field} muss eine ganze Zahl von {low} bis {high} sein, nicht „{value:text}“.",
            "Batch size": "Batchgröße",
            "Default: {value}.": "Vorgabe: {value}.",
            "MNIST article, {reported:percent.0}": "MNIST-Artikel, {reported:percent.0}",
        },
        tmp_path,
        monkeypatch,
    )


def refused() -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        RunConfig(batch_size=20_000)
    return caught.value


def test_a_refused_setting_is_told_in_its_readers_language_by_its_label(german: Reader) -> None:
    error = refused()
    (wrong,) = error.errors
    assert str(error) == "batch_size must be a whole number from 1 to 10,000, not “20000”."
    assert wrong.said(LABELS["batch_size"]).startswith("Batch size must be a whole number")
    with read_by(german):
        assert str(error) == "batch_size muss eine ganze Zahl von 1 bis 10.000 sein, nicht „20000“."
        assert wrong.said(LABELS["batch_size"]).startswith("Batchgröße muss eine ganze Zahl")


def test_help_and_presets_are_in_their_readers_language(german: Reader) -> None:
    assert HELP["learning_rate"].endswith("Default: 0.1.")
    assert PRESETS["mnist-article-89"].title == "MNIST article, 89%"
    with read_by(german):
        assert HELP["learning_rate"].endswith("Vorgabe: 0,1.")
        assert PRESETS["mnist-article-89"].title == "MNIST-Artikel, 89\xa0%"


def test_what_is_refused_crosses_processes_whole() -> None:
    error = refused()
    again = pickle.loads(pickle.dumps(error))
    assert (again.errors, str(again)) == (error.errors, str(error))


def test_a_very_long_value_is_cut_and_a_number_keeps_its_thousands() -> None:
    error = FieldError("seed", ["x" * 1000], WHOLE_NUMBER, Range(0, 2**31 - 1, integer=True).limits)
    assert "from 0 to 2,147,483,647" in str(error)
    assert len(str(error)) < 200


def test_a_range_is_told_in_words() -> None:
    assert str(Range(1e-6, 100.0)) == "a number from 0.000001 to 100"
    assert str(Range(1, 1_000_000, integer=True)) == "a whole number from 1 to 1,000,000"
