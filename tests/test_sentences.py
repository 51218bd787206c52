"""Every sentence can be said in another language: it is whole, and goes through one of gettext's functions."""

import string
from pathlib import Path

import pytest

from tests.pseudo import sentences
from tests.sentences import loose, said

ROOT = Path(__file__).parents[1]
FILES = [ROOT / "app.py", *sorted((ROOT / "core").rglob("*.py")), *sorted((ROOT / "pages").rglob("*.py"))]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_sentence_is_loose_or_glued(path: Path) -> None:
    assert not loose(path)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_sentence_is_whole(path: Path) -> None:
    """A part of a sentence begins or ends with a space or a comma; a value has a name."""
    for sentence in said(path):
        assert sentence == sentence.strip(" ,;"), sentence
        fields = [
            field
            for _text, field, _kind, _conversion in string.Formatter().parse(sentence)
            if field is not None
        ]
        assert all(field.isidentifier() for field in fields), sentence


def test_every_sentence_reaches_the_catalogue() -> None:
    """The tool that gathers them reads no sentence inside of an f-string, before Python 3.12."""
    catalogue = {id_ for m in sentences() if m.id for id_ in ((m.id,) if isinstance(m.id, str) else m.id)}
    assert {sentence for path in FILES for sentence in said(path) if sentence} <= catalogue


def test_what_is_loose_or_glued_is_found(tmp_path: Path) -> None:
    file = tmp_path / "page.py"
    file.write_text(
        '"""A docstring may say what it likes."""\n'
        'a = _("{n} images of {name}", n=n, name=name)\n'
        'b = f"{n} images"\n'
        'c = "It was stopped."\n'
        'd = "It is a column"  # not said: SQL\n'
        'raise ValueError(\n    f"{n} is no column"\n)  # not said: for programmers\n'
        'LOG.warning("It was lost: %s", e)\n'
        'st.caption(_("It was lost.") + "Try it again.")\n'
        'connection.execute(text("SELECT all FROM runs"))\n'
    )
    assert said(file) == ["{n} images of {name}", "It was lost."]
    assert loose(file) == ["3: {x} images", "4: It was stopped.", "10: Try it again."]
