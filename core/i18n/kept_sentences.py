"""Sentences as they are stored and sent: a code, the English source and its values, said when somebody reads them.

    {"code": "diverged", "id": ["The loss … at step {step}."], "values": {"step": 120}}

`id` holds one template, or two of which `values["n"]` chooses. A value is a number, a text, a list, null, another
sentence of this form, or {"number": "nan"} for what JSON has no number for. `context` is there where pgettext gave one.
What comes from a file is not trusted: see `problem_of`.
"""

import json
import math
import numbers
import re
import string
from collections.abc import Mapping
from typing import Any, Final

from core.i18n.reader import Reader, read_by
from core.i18n.translation import KINDS, Sentence, _, ngettext, pgettext

_CODE: Final = re.compile(r"[a-z0-9_]{0,60}")
_KIND: Final = re.compile(r"(?:([a-z_]+)(?:\.\d)?)?")  # so many decimals, and no more
_ODD: Final = ("nan", "inf", "-inf")
_DEPTH: Final = 8  # of sentences and lists in one another
_MOST_SIGNS: Final = (
    20_000  # of the stored form; and of any sentence in it once said: values can stand in it many times
)


def kept(sentence: str, code: str = "") -> str:
    """Return the text to store for a sentence; a text that is no Sentence as it is.

    code: the sentence's, where it has none of its own.
    """
    if not isinstance(sentence, Sentence) or not sentence.templates:
        return str(sentence)
    return json.dumps(_form_of(sentence, code))


def from_kept(text: str) -> str:
    """Return what `kept` stored as a Sentence in the language of who reads now.

    A text of another form is returned as it is (earlier versions stored sentences as they were said), and so is the
    template of a sentence that cannot be said: nothing stored may break a page.
    """
    form = _read(text)
    if form is None:
        return text[:_MOST_SIGNS]
    try:
        return _said(form)
    except Exception:  # why: values from a file may be anything, and each kind refuses by its own error
        return Sentence(_raw(form, text), code=_code(form))


def problem_of(text: str) -> str:
    """Return what is wrong with a text of the kept form, "" for one that can be said, or of another form."""
    form = _read(text)
    try:
        if form is not None:
            with read_by(Reader()):
                _said(form)
    except Exception as error:  # why: as in `from_kept`
        return f"{type(error).__name__}: {error}"
    return ""


def code_of(text: str) -> str:
    """Return the code of a stored sentence, "" for a text of another form."""
    form = _read(text)
    return _code(form) if form is not None else ""


def unsaid(code: str, template: str) -> str:
    """Return what is stored for a sentence without values, which N_ marks; for constants, which nobody reads yet."""
    return json.dumps({"code": code, "id": [template], "values": {}})


def with_code(sentence: str, code: str) -> Sentence:
    """Return the sentence with a code; a plain text becomes a sentence with itself as the only value."""
    if isinstance(sentence, Sentence) and sentence.templates:
        return Sentence(sentence, sentence.templates, sentence.values, sentence.context, code)
    return Sentence(sentence, ("{text}",), {"text": str(sentence)}, code=code)


def said_again(sentence: str) -> str:
    """Return a sentence in the language of who reads now; a text that is no Sentence as it is."""
    if not isinstance(sentence, Sentence) or not sentence.templates:
        return sentence
    values = {name: _value_again(value) for name, value in sentence.values.items()}
    return _say(sentence.templates, values, sentence.context, sentence.code)


def for_scripts(sentence: str, code: str = "") -> dict[str, Any]:
    """Return {"code", "values", "text"} of a sentence as JSON types, the text in English whoever reads."""
    form = json.loads(kept(with_code(sentence, getattr(sentence, "code", "") or code)))
    with read_by(Reader()):
        return {"code": form["code"], "values": form["values"], "text": str(said_again(sentence))}


def _value_again(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_value_again(item) for item in value]
    return said_again(value) if isinstance(value, str) else value


