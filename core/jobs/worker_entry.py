"""Where a worker process begins. Light, so that the runner can name it without importing torch."""

import socket
from multiprocessing.connection import Connection

from core.config.app_settings import Settings


def serve(pipe: Connection, turns: socket.socket, settings: Settings) -> None:
    """Be a worker; see core.jobs.worker.serve."""
    from core.jobs.worker import serve as be_worker

    be_worker(pipe, turns, settings)
