"""The Draw page and the command line say the same of the same pictures: kind, class and strangeness."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from benchmarks.no_digit_drawings import KINDS, no_digit
from benchmarks.no_digits import drawn_digit
from core.cli.app import make_app
from core.datasets import ImageData
from core.prediction.digit_detection import detect_digits
from core.runs import Store
from pages.draw import model_choice
from pages.draw.answerers import answerers_with, answers_to

Told = list[tuple[str, str, float | None]]


@pytest.fixture(autouse=True)
def ready_models(store: Store) -> None:
    """Page and command line use a store that has the ready models."""
    assert store.get("cnn-mnist")


def files_of(inks: list[np.ndarray], folder: Path) -> list[Path]:
    paths = [folder / f"{i}.png" for i in range(len(inks))]
    for ink, path in zip(inks, paths, strict=True):
        Image.fromarray((255 - 255 * ink).astype(np.uint8)).save(path)
    return paths


def on_the_page(files: list[Path], run: str) -> Told:
    model = model_choice.model_of(model_choice.store().get(run))
    assert isinstance(model, model_choice.LoadedModel)
    model_choice.start_detector(model.predictor)
    made = model_choice._detector_for(model.predictor)
    assert made is not None
    made.result(300)
    answerers, told = answerers_with(model), []
    for path in files:
        subject = detect_digits(Image.open(path), model.spec, several=False).found[0].subject
        answer, _ = answers_to(answerers, subject)
        strange = None if answer.strangeness is None else round(answer.strangeness, 3)
        told.append((model.spec.class_names[answer.best], answer.kind, strange))
    return told


def on_the_command_line(files: list[Path], run: str) -> Told:
    result = CliRunner().invoke(make_app(), ["predict", *map(str, files), "--run", run, "--json"])
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return [(line["class"], line["kind"], line["strangeness"]) for line in lines]


@pytest.mark.parametrize("run", ["cnn-mnist", "softmax-mnist"])
def test_of_drawings(tmp_path: Path, run: str) -> None:
    inks = [no_digit(kind, "reporting", 0) for kind in KINDS]
    files = files_of([*inks, *(drawn_digit("reporting", (d, 0), 0) for d in range(4))], tmp_path)
    told = on_the_command_line(files, run)
    assert told == on_the_page(files, run)
    assert {"unlike", "sure"} <= {kind for _, kind, _ in told}


def test_of_garments(fashion: ImageData, tmp_path: Path) -> None:
    files = [tmp_path / f"{i}.png" for i in range(4)]
    for path, image in zip(files, fashion.test_images[:3, 0], strict=False):
        Image.fromarray(image).save(path)
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (28, 28), dtype=np.uint8)).save(files[3])
    told = on_the_command_line(files, "cnn-fashion")
    assert told == on_the_page(files, "cnn-fashion")
    assert all(strange is not None for *_, strange in told[:3])


@pytest.mark.long
def test_of_200_drawings_and_100_files(mnist: ImageData, tmp_path: Path) -> None:
    kinds = [*KINDS]
    inks = [no_digit(kinds[i % len(kinds)], "reporting", 500 + i) for i in range(120)]
    inks += [drawn_digit("reporting", (i % 10, i % 5), 20 + i) for i in range(80)]
    inks += [image.astype(np.float32) / 255 for image in mnist.test_images[:100, 0]]
    files = files_of(inks, tmp_path)
    assert on_the_command_line(files, "cnn-mnist") == on_the_page(files, "cnn-mnist")


def test_in_words(tmp_path: Path) -> None:
    files = files_of([no_digit("scribbles", "reporting", 0), drawn_digit("reporting", (7, 0), 0)], tmp_path)
    lines = CliRunner().invoke(make_app(), ["predict", *map(str, files)]).stdout.splitlines()
    assert lines[0].startswith(f"{files[0]}: Nothing like a digit. Best guess: ")
    assert lines[1].startswith(f"{files[1]}: 7 (")
