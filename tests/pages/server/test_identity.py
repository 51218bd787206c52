"""Who comes, as the server gives names and knows them again: at its door, without a browser."""

import random
import time
from pathlib import Path

import pytest
import streamlit as st
from sqlalchemy import update
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from core.runs import Store, lab
from core.runs.schema import LAB
from pages.server import cookies
from pages.server.cookies import PASSING, RENEWED_S, cookie_name, passing_name, signed, visitor_in
from pages.server.identity import VISITOR_HEADER, Identity
from tests.pages.server.door import ME, SEEN, SITE, door, given, page, visit

__all__ = ["door"]

pytestmark = pytest.mark.usefixtures("store")


def test_the_first_page_brings_a_cookie_and_with_it_the_visitor_is_known(door: Identity) -> None:
    first = visit(door)
    value, attributes = first.cookies[cookie_name()]
    assert attributes == ["Path=/", "Max-Age=31536000", "HttpOnly", "SameSite=Lax"]
    assert first.headers.getlist("cache-control") == ["no-store"]
    assert SEEN == [""]
    again = visit(door, f"other=1; {cookie_name()}={value}")
    assert SEEN[-1] == given(first)
    assert "set-cookie" not in again.headers
    assert again.headers["cache-control"] == "public, max-age=60"
    for path in ("/_stcore/stream", "/live"):
        assert visit(door, f"{cookie_name()}={value}", path=path, kind="websocket").status == 101
        assert SEEN[-1] == given(first)
        visit(door, path=path, kind="websocket")
        assert SEEN[-1] == ""
    assert given(visit(door)) not in ("", given(first))  # the next one is another


