"""How much a browser's compressed messages may become once they are unpacked.

A message of 8 KB can unpack to 8 MB, and many arrive in one read: whoever sends them as fast as they can would fill the
memory and hold the event loop of all visitors. So each socket has room, and gets more of it with time.
"""

import time
from collections.abc import Callable, Sequence
from typing import Final

from uvicorn.protocols.websockets import websockets_sansio_impl
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.frames import Frame
from websockets.typing import ExtensionParameter

from core.config.units import MB

MOST: Final = 8 * MB  # at once: the largest message of all, as maxMessageSize in .streamlit/config.toml
A_SECOND: Final = 4 * MB  # a drawing of twenty minutes, told anew at each stroke


def bound_inflation() -> None:
    """Have the server's sockets refuse what unpacks to more than there is room for: it closes them, with code 1009."""
    websockets_sansio_impl.ServerPerMessageDeflateFactory = BoundedDeflateFactory  # type: ignore[misc]


class BoundedDeflateFactory(ServerPerMessageDeflateFactory):
    """Gives each socket its compression, with bounded unpacking."""

    def process_request_params(
        self, params: Sequence[ExtensionParameter], accepted_extensions: Sequence[object]
    ) -> tuple[list[ExtensionParameter], PerMessageDeflate]:
        """Agree with a browser on compression, as the class above does."""
        answer, deflate = super().process_request_params(params, accepted_extensions)  # type: ignore[arg-type]
        deflate.decode = bounded(deflate.decode)  # type: ignore[method-assign]
        return answer, deflate


def bounded(
    decode: Callable[..., Frame], clock: Callable[[], float] = time.monotonic
) -> Callable[..., Frame]:
    """Return `decode`, given what room there is as the most that a frame may become."""
    room, looked = float(MOST), clock()

    def decoded(frame: Frame, *, max_size: int | None = None) -> Frame:
        nonlocal room, looked
        now = clock()
        room, looked = min(MOST, room + A_SECOND * (now - looked)), now
        most = max(1, int(room if max_size is None else min(room, max_size)))
        unpacked = decode(frame, max_size=most)
        room -= len(unpacked.data)
        return unpacked

    return decoded
