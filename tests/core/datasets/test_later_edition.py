"""Bundled images that a later version of Inkling ships anew, in a data folder that holds the earlier ones."""

import hashlib
import lzma
import shutil
from pathlib import Path

import numpy as np
import pytest

from core import datasets
from core.datasets import CATALOG, bundled_archives
from tests.core.datasets.test_dataset_setup import alter


@pytest.mark.parametrize("is_whole", [True, False], ids=["whole", "damaged"])
def test_a_later_edition_of_the_images_takes_the_place_of_the_earlier_and_only_damage_is_told(
    is_whole: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shipped, earlier = bundled_archives.ARCHIVES, tmp_path / "archives"
    shutil.copytree(shipped / "drawn_digits", earlier / "drawn_digits")
    packed = earlier / "drawn_digits/t10k-images-idx3-ubyte.xz"
    content = bytearray(lzma.decompress(packed.read_bytes()))
    content[16 : 16 + 784] = bytes(784)  # the first image was another, a blank one
    packed.write_bytes(lzma.compress(content, preset=0))
    sums = (shipped / "SHA256SUMS").read_text().splitlines()
    (line,) = [line for line in sums if line.endswith("drawn_digits/t10k-images-idx3-ubyte")]
    other = hashlib.sha256(content).hexdigest() + line[64:]
    (earlier / "SHA256SUMS").write_text("\n".join(other if one == line else one for one in sums))
    with monkeypatch.context() as before:
        before.setattr(bundled_archives, "ARCHIVES", earlier)
        old = datasets.load("drawn_digits", tmp_path)
        assert not old.test_images[0].any()
    assert not datasets.is_ready("drawn_digits", tmp_path)
    if not is_whole:
        raw = bundled_archives.raw_folder(CATALOG["drawn_digits"])
        alter(tmp_path / raw / "t10k-images-idx3-ubyte")

    new = datasets.load("drawn_digits", tmp_path)

    assert new.test_images[0].any()
    assert np.array_equal(new.test_images[1:], old.test_images[1:]), "what was mapped before is still there"
    assert new.fingerprint != old.fingerprint
    assert len(new.notes) == (0 if is_whole else 1)
    assert ("unpacked again" in caplog.text) != is_whole
    assert datasets.load("drawn_digits", tmp_path).notes == ()
    assert len(list((tmp_path / "arrays/drawn_digits").iterdir())) == 2, "a manifest and one folder of arrays"
