"""From archive to memory-mapped arrays: archive -> torchvision's layout -> torchvision's class -> `.npy`.

torchvision is imported only here, and only when the arrays are not there yet (it takes 1.5 s).
"""

import hashlib
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from filelock import Timeout
from numpy.typing import NDArray

from core.datasets import archive_download, bundled_archives
from core.datasets.array_store import Manifest, array_damage, open_arrays, read_manifest, write_arrays
from core.datasets.atomic_files import damage, sweep
from core.datasets.bundled_archives import Progress
from core.datasets.catalog import DatasetSpec
from core.datasets.errors import DamagedData, DatasetError, from_os_error
from core.datasets.image_data import (
    ARRAY_NAMES,
    VALIDATION_NAMES,
    ImageData,
    channel_moments,
    level_counts,
)
from core.datasets.locks import lock_file, locked
from core.i18n.system_reasons import reason_of
from core.i18n.translation import N_, _, together

LOG: Final = logging.getLogger(__name__)

_OTHER_SHAPE: Final = {
    "train": N_("The training images have the shape {shape}."),
    "test": N_("The test images have the shape {shape}."),
}
_OTHER_LABELS: Final = {
    "train": N_("The labels of the training images run from {lowest} to {highest}."),
    "test": N_("The labels of the test images run from {lowest} to {highest}."),
}


def no_progress(done_bytes: int, total_bytes: int, what: str) -> None:
    """Take a progress report and do nothing with it."""


def arrays_home(spec: DatasetSpec, root: Path) -> Path:
    """Return the folder of the prepared arrays of `spec` under the data folder `root`."""
    return root / "arrays" / spec.name


def source_key(spec: DatasetSpec) -> str:
    """Return a key of the content that the arrays are made from: 16 hex digits of its checksums' SHA-256."""
    if spec.source == "bundled":
        sums = bundled_archives.published_sums(spec)
    else:
        sums = {archive.name: archive.md5 for archive in spec.archives}
    return hashlib.sha256(repr((spec.image_shape, sorted(sums.items()))).encode()).hexdigest()[:16]


def is_prepared(spec: DatasetSpec, root: Path) -> bool:
    """Return whether `open_prepared` will find whole arrays (sizes and times are looked at, not contents)."""
    home = arrays_home(spec, root)
    manifest = read_manifest(home, source_key(spec))
    return manifest is not None and not array_damage(home, manifest)


def open_prepared(spec: DatasetSpec, root: Path) -> tuple[ImageData | None, list[str]]:
    """Return (the dataset, []) in about a millisecond, or (None or the dataset, what is damaged).

    Damaged raw files leave the arrays usable: then both are given.
    """
    home = arrays_home(spec, root)
    manifest = read_manifest(home, source_key(spec))
    if manifest is None:
        return None, []
    before = _times(manifest)
    problems = array_damage(home, manifest)
    if problems:
        return None, problems
    try:
        data = image_data(spec, manifest, open_arrays(home, manifest))
    except (OSError, ValueError) as error:  # another process has just replaced the folder
        return None, [_("{path} could not be read ({reason}).", path=str(home), reason=reason_of(error))]
    raw = [wrong for path, seal in manifest.raw.items() if (wrong := damage(root / path, seal))]
    if not raw and _times(manifest) != before:
        _remember_times(spec, root, home, manifest)
    return data, raw


def _times(manifest: Manifest) -> list[int]:
    return [seal["mtime_ns"] for seal in (*manifest.arrays.values(), *manifest.raw.values())]


def _remember_times(spec: DatasetSpec, root: Path, home: Path, manifest: Manifest) -> None:
    """Write the new modification times of files whose content was hashed and found right."""
    try:
        with lock_file(spec.name, root).acquire(timeout=0):
            current = read_manifest(home, manifest.source)
            if current is not None and current.folder == manifest.folder:
                manifest.write(home)
    except (Timeout, OSError) as error:
        LOG.debug("Times of %s not kept, they will be checked again: %s", home, error)


def image_data(spec: DatasetSpec, manifest: Manifest, arrays: dict[str, NDArray[Any]]) -> ImageData:
    """Return the ImageData of opened `arrays`, its spec with the sizes and moments that they have."""
    measured = replace(
        spec,
        mean=manifest.mean,
        std=manifest.std,
        train_size=len(arrays["train_labels"]),
        test_size=len(arrays["test_labels"]),
        validation_size=len(arrays.get("validation_labels", ())),
    )
    names = [name for name in (*ARRAY_NAMES, *VALIDATION_NAMES) if name in arrays]
    digests = "".join(manifest.arrays[name]["sha256"] for name in names)
    fingerprint = hashlib.sha256(digests.encode()).hexdigest()[:16]
    data = ImageData(
        measured,
        arrays["train_images"],
        arrays["train_labels"],
        arrays["test_images"],
        arrays["test_labels"],
        fingerprint,
    )
    if not measured.validation_size:
        return data
    images, labels = (arrays[name] for name in VALIDATION_NAMES)
    return replace(data, validation_images=images, validation_labels=labels)


