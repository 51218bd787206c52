"""What ends a run against its will, in words for the person who started it."""

import logging
from typing import Final

from core.config.run_config import ConfigError
from core.config.setting_labels import refusal
from core.datasets import DatasetError
from core.i18n.kept_sentences import with_code
from core.i18n.translation import _, together
from core.protocol.events import Failed
from core.runs import StoreError

LOG: Final = logging.getLogger("inkling.worker")


class TimeUp(Exception):  # noqa: N818 - it says what happened
    """The run has trained for longer than this installation allows."""


def failure(error: Exception, step: int) -> Failed:
    """Return the event that tells why a run failed after `step` updates, and what to do; its code is the message's."""
    if isinstance(error, ConfigError):
        remedy = _("Change it and train again.")
        return _failed(step, "user_error", "invalid_setting", refusal(error), remedy)
    if isinstance(error, DatasetError | StoreError):
        return _failed(step, "user_error", error.code, error.message, error.remedy)
    if isinstance(error, TimeUp):
        message = _(
            "The run trained for {hours:plain} h, which is the longest that is allowed here.",
            hours=error.args[0],
        )
        remedy = _("Train for fewer epochs, or raise INKLING_MAX_RUN_HOURS.")
        return _failed(step, "timeout", "timeout", message, remedy)
    if isinstance(error, MemoryError) or "DefaultCPUAllocator" in str(error):  # torch raises RuntimeError
        message = _("The model and its batches did not fit into memory.")
        remedy = _("Choose a smaller model or batch size, or free some memory.")
        return _failed(step, "user_error", "out_of_memory", message, remedy)
    if isinstance(error, ValueError):
        message = together(_("These settings cannot be trained."), _words(error))
        return _failed(step, "user_error", "invalid_setting", message, _("Change them and train again."))
    LOG.exception("a run failed", exc_info=error)
    message = _(
        "Training failed with an unexpected error ({kind}: {detail}).",
        kind=type(error).__name__,
        detail=str(error)[:300],
    )
    remedy = _("Train the run again. The server's log has the details.")
    return _failed(step, "worker_lost", "unexpected_error", message, remedy)


def _failed(step: int, cause: str, code: str, message: str, remedy: str) -> Failed:
    return Failed(step, cause, with_code(message, code), with_code(remedy, code))


def _words(error: ValueError) -> str:
    """Return what the error says, as the sentence that it was raised with."""
    said = error.args[0] if len(error.args) == 1 else None
    return said if isinstance(said, str) else str(error)
