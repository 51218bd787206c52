"""Settings from the environment: defaults that hold, every bad value named with what is allowed."""

from dataclasses import fields

import pytest

from core.config.app_settings import Settings, SettingsError
from core.config.environment import from_environment, to_environment
from core.config.run_config import ConfigError, RunConfig


def test_an_empty_environment_gives_the_defaults():
    assert from_environment({}) == Settings()
    assert from_environment({"INKLING_MAX_EPOCHS": ""}) == Settings()


def test_every_setting_is_read_from_its_variable():
    given = {"INKLING_MAX_EPOCHS": "7", "INKLING_CHECKPOINT_S": "0.5", "INKLING_STORE": "sqlite:////x/y.db"}
    settings = from_environment(given)
    assert (settings.max_epochs, settings.checkpoint_s, settings.store_url) == (7, 0.5, "sqlite:////x/y.db")


def test_every_bad_value_is_named_with_what_is_allowed():
    given = {
        "INKLING_MAX_EPOCHS": "many",
        "INKLING_QUEUE_LENGTH": "0",
        "INKLING_KEPT_RUNS": "2.5",
        "INKLING_CHECKPOINT_S": "nan",
        "INKLING_WORKERS": "2",
    }
    with pytest.raises(SettingsError) as caught:
        from_environment(given)
    told = caught.value.errors
    assert len(told) == 4
    for sentence, words in zip(
        sorted(told),
        (
            "INKLING_CHECKPOINT_S",
            "INKLING_KEPT_RUNS",
            "INKLING_MAX_EPOCHS must be a whole number from 1 to 1,000, not “many”. The most epochs that one run may "
            "have. Change it, or unset it to use the default, 200.",
            "INKLING_QUEUE_LENGTH",
        ),
        strict=True,
    ):
        assert sentence.startswith(words)
        assert "unset it to use the default, " in sentence


def test_settings_reach_another_process_whole():
    settings = Settings(data="/d", store="sqlite:////d/x.db", max_run_hours=0.5, workers=3)
    assert from_environment(to_environment(settings)) == settings


def test_every_setting_says_what_it_is_for():
    for entry in fields(Settings):
        assert len(entry.metadata["what"]) > 10
        assert "rule" in entry.metadata


def test_the_store_lies_in_the_data_folder_unless_told_otherwise():
    assert Settings(data="/somewhere").store_url == "sqlite:////somewhere/inkling.db"


def test_cores_are_bounded_by_the_machine():
    machine = Settings().core_count
    assert machine >= 1
    assert Settings(cores=1).core_count == 1
    assert Settings(cores=1000).core_count == machine
    assert Settings(workers=3).worker_count == 3
    assert Settings().worker_count == machine


def test_limits_are_told_all_at_once_with_value_and_limit():
    settings = Settings(max_epochs=5, max_parameters=100, max_steps=10)
    settings.check(RunConfig(epochs=5), parameter_count=100, total_steps=10)
    with pytest.raises(ConfigError) as caught:
        settings.check(RunConfig(epochs=6, batch_size=32), parameter_count=101, total_steps=11)
    assert [error.field for error in caught.value.errors] == ["epochs", "model", "batch_size"]
    assert str(caught.value) == (
        "epochs must be a whole number from 1 to 5, not “6”. "
        "The model would have 101 parameters (weights and biases), but at most 100 are allowed here. "
        "With a batch size of 32, the run would take 11 training steps, but at most 10 are allowed here."
    )


def test_sites_that_may_frame_it_are_read_with_spaces_or_commas():
    given = "https://School.example/, http://lab.local:8080 https://[::1]:8443"
    settings = from_environment({"INKLING_FRAMES": given})
    assert settings.frame_sites == ("https://school.example", "http://lab.local:8080", "https://[::1]:8443")
    assert from_environment(to_environment(settings)) == settings
    assert Settings().frame_sites == ()


@pytest.mark.parametrize(
    "given",
    [
        "school.example",
        "*",
        "https://",
        "https://a.example; script-src *",
        "https://a.example/class",
        "javascript:alert(1)",
        "https://a.example https://b_c",
        "https://a.example\r\nx-header: 1",
    ],
)
def test_what_is_no_site_is_refused_in_words(given: str):
    with pytest.raises(SettingsError) as caught:
        from_environment({"INKLING_FRAMES": given})
    (told,) = caught.value.errors
    assert told.startswith(
        "INKLING_FRAMES must be sites such as https://school.example, separated by spaces, "
    )
    assert told.endswith("may show Inkling in a frame of theirs. Change it, or unset it.")
