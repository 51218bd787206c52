"""Where a request comes from: its network address, and whether that is nearby, as far as can be told."""

import ipaddress
import logging
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

from pages.server.services import allowed

LOG: Final = logging.getLogger("inkling.app")

LOOPBACK: Final = ("127.0.0.1", "::1")
PASSED_ON: Final = (  # headers that a proxy adds
    *("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"),
    *("x-client-ip", "x-cluster-client-ip", "cf-connecting-ip", "true-client-ip", "fastly-client-ip"),
)
TOLD: Final = "told"  # the place of all whose address is what a header says
MOST_LETTERS: Final = 40  # of an address that is none
NEAR: Final = tuple(  # this computer, and networks that no router on the way to anybody else passes on
    ipaddress.ip_network(network)
    for network in (
        *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"),
        *("::1/128", "fc00::/7", "fe80::/10"),
    )
)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def address_of(scope: Scope) -> str:
    """Return where a request comes from, of IPv6 the network that one household has.

    A header's word counts where a proxy that the settings name passes it on. Uvicorn takes that of 127.0.0.1 unasked,
    behind which anybody may have written it: where no setting names it, all who come so are counted as one.
    """
    host, is_known = _origin(scope)
    if not is_known:
        return TOLD
    address = _address(host)
    if address is None:
        return host[:MOST_LETTERS]
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def is_near(scope: Scope) -> bool:
    """Return whether it comes from this computer or a private network, as far as can be told.

    What a proxy has passed on that no setting names may come from anywhere.
    """
    asked = Headers(scope=scope)
    if any(name in asked for name in PASSED_ON) and not _comes_by_named_proxy(scope):
        return False
    host, is_known = _origin(scope)
    return is_known and _is_in(host, NEAR)


def _origin(scope: Scope) -> tuple[str, bool]:
    """Return the host that a request comes from, and whether that is known: not where anybody may have said it."""
    host, told, named = _host(scope), _told(scope), _networks(allowed().proxies)
    if host in told and not any(_is_in(loopback, named) for loopback in LOOPBACK):
        return host, False
    while told and _is_in(host, named):
        host = told.pop()
    return host, True


def _comes_by_named_proxy(scope: Scope) -> bool:
    """Return whether a proxy that the settings name says for whom it asks."""
    host, told, named = _host(scope), _told(scope), _networks(allowed().proxies)
    proxies = LOOPBACK if host in told else (host,)  # Uvicorn has put in its place who it asks for
    return bool(told) and any(_is_in(proxy, named) for proxy in proxies)


def _told(scope: Scope) -> list[str]:
    words = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
    return [word.strip() for word in words if word.strip()]


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
    address = _address(host)
    return address is not None and any(address in network for network in networks)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the host's address, of IPv4 also where it is written as one of IPv6; None for what is none."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


@lru_cache(maxsize=8)
def _networks(named: str) -> tuple[Network, ...]:
    found = []
    for part in named.replace(",", " ").split():
        try:
            found.append(ipaddress.ip_network(part, strict=False))
        except ValueError:
            LOG.warning("INKLING_PROXIES names %s, which is no address of a machine or a network.", part)
    return tuple(found)
