"""Joining a class: by its code and a nickname, and everything that is refused."""

import re
from pathlib import Path

import pytest

from core.classroom.classrooms import Classrooms
from core.classroom.nicknames import LIST
from core.runs import Store
from pages.server.cookies import cookie_name, seat_cookie_name
from tests.pages.classroom.devices import (
    TEACHER,
    Device,
    end_yesterday,
    field,
    joined,
    nicknames,
    start,
    take_seat,
    teacher,
    words,
)
from tests.pseudo import LANGUAGE, words_outside

NAME = '<script>alert("x")'  # 18 characters of one's own


def typed_ways(code: str) -> list[str]:
    return [
        code,
        code.lower(),
        f"  {code[:3]} {code[3:].lower()} ",
        f"{code[:3]}-{code[3:]}",
        f"{code[:3]}/{code[3:]}",
    ]


def test_a_code_leads_to_its_class_however_it_is_typed(store: Store) -> None:
    code = start(store).code
    for typed in typed_ways(code):
        device = Device()
        assert "The class's code" in words(device.get("/join"))
        page = device.follow(device.post("/join", code=typed))
        assert page.status == 200, typed
        assert words(page).startswith("7b ")
        assert device.follow(device.get(f"/join?code={code}")).status == 200
    for typed in ("", " ", "---", "/../"):
        again = Device().post("/join", code=typed)
        assert again.status == 200
        assert "The class's code" in words(again)


def test_who_joins_is_told_nickname_and_key_and_has_a_seat_until_the_browser_is_closed(store: Store) -> None:
    classroom, device = start(store), Device()
    page = device.get(f"/join/{classroom.code.lower()}")
    suggestion = field(page, "nickname")
    assert re.fullmatch(r"[A-Z][a-z]+ \d{1,2}", suggestion)
    assert field(device.get(f"/join/{classroom.code}"), "nickname") != "", "another one is suggested"
    answer = device.post(f"/join/{classroom.code}", do="join", nickname=suggestion)
    assert f"You are {suggestion} Your key:" in words(answer)
    assert answer.headers["cache-control"] == "no-store"
    assert '<a class="button" href="/">Start</a>' in answer.text
    assert device.attributes[seat_cookie_name()] == ["Path=/", "HttpOnly", "SameSite=Lax"]
    assert device.attributes[cookie_name()][1] == "Max-Age=31536000", "the visitor stays"
    assert nicknames(store, classroom) == [suggestion]


def test_a_nickname_of_ones_own_is_shown_as_it_is(store: Store) -> None:
    classroom, device = start(store, title='7<b>"&amp;'), Device()
    assert words(device.get(f"/join/{classroom.code}")).startswith('7<b>"&amp; ')
    device.get(f"/join/{classroom.code}")
    answer = device.post(f"/join/{classroom.code}", do="join", nickname=NAME)
    for page in (answer, device.get(f"/join/{classroom.code}"), device.get("/leave")):
        assert "<script" not in page.text
        assert NAME in words(page)
    assert nicknames(store, classroom) == [NAME]
    other = Device()
    other.get(f"/join/{classroom.code}")
    refused = other.post(f"/join/{classroom.code}", do="join", nickname=NAME)
    assert refused.status == 400
    assert "<script" not in refused.text
    assert field(refused, "nickname") == NAME


@pytest.mark.parametrize("nickname", ["Al", "x" * 21, "?!?", "Ada\u202eadA", "Ada"])
def test_a_refusal_says_why_and_keeps_what_was_typed(store: Store, nickname: str) -> None:
    classroom, device = start(store), Device()
    joined(store, classroom, "ADA")
    device.get(f"/join/{classroom.code}")
    answer = device.post(f"/join/{classroom.code}", do="join", nickname=nickname)
    assert answer.status == 400
    assert 'class="trouble" role="alert"' in answer.text
    assert field(answer, "nickname") == nickname
    assert not device.seat
    assert nicknames(store, classroom) == ["ADA"]


def test_where_nicknames_come_from_a_list_none_of_ones_own_is_taken(store: Store) -> None:
    classroom, device = start(store, nicknames=LIST), Device()
    page = device.get(f"/join/{classroom.code}")
    assert " readonly>" in page.text
    assert "of your own" not in words(page)
    refused = device.post(f"/join/{classroom.code}", do="join", nickname="Ada")
    assert refused.status == 400
    assert "nicknames come from the list" in words(refused)
    assert field(refused, "nickname") != "Ada", "it could not be changed there"
    take_seat(device, classroom.code, field(refused, "nickname"))


def test_an_unknown_code_says_so_and_can_be_corrected(store: Store) -> None:
    start(store)
    device = Device()
    answer = device.follow(device.post("/join", code="abc<i>1"))
    assert answer.status == 404
    assert "There is no class with the code “ABCI1”." in words(answer)
    assert field(answer, "code") == "ABCI1"
    for path in ("/join/%00", "/join/é", "/join/" + "A" * 3000, "/join/<script>"):
        answer = device.get(path)
        assert answer.status == 404
        assert "<script" not in answer.text
    assert Device("d" * 16).post("/join/222222", do="join", nickname="Ada").status == 404


