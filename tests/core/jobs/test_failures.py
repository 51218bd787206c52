"""What ends a run against its will has a code for scripts and a whole sentence for people."""

import json

import pytest

from core.config.run_config import ConfigError, FieldError
from core.datasets import DatasetError
from core.errors import InklingError
from core.i18n.kept_sentences import from_kept, kept
from core.i18n.translation import _
from core.jobs.failures import TimeUp, failure
from core.runs import StoreFull

EPOCHS = "{field} must be at least 1, not {value}."
SEED = "{field} must be at least 0, not {value}."


class NoSuchData(DatasetError):  # noqa: N818 - as those of core.datasets
    """An error whose class gives the code."""


@pytest.mark.parametrize(
    ("error", "cause", "code", "message"),
    [
        (NoSuchData("It is gone.", "Get it."), "user_error", "no_such_data", "It is gone."),
        (
            StoreFull(_("{n} bytes left.", n=1200), "Free some."),
            "user_error",
            "disk_full",
            "1,200 bytes left.",
        ),
        (
            ConfigError([FieldError("epochs", 0, EPOCHS)]),
            "user_error",
            "invalid_setting",
            "Epochs must be at least 1, not 0.",
        ),
        (
            ConfigError([FieldError("epochs", 0, EPOCHS), FieldError("seed", -1, SEED)]),
            "user_error",
            "invalid_setting",
            "Epochs must be at least 1, not 0. Seed must be at least 0, not −1.",
        ),
        (
            TimeUp(1.5),
            "timeout",
            "timeout",
            "The run trained for 1.5 h, which is the longest that is allowed here.",
        ),
        (MemoryError(), "user_error", "out_of_memory", "The model and its batches did not fit into memory."),
        (
            ValueError("There are too few images."),
            "user_error",
            "invalid_setting",
            "These settings cannot be trained. There are too few images.",
        ),
        (
            ZeroDivisionError("a {bug}"),
            "worker_lost",
            "unexpected_error",
            "Training failed with an unexpected error (ZeroDivisionError: a {bug}).",
        ),
    ],
)
def test_each_failure_has_a_cause_a_code_and_a_sentence(error, cause, code, message):
    failed = failure(error, 7)
    assert (failed.step, failed.cause, failed.message) == (7, cause, message)
    assert failed.remedy.endswith(".")
    for sentence in (failed.message, failed.remedy):
        assert json.loads(kept(sentence))["code"] == code
        assert from_kept(kept(sentence)) == sentence


def test_scripts_get_the_name_that_a_refused_setting_has_in_every_language():
    told = json.loads(kept(failure(ConfigError([FieldError("epochs", 0, EPOCHS)]), 0).message))
    assert told["values"]["problems"][0]["values"]["setting"] == "epochs"


def test_the_sentence_of_an_error_keeps_its_values():
    failed = failure(StoreFull(_("{n} bytes left.", n=1200), "Free some."), 0)
    assert json.loads(kept(failed.message))["values"] == {"n": 1200}
    assert issubclass(StoreFull, InklingError)
