"""A catalogue of no language: every sentence in brackets and a third longer, so that one outside of it is seen."""

import io
import re
import string
from collections.abc import Callable
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo

ROOT: Final = Path(__file__).parents[1]
LANGUAGE: Final = "eo"  # Esperanto stands in: its folder is made for a test only
KEYWORDS: Final = {
    "_": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "markdown_": None,
    "nmarkdown_": (1, 2),
    "html_": None,
}
_INNERMOST: Final = re.compile(r"⟦[^⟦⟧]*⟧")
_WORD: Final = re.compile(r"[^\W\d_⁰¹²³⁴⁵⁶⁷⁸⁹]{2,}")


def sentences() -> Catalog:
    """Return the catalogue's template: every sentence of the code that a translator is given."""
    catalogue = Catalog()
    methods = [("core/**.py", "python"), ("pages/**.py", "python"), ("core/**.jinja", "jinja2")]
    found = extract_from_dir(
        str(ROOT), methods, keywords=KEYWORDS, directory_filter=lambda folder: Path(folder).name[0] != "."
    )
    for _file, _line, message, _comments, context in found:
        catalogue.add(message, context=context)
    return catalogue


def stretched(sentence: str) -> str:
    more = " ".join(re.findall(".{1,6}", "ö" * (len(sentence) // 3)))  # words, which may be wrapped
    return f"⟦{sentence}{more}⟧"


def around_values(sentence: str) -> str:
    """Return the sentence with its words in brackets and longer, but the values outside: they are seen as well."""
    try:
        parts = list(string.Formatter().parse(sentence))
    except ValueError:  # it has no values, but a brace
        return stretched(sentence)
    said = []
    for words, name, kind, _conversion in parts:
        literal = words.replace("{", "{{").replace("}", "}}")
        said.append(stretched(literal) if _WORD.search(literal) else literal)
        if name is not None:
            said.append(f"{{{name}:{kind}}}" if kind else f"{{{name}}}")
    return "".join(said)


def write_pseudo_catalogue(locales: Path, made: Callable[[str], str] = stretched) -> None:
    """Write the catalogue of LANGUAGE into a folder for INKLING_LOCALES; `made` makes its sentences of English ones."""
    pseudo = Catalog(locale=LANGUAGE)
    for message in sentences():
        if not message.id:
            continue
        ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
        texts = tuple(made(text) for text in ids)
        pseudo.add(message.id, texts[0] if isinstance(message.id, str) else texts, context=message.context)
    written = io.BytesIO()
    write_mo(written, pseudo)
    file = locales / LANGUAGE / "LC_MESSAGES" / "inkling.mo"
    file.parent.mkdir(parents=True)
    file.write_bytes(written.getvalue())


def words_outside(text: str, known: frozenset[str] = frozenset()) -> list[str]:
    """Return the words of a shown text that stand in no sentence of the catalogue, names that are known apart."""
    while text != (outer := _INNERMOST.sub(" ", text)):  # sentences in sentences
        text = outer
    return [word for word in _WORD.findall(text) if word not in known]