def test_nobody_says_by_a_header_who_they_are() -> None:
    seen: list[list[bytes]] = []

    async def inside(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append([value for key, value in scope["headers"] if key == VISITOR_HEADER])
        await SITE(scope, receive, send)

    said = (VISITOR_HEADER.decode(), b"f" * 16)
    for cookie in ("", f"{cookie_name()}={signed(ME)}"):
        visit(Identity(inside), cookie, path="/_stcore/stream", kind="websocket", headers=[said])
    assert seen == [[], [ME.encode()]]


@pytest.mark.parametrize("path", ["/static/a.html", "/app/static/a.html", "/media/a.html", "/_stcore/a.html"])
def test_no_file_and_no_check_sets_a_cookie(door: Identity, path: str) -> None:
    assert "set-cookie" not in visit(door, path=path).headers
    assert "set-cookie" not in visit(door, path="/_stcore/health", accept=False).headers
    assert "set-cookie" not in visit(door, path="/_stcore/health").headers
    assert "set-cookie" not in visit(door, path="/data").headers
    assert "set-cookie" not in visit(door, path="/missing").headers
    assert "set-cookie" not in visit(door, accept=False).headers
    for method in ("HEAD", "POST"):
        assert "set-cookie" not in visit(door, method=method).headers


def hostile() -> list[bytes]:
    chance = random.Random(15)
    good = signed(ME)
    name = cookie_name().encode()
    made = [
        b"inkling_visitor=abc.\xc3\xa9",
        "inkling_visitor=abc.é".encode("latin-1"),
        "inkling_visitor=é.é".encode(),
        b"inkling_visitor=",
        b"inkling_visitor",
        b"inkling_visitor=" + b"a" * 8000,
        name + b"=" + b"a" * 8000,
        name + b"=" + b"." * 8000,
        name + b"=\xff\xfe\x00",
        name + b"=" + ME.encode(),
        name + b"=" + ME.encode() + b"..",
        name + b"=" + f"..{ME}".encode(),
        name + b"=" + good[:-1].encode(),
        name + b'="' + good.encode() + b'"',
        name + b"=" + good.upper().encode(),
        name + b"=" + good.replace(ME, "f" * 16).encode(),
        name + b"=" + signed(ME, PASSING).encode(),  # of another use
        name + b"=" + signed("command-line").encode(),  # no visitor's name
        name + b"=" + signed("é").encode(),
        b"=",
        b";;;",
        b"",
        b"\x00",
    ]
    for _ in range(150):
        whole = bytearray(name + b"=" + good.encode())
        for _change in range(chance.randint(1, 4)):
            # Not the last one, of which two bits mean nothing.
            whole[chance.randrange(len(name) + 1, len(whole) - 1)] = chance.randrange(256)
        if whole != name + b"=" + good.encode():
            made.append(bytes(whole))
    return made


def test_whatever_comes_as_a_cookie_is_a_new_visitor_and_never_an_error(door: Identity) -> None:
    for cookie in hostile():
        answer = visit(door, cookie)
        assert answer.status == 200, cookie
        assert given(answer) not in ("", ME), cookie
        assert SEEN[-1] == "", cookie
        assert visit(door, cookie, path="/live", kind="websocket").status == 101, cookie
        assert SEEN[-1] == "", cookie


def test_of_doubled_cookies_the_first_that_was_signed_here_counts(door: Identity) -> None:
    mine, yours = signed(ME), signed("f" * 16)
    name = cookie_name()
    visit(door, f"{name}=rubbish; {name}={mine}; {name}={yours}")
    assert SEEN[-1] == ME
    visit(door, f"{name}=rubbish", f"a=b; {name}={mine}")  # in two headers
    assert SEEN[-1] == ME


def test_a_key_that_is_damaged_in_the_store_signs_nothing(door: Identity, store: Store) -> None:
    visit(door)
    with store.database.write() as connection:
        connection.execute(update(LAB).where(LAB.c.name == "key").values(value=""))
    st.cache_resource.clear()
    answer = visit(door)
    assert answer.status == 200  # the page comes, and says what is wrong
    assert "set-cookie" not in answer.headers
    assert SEEN[-1] == ""


def test_two_apps_on_one_store_know_the_same_visitors_and_another_store_has_cookies_of_its_own(
    door: Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    value, _ = visit(door).cookies[cookie_name()]
    cookie, mine, here = (
        f"{cookie_name()}={value}",
        visitor_in([f"{cookie_name()}={value}"])[0],
        cookie_name(),
    )
    st.cache_resource.clear()  # as in another process
    visit(door, cookie)
    assert SEEN[-1] == mine
    monkeypatch.setenv("INKLING_STORE", f"sqlite:///{tmp_path / 'other.db'}")
    st.cache_resource.clear()
    assert cookie_name() != here
    assert here not in visit(door, cookie).cookies
    assert SEEN[-1] == ""
    visit(door, cookie.replace(here, cookie_name()))  # by the other's name, it is the other's key that counts
    assert SEEN[-1] == ""


def test_a_cookie_is_set_anew_before_it_goes(door: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    cookie, now = f"{cookie_name()}={signed(ME)}", time.time()
    for later_s, is_renewed in ((RENEWED_S / 2, False), (RENEWED_S * 2, True), (-RENEWED_S * 2, True)):
        monkeypatch.setattr(cookies.time, "time", lambda later_s=later_s: now + later_s)
        assert given(visit(door, cookie)) == (ME if is_renewed else "")
        assert SEEN[-1] == ME


@pytest.mark.parametrize(
    ("scheme", "headers", "client", "proxies", "is_secure"),
    [
        ("http", {}, "192.0.2.7", "", False),
        ("https", {}, "192.0.2.7", "", True),
        ("http", {"x-forwarded-proto": "https"}, "192.0.2.7", "", False),
        ("http", {"x-forwarded-proto": "https"}, "192.0.2.7", "192.0.2.0/24", True),
        ("http", {"x-forwarded-proto": "https"}, "192.0.2.7", "10.0.0.1, 192.0.2.7", True),
    ],
)
def test_under_https_a_cookie_is_secure(
    door: Identity,
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
    headers: dict[str, str],
    client: str,
    proxies: str,
    is_secure: bool,
) -> None:
    monkeypatch.setenv("INKLING_PROXIES", proxies)
    st.cache_resource.clear()
    more = [(name, value.encode()) for name, value in headers.items()]
    _value, attributes = visit(door, scheme=scheme, client=(client, 1), headers=more).cookies[cookie_name()]
    assert ("Secure" in attributes) == is_secure


@pytest.mark.parametrize(
    ("frames", "destination", "scheme", "attributes"),
    [
        ("https://school.example", b"iframe", "https", ["Secure", "SameSite=None", "Partitioned"]),
        ("https://school.example", b"document", "https", ["Secure", "SameSite=Lax"]),
        ("https://school.example", b"iframe", "http", ["SameSite=Lax"]),
        ("", b"iframe", "https", ["Secure", "SameSite=Lax"]),
    ],
)
def test_in_a_frame_that_a_setting_allows_the_cookie_may_be_of_another_site(
    door: Identity,
    monkeypatch: pytest.MonkeyPatch,
    frames: str,
    destination: bytes,
    scheme: str,
    attributes: list[str],
) -> None:
    monkeypatch.setenv("INKLING_FRAMES", frames)
    st.cache_resource.clear()
    answer = visit(door, scheme=scheme, headers=[("sec-fetch-dest", destination)])
    assert answer.cookies[cookie_name()][1][3:] == attributes


@pytest.mark.parametrize(("base", "path"), [("", "/"), ("lab", "/lab"), ("/a/b/", "/a/b")])
def test_the_cookie_is_for_the_apps_own_part_of_the_host(base: str, path: str) -> None:
    _value, attributes = visit(Identity(SITE, base_path=base)).cookies[cookie_name()]
    assert attributes[0] == f"Path={path}"


def test_under_a_base_path_files_set_none_either() -> None:
    site = Starlette(routes=[Route("/lab/media/a.html", page), Route("/lab/", page)])
    assert "set-cookie" not in visit(Identity(site, base_path="lab"), path="/lab/media/a.html").headers
    assert "set-cookie" in visit(Identity(site, base_path="lab"), path="/lab/").headers


def test_a_session_without_cookies_is_known_by_what_its_page_was_told() -> None:
    good = signed(ME, PASSING)
    assert passing_name(good) == ME
    for token in (signed(ME), ME, "", None, 7, ["a"], "é", "\ud83d", good + "!", "a" * 5000):
        assert passing_name(token) == ""


def test_a_store_that_takes_no_key_is_told_in_the_log_and_the_visitor_stays_for_the_process(
    door: Identity, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    passing = lab.Lab("00000000", b"p" * 32, is_kept=False)
    monkeypatch.setattr(cookies, "lab_of", lambda _database: passing)
    value, _ = visit(door).cookies["inkling_00000000"]
    visit(door, f"inkling_00000000={value}")
    assert SEEN[-1] != ""
    assert "takes no signing key" in caplog.text
