"""Where the app that starts can be opened: told to whoever starts it, in place of what Streamlit prints.

Streamlit would ask a host in the internet for this computer's address there, to print one that a home or a school does
not let in.
"""

import ipaddress
from typing import Final

from streamlit import config
from streamlit.net_util import get_internal_ip
from streamlit.web.server.server_util import get_url

from core.i18n.translation import _

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
        return [here] if _is_here(address) else [in_network]
    network = get_internal_ip()
    if network is None or _is_here(network):
        return [here]
    return [here, _("in the local network at {address}", address=get_url(network))]


def _is_here(host: str) -> bool:
    """Return whether the host is this computer and nobody else reaches it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host
