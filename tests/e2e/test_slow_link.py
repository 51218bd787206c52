"""A browser far away: what it says is late, and does not undo what the page has set meanwhile."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from core.runs import Store
from tests.browser import App
from tests.polling import until
from tests.runs_in_work import LONG
from tests.train_page import expect_status, open_train, press, run_id

pytestmark = pytest.mark.e2e

EARLIER = "The earlier run"


class SlowLink:
    """The page's websocket; while held, nothing that the server says reaches the page."""

    def __init__(self, page: Page) -> None:
        self._page, self._is_held = page, False
        self._held: list[tuple[WebSocketRoute, str | bytes]] = []
        page.route_web_socket(re.compile("_stcore/stream"), self._connect)

    def _connect(self, socket: WebSocketRoute) -> None:
        def hear(message: str | bytes) -> None:
            if self._is_held:
                self._held.append((socket, message))
            else:
                socket.send(message)

        socket.connect_to_server().on_message(hear)

    def hold(self) -> None:
        self._is_held = True

    def heard(self, kind: str) -> list[ForwardMsg]:
        """Return the messages of this kind that are held."""
        told = [ForwardMsg.FromString(data) for _, data in self._held if isinstance(data, bytes)]
        return [message for message in told if message.WhichOneof("type") == kind]

    def release(self) -> None:
        self._is_held = False
        for socket, message in self._held:
            socket.send(message)
        self._held.clear()

    def wait_for(self, condition: Callable[[], object], what: str) -> None:
        """Return once the condition is true; messages go to and fro meanwhile."""
        until(lambda: self._page.evaluate("true") and condition(), what)

    def wait_for_answer(self) -> None:
        """Return once the server has drawn the page once more."""
        done = len(self.heard("script_finished"))
        self.wait_for(lambda: len(self.heard("script_finished")) > done, "the page drawn once more")


def test_a_page_that_knows_the_earlier_run_only_does_not_bring_it_back_when_that_is_paused(
    app: App, page: Page, store: Store
) -> None:
    first = store.create(LONG, pace="steps:5", name=EARLIER)
    store.enqueue(first)
    link = SlowLink(page)
    open_train(page, f"{app.url}/?run={first}")
    expect_status(page, "running")
    link.hold()
    press(page, "Train")
    link.wait_for(lambda: link.heard("page_info_changed"), "the page of the new run")
    second = store.list(sort="number")[0].id
    assert second != first
    store.order(first, command="pause")  # the live channel tells the page, which asks to be drawn anew
    link.wait_for_answer()
    assert store.get(first).status == "paused"
    said = [message.page_info_changed.query_string for message in link.heard("page_info_changed")]
    assert {run for query in said for run in parse_qs(query).get("run", [""])} == {second}
    link.release()
    expect_status(page, "running")
    assert run_id(page) == second
    expect(page.get_by_role("combobox", name=re.compile("Selected run$"))).not_to_have_value(
        re.compile(EARLIER)
    )
