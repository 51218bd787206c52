"""Who is at work in a browser: back with a key, asked whether it is still them, gone when they leave."""

import re

import pytest

from core.classroom import guesses
from core.classroom.classrooms import Classrooms
from core.classroom.members import Members
from core.runs import Store
from pages.server.cookies import PASSING, SEAT, cookie_name, seat_cookie_name, seat_word_in, signed
from tests.pages.classroom.devices import (
    Device,
    end_yesterday,
    field,
    joined,
    nicknames,
    seats,
    start,
    take_seat,
    teacher,
    words,
)


def test_who_has_a_key_comes_back_in_another_browser(store: Store) -> None:
    classroom, first = start(store), Device()
    key = take_seat(first, classroom.code)
    for number, typed in enumerate((key, key.lower(), f" {key[:2]} {key[2:]}"), 2):
        device = Device()
        device.get(f"/join/{classroom.code}")
        answer = device.post(f"/join/{classroom.code}", do="back", nickname="  aDA ", key=typed)
        assert (answer.status, answer.headers["location"]) == (303, "/")
        assert device.attributes[seat_cookie_name()] == ["Path=/", "HttpOnly", "SameSite=Lax"]
        assert seats(store) == number
        assert "You are Ada. Not you?" in words(device.get(f"/join/{classroom.code}"))
    assert nicknames(store, classroom) == ["Ada"]


def test_a_wrong_key_brings_nobody_back_and_keeps_what_was_typed(store: Store) -> None:
    classroom, device = start(store), Device()
    joined(store, classroom)
    device.get(f"/join/{classroom.code}")
    said = set()
    for name, key in (("Ada", "2222"), ("Bob", "2222"), ("Ada", ""), ("Ada", "é\x00")):
        answer = device.post(f"/join/{classroom.code}", do="back", nickname=name, key=key)
        assert answer.status == 400
        assert "<details open>" in answer.text
        assert field(answer, "nickname", 1) == name
        assert field(answer, "nickname") != name, "as who is new, another one is suggested"
        said.add(words(answer).partition(" Look at both again")[0].replace(name, "…"))
    assert len(said) == 1, "whether there is such a nickname is not told"
    assert seats(store) == 1
    assert not device.seat


def test_so_many_wrong_keys_and_codes_are_looked_at_in_a_minute(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guesses, "_minute", lambda: 7)
    classroom, device = start(store), Device()
    made = joined(store, classroom)
    device.get(f"/join/{classroom.code}")
    for _ in range(guesses.KEYS_BY_MEMBER):
        assert device.post(f"/join/{classroom.code}", do="back", nickname="Ada", key="2222").status == 400
    refused = device.post(f"/join/{classroom.code}", do="back", nickname="Ada", key=made.key)
    assert refused.status == 429
    assert "Wait a minute" in words(refused)
    assert field(refused, "nickname", 1) == "Ada"
    for _ in range(guesses.CODES_BY_BROWSER):
        assert device.get("/join/222222").status == 404
    refused = device.get(f"/join/{classroom.code}")
    assert refused.status == 429
    assert field(refused, "code") == classroom.code
    assert Device(address="192.0.2.8").get(f"/join/{classroom.code}").status == 200, "others are not shut out"
    monkeypatch.setattr(guesses, "_minute", lambda: 8)
    assert device.post(f"/join/{classroom.code}", do="back", nickname="Ada", key=made.key).status == 303


def test_a_closed_class_takes_nobody_new_and_who_is_in_it_back(store: Store) -> None:
    classroom, device = start(store), Device()
    made = joined(store, classroom)
    device.get(f"/join/{classroom.code}")  # it was open then
    Classrooms(teacher(store)).change(classroom.id, is_open=False)
    late = device.post(f"/join/{classroom.code}", do="join", nickname="Bob")
    assert late.status == 410
    assert "takes nobody new any more" in words(late)
    page = device.get(f"/join/{classroom.code}")
    assert page.status == 200
    assert "This class takes nobody new any more." in words(page)
    assert 'value="join"' not in page.text
    assert device.post(f"/join/{classroom.code}", do="back", nickname="Ada", key=made.key).status == 303
    assert nicknames(store, classroom) == ["Ada"]


