"""Sentences in their reader's language: gettext, with English as the source and the values by name.

`_("{n} of {total} images", n=3, total=60000)` is one whole sentence, never a part of one. A placeholder may name
the kind of its value, as a format: `{share:percent}`, `{rate:plain}`, `{loss:loss}`, `{size:signed.3}` (so many
decimals); whole numbers need none. The sentence that comes back keeps its values, so that it can be said again.
"""

import numbers
import string
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeGuard, TypeVar

from core.i18n import catalogue, number_format

K = TypeVar("K")

KINDS: Final = {
    "number": number_format.number,
    "percent": number_format.percent,
    "share": number_format.share,
    "points": number_format.points,
    "signed": number_format.signed,
    "plain": number_format.plain,
    "loss": number_format.loss,
    "p_value": number_format.p_value,
    "duration": number_format.duration,
    "about": number_format.rough_duration,
    "size": number_format.file_size,
    "date": number_format.date,
    "date_time": number_format.date_time,
    "list": number_format.listed,
    "sentences": " ".join,
    "text": str,
}


class Sentence(str):
    """A sentence as it was said, in one language, with what it was made of.

    templates: the English source, (one,) or (one, many) with `values["n"]` to choose between them. context: as for
    `pgettext`. code: a short name that stays the same in every language and version, for scripts; "" = none.
    """

    templates: tuple[str, ...]
    values: dict[str, Any]
    context: str
    code: str

    def __new__(
        cls,
        said: str,
        templates: tuple[str, ...] = (),
        values: Mapping[str, Any] | None = None,
        context: str = "",
        code: str = "",
    ) -> "Sentence":
        self = super().__new__(cls, said)
        self.templates, self.values = templates, dict(values or {})
        self.context, self.code = context, code
        return self


def _(sentence: str, /, **values: Any) -> Sentence:
    """Return the sentence in the reader's language with the values in their places."""
    return Sentence(_filled(catalogue.gettext(sentence), values), (sentence,), values)


def ngettext(one: str, many: str, n: int, /, **values: Any) -> Sentence:
    """Return the form of the sentence for `n` things; `{n}` is there for it."""
    values = {"n": n} | values
    return Sentence(_filled(catalogue.ngettext(one, many, n), values), (one, many), values)


def pgettext(context: str, sentence: str, /, **values: Any) -> Sentence:
    """Return a word or sentence that means several things in English, as `context` means it."""
    said = _filled(catalogue.pgettext(context, sentence), values)
    return Sentence(said, (sentence,), values, context)


def together(*sentences: str) -> Sentence:
    """Return whole sentences one after the other, as one that keeps them all and can be said again."""
    parts = [
        part
        for sentence in sentences
        for part in (sentence.values["problems"] if _is_together(sentence) else [sentence])
    ]
    return _(_TOGETHER, problems=parts)


def _is_together(sentence: str) -> TypeGuard[Sentence]:
    return isinstance(sentence, Sentence) and sentence.templates == (_TOGETHER,)


def N_(sentence: str) -> str:  # noqa: N802 - gettext's own name
    """Return the sentence as it is, for the catalogue to find: it is said later, by `_`."""
    return sentence


class Sentences(Mapping[K, str]):
    """Sentences by key, each marked by N_ and said in the reader's language when it is looked up."""

    def __init__(self, sentences: Mapping[K, str]) -> None:
        self._sentences = dict(sentences)

    def __getitem__(self, key: K) -> str:
        return _(self._sentences[key])

    def __iter__(self) -> Iterator[K]:
        return iter(self._sentences)

    def __len__(self) -> int:
        return len(self._sentences)


_TOGETHER: Final = N_("{problems:sentences}")


class ValueFormatter(string.Formatter):
    """Fills in values by kind; a whole number without a kind has its thousands apart."""

    def format_field(self, value: Any, kind: str) -> str:
        name, _dot, decimals = kind.partition(".")
        if name:
            return KINDS[name](value, int(decimals)) if decimals else KINDS[name](value)  # type: ignore[operator]
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            return str(value)
        is_whole = isinstance(value, numbers.Integral)
        return number_format.number(float(value)) if is_whole else number_format.plain(float(value))


_VALUES: Final = ValueFormatter()


def _filled(sentence: str, values: Mapping[str, Any]) -> str:
    return _VALUES.vformat(sentence, (), values) if values else sentence
