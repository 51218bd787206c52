"""The files of what people bring: of archives as common tools write them, their names, what systems leave in them."""

import gzip
import io
import shutil
import subprocess
import tarfile
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.dataset_import.file_names import title_of
from core.dataset_import.files import open_files
from core.dataset_import.understanding import Brought
from core.datasets import RefusedUpload
from core.datasets.user_dataset_limits import DEFAULT_LIMITS, OwnLimits
from core.picture_files.image_resize import Refused
from tests.imports import import_files
from tests.zips import png, zipped


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of two classes, as a system leaves it."""
    for n in range(10):
        path = tmp_path / "pets" / ("cat" if n % 2 else "猫") / f"{n}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(Image.new("L", (28, 28), 20 * n)))
    for name in (
        ".DS_Store",
        "Thumbs.db",
        "cat/._1.png",
        "cat/desktop.ini",
        "@eaDir/1.png",
        "__MACOSX/cat/._1.png",
    ):
        (tmp_path / "pets" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pets" / name).write_bytes(b"left by a system")
    return tmp_path / "pets"


def paths(brought: list[Brought] | Path, limits: OwnLimits = DEFAULT_LIMITS) -> list[str]:
    with open_files(brought, limits) as files:
        assert all(file.whole() for file in files)
        return [file.path for file in files]


WHOLE = sorted(f"pets/{'cat' if n % 2 else '猫'}/{n}.png" for n in range(10))


@pytest.mark.parametrize("ending", ["tar", "tar.gz", "tgz", "tar.bz2", "tar.xz"])
def test_a_tar_as_tar_writes_it_is_read(ending: str, folder: Path) -> None:
    archive = folder.parent / f"pets.{ending}"
    subprocess.run(["tar", "--auto-compress", "-cf", archive, "-C", folder.parent, "pets"], check=True)
    assert paths([(archive.name, archive.read_bytes())]) == WHOLE
    made = import_files([(archive.name, archive.read_bytes())])
    assert made.spec.class_names == ("cat", "猫")


@pytest.mark.skipif(shutil.which("zip") is None, reason="this system has no zip")
def test_a_zip_as_zip_writes_it_is_read(folder: Path) -> None:
    subprocess.run(["zip", "-qr", "pets.zip", "pets"], cwd=folder.parent, check=True)
    assert paths([("pets.zip", (folder.parent / "pets.zip").read_bytes())]) == WHOLE


def test_a_folder_and_a_file_are_read_where_they_lie(folder: Path) -> None:
    assert paths(folder) == [path.removeprefix("pets/") for path in WHOLE]
    with zipfile.ZipFile(folder.parent / "x.zip", "w") as archive:
        archive.write(folder / "cat" / "1.png", "a/1.png")
    assert paths(folder.parent / "x.zip") == ["a/1.png"]
    assert import_files(folder).spec.class_names == ("cat", "猫")


def test_several_archives_are_folders_of_their_names(folder: Path) -> None:
    zips = []
    for name in ("train", "test"):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for path in folder.rglob("[0-9].png"):
                archive.write(path, f"{path.parent.name}/{path.name}")
        zips.append((f"{name}.zip", buffer.getvalue()))
    made = import_files(zips)
    assert made.understood.folders == {"train": "train", "test": "test"}


def test_archives_of_one_class_each_are_its_folders_and_others_are_read_one_by_one(folder: Path) -> None:
    zips, whole = [], io.BytesIO()
    for name in ("cat", "猫"):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive, zipfile.ZipFile(whole, "a") as all_of_it:
            for path in (folder / name).glob("[0-9].png"):
                archive.write(path, path.name)
                all_of_it.write(path, f"{name}/{path.name}")
        zips.append((f"{name}.zip", buffer.getvalue()))
    assert import_files(zips).spec.class_names == ("cat", "猫")
    with pytest.raises(
        RefusedUpload, match=r"“pets\.zip” and “cat\.zip” do not belong together\. Import one at"
    ):
        import_files([("pets.zip", whole.getvalue()), zips[0]])


def test_archives_may_hold_their_folder_or_be_parts_of_one() -> None:
    classes = [("cats.zip", zipped({"cats/1.png": b"x"})), ("dogs.zip", zipped({"dogs/1.png": b"y"}))]
    assert paths(classes) == ["cats/1.png", "dogs/1.png"]
    parts = [
        ("takeout-001.zip", zipped({"Takeout/cats/1.png": b"x"})),
        ("takeout-002.zip", zipped({"Takeout/dogs/1.png": b"y"})),
    ]
    assert paths(parts) == ["Takeout/cats/1.png", "Takeout/dogs/1.png"]


def zip_named(raw: bytes, flags: int = 0) -> bytes:
    """Return a zip of the folders `raw` and b, the name's bytes as they are."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for n, name in enumerate(("a" * len(raw), "b")):
            for place in range(2):
                archive.writestr(f"{name}/{place}.png", png(Image.new("L", (8, 8), 50 * n + place)))
    content = buffer.getvalue().replace(b"a" * len(raw), raw)
    return (
        content
        if not flags
        else content.replace(b"PK\x03\x04\x14\x00\x00\x00", b"PK\x03\x04\x14\x00\x00\x08")
    )


