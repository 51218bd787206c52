"""The sheet of a class to print: for its teachers, at an address that other devices reach."""

import html

import pytest

from core.runs import Store
from core.runs.operators import make_operator
from pages.server import visitor
from tests.asgi import Answer
from tests.pages.classroom.devices import OTHER_TEACHER, STRANGER, TEACHER, Device, start, words

AT = "http%3A//192.168.1.20%3A8501"


def sheet(device: Device, classroom_id: str, at: str = AT, prefix: str = "") -> Answer:
    return device.get(f"{prefix}/class-sheet/{classroom_id}?at={at}")


def test_a_teacher_has_title_picture_link_code_and_steps(store: Store) -> None:
    classroom = start(store, title="7<b>")
    page = sheet(Device(TEACHER), classroom.id)
    assert page.status == 200
    assert page.headers["cache-control"] == "no-store"
    said = words(page)
    assert said.startswith("7<b> ")
    assert "http://192.168.1.20:8501/join Enter the code:" in said
    assert classroom.code in said
    assert page.text.count("<svg") == 1
    assert page.text.count("<li>") == 3
    alt = f'role="img" aria-label="QR code of http://192.168.1.20:8501/join/{classroom.code}"'
    assert alt in html.unescape(page.text)


def test_nobody_else_is_told_anything(store: Store) -> None:
    classroom = start(store, title="Secret title")
    start(store, "8c", by=OTHER_TEACHER)
    member = Device()
    member.get(f"/join/{classroom.code}")
    member.post(f"/join/{classroom.code}", do="join", nickname="Ada")
    assert member.seat
    teacher_as_member = Device(TEACHER)
    teacher_as_member.cookies |= {name: value for name, value in member.cookies.items() if "seat" in name}
    devices = {
        "member": (member, 403),
        "stranger": (Device(STRANGER), 404),
        "nobody": (Device(), 404),
        "other teacher": (Device(OTHER_TEACHER), 404),
        "a member at the teacher's computer": (teacher_as_member, 403),
    }
    for who, (device, status) in devices.items():
        for at in (AT, "rubbish", ""):
            page = sheet(device, classroom.id, at)
            assert page.status == status, who
            assert "Secret title" not in page.text
            assert classroom.code not in page.text
            assert "<svg" not in page.text


def test_of_no_class_it_says_that_there_is_none_and_an_operator_has_all(store: Store) -> None:
    classroom = start(store)
    for name in ("0" * 16, "<script>", "é", "%00"):
        page = sheet(Device(TEACHER), name)
        assert page.status == 404
        assert "<script" not in page.text
    make_operator(store.database, STRANGER)
    visitor._operators.clear()
    assert sheet(Device(STRANGER), classroom.id).status == 200


@pytest.mark.parametrize(
    "at",
    [
        "",
        "javascript:alert(1)",
        "http://localhost:8501",
        "http://127.0.0.1",
        "http://a@evil.example",
        '"><script>x</script>',
        "ftp://192.168.1.20",
        "http://192.168.1.20/?a=b",
        "http://192.168.1.20:99999",
        "http://" + "a" * 300,
    ],
)
def test_an_address_that_leads_nowhere_is_refused(store: Store, at: str) -> None:
    page = sheet(Device(TEACHER), start(store).id, at.replace("&", "%26").replace("#", "%23"))
    assert page.status == 400
    assert "<svg" not in page.text
    assert "<script" not in page.text


def test_under_a_base_path_it_is_there(store: Store) -> None:
    classroom = start(store)
    device = Device(TEACHER, base_path="inkling")
    page = sheet(device, classroom.id, f"{AT}/inkling", prefix="/inkling")
    assert f"http://192.168.1.20:8501/inkling/join/{classroom.code}" in page.text
    assert sheet(device, classroom.id).status == 404
