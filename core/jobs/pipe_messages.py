"""What runner and workers say to each other: small JSON objects through a pipe."""

import json
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any


def send(pipe: Connection, message: Mapping[str, Any]) -> None:
    """Send a message; one to a process that is gone is lost."""
    with suppress(OSError, ValueError):
        pipe.send_bytes(json.dumps(message).encode())


def receive(pipe: Connection) -> dict[str, Any] | None:
    """Wait for the next message and return it; None when the other side is gone."""
    try:
        message: dict[str, Any] = json.loads(pipe.recv_bytes())
    except (EOFError, OSError, ValueError):
        return None
    return message
