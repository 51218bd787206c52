"""What compressed messages may become, by websockets' own compression."""

from collections.abc import Callable

import pytest
from websockets.exceptions import PayloadTooBig
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame, Opcode

from pages.server import inflation
from pages.server.inflation import bounded


@pytest.fixture
def now() -> list[float]:
    return [100.0]


@pytest.fixture
def hear(now: list[float], monkeypatch: pytest.MonkeyPatch) -> Callable[[int], int]:
    """Return what sends a message of so many bytes, compressed, and returns how many were unpacked."""
    monkeypatch.setattr(inflation, "MOST", 1_000)
    monkeypatch.setattr(inflation, "A_SECOND", 100)
    sender, receiver = (PerMessageDeflate(False, False, 12, 12) for _ in range(2))
    decode = bounded(receiver.decode, clock=lambda: now[0])

    def heard(size: int) -> int:
        packed = sender.encode(Frame(Opcode.TEXT, b"a" * size))
        assert len(packed.data) < 30
        return len(decode(packed, max_size=600).data)

    return heard


def test_room_comes_back_with_time(hear: Callable[[int], int], now: list[float]) -> None:
    assert (hear(600), hear(390)) == (600, 390)
    now[0] += 3.9
    assert hear(390) == 390


def test_what_comes_at_once_is_bounded_however_long_nothing_came(
    hear: Callable[[int], int], now: list[float]
) -> None:
    now[0] += 3600
    assert (hear(600), hear(390)) == (600, 390)
    with pytest.raises(PayloadTooBig):
        hear(390)


def test_a_single_message_is_bounded_as_before(hear: Callable[[int], int]) -> None:
    with pytest.raises(PayloadTooBig):
        hear(601)
