"""The page of a one-time link, asked as a browser, a messenger's preview and another site ask."""

import html
import re
import sqlite3
from contextlib import closing

import pytest
from starlette.applications import Starlette

from core.config.run_config import RunConfig
from core.runs import Store
from core.runs.handover import count_things, offer, owner_by
from core.runs.operators import operators
from core.runs.run_row import COMMAND_LINE
from pages.server.cookies import cookie_name, signed, visitor_in
from pages.server.handover_page import handover_route
from pages.server.identity import Identity
from tests.asgi import Answer, ask

ADA, BO = "a" * 16, "b" * 16
CONFIG = RunConfig(train_size=100, epochs=1)
DOOR = Identity(Starlette(routes=[handover_route("")]))
OF_THE_PAGE = {"sec-fetch-site": "same-origin", "host": "lab.example"}


def go(word: str, who: str = "", *, method: str = "GET", door: Identity = DOOR, **more: object) -> Answer:
    path = str(more.pop("path", f"/take/{word}"))
    headers = {"accept": "text/html", **(OF_THE_PAGE if method == "POST" else {})}
    headers |= {"cookie": f"{cookie_name()}={signed(who)}"} if who else {}
    headers |= dict(more.pop("headers", {}))  # type: ignore[call-overload]
    return ask(door, path, method=method, headers=headers, **more)


def words(answer: Answer) -> str:
    return re.sub(r"<[^>]+>", " ", answer.body.decode().partition("<body>")[2])


def test_looking_uses_nothing_up_and_the_press_makes_this_browser_the_other_ones_visitor(
    store: Store,
) -> None:
    store.create(CONFIG, owner=ADA)
    word = offer(store.database, ADA)
    for _ in range(3):
        page = go(word)
        assert page.status == 200
        assert "Open the things of another browser here? They are 1 run." in words(page)
        assert page.headers["cache-control"] == "no-store"
    assert owner_by(store.database, word) == ADA
    taken = go(word, BO, method="POST")
    assert (taken.status, taken.headers["location"]) == (303, "/runs")
    value, attributes = taken.cookies[cookie_name()]
    assert visitor_in([f"{cookie_name()}={value}"])[0] == ADA
    assert "HttpOnly" in attributes
    for again in (go(word, BO, method="POST"), go(word, BO)):
        assert again.status == 410
        assert "This link has been used, or is older than ten minutes. Make a new one" in words(again)
        assert again.cookies == {}


def test_who_has_things_here_is_asked_what_becomes_of_them(store: Store) -> None:
    for _ in range(2):
        store.create(CONFIG, owner=BO)
    word = offer(store.database, ADA)
    asked = words(go(word, BO))
    assert "Nothing has been made there yet." in asked
    assert "This browser has things of its own: 2 runs." in asked
    assert "Open, and bring mine along" in asked
    assert "Open, and leave mine" in asked
    go(word, BO, method="POST")
    assert count_things(store.database, BO)["runs"] == 2
    assert go(offer(store.database, ADA), BO, method="POST", query="bringing=1").status == 303
    assert count_things(store.database, BO)["runs"] == 0
    assert count_things(store.database, ADA)["runs"] == 2


def test_a_browser_that_keeps_no_cookies_uses_nothing_up(store: Store) -> None:
    word = offer(store.database, ADA)
    refused = go(word, method="POST")
    assert refused.status == 403
    assert "Your browser keeps no cookies here." in words(refused)
    assert refused.cookies == {}
    assert owner_by(store.database, word) == ADA


@pytest.mark.parametrize(
    ("headers", "is_taken"),
    [
        ({"sec-fetch-site": "cross-site", "host": "lab.example", "origin": "https://lab.example"}, False),
        ({"sec-fetch-site": "same-site", "host": "lab.example"}, False),
        ({"sec-fetch-site": "", "host": "lab.example", "origin": "https://evil.example"}, False),
        ({"sec-fetch-site": "", "host": "lab.example", "origin": "null"}, False),
        ({"sec-fetch-site": "", "host": "lab.example"}, False),
        ({"sec-fetch-site": "", "host": ""}, False),
        ({"sec-fetch-site": "", "host": "lab.example", "origin": "https://lab.example"}, True),
        ({"sec-fetch-site": "same-origin", "host": "lab.example", "origin": "null"}, True),
    ],
)
def test_another_site_cannot_press_for_its_reader(
    store: Store, headers: dict[str, str], is_taken: bool
) -> None:
    word = offer(store.database, ADA)
    assert go(word, BO, method="POST", headers=headers).status == (303 if is_taken else 403)
    assert owner_by(store.database, word) == ("" if is_taken else ADA)


def test_ones_own_link_says_that_there_is_nothing_to_take(store: Store) -> None:
    word = offer(store.database, ADA)
    assert "yours in this browser already" in words(go(word, ADA))
    assert owner_by(store.database, word) == ADA


def test_rubbish_is_a_link_that_leads_nowhere() -> None:
    for word in ("x", "%00", "é", "a" * 3000, "<script>"):
        answer = go(word)
        assert answer.status == 410
        assert "<script>" not in answer.body.decode()


def test_under_a_base_path_it_leads_to_the_apps_runs(store: Store) -> None:
    word = offer(store.database, ADA)
    door = Identity(Starlette(routes=[handover_route("/lab/")]), base_path="/lab/")
    taken = go(word, BO, method="POST", door=door, path=f"/lab/take/{word}")
    assert taken.headers["location"] == "/lab/runs"
    assert taken.cookies[cookie_name()][1][0] == "Path=/lab"


def test_a_store_that_fails_is_told_in_its_words(store: Store) -> None:
    word = offer(store.database, ADA)
    go(word, ADA)
    assert store.database.path
    with closing(sqlite3.connect(store.database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = go(word, BO, method="POST")
    assert answer.status == 503
    assert "locked by another process" in words(answer)
    assert owner_by(store.database, word) == ADA


def test_the_command_lines_link_makes_this_browser_an_operators_and_leaves_it_its_visitor(
    store: Store,
) -> None:
    word = offer(store.database, COMMAND_LINE)
    assert "Make this browser an operator's?" in html.unescape(words(go(word, BO)))
    assert operators(store.database) == frozenset()
    assert go(word, method="POST").status == 403, "who is nobody cannot be one"
    taken = go(word, BO, method="POST")
    assert (taken.status, taken.headers["location"], taken.cookies) == (303, "/runs", {})
    assert operators(store.database) == {BO}
    assert go(word, ADA, method="POST").status == 410
    assert operators(store.database) == {BO}
