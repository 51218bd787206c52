"""Cookies that a script set, signed with a file's key, are taken and rewritten: nobody loses their runs."""

import hashlib
import hmac
from pathlib import Path

import pytest
import streamlit as st

from pages.server.cookies import FORMER_COOKIE, cookie_name, signed
from pages.server.identity import Identity
from tests.pages.server.door import ME, SEEN, door, given, visit

__all__ = ["door"]

pytestmark = pytest.mark.usefixtures("store")


def former(key: bytes, name: str = ME) -> str:
    return f"{name}.{hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:32]}"


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the key of former cookies is, in a data folder of this test's own."""
    monkeypatch.setenv("INKLING_DATA", str(tmp_path))
    st.cache_resource.clear()
    return tmp_path / "visitor.key"


def test_a_cookie_of_the_former_kind_is_taken_and_set_anew(door: Identity, key_file: Path) -> None:
    key_file.write_bytes(b"k" * 32)
    cookie = f"{FORMER_COOKIE}={former(b'k' * 32)}"
    answer = visit(door, cookie)
    assert SEEN == [ME]
    assert given(answer) == ME
    assert answer.cookies[FORMER_COOKIE] == ("", ["Path=/", "Max-Age=0", "SameSite=Lax"])
    visit(door, f"{cookie_name()}={signed('f' * 16)}; {cookie}")  # the new one counts
    assert SEEN[-1] == "f" * 16


def test_a_former_cookie_of_another_lab_is_left_to_it(door: Identity, key_file: Path) -> None:
    key_file.write_bytes(b"k" * 32)
    answer = visit(door, f"{FORMER_COOKIE}={former(b'x' * 32)}")
    assert given(answer) not in ("", ME)
    assert FORMER_COOKIE not in answer.cookies


@pytest.mark.parametrize("key", [b"", b"k", b"k" * 31])
def test_with_an_empty_or_short_key_no_former_cookie_is_taken_and_the_log_says_what_to_do(
    door: Identity, key_file: Path, key: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    key_file.write_bytes(key)
    answer = visit(door, f"{FORMER_COOKIE}={former(key)}")
    assert SEEN == [""]
    assert given(answer) not in ("", ME)
    assert f"{key_file} is not whole ({len(key)} bytes)" in caplog.text
    assert "Put it back from a backup, or delete it." in caplog.text
    assert key_file.read_bytes() == key


def test_no_key_file_is_made_any_more(door: Identity, key_file: Path) -> None:
    visit(door, f"{FORMER_COOKIE}={former(b'')}")
    assert SEEN == [""]
    assert not key_file.exists()


@pytest.mark.parametrize(
    "value",
    [b"abc.\xe9", b"abc.\xc3\xa9", f"{ME}.é".encode(), ME.encode() + b".\xff", b".", b"", b"a" * 8000],
)
def test_a_former_cookie_of_strange_letters_is_a_new_visitor(
    door: Identity, key_file: Path, value: bytes
) -> None:
    key_file.write_bytes(b"k" * 32)
    answer = visit(door, f"{FORMER_COOKIE}=".encode() + value)
    assert answer.status == 200
    assert SEEN == [""]
    assert given(answer) not in ("", ME)
