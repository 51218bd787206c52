"""The catalogues of sentences: English is the source itself, each other language a file.

A file is `locales/<code>/LC_MESSAGES/inkling.mo` in the project's folder, or in the folder that INKLING_LOCALES names.
"""

import gettext as _gettext
import logging
import os
import string
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from core.i18n.reader import locale_named, reader

LOG: Final = logging.getLogger(__name__)

DOMAIN: Final = "inkling"
LOCALES: Final = Path(__file__).parents[2] / "locales"
SOURCE: Final = "en"


def gettext(sentence: str) -> str:
    """Return the sentence in the reader's language, its placeholders as they are; itself where it is not translated."""
    translated = catalogue().gettext(sentence)
    return translated if _fits(translated, sentence) else sentence


def ngettext(one: str, many: str, n: int) -> str:
    """Return the form for `n` things, as `gettext` does."""
    translated = catalogue().ngettext(one, many, n)
    return translated if _fits(translated, one, many) else one if n == 1 else many


def pgettext(context: str, sentence: str) -> str:
    """Return the sentence as `context` means it, as `gettext` does."""
    translated = catalogue().pgettext(context, sentence)
    return translated if _fits(translated, sentence) else sentence


def catalogue() -> _gettext.NullTranslations:
    """Return the catalogue of the reader's language."""
    return _catalogue_of(_locales(), reader().language)


def languages() -> tuple[str, ...]:
    """Return the codes of all languages that there are, English first."""
    found = (file.parents[1].name for file in Path(_locales()).glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
    return SOURCE, *sorted(code for code in found if code != SOURCE and locale_named(code) is not None)


def language_for(wanted: Iterable[str]) -> str:
    """Return the first of the wanted languages that there is a catalogue of, else English.

    wanted: names as shells and browsers write them, "de_AT.UTF-8@euro" or "de-AT"; German does for Austria's.
    """
    known = {code.lower(): code for code in languages()}
    for name in wanted:
        code = name.partition(".")[0].partition("@")[0].replace("-", "_").lower()
        for form in (code, code.partition("_")[0]):
            if form in known:
                return known[form]
    return SOURCE


def _locales() -> str:
    return os.environ.get("INKLING_LOCALES") or str(LOCALES)


@cache
def _catalogue_of(locales: str, language: str) -> _gettext.NullTranslations:
    if language == SOURCE:
        return _gettext.NullTranslations()
    try:
        return _gettext.translation(DOMAIN, locales, [language.replace("-", "_")], fallback=True)
    except Exception:  # why: a damaged file fails in any way; English is better than nothing
        LOG.exception("the sentences in the language %r cannot be read; English is shown", language)
        return _gettext.NullTranslations()


@lru_cache(maxsize=4096)
def _fits(translated: str, *sources: str) -> bool:
    """Return whether the translation has no placeholder but its sentence's, each with the kind that it has there.

    A translator's slip must not break a page, or the run whose end it was to tell.
    """
    if translated in sources:
        return True
    try:
        found = _placeholders(translated) <= {("n", "", None)}.union(*map(_placeholders, sources))
    except ValueError:  # a brace without its other
        found = False
    if not found:
        LOG.warning("a translation does not fit its sentence: %r of %r", translated, sources[0])
    return found


def _placeholders(sentence: str) -> set[tuple[str, str | None, str | None]]:
    return {
        (name, kind, conversion)
        for _text, name, kind, conversion in string.Formatter().parse(sentence)
        if name is not None
    }