# ---- writing


def _form_of(sentence: Sentence, code: str = "") -> dict[str, Any]:
    values = {name: _as_json(value) for name, value in sentence.values.items()}
    form = {"code": sentence.code or code, "id": list(sentence.templates), "values": values}
    return form | ({"context": sentence.context} if sentence.context else {})


def _as_json(value: Any) -> Any:
    if isinstance(value, Sentence) and value.templates:
        return _form_of(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        real = float(value)
        return real if math.isfinite(real) else {"number": str(real)}
    if isinstance(value, list | tuple):
        return [_as_json(item) for item in value]
    return str(value)


# ---- reading


def _read(text: str) -> Mapping[str, Any] | None:
    """Return the form that the text holds, not yet trusted; None for any other text."""
    if not text.startswith('{"') or len(text) > _MOST_SIGNS:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if _is_form(found) else None


def _is_form(found: Any) -> bool:
    return isinstance(found, dict) and {"code", "id", "values"} == found.keys() - {"context"}


def _said(form: Mapping[str, Any], depth: int = 0) -> Sentence:
    """Return the sentence.  Raises: many kinds of error for one that cannot be said."""
    templates, values, context = form["id"], form["values"], form.get("context", "")
    if not (isinstance(templates, list) and 1 <= len(templates) <= 2 and isinstance(values, dict)):
        raise ValueError("no one or two templates with values")  # not said: a log's
    if not (isinstance(context, str) and isinstance(form["code"], str) and _CODE.fullmatch(form["code"])):
        raise ValueError("a code is a short name in lower case")  # not said: a log's
    for template in templates:
        _check(template, values)
    read = {name: _value(value, depth + 1) for name, value in values.items()}
    return _say(tuple(templates), read, context, form["code"])


def _say(templates: tuple[str, ...], values: dict[str, Any], context: str, code: str) -> Sentence:
    if len(templates) == 2:
        n = values["n"]
        if not isinstance(n, numbers.Integral) or isinstance(n, bool):
            raise ValueError("n counts things")  # not said: a log's
        said = ngettext(*templates, int(n), **values)
    else:
        said = pgettext(context, *templates, **values) if context else _(*templates, **values)
    if len(said) > _MOST_SIGNS:
        raise ValueError("the sentence is too long")  # not said: a log's
    return Sentence(said, templates, values, context, code)


def _check(template: Any, values: Mapping[str, Any]) -> None:
    """Raise ValueError unless the template names its values, and a kind for each, and asks for nothing else."""
    if not isinstance(template, str) or not template:
        raise ValueError("a template is a text")  # not said: a log's
    for _text, name, kind, conversion in string.Formatter().parse(template):
        if name is None:
            continue
        wanted = _KIND.fullmatch(kind or "")
        if name not in values or not name.isidentifier() or conversion not in (None, "r", "s"):
            raise ValueError(f"no value is named {name[:40]!r}")  # not said: a log's
        if wanted is None or (wanted[1] and wanted[1] not in KINDS):
            raise ValueError(f"no kind of value is named {(kind or '')[:40]!r}")  # not said: a log's


def _value(value: Any, depth: int) -> Any:
    if depth > _DEPTH:
        raise ValueError("sentences are too deep in one another")  # not said: a log's
    if isinstance(value, list):
        return [_value(item, depth + 1) for item in value]
    if isinstance(value, dict):
        if value.keys() == {"number"} and value["number"] in _ODD:
            return float(value["number"])
        if not _is_form(value):
            raise ValueError("a value of an unknown form")  # not said: a log's
        return _said(value, depth)
    return value


def _raw(form: Mapping[str, Any], text: str) -> str:
    templates = form["id"]
    first = templates[0] if isinstance(templates, list) and templates else None
    return first if isinstance(first, str) and first else text


def _code(form: Mapping[str, Any]) -> str:
    code = form["code"]
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""
