"""What a model says of picture files, for `python -m core predict`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
from PIL import Image

from core.config.app_settings import from_environment
from core.datasets import DatasetError
from core.datasets.pixel_values import as_uint8
from core.i18n.number_format import percent
from core.images import ImageError, Limits, read_image
from core.prediction.digit_detection import detect_digits
from core.prediction.predict import Prediction, predict
from core.prediction.predictor import Predictor
from core.pretrained.load_predictor import predictor_of
from core.runs import StoreError


def say_all(images: Sequence[Path], run: str, as_json: bool, stages: Path | None) -> None:
    """Print what the run says of each picture, and write the stages of its preparation to a folder.

    Raises: typer.Exit with 2 for a run that cannot answer, 1 if a picture could not be read.
    """
    try:
        predictor = predictor_of(run)
    except (StoreError, DatasetError, ValueError) as error:
        typer.echo(f"{error}", err=True)
        raise typer.Exit(2) from error
    failed = False
    for path in images:
        try:
            answer = _answer(path, predictor)
        except (ImageError, OSError) as error:
            failed = True
            _say_error(path, _reason(error), as_json)
            continue
        _say(path, answer, predictor, as_json)
        if stages is not None:
            _write_stages(stages, path, answer)
    if failed:
        raise typer.Exit(1)


def _reason(error: ImageError | OSError) -> str:
    if isinstance(error, IsADirectoryError):
        return "is a folder: name the pictures in it"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _answer(path: Path, predictor: Predictor) -> Prediction:
    limit = int(from_environment().upload_mb * 1e6)
    picture = read_image(path.read_bytes(), Limits(max_bytes=limit))
    return predict(predictor, detect_digits(picture, predictor.spec, several=False).found[0].subject)


def _say(path: Path, answer: Prediction, predictor: Predictor, as_json: bool) -> None:
    names = predictor.spec.class_names
    if as_json:
        told: dict[str, Any] = {
            "file": str(path),
            "class": names[answer.best],
            "probabilities": [round(float(p), 6) for p in answer.probabilities],
        }
        if answer.kind not in ("sure", "unsure"):
            told["note"] = answer.kind
        typer.echo(json.dumps(told))
        return
    notes = {"unsure": "not sure", "unlike": f"nothing like a {predictor.spec.singular}", "sure": ""}
    note = notes.get(answer.kind, f"{answer.kind}: nothing to read")
    share = percent(answer.probabilities[answer.best])
    typer.echo(f"{path}: {names[answer.best]} ({share}{', ' + note if note else ''})")


def _say_error(path: Path, reason: str, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"file": str(path), "error": reason}))
    else:
        typer.echo(f"{path}: {reason}", err=True)


def _write_stages(folder: Path, path: Path, answer: Prediction) -> None:
    """Write stages as FOLDER/NAME-1-drawn.png and so on, ink bright on black."""
    folder.mkdir(parents=True, exist_ok=True)
    for place, (name, _, image) in enumerate(answer.prepared.stages, start=1):
        pixels = as_uint8(image)
        Image.fromarray(pixels).save(folder / f"{path.stem}-{place}-{name.replace(' ', '-')}.png")
