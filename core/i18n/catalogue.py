"""The catalogues of sentences: English is the source itself, each other language a file.

A file is `locales/<code>/LC_MESSAGES/inkling.mo` in the project's folder, or in the folder that INKLING_LOCALES names.
"""

import gettext as _gettext
import os
from functools import cache
from pathlib import Path
from typing import Final

from core.i18n.reader import reader

DOMAIN: Final = "inkling"
LOCALES: Final = Path(__file__).parents[2] / "locales"


def gettext(sentence: str) -> str:
    """Return the sentence in the reader's language, its placeholders as they are; itself where it is not translated."""
    return catalogue().gettext(sentence)


def catalogue() -> _gettext.NullTranslations:
    """Return the catalogue of the reader's language."""
    return _catalogue_of(_locales(), reader().language)


def languages() -> tuple[str, ...]:
    """Return the codes of all languages that there are, English first."""
    return (
        "en",
        *sorted(file.parents[1].name for file in Path(_locales()).glob(f"*/LC_MESSAGES/{DOMAIN}.mo")),
    )


def _locales() -> str:
    return os.environ.get("INKLING_LOCALES") or str(LOCALES)


@cache
def _catalogue_of(locales: str, language: str) -> _gettext.NullTranslations:
    return _gettext.translation(DOMAIN, locales, [language.replace("-", "_")], fallback=True)