def test_names_in_utf_8_are_read_with_and_without_the_flag_and_composed() -> None:
    apart = unicodedata.normalize("NFD", "Äpfel")  # as macOS writes it
    made = import_files([("x.zip", zip_named(apart.encode()))])
    assert made.spec.class_names == ("Äpfel", "b")
    assert not [note for note in made.notes if "Unicode" in note]


def test_names_in_another_code_page_are_read_as_dos_writes_them_and_said() -> None:
    made = import_files([("x.zip", zip_named("Äpfel".encode("cp437")))])
    assert made.spec.class_names == ("Äpfel", "b")
    assert made.notes[0] == (
        "2 names are not in Unicode and were read as DOS writes them: Äpfel/0.png and Äpfel/1.png. If they look wrong, "
        "rename them and pack again."
    )


def tar_of(*members: tarfile.TarInfo) -> list[Brought]:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(bytes(member.size)))
    return [("x.tar.gz", buffer.getvalue())]


def test_links_and_devices_in_a_tar_are_no_files_and_paths_out_of_it_are_refused() -> None:
    link, device, outside = (
        tarfile.TarInfo(name) for name in ("a/link.png", "a/device.png", "../../etc/x.png")
    )
    link.type, link.linkname, device.type = tarfile.SYMTYPE, "/etc/passwd", tarfile.CHRTYPE
    assert paths(tar_of(link, device)) == []
    with pytest.raises(RefusedUpload, match="leads outside"):
        paths(tar_of(outside))


def test_what_a_tar_would_unpack_to_is_bounded() -> None:
    large = tarfile.TarInfo("a/1.png")
    large.size = 20_000_000
    brought = tar_of(large)
    assert len(brought[0][1]) < 100_000
    with pytest.raises(RefusedUpload, match="would unpack to more than 10 MB"):
        paths(brought, OwnLimits(max_unpacked_bytes=10_000_000))


@pytest.mark.parametrize("name", ["x.zip", "x.tar.gz", "x.tar", "x.tar.xz"])
@pytest.mark.parametrize("content", [b"", b"\x1f\x8b\x08nonsense", b"PK\x03\x04 nonsense", b"nonsense" * 200])
def test_what_is_no_archive_is_refused_by_its_name(name: str, content: bytes) -> None:
    with pytest.raises(
        RefusedUpload, match=rf"“{name}” cannot be read: it is not the archive|There are no files in it"
    ):
        import_files([(name, content)])


@pytest.mark.parametrize("ending", ["xz", "bz2", "gz"])
def test_a_damaged_compressed_tar_is_refused_by_its_name(ending: str) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=f"w:{ending}") as archive:
        for n in range(3):
            content = np.random.default_rng(n).bytes(5_000)
            member = tarfile.TarInfo(f"a/{n}.png")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    damaged = bytearray(packed.getvalue())
    for place in range(4_000, 4_040):
        damaged[place] ^= 0xFF
    with pytest.raises(RefusedUpload, match=rf"“x\.tar\.{ending}” cannot be read"):
        paths([(f"x.tar.{ending}", bytes(damaged))])


def test_a_tar_that_is_damaged_within_loses_nothing_unsaid() -> None:
    plain = bytearray(gzip.decompress(tar_of(*(tarfile.TarInfo(f"{name}/1.png") for name in "abc"))[0][1]))
    plain[tarfile.BLOCKSIZE : 2 * tarfile.BLOCKSIZE] = b"\xff" * tarfile.BLOCKSIZE
    with pytest.raises(RefusedUpload, match="cannot be read"):
        paths([("x.tar", bytes(plain))])


def test_what_is_packed_in_an_unknown_way_is_not_called_encrypted() -> None:
    packed = bytearray(zipped({"a/1.png": b"x", "b/1.png": b"y"}))
    for place in (packed.find(b"PK\x01\x02") + 10, 8):  # the method, in the directory and before the file
        packed[place] = 9  # Deflate64
    with (
        open_files([("x.zip", bytes(packed))], DEFAULT_LIMITS) as files,
        pytest.raises(Refused, match="packed in a way"),
    ):
        files[0].whole()


def test_a_colon_after_a_letter_is_a_drive_only_before_a_path() -> None:
    assert paths([("x.zip", zipped({"a: first/1.png": b"x"}))]) == ["a: first/1.png"]
    with pytest.raises(RefusedUpload, match="leads outside"):
        paths([("x.zip", zipped({"C:/1.png": b"x"}))])


def test_links_to_folders_are_followed_once(tmp_path: Path) -> None:
    (tmp_path / "cats").mkdir()
    (tmp_path / "cats" / "1.png").write_bytes(b"x")
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "cat").symlink_to(tmp_path / "cats")
    (tmp_path / "set" / "again").symlink_to(tmp_path / "set")
    assert paths(tmp_path / "set") == ["cat/1.png"]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Übung 1.2 Blätter.zip", "Übung 1.2 Blätter"),
        ("train.csv.gz", "train"),
        ("train-images-idx3-ubyte.gz", "train-images-idx3-ubyte"),
        ("photos 1.25", "photos 1.25"),
        ("a\u202eb\x01.zip", "ab"),
        (".zip", "My images"),
        (" .tar.xz", "My images"),
        ("x" * 200 + ".zip", "x" * 80),
    ],
)
def test_the_name_of_a_file_suggests_a_title_that_may_be(name: str, title: str) -> None:
    assert title_of(name) == title
