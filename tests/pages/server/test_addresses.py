"""What whoever starts the app is told: where it can be opened, and by whom."""

import socket
from collections.abc import Mapping
from types import SimpleNamespace

import psutil
import pytest
from streamlit import config

from pages.server import addresses

HERE = "on this computer at http://localhost:8501"


@pytest.mark.parametrize(
    ("options", "network", "expected"),
    [
        ({}, "192.168.1.5", [HERE, "in the local network at http://192.168.1.5:8501"]),
        ({}, "127.0.0.1", [HERE]),
        ({}, None, [HERE]),
        ({"server.address": "0.0.0.0"}, "10.0.0.2", [HERE, "in the local network at http://10.0.0.2:8501"]),
        ({"server.address": "127.0.0.1"}, "192.168.1.5", [HERE]),
        ({"server.address": "localhost"}, "192.168.1.5", [HERE]),
        ({"server.address": "192.168.1.5"}, "192.168.1.5", ["in the network at http://192.168.1.5:8501"]),
        ({"server.address": "fd00::5"}, "192.168.1.5", ["in the network at http://[fd00::5]:8501"]),
        ({"browser.serverAddress": "lab.school.example"}, "10.0.0.2", ["at http://lab.school.example:8501"]),
        (
            {"server.baseUrlPath": "inkling"},
            "127.0.0.1",
            ["on this computer at http://localhost:8501/inkling"],
        ),
        ({"server.address": "unix:///run/inkling.sock"}, "10.0.0.2", ["at unix:///run/inkling.sock"]),
    ],
)
def test_each_address_is_named_with_who_reaches_it(
    options: dict[str, str], network: str | None, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"server.port": 8501, "browser.serverPort": 8501, "server.baseUrlPath": "", **options}
    read = config.get_option
    monkeypatch.setattr(config, "get_option", lambda name: given.get(name, read(name)))
    monkeypatch.setattr(config, "is_manually_set", options.__contains__)
    monkeypatch.setattr(addresses, "get_internal_ip", lambda: network)
    monkeypatch.setattr(psutil, "net_if_addrs", dict)
    lines = [line.strip() for line in addresses.told().splitlines() if "://" in line]
    assert lines == expected


def in_networks(
    monkeypatch: pytest.MonkeyPatch,
    way_out: str | None,
    networks: Mapping[str, list[str]],
    down: tuple[str, ...] = (),
) -> list[str]:
    """Return the hosts of a computer with these interfaces, each with its addresses."""
    families = {True: socket.AF_INET6, False: socket.AF_INET}
    entries = {
        name: [SimpleNamespace(family=families[":" in host], address=host) for host in hosts]
        for name, hosts in networks.items()
    }
    states = {name: SimpleNamespace(isup=name not in down) for name in networks if name != "unknown0"}
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: entries)
    monkeypatch.setattr(psutil, "net_if_stats", lambda: states)
    monkeypatch.setattr(addresses, "get_internal_ip", lambda: way_out)
    return addresses.networks_hosts()


LO = {"lo": ["127.0.0.1", "127.0.1.1", "::1"]}
WIFI, CABLE, HOTSPOT = "192.168.1.20", "10.3.0.7", "192.168.137.1"


def test_of_several_networks_the_way_out_comes_first_and_those_for_machines_within_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    several = {
        **LO,
        "docker0": ["172.17.0.1"],
        "br-12ab34cd": ["172.18.0.1"],
        "vEthernet (WSL)": ["172.29.0.1"],
        "ap0": [HOTSPOT],
        "wlan0": [WIFI, "fe80::1"],
        "eth0": [CABLE],
    }
    hosts = in_networks(monkeypatch, WIFI, several)
    assert hosts[0] == WIFI
    assert set(hosts[1:3]) == {HOTSPOT, CABLE}
    assert set(hosts[3:]) == {"172.17.0.1", "172.18.0.1", "172.29.0.1"}


def test_without_a_way_out_a_network_is_found_still(monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = in_networks(monkeypatch, None, {**LO, "docker0": ["172.17.0.1"], "ap0": [HOTSPOT]})
    assert hosts == [HOTSPOT, "172.17.0.1"]
    assert in_networks(monkeypatch, "127.0.0.1", {**LO, "ap0": [HOTSPOT]}) == [HOTSPOT]
    assert in_networks(monkeypatch, None, LO) == []


def test_a_way_out_that_no_interface_tells_of_is_better_than_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert in_networks(monkeypatch, WIFI, LO) == [WIFI]
    assert in_networks(monkeypatch, WIFI, {}) == [WIFI]


def test_no_interface_that_is_down_or_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    several = {"wlan0": [WIFI], "eth0": [CABLE], "unknown0": [HOTSPOT]}
    assert in_networks(monkeypatch, WIFI, several, down=("eth0",)) == [WIFI]


def test_an_address_that_the_computer_gave_itself_comes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    several = {"Ethernet 2": ["169.254.7.7"], "Wi-Fi": [WIFI]}
    assert in_networks(monkeypatch, None, several) == [WIFI, "169.254.7.7"]


def test_each_address_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert in_networks(monkeypatch, WIFI, {"wlan0": [WIFI], "bridge0": [WIFI]}) == [WIFI]


def test_this_computers_own_networks_are_as_psutil_says() -> None:
    known = {
        entry.address
        for entries in psutil.net_if_addrs().values()
        for entry in entries
        if entry.family == socket.AF_INET and not entry.address.startswith("127.")
    }
    assert {*addresses.networks_hosts()} <= known | {addresses.get_internal_ip()}


@pytest.mark.parametrize(
    ("options", "port", "expected"),
    [
        ({}, 8501, [WIFI]),
        ({}, 80, []),  # something stands between
        ({}, None, []),
        ({"server.address": "127.0.0.1"}, 8501, []),
        ({"server.address": "::"}, 8501, [WIFI]),
        ({"browser.serverAddress": "lab.school.example"}, 443, ["lab.school.example"]),
        ({"browser.serverAddress": "localhost"}, 8501, []),
    ],
)
def test_who_reaches_the_app_that_is_open_at_a_port(
    options: dict[str, str], port: int | None, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"server.port": 8501, **options}
    read = config.get_option
    monkeypatch.setattr(config, "get_option", lambda name: given.get(name, read(name)))
    monkeypatch.setattr(config, "is_manually_set", options.__contains__)
    in_networks(monkeypatch, WIFI, {"wlan0": [WIFI]})
    assert addresses.hosts_in_networks(port) == expected
