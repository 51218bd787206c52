"""A browser far away: what it says is late, and does not undo what the page has set meanwhile."""

import re
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, expect

from core.runs import Store
from tests.browser import App
from tests.e2e.slow_link import SlowLink
from tests.runs_in_work import LONG
from tests.train_page import expect_status, open_train, press, run_id

pytestmark = pytest.mark.e2e

EARLIER = "The earlier run"


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
