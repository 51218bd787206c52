"""Say whether a port is free, and which one is if it is not: `python -m deploy.free_port 8501`."""

import errno
import os
import socket
import sys
from typing import Final

TRIED: Final = 100


def port_problem(port: int) -> str:
    """Return what keeps the app from being served at the port, "" if nothing does."""
    address = os.environ.get("STREAMLIT_SERVER_ADDRESS", "")  # else Streamlit takes every address there is
    if address.startswith("unix:"):
        return ""
    try:
        for family in _families(address):
            socket.create_server(
                (address, port), family=family, dualstack_ipv6=family == socket.AF_INET6 and not address
            ).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"Port {port} is in use by another program."
        if error.errno == errno.EACCES:
            return f"Port {port} may not be used by this account."
    return ""  # whatever else is wrong, the server says it better


def _families(address: str) -> list[socket.AddressFamily]:
    if address:
        return [socket.AF_INET6 if ":" in address else socket.AF_INET]
    return [socket.AF_INET6] if socket.has_dualstack_ipv6() else [socket.AF_INET]


def next_free(port: int) -> int:
    """Return the next port that is free, 0 if none is near."""
    return next((p for p in range(port + 1, min(port + 1 + TRIED, 65536)) if not port_problem(p)), 0)


def main(given: str) -> int:
    """Return the exit status: 0 if the port is free, else 1, with a sentence and a remedy."""
    if not given.isdecimal() or not 1 <= int(given) <= 65535:
        print(f"PORT must be a whole number from 1 to 65535, got {given!r}.")
        return 1
    port = int(given)
    wrong = port_problem(port)
    if wrong:
        free = next_free(max(port, 1023))
        print(f"{wrong} Start Inkling at another: make run PORT={free or 'NUMBER'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
