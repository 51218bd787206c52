"""The pseudo-catalogue itself: it holds what the code says, and finds what stands outside of it."""

from pathlib import Path

import pytest

from core.i18n.reader import Reader, read_by
from core.i18n.translation import _, ngettext
from tests.pseudo import KEYWORDS, LANGUAGE, ROOT, sentences, words_outside, write_pseudo_catalogue


@pytest.fixture
def pseudo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    write_pseudo_catalogue(tmp_path)
    monkeypatch.setenv("INKLING_LOCALES", str(tmp_path))
    return Reader(LANGUAGE)


def test_a_sentence_of_the_code_is_bracketed_with_its_values_in_it(pseudo: Reader) -> None:
    assert "over {share}" in {message.id for message in sentences()}
    with read_by(pseudo):
        assert _("over {share}", share=3) == "⟦over 3öööö⟧"
        assert (
            _("a sentence of no file") == "a sentence of no file"
        )  # not extracted: tests are no part of the app
        assert ngettext("{n} image of no file", "{n} images of no file", 2) == "2 images of no file"


def test_words_outside_of_the_catalogue_are_found() -> None:
    assert words_outside("⟦over ⟦under 3~⟧ images~~⟧ 92.1% · MNIST", frozenset({"MNIST"})) == []
    assert words_outside("⟦Train~⟧ it again") == ["it", "again"]


def test_translators_are_given_what_the_tests_look_for() -> None:
    """`make messages` names the functions whose arguments are sentences."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (named,) = [line for line in makefile.splitlines() if line.startswith("SAID :=")]
    by_default = {"_", "gettext", "ngettext"}
    assert {word.partition(":")[0].strip() for word in named.split("-k ")[1:]} | by_default == {
        *map(str, KEYWORDS)
    }
