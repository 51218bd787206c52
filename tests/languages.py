"""A language for tests: a catalogue as a translator's tools would write it, of the few sentences that a test needs."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from core.i18n.reader import Reader

Sentence = str | tuple[str, str]  # (one, many) where words differ by count


def german(sentences: Mapping[Sentence, Sentence], folder: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """Return a reader of German for whom there are these sentences, kept in `folder`."""
    catalogue = Catalog(locale="de")
    for english, translated in sentences.items():
        catalogue.add(english, translated)
    file = folder / "de" / "LC_MESSAGES" / "inkling.mo"
    file.parent.mkdir(parents=True)
    with file.open("wb") as written:
        write_mo(written, catalogue)
    monkeypatch.setenv("INKLING_LOCALES", str(folder))
    return Reader("de")