def prepare(spec: DatasetSpec, root: Path, progress: Progress = no_progress, fetch: bool = True) -> list[str]:
    """Make the arrays of `spec` if they are not there and whole; return in sentences what was repaired.

    Safe to call in several processes at once: one works, the others wait and find it done. With `fetch` false
    nothing is downloaded. Raises: NotDownloaded, DamagedArchive, DownloadFailed, DiskFull, NoPermission,
    DatasetError, or whatever `progress` raises (which cancels; a download later goes on where it was).
    """
    try:
        with locked(spec.name, root, progress):
            data, problems = open_prepared(spec, root)
            if data is not None and not problems:
                return []
            damaged = [] if data else [together(problem, _("It was rebuilt.")) for problem in problems]
            return damaged + _make(spec, root, progress, fetch, has_arrays=data is not None)
    except OSError as error:
        failed = _("{dataset} could not be prepared in {folder}.", dataset=spec.title, folder=str(root))
        raise from_os_error(error, failed) from error


def load_repaired(spec: DatasetSpec, root: Path, usable: ImageData | None, problems: list[str]) -> ImageData:
    """Return the dataset after making what is missing or damaged, without the network; see its `notes`.

    `usable` arrays whose raw files cannot be mended (disk full, no permission) are returned with a note.
    Raises: as `prepare`.
    """
    for problem in problems:
        LOG.warning("%s Making it again.", problem)
    try:
        notes = prepare(spec, root, fetch=False)
    except DatasetError as error:
        if usable is None:
            raise
        LOG.warning("%s could not be mended: %s", spec.title, error)
        return replace(usable, notes=(*problems, str(error)))
    data, left = open_prepared(spec, root)
    if data is None:
        told = [_("{dataset} was rebuilt, but it is damaged again.", dataset=spec.title)]
        raise DamagedData(
            together(*told, *(left or [_("Its files are gone.")])),
            _(
                "Another program seems to be changing the files in {folder}. Stop it and try again.",
                folder=str(root),
            ),
        )
    return replace(data, notes=tuple(notes))


def _make(spec: DatasetSpec, root: Path, progress: Progress, fetch: bool, has_arrays: bool) -> list[str]:
    """Unpack or download what is missing, then write the arrays unless they are whole already."""
    home = arrays_home(spec, root)
    manifest = read_manifest(home, source_key(spec))
    raw: dict[str, dict[str, Any]] = {}
    repaired: list[str] = []
    if spec.source == "bundled":
        sweep(root / bundled_archives.raw_folder(spec))
        earlier = None if manifest else read_manifest(home, None)  # of an edition that shipped before
        sealed, replaced = ((found.raw if found else {}) for found in (manifest, earlier))
        raw, repaired = bundled_archives.unpack(spec, root, sealed, replaced, progress)
    else:
        archive_download.require(spec, root, progress, fetch)
    for sentence in repaired:
        LOG.warning(sentence)
    if manifest and has_arrays:
        manifest.raw = raw
        manifest.write(home)
        return repaired
    progress(0, 0, _("Preparing {name}", name=spec.title))
    arrays = read_with_torchvision(spec, root)
    mean, std = channel_moments(level_counts(arrays["train_images"]))
    write_arrays(home, arrays, source_key(spec), raw=raw, mean=mean, std=std)
    return repaired


def read_with_torchvision(spec: DatasetSpec, root: Path) -> dict[str, NDArray[Any]]:
    """Return the four arrays of `spec` as torchvision's own dataset class reads them from `root`.

    Raises: DamagedData if torchvision cannot read the files or they are not of the size the catalog says.
    """
    dataset_class = archive_download.torchvision_class(spec)
    arrays: dict[str, NDArray[Any]] = {}
    for split, size in (("train", spec.train_size), ("test", spec.test_size)):
        try:
            dataset = dataset_class(str(root), train=split == "train", download=spec.source == "download")
            images, labels = np.asarray(dataset.data), np.asarray(dataset.targets, dtype=np.int64)
        except Exception as error:  # why: torchvision asserts, unpickles, indexes
            raise _unreadable(
                spec, _("torchvision cannot read them ({reason}).", reason=str(error))
            ) from error
        images = images[:, None] if images.ndim == 3 else images.transpose(0, 3, 1, 2)  # -> (N, C, H, W)
        if images.shape != (size, *spec.image_shape) or labels.shape != (size,):
            raise _unreadable(spec, _(_OTHER_SHAPE[split], shape=str(images.shape)))
        if labels.min() < 0 or labels.max() >= spec.n_classes:
            lowest, highest = int(labels.min()), int(labels.max())
            raise _unreadable(spec, _(_OTHER_LABELS[split], lowest=lowest, highest=highest))
        arrays[f"{split}_images"], arrays[f"{split}_labels"] = images, labels
    return arrays


def _unreadable(spec: DatasetSpec, cause: str) -> DatasetError:
    told = _("The files of {dataset} are not the published ones.", dataset=spec.title)
    remedy = _(
        "Delete the folder {folder} in the data folder and try again.",
        folder=archive_download.unpacked_folder(spec),
    )
    return DamagedData(together(told, cause), remedy)
