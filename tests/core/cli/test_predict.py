"""`predict` on the command line: pictures of either polarity, bad files, JSON lines, stages on request."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from core.cli.app import make_app
from core.datasets import ImageData


@pytest.fixture
def pictures(mnist: ImageData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return a 7 black on white, a 2 white on black, a 1 as a small JPEG."""
    monkeypatch.setenv("INKLING_STORE", f"sqlite:///{tmp_path / 'inkling.db'}")
    paths = [tmp_path / name for name in ("seven.png", "two.png", "one.jpg")]
    Image.fromarray(255 - mnist.test_images[0, 0]).resize((300, 300)).save(paths[0])
    Image.fromarray(mnist.test_images[1, 0]).save(paths[1])
    Image.fromarray(255 - mnist.test_images[2, 0]).resize((56, 56)).save(paths[2], quality=90)
    return paths


@pytest.mark.parametrize("run", ["cnn-mnist", "softmax-mnist"])
def test_json_gives_one_object_a_line_in_the_order_given(pictures: list[Path], run: str) -> None:
    result = CliRunner().invoke(make_app(), ["predict", *map(str, pictures), "--run", run, "--json"])
    assert result.exit_code == 0, result.output
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["file"] for one in told] == [str(path) for path in pictures]
    assert [one["class"] for one in told] == ["7", "2", "1"]
    for one in told:
        assert sum(one["probabilities"]) == pytest.approx(1, abs=1e-4)
        assert np.argmax(one["probabilities"]) == int(one["class"])


def test_a_bad_file_is_told_in_its_place_and_the_others_are_answered(
    pictures: list[Path], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture")
    files = [pictures[0], bad, tmp_path / "missing.png", tmp_path, pictures[1]]
    result = CliRunner().invoke(make_app(), ["predict", *map(str, files), "--json"])
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert [one.get("class") for one in told] == ["7", None, None, None, "2"]
    assert [one["file"] for one in told] == [str(path) for path in files]
    assert "picture" in told[1]["error"]
    assert told[3]["error"] == "This is a folder. Give the names of the pictures in it."
    assert [one.get("code") for one in told[1:4]] == ["unusable_picture", "unreadable_file", "folder"]


def test_a_pipe_a_huge_file_and_a_thread_of_a_picture_keep_no_other_from_its_answer(
    pictures: list[Path], tmp_path: Path
) -> None:
    pipe, huge, thread = (tmp_path / f"{name}.png" for name in ("pipe", "huge", "thread"))
    os.mkfifo(pipe)
    with huge.open("wb") as file:
        file.truncate(20_000_000_000)  # takes no room on the disk
    Image.new("L", (20_000, 10), 255).save(thread)
    result = CliRunner().invoke(make_app(), ["predict", *map(str, (pipe, huge, thread, pictures[0]))])
    assert result.exit_code == 1
    assert f"{pipe}: This is neither a file nor a folder." in result.stderr
    assert f"{huge}: This file is too large: its size is 20,000 MB, and the limit is" in result.stderr
    assert [line.rpartition(": ")[2][:1] for line in result.stdout.splitlines()] == ["n", "7"]


def test_without_json_it_is_one_line_a_picture_and_stages_are_written_on_request(
    pictures: list[Path], tmp_path: Path
) -> None:
    folder = tmp_path / "stages"
    result = CliRunner().invoke(make_app(), ["predict", str(pictures[0]), "--stages", str(folder)])
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{pictures[0]}: 7 (")
    written = sorted(path.name for path in folder.iterdir())
    assert written[0] == "seven-1-drawn.png"
    assert Image.open(folder / written[-1]).size == (28, 28)


def test_an_unknown_run_is_refused(pictures: list[Path]) -> None:
    result = CliRunner().invoke(make_app(), ["predict", str(pictures[0]), "--run", "nobody"])
    assert result.exit_code == 2
    assert "nobody" in result.stderr