def test_a_class_that_is_over_says_so(store: Store) -> None:
    classroom, device = start(store), Device()
    key = take_seat(device, classroom.code)
    end_yesterday(store, classroom)
    other = Device("d" * 16)
    for answer in (
        device.get(f"/join/{classroom.code}"),
        other.post(f"/join/{classroom.code}", do="back", nickname="Ada", key=key),
        other.post(f"/join/{classroom.code}", do="join", nickname="Bob"),
    ):
        assert answer.status == 410
        assert "The class “7b” is over. Ask your teacher whether it goes on." in words(answer)
    assert "Nobody is in a class in this browser." in words(device.get("/leave"))


def test_a_forged_seat_and_one_that_was_given_up_are_nobodys(store: Store) -> None:
    classroom, device = start(store), Device("d" * 16)
    key = take_seat(device, classroom.code)
    good = device.seat
    word = seat_word_in([f"{seat_cookie_name()}={good}"])
    assert re.fullmatch("[0-9a-f]{16}", word)
    member_id = Members(teacher(store)).all(classroom.id)[0].id
    forged = [
        *(word, good[:-3], good.replace(word, "0" * 16), signed(word), signed(word, PASSING)),
        *(signed(member_id, SEAT), signed("0" * 16, SEAT), "", "é", "a" * 5000),
    ]
    for cookie in forged:
        device.cookies[seat_cookie_name()] = cookie
        assert "Not you?" not in words(device.get(f"/join/{classroom.code}")), cookie
        assert "Nobody is in a class" in words(device.get("/leave")), cookie
    device.cookies[seat_cookie_name()] = good
    assert "You are Ada. Not you?" in words(device.get(f"/join/{classroom.code}"))
    Members(teacher(store)).remove(classroom.id, member_id)
    assert "Not you?" not in words(device.get(f"/join/{classroom.code}"))
    assert device.post(f"/join/{classroom.code}", do="back", nickname="Ada", key=key).status == 400


def test_a_seat_of_another_lab_is_nobodys(store: Store) -> None:
    classroom, device = start(store), Device()
    take_seat(device, classroom.code)
    device.cookies = {name.replace("_seat", "0_seat"): value for name, value in device.cookies.items()}
    assert "Not you?" not in words(device.get(f"/join/{classroom.code}"))


def test_leaving_asks_first_and_gives_up_the_seat(store: Store) -> None:
    classroom, device = start(store), Device()
    key = take_seat(device, classroom.code)
    copied = device.seat
    page = device.get("/leave")
    assert "Leave “7b”, Ada?" in words(page)
    assert device.seat == copied, "who only looks stays"
    left = device.post("/leave")
    assert (left.status, left.headers["location"]) == (303, f"/join/{classroom.code}")
    assert not device.seat
    assert device.attributes[seat_cookie_name()][:2] == ["Path=/", "Max-Age=0"]
    assert cookie_name() in device.cookies, "the visitor stays"
    assert seats(store) == 0
    device.cookies[seat_cookie_name()] = copied
    assert "Nobody is in a class" in words(device.get("/leave")), "the cookie is no use any more"
    assert device.post("/leave").headers["location"] == "/join"
    assert nicknames(store, classroom) == ["Ada"], "a member still, who comes back"
    assert device.post(f"/join/{classroom.code}", do="back", nickname="Ada", key=key).status == 303


def test_who_is_there_already_is_asked_whether_it_is_still_them(store: Store) -> None:
    classroom, other, device = start(store), start(store, "8c"), Device()
    take_seat(device, classroom.code)
    page = device.get(f"/join/{classroom.code}")
    assert "You are Ada. Not you?" in words(page)
    assert "Leave, and join as somebody else" in words(page)
    assert "Leave, and join “8c”" in words(device.get(f"/join/{other.code}"))
    stayed = device.post(f"/join/{classroom.code}", do="stay")
    assert (stayed.status, stayed.headers["location"]) == (303, "/")
    for do in ("join", "back"):
        twice = device.post(f"/join/{other.code}", do=do, nickname="Bob", key="2222")
        assert twice.status == 400
        assert "You are Ada in the class “7b” here. Leave it first." in words(twice)
    assert nicknames(store, classroom) == ["Ada"]
    assert nicknames(store, other) == []
    left = device.post("/leave", to=other.code)
    assert left.headers["location"] == f"/join/{other.code}"
    assert "Not you?" not in words(device.follow(left))
    for strange in ("//evil.example", "https://evil.example", "..", "\r\nset-cookie: a=b"):
        place = device.post("/leave", to=strange).headers["location"]
        assert re.fullmatch(r"/join/[\w.%-]*", place), place
