"""Where the app can be opened: told to whoever starts it, in place of what Streamlit prints.

Streamlit would ask a host in the internet for this computer's address there, to print one that a home or a school does
not let in.
"""

import ipaddress
import socket
from typing import Final

import psutil
from streamlit import config
from streamlit.net_util import get_internal_ip
from streamlit.web.server.server_util import get_url

from core.i18n.translation import _

WITHIN: Final = (
    "docker",
    "br-",
    "veth",
    "virbr",
    "vmnet",
    "vboxnet",
    "vethernet",
    "podman",
)  # networks of one machine
ANY: Final = ("0.0.0.0", "::")


def told() -> str:
    """Return, in lines, on which addresses the app listens, and who reaches it there."""
    lines = [_("Inkling can be opened"), *_places(), _("Ctrl+C ends it.")]
    return "\n".join(["", *(f"  {line}" for line in lines), ""])


def _places() -> list[str]:
    if config.is_manually_set("browser.serverAddress"):
        return [_("at {address}", address=get_url(config.get_option("browser.serverAddress")))]
    address = config.get_option("server.address") or ANY[0]
    if address.startswith("unix:"):
        return [_("at {address}", address=address)]
    here = _("on this computer at {address}", address=get_url("localhost"))
    if address not in ANY:
        in_network = _("in the network at {address}", address=get_url(_in_address(address)))
        return [here] if is_here(address) else [in_network]
    return [
        here,
        *(_("in the local network at {address}", address=get_url(host)) for host in networks_hosts()),
    ]


def hosts_in_networks(port: int | None) -> list[str]:
    """Return at which hosts others may reach the app that is open here at that port, the likeliest first.

    At a port that is not the server's, something stands between, and what that lets in is not known here.
    """
    if config.is_manually_set("browser.serverAddress"):
        host = str(config.get_option("browser.serverAddress"))
        return [] if is_here(host) else [host]
    is_open = (config.get_option("server.address") or ANY[0]) in ANY
    return networks_hosts() if is_open and port == config.get_option("server.port") else []


def networks_hosts() -> list[str]:
    """Return this computer's IPv4 addresses in its networks: that of the way out first, those for machines within last.

    A computer has one for each cable, Wi-Fi, hotspot and virtual network. One that it gave itself, since no network
    gave it any, comes last, too.
    """
    up = {name for name, state in psutil.net_if_stats().items() if state.isup}
    found = [
        (name.lower().startswith(WITHIN) or ipaddress.ip_address(entry.address).is_link_local, entry.address)
        for name, entries in psutil.net_if_addrs().items()
        for entry in entries
        if entry.family == socket.AF_INET and name in up and not is_here(entry.address)
    ]
    way_out = _in_network()
    hosts = [address for _is_within, address in sorted(found, key=lambda one: (one[1] != way_out, one[0]))]
    return [*dict.fromkeys([*([way_out] if way_out and not hosts else []), *hosts])]


def _in_network() -> str | None:
    """Return this computer's address in the local network, None where it is in none."""
    network = get_internal_ip()
    return None if network is None or is_here(network) else network


def is_here(host: str) -> bool:
    """Return whether the host is this computer and nobody else reaches it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host
