"""The schema of a run bundle's manifest, strict: each field of its own type and within reason, and no other field.

A "3" is no 3, true is no 1. Pydantic finds what is wrong; the sentences that say so are ours.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model

from core.export.bundle import FORMAT, VERSION
from core.i18n.kept_sentences import from_kept, problem_of
from core.i18n.literal_text import text_problem, visible_text
from core.i18n.translation import N_, _
from core.protocol.events import STRIP_SIZE
from core.runs.errors import ImportRefused
from core.runs.run_records import MAX_NAME, MAX_NOTE, MAX_TAG, MAX_TAGS
from core.runs.serialization import RECORDED_KINDS

LARGEST: Final = 10**12  # number in an event
MAX_EVENTS: Final = 200_000
MAX_SENTENCE: Final = 4000
_ODD: Final = N_("The bundle has a character that cannot be shown, {character}, in “{near}”.")


def refused(message: str) -> ImportRefused:
    return ImportRefused(message, _("Export it again as a run bundle from the Inkling that has the run."))


def _showable(text: str) -> str:
    """Return the text.  Raises: ImportRefused for what cannot be shown."""
    if problem := text_problem(_ODD, text, lines=True):
        raise ImportRefused(
            problem[0], _("Correct this in the Inkling that has the run, then export it again.")
        )
    return text


def _sentence(text: str) -> str:
    """Return a sentence as core.i18n.kept_sentences keeps it, or plain text as bundles of earlier versions have it."""
    if from_kept(text) is text:
        return _showable(text[:500])
    if len(text) > MAX_SENTENCE or problem_of(text):
        raise refused(_("The bundle has a sentence that cannot be read: {text}.", text=shown(text)))
    _showable(from_kept(text)[:500])
    return from_kept(text)


def _loss(value: float) -> float:
    """Return the loss of an evaluation: any size, and no number at all for a run that was about to diverge."""
    if not (value >= 0 or math.isnan(value)):
        raise ValueError
    return value


Count = Annotated[int, Field(ge=0, le=LARGEST)]
Amount = Annotated[float, Field(ge=0, le=LARGEST, allow_inf_nan=False)]
Word = Annotated[str, Field(max_length=500), AfterValidator(_showable)]
Split = Literal["train", "validation", "test"]
_BY_NAME: Final[dict[str, Any]] = {  # fields of events whose type alone does not say what they may be
    "accuracy": Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)],
    "evaluation_split": Split,
    "loss": Annotated[float, AfterValidator(_loss)],
    "message": Annotated[str, AfterValidator(_sentence)],
    "reason": Literal["finished", "stopped"],
    "remedy": Annotated[str, AfterValidator(_sentence)],
    "split": Split,
    "strip": Annotated[list[Annotated[int, Field(ge=0, le=LARGEST)]], Field(max_length=STRIP_SIZE)],
}
_BY_TYPE: Final[dict[Any, Any]] = {int: Count, float: Amount, str: Word}


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, protected_namespaces=())


def _event_model(kind: str) -> type[_Strict]:
    """Return the schema of the events of one kind: the fields of its class, each by name or by type."""
    if kind == "steps":
        return create_model("steps", __base__=_Strict, kind=(str, ...))
    made: dict[str, Any] = {"kind": (str, ...)}
    for field in fields(RECORDED_KINDS[kind]):
        asked = _BY_NAME.get(field.name) or _BY_TYPE[field.type]
        made[field.name] = (asked, ... if field.default_factory is MISSING else [])
    return create_model(kind, __base__=_Strict, **made)


_EVENTS: Final = {kind: TypeAdapter(_event_model(kind)) for kind in RECORDED_KINDS}


class Manifest(_Strict):
    """What a bundle says of its run; its settings are RunConfig's to check, its events `event_values`'s."""

    format: Literal["inkling-run"]
    version: Annotated[int, Field(ge=VERSION, le=VERSION)]
    run: Word = ""
    name: Annotated[str, Field(max_length=MAX_NAME), AfterValidator(_showable)] = ""
    note: Annotated[str, Field(max_length=MAX_NOTE), AfterValidator(_showable)] = ""
    tags: Annotated[
        list[Annotated[str, Field(max_length=MAX_TAG), AfterValidator(_showable)]], Field(max_length=MAX_TAGS)
    ] = []
    created_at: Amount = 0.0
    config: dict[str, Any]
    events: Annotated[list[dict[str, Any]], Field(max_length=MAX_EVENTS)]


def read_manifest(content: bytes) -> Manifest:
    """Return the manifest.  Raises: ImportRefused for another format or version, and for the first wrong field."""
    try:
        told = json.loads(content, object_pairs_hook=_once)
    except (
        ValueError,
        RecursionError,
    ):  # also for bytes that are no UTF-8, and a number of more than 4,300 digits
        raise refused(_("The bundle's manifest cannot be read: it is not JSON.")) from None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise refused(_("This is not a run bundle: its manifest does not say so."))
    version = told.get("version")
    if type(version) is not int or version != VERSION:
        raise ImportRefused(
            _(
                "The bundle has version {version}; this Inkling reads version {ours:text}.",
                version=shown(version, 20),
                ours=VERSION,
            ),
            _("Update the older of the two, then export and import again."),
        )
    return _checked(lambda: Manifest.model_validate(told))


def event_values(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of one event, its kind among them.  Raises: ImportRefused naming the field and its value."""
    kind = told.get("kind")
    if not isinstance(kind, str) or kind not in _EVENTS:
        raise refused(_("The bundle has an unknown event: {event}.", event=shown(told, 60)))
    return _checked(lambda: _EVENTS[kind].validate_python(told)).__dict__


def shown(value: object, most: int = 40) -> str:
    """Return a value of a file for a sentence, cut."""
    try:
        return visible_text(str(value)[:most])
    except ValueError:  # a number of more than 4,300 digits
        return "…"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise refused(_("The bundle's manifest names a field twice."))
    return found


def _checked(validate: Callable[[], Any]) -> Any:
    try:
        return validate()
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_context=False)[0]
    field, value = ".".join(shown(part) for part in wrong["loc"]), shown(wrong["input"])
    kind = wrong["type"]
    if kind == "missing":
        raise refused(_("The bundle's “{field}” is missing.", field=field))
    if kind == "extra_forbidden":
        raise refused(_("The bundle has “{field}”, which is no field of a run.", field=field))
    if kind in ("string_too_long", "too_long"):
        raise refused(_("The bundle's “{field}” is longer than that of a run.", field=field))
    if kind == "string_unicode":
        _showable(wrong["input"])
    if kind in ("string_type", "string_unicode"):
        raise refused(_("The bundle has “{value}” where text belongs.", value=value))
    if kind == "list_type":
        raise refused(_("The bundle's “{field}” is not a list.", field=field))
    if kind in _NUMBERS:
        raise refused(
            _(
                "The bundle's “{field}” must be a number from 0 to {most}, not “{value}”.",
                field=field, most=1 if field == "accuracy" else LARGEST, value=value,
            )
        )  # fmt: skip
    raise refused(_("The bundle's “{field}” cannot be “{value}”.", field=field, value=value))


_NUMBERS: Final = (
    *("int_type", "float_type", "finite_number", "greater_than_equal", "less_than_equal", "value_error"),
    "int_from_float",
)
