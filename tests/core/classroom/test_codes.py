"""Codes: readable from a wall, random, read however they are typed, and kept as hashes."""

import re

import pytest

from core.classroom.codes import (
    ALPHABET,
    CODE_LENGTH,
    hash_secret,
    hash_short_key,
    is_short_key,
    new_code,
    new_teacher_key,
    read_code,
)


def test_a_code_has_no_sign_that_looks_like_another() -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 31
    assert not set(ALPHABET) & set("0O1IL")
    codes = [new_code() for _ in range(2000)]
    assert {len(code) for code in codes} == {CODE_LENGTH}
    assert set("".join(codes)) == set(ALPHABET), "each sign turns up"
    assert len({*codes}) > 1990


def test_a_teachers_key_is_in_four_groups_of_four() -> None:
    keys = [new_teacher_key() for _ in range(500)]
    assert all(re.fullmatch(rf"[{ALPHABET}]{{4}}(-[{ALPHABET}]{{4}}){{3}}", key) for key in keys)
    assert len({*keys}) == 500


@pytest.mark.parametrize(
    "typed",
    [
        "ABC23Z",
        "abc23z",
        " abc-23z ",
        "A B C 2 3 Z",
        "abc\t23z\n",
        "ABC‐23Z",
        "ABC–23Z.",
        "ＡＢＣ２３ｚ",
        "“abc23z”",
    ],
)
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert read_code(typed) == "ABC23Z"


@pytest.mark.parametrize("typed", ["", " - ", "\ud83d", "\x00"])
def test_what_has_no_letter_and_no_digit_is_no_code(typed: str) -> None:
    assert read_code(typed) == ""


def test_a_secret_is_kept_as_its_sha_256() -> None:
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, appendix B.1
    assert hash_secret("abc") == abc
    assert hash_secret("\ud83d") == hash_secret("?")  # half of a character fails nothing


def test_a_short_key_is_known_by_its_hash_in_any_typing_for_one_member_alone() -> None:
    hashed = hash_short_key("AB2Z", "ada")
    assert len(hashed) == 48
    assert hashed != hash_short_key("AB2Z", "bob")
    assert is_short_key("AB2Z", "ada", hashed)
    assert is_short_key(" ab-2z", "ada", hashed)
    for wrong, whose in (("AB2Y", "ada"), ("", "ada"), ("AB2", "ada"), ("AB2ZZ", "ada"), ("AB2Z", "bob")):
        assert not is_short_key(wrong, whose, hashed)
