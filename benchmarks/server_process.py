"""The process that answers at an address, where it is one of this machine's, and what memory it takes."""

import socket
from contextlib import suppress
from urllib.parse import urlsplit

import psutil


def memory_mb(pid: int) -> tuple[int, float, float]:
    """Return (processes beside the app, their memory, the app's): what each has for itself, in megabytes."""
    mine, others = psutil.Process(pid), []
    for process in mine.children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it has just ended
            others.append(process.memory_full_info().uss)
    return len(others), sum(others) / 2**20, mine.memory_full_info().uss / 2**20


def server_here(url: str) -> int | None:
    """Return the id of this machine's process that listens at the address, None where none can be seen."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    own = {address.address for found in psutil.net_if_addrs().values() for address in found}
    try:
        asked = {info[4][0] for info in socket.getaddrinfo(parts.hostname, port)}
        listening = psutil.net_connections("tcp")
    except (OSError, psutil.AccessDenied):
        return None
    if not asked & own:
        return None
    pids = [one.pid for one in listening if one.status == psutil.CONN_LISTEN and one.laddr.port == port]
    return next(filter(None, pids), None)
