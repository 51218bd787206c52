"""The demo screen's addresses: the page in the language asked for, a run for all, answers, and what is refused."""

import html
import json
import re
from base64 import b64decode
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.types import Message

from core.config.app_settings import SettingsError
from core.datasets import DatasetError, ImageData
from core.demo.screen import SCREENS
from core.demo.show import Show
from core.protocol.controls import FreeRun
from pages.demo import demo_routes
from pages.server.demo_shows import show_named
from pages.server.identity import Identity
from tests.asgi import Answer, ask
from tests.pages.classroom.devices import words
from tests.polling import until
from tests.pseudo import LANGUAGE, words_outside

pytestmark = pytest.mark.usefixtures("store")
SHOW = "mnist-fast"
SEVEN = np.zeros((demo_routes.SIDE_PX, demo_routes.SIDE_PX), np.uint8)
SEVEN[30:42, 40:100] = 255
for row in range(42, 120):
    SEVEN[row, 88 - (row - 42) // 2 : 100 - (row - 42) // 2] = 255


def get(query: str = "", base_path: str = "") -> Answer:
    app = Identity(Starlette(routes=demo_routes.demo_routes(base_path)), base_path)
    prefix = f"/{base_path}" if base_path else ""
    return ask(app, f"{prefix}/demo{query}", headers={"accept": "text/html"})


def post(what: str, body: bytes = b"", **asked: str) -> Answer:
    app = Identity(Starlette(routes=demo_routes.demo_routes("")))
    query = "&".join(f"{name}={value}" for name, value in ({"show": SHOW} | asked).items())

    async def receive() -> Message:
        return {"type": "http.request", "body": body}

    return ask(app, f"/demo/{what}?{query}", method="POST", receive=receive)


def told(answer: Answer) -> dict[str, Any]:
    assert answer.status == 200, answer.text
    found: dict[str, Any] = json.loads(answer.text)
    return found


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of a run that is over, trained as fast as it goes."""
    monkeypatch.setattr(Show, "poll", FreeRun.poll)
    name = str(told(post("begin"))["run"])
    until(lambda: (now := show_named(SHOW).run) is not None and now.is_over, "the run to be over")
    return name


def test_the_page_leads_nowhere_and_keeps_nothing() -> None:
    page = get()
    assert page.status == 200
    assert page.headers["cache-control"] == "no-store"
    assert page.cookies == {}
    assert "<a " not in page.text
    assert words(page).startswith(
        "This computer is learning to read digits One moment … Inkling needs JavaScript."
    )


@pytest.mark.parametrize(("base_path", "home"), [("", "/"), ("inkling", "/inkling/")])
def test_it_stands_under_the_apps_address(base_path: str, home: str) -> None:
    found = re.search(r'data-demo="([^"]*)"', get("?dataset=fashion_mnist", base_path).text)
    assert found
    data = json.loads(html.unescape(found[1]))
    assert (data["show"], data["home"], data["takes_ink"]) == ("fashion_mnist-normal", home, False)
    assert data["names"][1] == "Trouser"


def test_an_address_that_names_what_there_is_not_is_told_so() -> None:
    page = get("?dataset=%3Cb%3E&pace=fast")
    assert page.status == 400
    assert "The demo screen knows no dataset “<b>”. It knows mnist and fashion_mnist." in words(page)
    assert "<b>”" not in page.text


def test_it_is_all_said_in_the_language_of_the_address(
    pseudo_locales: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKLING_LOCALES", str(pseudo_locales))
    for query in (f"?language={LANGUAGE}", f"?language={LANGUAGE}&dataset=fashion_mnist"):
        page = get(query)
        assert f'<html lang="{LANGUAGE}">' in page.text
        assert words_outside(words(page)) == []
    assert '<html lang="en">' in get().text


def test_a_drawing_is_answered_by_the_run_that_the_screen_watched(run: str) -> None:
    answer = told(post("answer", SEVEN.tobytes(), run=run))
    assert answer["large"] == "It is a 7"
    assert answer["reason"]
    assert len(b64decode(answer["path"][0]["pixels"])) == 784
    assert told(post("answer", bytes(demo_routes.SIDE_PX**2), run=run))["kind"] == "empty"
    assert told(post("answer", run=run, image="0"))["kind"] in ("sure", "unsure", "unlike")


def test_a_test_image_of_each_class_is_offered_where_nobody_draws(
    fashion: ImageData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Show, "poll", FreeRun.poll)
    begun = told(post("begin", show="fashion_mnist-fast"))
    places = [place for place, _pixels in begun["pictures"]]
    assert sorted(fashion.test_labels[places]) == [*range(10)]
    for place, pixels in begun["pictures"]:
        assert b64decode(pixels) == fashion.test_images[place].tobytes()
    until(
        lambda: (now := show_named("fashion_mnist-fast").run) is not None and now.is_over,
        "the run to be over",
    )


@pytest.mark.parametrize(
    ("asked", "body", "status"),
    [
        ({"show": "cifar10-fast"}, SEVEN.tobytes(), 404),
        ({"run": "nobody-1"}, SEVEN.tobytes(), 410),
        ({}, b"", 400),
        ({}, SEVEN.tobytes() + b"0", 400),
        ({"image": "10000"}, b"", 400),
        ({"image": "-1"}, b"", 400),
        ({"image": "x"}, b"", 400),
    ],
)
def test_what_is_no_question_is_refused(run: str, asked: dict[str, str], body: bytes, status: int) -> None:
    assert post("answer", body, **{"run": run} | asked).status == status
    assert demo_routes._asked == 0


def test_more_questions_than_it_answers_at_once_are_told_to_come_again(
    run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_routes, "_asked", demo_routes.MOST_AT_ONCE)
    assert post("answer", SEVEN.tobytes(), run=run).status == 429


def test_while_pictures_are_unpacked_for_others_a_screen_of_clothes_comes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(demo_routes, "_asked", demo_routes.MOST_AT_ONCE)
    monkeypatch.setattr(Show, "poll", FreeRun.poll)
    assert post("begin", show="fashion_mnist-fast").status == 429
    assert told(post("begin"))["run"]  # which takes no thread
    until(lambda: (now := show_named(SHOW).run) is not None and now.is_over, "the run to be over")


def test_a_drawing_that_breaks_off_on_its_way_is_no_fault() -> None:
    app = Identity(Starlette(routes=demo_routes.demo_routes("")))
    said = iter([{"type": "http.request", "body": b"abc", "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> Message:
        return next(said)

    answer = ask(app, f"/demo/answer?show={SHOW}", method="POST", receive=receive)
    assert (answer.status, answer.fault) == (400, None)


def test_refused_settings_are_told_to_who_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_given: object) -> None:
        raise SettingsError(["INKLING_X must be a number."])

    monkeypatch.setattr(demo_routes, "_answer_of", refused)
    answer = post("answer", SEVEN.tobytes())
    assert (answer.status, json.loads(answer.text)) == (503, {"trouble": "INKLING_X must be a number."})


def test_a_show_that_there_is_not_is_not_begun() -> None:
    assert post("begin", show="x").status == 404
    assert get("/begin").status == 405


def test_images_that_are_not_to_be_had_are_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(_name: str) -> ImageData:
        raise DatasetError("No images.", "Bring some.")

    show = Show(SCREENS["fashion_mnist-slow"], load, lambda work: work(), lambda: False)
    monkeypatch.setattr(demo_routes, "show_named", lambda _name: show)
    answer = post("begin", show="fashion_mnist-slow")
    assert answer.status == 503
    assert json.loads(answer.text) == {"trouble": "No images. Bring some."}
