"""Datasets that come by download: archives fetched with progress and resuming, then left to torchvision.

torchvision's own download writes from the first byte each time, reports to the terminal only and falls back
from https to http; but it takes an archive that lies in its place with the right MD5 as downloaded. So the
archives are put there by `core.datasets.http_download`, and torchvision's class unpacks and reads them.
"""

import os
import shutil
from pathlib import Path
from typing import Any

from core.datasets.atomic_files import digest
from core.datasets.bundled_archives import Progress, raw_folder
from core.datasets.catalog import DatasetSpec, RemoteFile
from core.datasets.errors import DownloadFailed, NotDownloaded, disk_full
from core.datasets.http_download import fetch_file
from core.i18n.translation import _, together


def require(spec: DatasetSpec, root: Path, progress: Progress, fetch: bool = True) -> None:
    """Have every archive of `spec` in its place with the right MD5, and nothing unpacked that is unchecked.

    Raises: NotDownloaded if one is missing and `fetch` is false; DownloadFailed, WrongChecksum, DiskFull,
    OSError.
    """
    missing = []
    for archive in spec.archives:
        path = archive_path(spec, root, archive)
        if not path.is_file() or digest(path, "md5") != archive.md5:
            missing.append(archive)
    if missing and not fetch:
        raise NotDownloaded(
            _(
                "{dataset} has not been downloaded yet ({size:size}).",
                dataset=spec.title,
                size=spec.download_bytes,
            ),
            _("Choose it on the Train page and press Download, or choose a dataset that is already here."),
        )
    if missing:
        _check_room(spec, root, missing)
    total, done = spec.download_bytes, 0
    for archive in spec.archives:
        if archive in missing:
            _fetch_from_mirrors(spec, root, archive, lambda n, what, at=done: progress(at + n, total, what))
        done += archive.size_bytes
        progress(done, total, _("{file} is complete", file=archive.name))
    for path in unpacked_paths(spec, root):  # torchvision trusts what is unpacked already, even half of it
        path.unlink(missing_ok=True)


def mirrors(spec: DatasetSpec) -> tuple[str, ...]:
    """Return the addresses to try in order: `INKLING_MIRROR`/<dataset name>/ if set, then the published."""
    own_mirror = os.environ.get("INKLING_MIRROR", "").rstrip("/")
    return (f"{own_mirror}/{spec.name}/", *spec.mirrors) if own_mirror else spec.mirrors


def _fetch_from_mirrors(spec: DatasetSpec, root: Path, archive: RemoteFile, report: Any) -> None:
    target = archive_path(spec, root, archive)
    target.parent.mkdir(parents=True, exist_ok=True)
    failures: list[DownloadFailed] = []
    for mirror in mirrors(spec):
        try:
            return fetch_file(f"{mirror}{archive.name}", target, archive.md5, report)
        except DownloadFailed as failure:
            failures.append(failure)
    if not failures:
        raise DownloadFailed(
            _("No download address is known for {dataset}.", dataset=spec.title),
            _("Set INKLING_MIRROR to the address of a folder that has its files."),
        )
    first = failures[0]
    raise type(first)(together(*(failure.message for failure in failures)), first.remedy)


def _check_room(spec: DatasetSpec, root: Path, missing: list[RemoteFile]) -> None:
    """Raise DiskFull if the archives, what they hold and the arrays made of it will not fit."""
    unpacked = (spec.train_size + spec.test_size) * (spec.n_values + 8)
    arriving = sum(archive.size_bytes - _arrived(archive_path(spec, root, archive)) for archive in missing)
    needed = max(arriving, 0) + 2 * unpacked
    free = shutil.disk_usage(root).free
    if free < needed:
        raise disk_full(
            _(
                "{dataset} needs {needed:size} of disk space, but {folder} has only {free:size} left.",
                dataset=spec.title, needed=needed, free=free, folder=str(root),
            )
        )  # fmt: skip


def _arrived(target: Path) -> int:
    part = target.with_name(f"{target.name}.part")
    return part.stat().st_size if part.is_file() else 0


def archive_path(spec: DatasetSpec, root: Path, archive: RemoteFile) -> Path:
    """Return where torchvision's class looks for a downloaded archive."""
    return root / archive.name if spec.members else root / raw_folder(spec) / archive.name


def unpacked_folder(spec: DatasetSpec) -> str:
    """Return the folder in the data folder that torchvision's class reads."""
    return "cifar-10-batches-py" if spec.members else spec.folder


def unpacked_paths(spec: DatasetSpec, root: Path) -> list[Path]:
    """Return the files that torchvision's class unpacks the archives of `spec` to."""
    if spec.members:
        return [root / unpacked_folder(spec) / name for name, _md5 in spec.members]
    return [archive_path(spec, root, archive).with_suffix("") for archive in spec.archives]


def torchvision_class(spec: DatasetSpec) -> Any:
    """Return torchvision's dataset class for `spec`, with the addresses and checksums of the spec.

    What torchvision does not have is read as MNIST is, from a folder of its own.
    """
    import torchvision.datasets

    base = getattr(torchvision.datasets, spec.torchvision_class or "MNIST")
    if not spec.archives:
        return type(spec.folder, (base,), {})
    facts: dict[str, Any]
    if spec.members:
        archive, (*batches, (meta_name, meta_md5)) = spec.archives[0], spec.members
        facts = {
            "url": f"{mirrors(spec)[0]}{archive.name}",
            "filename": archive.name,
            "tgz_md5": archive.md5,
            "train_list": [[name, md5] for name, md5 in batches if name.startswith("data")],
            "test_list": [[name, md5] for name, md5 in batches if name.startswith("test")],
            "meta": {"filename": meta_name, "key": "label_names", "md5": meta_md5},
        }
    else:
        resources = [(archive.name, archive.md5) for archive in spec.archives]
        facts = {"mirrors": list(mirrors(spec)), "resources": resources}
    return type(base.__name__, (base,), facts)  # the same name: torchvision names its folder after it
