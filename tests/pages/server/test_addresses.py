"""What whoever starts the app is told: where it can be opened, and by whom."""

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
