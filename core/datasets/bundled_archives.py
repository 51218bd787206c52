"""The archives that ship with the project: `.xz` files -> torchvision's raw layout, verified by SHA-256."""

import hashlib
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from core.datasets.atomic_files import CHUNK_BYTES, damage, digest, seal, whole_file
from core.datasets.catalog import DatasetSpec
from core.datasets.data_dir import REPOSITORY
from core.datasets.errors import DamagedArchive
from core.i18n.system_reasons import reason_of
from core.i18n.translation import _, together

ARCHIVES: Final = Path(__file__).parent / "archives"

Progress = Callable[[int, int, str], None]


def published_sums(spec: DatasetSpec) -> dict[str, str]:
    """Return file name -> SHA-256 of each uncompressed file of the dataset, from the archives' SHA256SUMS.

    Raises: DamagedArchive if the list is missing or has no entry for the dataset.
    """
    path, sums = ARCHIVES / "SHA256SUMS", {}
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            sha256, file = line.split()
            folder, name = file.split("/")
            if folder == spec.name:
                sums[name] = sha256
    except (OSError, ValueError) as error:
        told = _(
            "Inkling's list of checksums, {path}, cannot be read ({reason}).",
            path=str(path),
            reason=reason_of(error),
        )
        raise _damaged(path, told) from error
    if not sums:
        told = _(
            "Inkling's list of checksums, {path}, has no entry for {dataset}.",
            path=str(path), dataset=spec.name,
        )  # fmt: skip
        raise _damaged(path, told)
    return sums


def raw_folder(spec: DatasetSpec) -> str:
    """Return where torchvision looks for the raw files, under the data folder."""
    return f"{spec.folder}/raw"


def unpack(
    spec: DatasetSpec,
    root: Path,
    sealed: dict[str, dict[str, Any]],
    replaced: dict[str, dict[str, Any]],
    progress: Progress,
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Put every raw file of `spec` in place under `root`; return (path -> seal, what had to be repaired).

    Files that are right already are kept. replaced: the seals of an edition that shipped before; its files, where they
    are whole, are no damage. Raises: DamagedArchive, OSError, or what `progress` raises.
    """
    seals = {}
    repaired: list[str] = []
    sums = published_sums(spec)
    total = (spec.train_size + spec.test_size) * (spec.n_values + 1)
    done = 0
    for name, sha256 in sums.items():
        path = root / raw_folder(spec) / name
        key = path.relative_to(root).as_posix()
        wrong = damage(path, sealed[key]) if key in sealed else _content_damage(path, sha256)
        if wrong:
            is_earlier = key in replaced and not damage(path, replaced[key])
            if not is_earlier and (path.exists() or key in sealed):
                repaired.append(together(wrong, _("It was unpacked again from the archive.")))
            _unpack_one(ARCHIVES / spec.name / f"{name}.xz", path, sha256, done, total, progress)
        seals[key] = seal(path, sha256)
        done += seals[key]["size"]
        progress(min(done, total), total, _("Unpacking {name}", name=spec.title))
    return seals, repaired


def _content_damage(path: Path, sha256: str) -> str:
    if not path.exists():
        return _("{path} is missing.", path=str(path))
    if digest(path) == sha256:
        return ""
    return _(
        "{path} is not the published file (its size is {size:size}).",
        path=str(path), size=path.stat().st_size,
    )  # fmt: skip


def _unpack_one(archive: Path, target: Path, sha256: str, done: int, total: int, progress: Progress) -> None:
    """Decompress `archive` to `target`, which appears only when its SHA-256 is right."""
    running, what = hashlib.sha256(), _("Unpacking {name}", name=target.name)
    with whole_file(target) as temporary:
        try:
            with lzma.open(archive) as source, temporary.open("wb") as sink:
                while block := source.read(CHUNK_BYTES):
                    running.update(block)
                    sink.write(block)
                    done += len(block)
                    progress(min(done, total), total, what)
        except FileNotFoundError as error:
            told = _("Inkling's archive {path} is missing.", path=str(archive))
            raise _damaged(archive, told) from error
        except (lzma.LZMAError, EOFError) as error:
            told = _("Inkling's archive {path} is damaged ({reason}).", path=str(archive), reason=str(error))
            raise _damaged(archive, told) from error
        if running.hexdigest() != sha256:
            told = _(
                "Inkling's archive {path} does not contain the published file (its SHA-256 differs).",
                path=str(archive),
            )
            raise _damaged(archive, told)


def _damaged(path: Path, message: str) -> DamagedArchive:
    known = path.relative_to(REPOSITORY) if path.is_relative_to(REPOSITORY) else path
    remedy = _("Download Inkling again, or restore the file with: git checkout -- {path}", path=str(known))
    return DamagedArchive(message, remedy)
