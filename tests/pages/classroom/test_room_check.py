"""The page that checks a device: at its address, in the reader's language, within the policy; and its cookie."""

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp

from core.runs import StoreError
from pages.classroom import room_check
from pages.components.assets import STATIC
from pages.server.headers import SecurityHeaders
from tests.asgi import Answer, ask
from tests.pages.classroom.devices import Device, door_at, words
from tests.pseudo import LANGUAGE, words_outside

pytestmark = pytest.mark.usefixtures("store")
SCRIPT = re.compile(r'<script src="\./app/static/room_check\.js\?v=\w+" data-words="([^"]+)"></script>')


def told_to_script(page: Answer) -> dict[str, Any]:
    """Return the sentences that the page hands to its script."""
    found = SCRIPT.search(page.text)
    assert found
    told: dict[str, Any] = json.loads(html.unescape(found[1]))
    return told


def cookie(device: Device) -> Answer:
    return device.get("/room-check/cookie", accept="*/*")


def test_every_sentence_that_the_script_says_is_there_and_none_else() -> None:
    script = (STATIC / "room_check.js").read_text(encoding="utf-8")
    told = told_to_script(Device().get("/room-check"))
    checks = re.findall(r'<li id="(\w+)"', Device().get("/room-check").text)
    assert sorted(checks) == sorted({name.partition("_")[0] for name in told["found"]} - {"stroke"})
    named = set(re.findall(rf'"((?:{"|".join(checks)}|stroke)_\w*)"', script))
    begun = tuple(name for name in named if name.endswith("_"))
    assert {name for name in named if not name.endswith("_")} <= {*told["found"]}
    unsaid = {*told["found"]} - named - {name for name in told["found"] if name.startswith(begun)}
    assert unsaid == set()
    assert {*told["verdicts"]} == {*told["states"]} - {"open"} == {"wait", "good", "fair", "bad"}


@pytest.mark.parametrize("base_path", ["", "inkling"])
def test_it_is_under_the_apps_address_and_leads_to_joining(base_path: str) -> None:
    prefix = f"/{base_path}" if base_path else ""
    device = Device(base_path=base_path)
    page = device.get(f"{prefix}/room-check")
    assert page.status == 200
    assert words(page).startswith("Check this device Inkling needs JavaScript.")
    assert set(re.findall(r'href="([^"]*)"', page.text)) == {f"{prefix}/join", f"{prefix}/room-check"}
    assert f'href="{prefix}/room-check">Check this device</a>' in device.get(f"{prefix}/join").text
    assert device.get(f"{prefix}/room-check/cookie").status == 200


def test_it_is_all_said_in_the_browsers_language(
    pseudo_locales: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKLING_LOCALES", str(pseudo_locales))
    page = Device(language=LANGUAGE).get("/room-check")
    assert f'<html lang="{LANGUAGE}">' in page.text
    assert words_outside(words(page)) == []
    assert 'aria-label="⟦' in page.text
    for said in told_to_script(page).values():
        for sentence in said.values():
            assert words_outside(re.sub(r"\{\w+\}", "", sentence)) == [], sentence


def test_its_one_script_comes_from_here() -> None:
    door: ASGIApp = SecurityHeaders(door_at())
    page = ask(door, "/room-check", headers={"accept": "text/html"})
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    assert policy["script-src"].startswith("'self'")
    assert policy["connect-src"].split() == ["'self'", "data:"]
    assert "camera=(self)" in page.headers["permissions-policy"]
    assert len(re.findall("<script", page.text)) == len(SCRIPT.findall(page.text)) == 1
    assert not re.search(r"\son\w+=|https?://", page.text)


def test_the_cookie_that_the_page_set_is_known_when_it_comes_back() -> None:
    device = Device()
    assert json.loads(cookie(device).body) == {"is_kept": False}
    assert not device.cookies, "the question itself sets none"
    device.get("/room-check")
    answer = cookie(device)
    assert json.loads(answer.body) == {"is_kept": True}
    assert answer.headers["cache-control"] == "no-store"
    forged = Device()
    forged.cookies = {name: f"{value}x" for name, value in device.cookies.items()}
    assert json.loads(cookie(forged).body) == {"is_kept": False}


def test_without_the_store_nothing_is_said_of_a_cookie(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise StoreError("The run store is gone.", "Bring it back.")

    device = Device()
    device.get("/room-check")
    monkeypatch.setattr(room_check, "lab", gone)
    assert cookie(device).status == 503