@pytest.mark.parametrize(
    ("site", "is_taken"),
    [
        ({"sec-fetch-site": "cross-site", "host": "lab.example", "origin": "https://lab.example"}, False),
        ({"sec-fetch-site": "same-site", "host": "lab.example"}, False),
        ({"sec-fetch-site": "none", "host": "lab.example"}, False),
        ({"host": "192.168.1.20:8501", "origin": "http://192.168.1.20:8502"}, False),
        ({"host": "192.168.1.20:8501", "origin": "null"}, False),
        ({"host": "192.168.1.20:8501"}, False),
        (
            {"host": "192.168.1.20:8501", "origin": "http://192.168.1.20:8501"},
            True,
        ),  # Chromium, without https
    ],
)
def test_another_site_has_nobody_join_or_leave(store: Store, site: dict[str, str], is_taken: bool) -> None:
    classroom, device = start(store), Device()
    device.get(f"/join/{classroom.code}")
    answer = device.post(f"/join/{classroom.code}", site=site, do="join", nickname="Ada")
    assert answer.status == (200 if is_taken else 403)
    assert bool(device.seat) == is_taken
    if not is_taken:
        take_seat(device, classroom.code)
    assert device.post("/leave", site=site).status == (303 if is_taken else 403)
    assert bool(device.seat) != is_taken


def test_a_browser_that_keeps_no_cookies_is_told_and_nobody_joins(store: Store) -> None:
    classroom, device = start(store), Device()
    answer = device.post(f"/join/{classroom.code}", do="join", nickname="Ada")
    assert answer.status == 403
    assert "Your browser keeps no cookies here. Allow them for this page" in words(answer)
    assert nicknames(store, classroom) == []


def test_what_is_no_form_of_ours_is_refused_unread(store: Store) -> None:
    classroom, device = start(store), Device()
    device.get(f"/join/{classroom.code}")
    for body in (b"nickname=" + b"a" * 1_000_000, b"&".join([b"nickname=Ada"] * 20)):
        for path in (f"/join/{classroom.code}", "/join", "/leave"):
            assert device.post(path, body).status == 413
    for body in (b"", b"\xff\xfe", b"nickname=%ff%00%ed%a0%80", b"nickname"):
        assert device.post(f"/join/{classroom.code}", body).status == 400
    assert nicknames(store, classroom) == []


def test_under_a_base_path_every_link_begins_with_it(store: Store) -> None:
    classroom, device = start(store), Device(base_path="inkling")
    at = f"/inkling/join/{classroom.code}"
    answers = [device.get("/inkling/join"), device.get("/inkling/join/222222"), device.get(at)]
    answers.append(device.post(at, do="join", nickname="Al"))
    answers.append(device.post(at, do="join", nickname="Ada"))
    assert device.attributes[seat_cookie_name()][0] == "Path=/inkling"
    answers += [device.get(at), device.get("/inkling/leave"), device.post(at, do="join", nickname="Bob")]
    answers += [device.post("/inkling/leave"), device.get("/inkling/leave")]
    answers.append(device.post("/inkling/join", code=classroom.code))
    end_yesterday(store, classroom)
    answers.append(device.get(at))
    found = [link for answer in answers for link in re.findall(r'(?:href|action)="([^"]*)"', answer.text)]
    found += [answer.headers["location"] for answer in answers if answer.status == 303]
    assert len(found) >= 10
    assert not [link for link in found if not link.startswith("/inkling/")]


def test_it_is_all_said_in_the_browsers_language(
    store: Store, pseudo_locales: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKLING_LOCALES", str(pseudo_locales))
    classroom, device = start(store, "№ 7"), Device(language=LANGUAGE)
    at = f"/join/{classroom.code}"
    pages = [device.get("/join"), device.get("/join/222222"), device.get(at)]
    pages += [
        device.post(at, do="join", nickname="№"),
        device.post(at, do="back", nickname="№ 3", key="2222"),
    ]
    pages += [device.post(at, site={}, do="join"), Device(language=LANGUAGE).post(at, do="join")]
    pages += [device.post(at, do="join", nickname="№ 3"), device.get(at), device.post(at, do="join")]
    pages += [device.get("/leave"), device.get(f"/class-sheet/{classroom.id}")]
    pages += [Device(TEACHER, language=LANGUAGE).get(f"/class-sheet/{classroom.id}?at=192.168.1.20")]
    device.post("/leave")
    Classrooms(teacher(store)).change(classroom.id, is_open=False)
    pages += [device.get(at), device.post(at, do="join", nickname="№ 4"), device.get("/leave")]
    end_yesterday(store, classroom)
    pages.append(device.get(at))
    for page in pages:
        key = re.findall(r'<strong class="code">(\w+)<', page.text)
        said = re.sub("|".join([classroom.code, r"https?://\S+", *key]), " ", words(page))
        assert words_outside(said) == [], said
        assert f'<html lang="{LANGUAGE}">' in page.text
