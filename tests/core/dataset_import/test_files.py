"""The files of what people bring: of archives as common tools write them, their names, what systems leave in them."""

import io
import shutil
import subprocess
import tarfile
import unicodedata
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from core.dataset_import.files import open_files
from core.dataset_import.understanding import Brought
from core.datasets import RefusedUpload
from core.datasets.user_dataset_limits import DEFAULT_LIMITS, OwnLimits
from tests.imports import import_files
from tests.zips import png


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
    with pytest.raises(RefusedUpload, match=r"would unpack to .* MB, and the limit is 10 MB"):
        paths(brought, OwnLimits(max_unpacked_bytes=10_000_000))


@pytest.mark.parametrize("name", ["x.zip", "x.tar.gz", "x.tar", "x.tar.xz"])
@pytest.mark.parametrize("content", [b"", b"\x1f\x8b\x08nonsense", b"PK\x03\x04 nonsense", b"nonsense" * 200])
def test_what_is_no_archive_is_refused_by_its_name(name: str, content: bytes) -> None:
    with pytest.raises(
        RefusedUpload, match=rf"“{name}” cannot be read: it is not the archive|There are no files in it"
    ):
        import_files([(name, content)])
