"""What a page has no business to say does not reach Streamlit, which would do it for all visitors."""

from collections.abc import Callable

import pytest
from starlette.types import Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from pages.server.page_messages import MOST_FILES, PageMessages
from tests.polling import run_aside

Say = Callable[[BackMsg], object]
BASE = "inkling"


def said(say: Say) -> bytes:
    message = BackMsg()
    say(message)
    return message.SerializeToString()


DRAW = said(lambda message: message.rerun_script.SetInParent())


def heard(path: str, *messages: bytes) -> list[bytes]:
    """Return which of the messages the app behind the middleware hears."""
    coming = iter([{"type": "websocket.receive", "bytes": data} for data in messages])
    found: list[bytes] = []

    async def receive() -> Message:
        return next(coming, {"type": "websocket.disconnect", "code": 1000})

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        while (message := await receive())["type"] == "websocket.receive":
            found.append(message["bytes"])

    async def send(_message: Message) -> None:
        raise AssertionError

    async def play() -> None:
        await PageMessages(app, BASE)({"type": "websocket", "path": path}, receive, send)

    run_aside(play)
    return found


@pytest.mark.parametrize(
    "say",
    [
        lambda message: setattr(message, "clear_cache", True),
        lambda message: setattr(message, "load_git_info", True),
        lambda message: setattr(message, "set_run_on_save", True),
        lambda message: setattr(message, "debug_shutdown_runtime", True),
        lambda message: message.backend_operation_request.install_skills.SetInParent(),
        lambda message: message.backend_operation_request.dismiss_skills_nudge.SetInParent(),
        lambda message: message.backend_operation_request.SetInParent(),
        lambda message: message.file_urls_request.file_names.extend(["a"] * (MOST_FILES + 1)),
    ],
)
def test_orders_that_concern_the_server_are_dropped(say: Say, caplog: pytest.LogCaptureFixture) -> None:
    order = said(say)
    assert heard("/inkling/_stcore/stream", order, DRAW + order, order + DRAW) == [
        order + DRAW
    ]  # the last field counts
    assert caplog.text.count("refused") == 2


@pytest.mark.parametrize(
    "say",
    [
        lambda message: message.rerun_script.SetInParent(),
        lambda message: message.file_urls_request.file_names.extend(["a"] * MOST_FILES),
        lambda message: setattr(message, "stop_script", True),
        lambda message: setattr(message, "app_heartbeat", True),
        lambda message: message.backend_operation_request.deferred_file.SetInParent(),
        lambda message: message.backend_operation_request.dataframe_chunk.SetInParent(),
    ],
)
def test_what_pages_say_is_heard(say: Say) -> None:
    assert heard("/inkling/_stcore/stream", said(say)) == [said(say)]


def test_what_is_no_message_is_for_streamlit_to_refuse() -> None:
    assert heard("/inkling/_stcore/stream", b"\xff\xff", b"") == [b"\xff\xff", b""]
