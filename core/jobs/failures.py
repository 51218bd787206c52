"""What ends a run against its will, in words for the person who started it."""

import logging
from typing import Final

from core.config.run_config import ConfigError
from core.datasets import DatasetError
from core.protocol.events import Failed
from core.runs import StoreError

LOG: Final = logging.getLogger("inkling.worker")


class TimeUp(Exception):  # noqa: N818 - it says what happened
    """The run has trained for longer than this installation allows."""


def failure(error: Exception, step: int) -> Failed:
    """Return the event that tells why a run failed after `step` updates, and what to do."""
    if isinstance(error, ConfigError):
        return Failed(step, "user_error", str(error), "Change that setting and train again.")
    if isinstance(error, DatasetError | StoreError):
        return Failed(step, "user_error", error.message, error.remedy)
    if isinstance(error, TimeUp):
        message = f"The run trained for {error.args[0]:g} hours, which is the most that is allowed here."
        return Failed(step, "timeout", message, "Train for fewer epochs, or raise INKLING_MAX_RUN_HOURS.")
    if isinstance(error, MemoryError) or "DefaultCPUAllocator" in str(error):  # torch raises RuntimeError
        remedy = "Choose a smaller model or batch size, or free some memory."
        return Failed(step, "user_error", "The model and its batches did not fit into memory.", remedy)
    if isinstance(error, ValueError):
        message = str(error) if str(error).endswith(".") else f"{error}."
        return Failed(step, "user_error", message, "Change that setting and train again.")
    LOG.exception("a run failed", exc_info=error)
    message = f"Training failed: {type(error).__name__}: {str(error)[:300]}"
    return Failed(step, "worker_lost", message, "Train it again; the server's log has the details.")
