"""What a model says of picture files, for `python -m core predict`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from PIL import Image

from core.cli.console import USAGE_ERROR, fail, say, say_json
from core.config.environment import from_environment
from core.datasets import DatasetError, DatasetSpec, load
from core.datasets.pixel_values import as_uint8
from core.i18n.kept_sentences import for_scripts, with_code
from core.i18n.literal_text import visible_text
from core.i18n.system_reasons import reason_of
from core.i18n.translation import _
from core.images import ImageError, Limits, check_size, read_image
from core.insight.ood_detector import Detector
from core.prediction.digit_detection import detect_digits
from core.prediction.predict import Prediction, predict_with_second
from core.prediction.predictor import Predictor
from core.prediction.thing_sentences import NOTHING_LIKE, about
from core.pretrained.digit_detector import detector_of
from core.pretrained.load_predictor import predictor_of, second_predictor
from core.runs import StoreError


def say_all(images: Sequence[Path], run: str, as_json: bool, stages: Path | None) -> None:
    """Print what the run says of each picture, and write the stages of its preparation to a folder.

    Raises: typer.Exit with 2 for a run that cannot answer, 1 if a picture could not be read.
    """
    try:
        asked = _asked(run)
    except (StoreError, DatasetError, ValueError) as error:
        fail(str(error), USAGE_ERROR)
    failed = False
    for path in images:
        try:
            answer = _answer(path, asked)
        except (ImageError, OSError) as error:
            failed = True
            _say_error(path, error, as_json)
            continue
        _say(path, answer, asked.predictor.spec, as_json)
        if stages is not None:
            _write_stages(stages, path, answer)
    if failed:
        raise typer.Exit(1)


@dataclass(frozen=True, eq=False)
class _Asked:
    """Who answers, as on the Draw page: the run, what knows its images, and a second, ready model."""

    predictor: Predictor
    detector: Detector | None
    second: Predictor | None


def _asked(run: str) -> _Asked:
    """Return who answers for a run.  Raises: StoreError, DatasetError, ValueError."""
    predictor = predictor_of(run)
    data_dir = from_environment().data_dir
    try:
        detector = detector_of(predictor, lambda name: load(name, data_dir))
    except DatasetError:  # no images, no detector: it answers all the same
        detector = None
    return _Asked(predictor, detector, second_predictor(run, predictor))


def _reason(error: ImageError | OSError) -> str:
    """Return what is wrong with a picture, with a code."""
    if isinstance(error, IsADirectoryError):
        return with_code(_("This is a folder. Give the names of the pictures in it."), "folder")
    if isinstance(error, OSError):
        return with_code(_("It cannot be read ({reason}).", reason=reason_of(error)), "unreadable_file")
    said = error.args[0] if error.args else ""
    return with_code(said if isinstance(said, str) else str(error), "unusable_picture")


def _answer(path: Path, asked: _Asked) -> Prediction:
    allowed = from_environment()
    limits = Limits(int(allowed.upload_mb * 1e6), int(allowed.picture_mb * 1e6))
    if path.exists() and not path.is_file() and not path.is_dir():  # a pipe or a device, which may never end
        raise ImageError(_("This is neither a file nor a folder. Give the names of pictures."))
    check_size(path.stat().st_size, limits)
    picture = read_image(path.read_bytes(), limits)
    subject = detect_digits(picture, asked.predictor.spec, several=False).found[0].subject
    return predict_with_second(asked.predictor, subject, asked.detector, asked.second)[0]


def _say(path: Path, answer: Prediction, spec: DatasetSpec, as_json: bool) -> None:
    names = spec.class_names
    if as_json:
        told: dict[str, Any] = {
            "file": str(path),
            "class": names[answer.best],
            "probabilities": [round(float(p), 6) for p in answer.probabilities],
            "kind": answer.kind,
            "strangeness": None if answer.strangeness is None else round(answer.strangeness, 3),
        }
        say_json(told)
        return
    share = float(answer.probabilities[answer.best])
    say(_line(visible_text(str(path)), answer.kind, names[answer.best], share, about(NOTHING_LIKE, spec)))


def _line(file: str, kind: str, label: str, share: float, nothing_like: str) -> str:
    """Return the answer to one picture in the Draw page's words; kind: as in Prediction."""
    if kind == "empty":
        return _("{file}: nothing is drawn in this picture", file=file)
    if kind == "tiny":
        return _("{file}: what is drawn is too small to read", file=file)
    answer = {"file": file, "label": label, "share": share}
    if kind == "unlike":
        return _(
            "{file}: {nothing_like}. Best guess: {label} (low confidence).",
            nothing_like=nothing_like,
            **answer,
        )
    if kind == "unusual":
        return _(
            "{file}: perhaps {label} ({share:percent} sure), but it is unlike most images that the model has seen",
            **answer,
        )
    if kind == "unsure":
        return _("{file}: {label} ({share:percent}), not sure", **answer)
    return _("{file}: {label} ({share:percent})", **answer)


def _say_error(path: Path, error: ImageError | OSError, as_json: bool) -> None:
    reason = _reason(error)
    if as_json:
        told = for_scripts(reason)
        values = {"error": told["text"], "code": told["code"], "values": told["values"]}
        say_json({"file": str(path), **values})
    else:
        say(f"{visible_text(str(path))}: {reason}", err=True)


def _write_stages(folder: Path, path: Path, answer: Prediction) -> None:
    """Write stages as FOLDER/NAME-1-drawn.png and so on, ink bright on black."""
    folder.mkdir(parents=True, exist_ok=True)
    for place, (name, _title, image) in enumerate(answer.prepared.stages, start=1):
        pixels = as_uint8(image)
        Image.fromarray(pixels).save(folder / f"{path.stem}-{place}-{name.replace(' ', '-')}.png")
