"""How many come without a name, and from where: a bound by network address and minute."""

import ipaddress
import logging
import time
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

from pages.server.services import allowed

LOG: Final = logging.getLogger("inkling.app")

MINUTE_S: Final = 60
LOOPBACK: Final = ("127.0.0.1", "::1")
TOLD: Final = "told"  # the place of all whose address is what a header says
MOST_LETTERS: Final = 40  # of an address that is none
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Newcomers:
    """Counts who comes without a name, by address and minute."""

    def __init__(self) -> None:
        self._minute = 0
        self._counts: Counter[str] = Counter()

    def has_room(self, address: str, most: int) -> bool:
        """Count one more from there; return whether there was room."""
        minute = int(time.monotonic() // MINUTE_S)
        if minute != self._minute:
            self._minute, self._counts = minute, Counter()
        self._counts[address] += 1
        return self._counts[address] <= most


def address_of(scope: Scope) -> str:
    """Return where a request comes from, of IPv6 the network that one household has.

    A header's word counts where a proxy that the settings name passes it on. Uvicorn takes that of 127.0.0.1 unasked,
    behind which anybody may have written it: where no setting names it, all who come so are counted as one.
    """
    host = _host(scope)
    words = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
    told = [word.strip() for word in words if word.strip()]
    named = _networks(allowed().proxies)
    if host in told and not any(_is_in(loopback, named) for loopback in LOOPBACK):
        return TOLD
    while told and _is_in(host, named):
        host = told.pop()
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host[:MOST_LETTERS]
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else host


def is_https(scope: Scope) -> bool:
    """Return whether the browser's way here is encrypted, up to a proxy that the settings name at least."""
    says = Headers(scope=scope).get("x-forwarded-proto", "").strip() == "https"
    return scope.get("scheme") == "https" or (says and is_proxy(_host(scope)))


def is_proxy(host: str) -> bool:
    """Return whether the settings name the machine, or its network, as a proxy."""
    return _is_in(host, _networks(allowed().proxies))


def _host(scope: Scope) -> str:
    return str(scope["client"][0]) if scope.get("client") else ""


def _is_in(host: str, networks: Iterable[Network]) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in networks)


@lru_cache(maxsize=8)
def _networks(named: str) -> tuple[Network, ...]:
    found = []
    for part in named.replace(",", " ").split():
        try:
            found.append(ipaddress.ip_network(part, strict=False))
        except ValueError:
            LOG.warning("INKLING_PROXIES names %s, which is no address of a machine or a network.", part)
    return tuple(found)
