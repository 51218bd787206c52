"""Titles and class names of datasets of one's own: any letters, nothing that cannot be shown."""

import io
import json
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.datasets import RefusedUpload, dataset_spec
from core.datasets.user_dataset_zip import export_zip
from core.datasets.user_datasets import add_images, create_own, list_own
from tests.imports import import_zip
from tests.nasty_names import NASTY_NAMES

GREY = (1, 28, 28)
BLANK = np.zeros((2 * len(NASTY_NAMES), *GREY), np.uint8)


def test_nasty_class_names_travel_through_a_zip(tmp_path: Path) -> None:
    made = create_own("![m](http://host.invalid/x.png)", NASTY_NAMES, GREY, tmp_path)
    add_images(made.name, BLANK, np.repeat(np.arange(len(NASTY_NAMES)), 2), tmp_path)
    back = import_zip(export_zip(made.name, tmp_path), made.title, GREY, tmp_path)
    composed = tuple(unicodedata.normalize("NFC", name) for name in NASTY_NAMES)
    assert (back.spec.title, back.spec.class_names) == (made.title, composed)


UNSHOWABLE = ("a\x1b[31mb", "a\u202eb", "a\ud83d", "a\nb", "a\tb", "a\x85b")


@pytest.mark.parametrize("text", UNSHOWABLE, ids=ascii)
def test_a_title_or_class_name_that_cannot_be_shown_is_refused(text: str, tmp_path: Path) -> None:
    for what, title, names in (("The title", text, ["a", "b"]), ("A class name", "fine", ["a", text])):
        with pytest.raises(RefusedUpload) as refused:
            create_own(title, names, GREY, tmp_path)
        assert refused.value.message.startswith(f"{what} has a character that cannot be shown, \\")
        assert "Remove that character" in refused.value.remedy
    assert list_own(tmp_path) == []


def test_a_zip_whose_record_names_half_a_character_is_refused(tmp_path: Path) -> None:
    png, file = io.BytesIO(), io.BytesIO()
    Image.fromarray(BLANK[0, 0]).save(png, "PNG")
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("dataset.json", json.dumps({"class_names": ["a", "b", "\ud83d"]}))
        for name in ("a", "b"):
            archive.writestr(f"{name}/1.png", png.getvalue())
    with pytest.raises(RefusedUpload, match=r"A class name .* cannot be shown, \\ud83d"):
        import_zip(file.getvalue(), "fine", GREY, tmp_path)
    assert list_own(tmp_path) == []


def test_a_dataset_that_an_earlier_version_let_in_is_shown_escaped(tmp_path: Path) -> None:
    made = create_own("fine", ["a", "b"], GREY, tmp_path)
    record = tmp_path / "own" / made.name.removeprefix("own:") / "manifest.json"
    manifest = json.loads(record.read_text(encoding="utf-8"))
    manifest["spec"] |= {"title": "a\u202eb", "class_names": ["a", "\ud83d"]}
    record.write_text(json.dumps(manifest), encoding="utf-8")
    spec = dataset_spec(made.name, tmp_path)
    assert (spec.title, spec.class_names) == ("a\\u202eb", ("a", "\\ud83d"))
