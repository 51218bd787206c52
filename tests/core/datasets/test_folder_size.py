"""How much of the disk a folder takes."""

from pathlib import Path

import pytest

from core.datasets import folder_size
from core.datasets.folder_size import folder_bytes


def test_files_at_any_depth_count(tmp_path: Path):
    (tmp_path / "deep" / "down").mkdir(parents=True)
    (tmp_path / "one").write_bytes(bytes(3))
    (tmp_path / "deep" / "down" / "two").write_bytes(bytes(40))
    assert folder_bytes(tmp_path) == 43
    assert folder_bytes(tmp_path / "none") == 0


def test_what_goes_meanwhile_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("gone", "kept"):
        (tmp_path / name).write_bytes(bytes(5))
    walk = folder_size.os.walk

    def walked(folder: Path):
        for place in list(walk(folder)):
            (tmp_path / "gone").unlink()
            yield place

    monkeypatch.setattr(folder_size.os, "walk", walked)
    assert folder_bytes(tmp_path) == 5
