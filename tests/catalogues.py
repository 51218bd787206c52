"""A language for tests: a catalogue as a translator's would be, written by Babel."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from core.i18n.reader import Reader


def write_catalogue(
    locales: Path,
    language: str,
    sentences: Mapping[str | tuple[str, str], Any],
    in_context: Mapping[tuple[str, str], str] | None = None,
) -> None:
    """Write translations where INKLING_LOCALES=`locales` finds them: sentence, or (one, many) -> translation.

    in_context: (context, sentence) -> translation.
    """
    catalogue = Catalog(locale=language)
    for sentence, translated in sentences.items():
        catalogue.add(sentence, translated)
    for (context, word), meant in (in_context or {}).items():
        catalogue.add(word, meant, context=context)
    folder = locales / language / "LC_MESSAGES"
    folder.mkdir(parents=True)
    written = io.BytesIO()
    write_mo(written, catalogue)
    (folder / "inkling.mo").write_bytes(written.getvalue())


def german(
    sentences: Mapping[str | tuple[str, str], Any], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Reader:
    """Return a reader of German for whom there are these sentences, kept in `folder`."""
    write_catalogue(folder, "de", sentences)
    monkeypatch.setenv("INKLING_LOCALES", str(folder))
    return Reader("de")
