"""Nicknames: what is suggested is free, what is taken is recognised however it is written, what is odd is refused."""

from pathlib import Path

import pytest

from core.classroom.errors import ClassroomRefused
from core.classroom.nicknames import (
    LIST,
    MOST_NUMBER,
    OWN,
    animals,
    checked_nickname,
    fold,
    is_suggested,
    suggest,
)
from core.i18n.reader import read_by
from tests.catalogues import german


def test_suggestions_are_free_and_could_be_typed_too() -> None:
    taken: set[str] = set()
    for _ in range(200):
        name = suggest(taken)
        assert fold(name) not in taken
        assert 3 <= len(name) <= 20
        assert checked_nickname(name, LIST) == checked_nickname(name, OWN) == name
        taken.add(fold(name))


def test_animals_are_many_and_differ() -> None:
    assert len({fold(animal) for animal in animals()}) == len(animals()) >= 60


def test_a_list_that_is_used_up_goes_on_with_greater_numbers() -> None:
    taken = {fold(f"{animal} {number}") for animal in animals() for number in range(1, MOST_NUMBER + 1)}
    name = suggest(taken)
    assert fold(name) not in taken
    assert is_suggested(name)


def test_another_language_has_its_own_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = german({", ".join(animals()): "Bär, Fuchs"}, tmp_path, monkeypatch)
    with read_by(reader):
        assert animals() == ["Bär", "Fuchs"]
        names = {suggest() for _ in range(60)}
        assert {name.split()[0] for name in names} == {"Bär", "Fuchs"}
        assert checked_nickname("Fuchs 7", LIST) == "Fuchs 7"
        assert checked_nickname("Ba\u0308r 7", LIST) == "Bär 7"
        with pytest.raises(ClassroomRefused, match="Fox 7"):
            checked_nickname("Fox 7", LIST)


@pytest.mark.parametrize(
    "typed", ["Ada", "Fox", "fox 7", "Fox 0", "Fox 007", "Fox ٧", "Fox seven", "Fox 1234567890", "Unicorn 7"]
)
def test_a_class_with_a_list_refuses_what_is_not_of_it(typed: str) -> None:
    assert checked_nickname(typed, OWN) == typed
    with pytest.raises(ClassroomRefused, match=typed) as refused:
        checked_nickname(typed, LIST)
    assert "suggested" in refused.value.remedy


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zoë", "Zoe\u0308"),  # NFC and NFD
        ("ADA", "ada"),
        ("Strauß", "STRAUSS"),
        ("Ａｄａ", "Ada"),  # NFKC
        ("ﬁnn", "Finn"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
        ("Ada  L", " ada l "),
        ("Ada\u00a0L", "Ada L"),
        ("A\u200bda", "Ada"),
        ("Ada\u200d", "Ada"),
        ("A\u00adda", "Ada"),
        ("Ada\ufe0f", "Ada"),
        ("\u2060Ada\ufeff", "Ada"),
        ("A\u3164da", "Ada"),
    ],
)
def test_two_that_look_alike_to_a_reader_are_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)
    assert fold(fold(one)) == fold(one)


def test_two_that_differ_are_two() -> None:
    assert len({fold(name) for name in ("Ada", "Ada 2", "Adä", "Ada-", "Eda", "A d a")}) == 6


@pytest.mark.parametrize(
    "typed",
    [
        "<b>Ada</b>",
        "**Ada** _x_",
        "[a](http://b)",
        "$x^2$ :smile:",
        "Ada & Bob",
        "=1+1",
        "' or 1=1 --",
        "李小龙",
        "عائشة",
    ],
)
def test_letters_of_markdown_html_and_every_script_are_kept(typed: str) -> None:
    assert checked_nickname(typed, OWN) == typed


def test_it_is_kept_composed_and_without_spaces_around() -> None:
    assert checked_nickname("  Zoe\u0308 \t 2\n", OWN) == "Zoë 2"


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("Ada\x00", r"\\x00"),
        ("Ada\x1b[31m", r"\\x1b"),
        ("Ada\x7f", r"\\x7f"),
        ("Ada\u202ebob", r"\\u202e"),
        ("Ada\u2066", r"\\u2066"),
        ("Ada\ud83d", r"\\ud83d"),
        ("\u200b\u200b\u200b", r"\\u200b"),
        ("\u3164\u3164\u3164\u3164", r"\\u3164"),
        ("\u2800\u2800\u2800", r"\\u2800"),
        ("", "0 characters"),
        ("   ", "0 characters"),
        ("Al", "“Al” has 2 characters"),
        ("A\u200b\u200b\u200b", "has 1 characters"),  # three that nobody sees
        ("A" * 21, f"“{'A' * 21}” has 21"),
        ("A" * 300, f"“{'A' * 40}” has 300"),
        ("---", "“---” has no letter and no digit"),
        ("🦊🦊🦊", "no letter"),
    ],
)
def test_what_cannot_be_a_nickname_is_refused_by_name_and_with_a_remedy(typed: str, named: str) -> None:
    with pytest.raises(ClassroomRefused, match=named) as refused:
        checked_nickname(typed, OWN)
    assert refused.value.remedy


@pytest.mark.parametrize("typed", ["Ada", "A" * 20, "🦊 7", "a\u0301bc", "Foxy 🦊"])
def test_three_to_twenty_characters_are_taken(typed: str) -> None:
    assert fold(checked_nickname(typed, OWN)) == fold(typed)
