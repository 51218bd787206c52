"""Datasets by name, as memory-mapped arrays. `load` is all that most callers need.

    data = load("mnist")
    data.train_images        # uint8 (60000, 1, 28, 28), shared by every process that maps it

Importing this package (and its catalog) costs the standard library only; loading costs numpy, and torch never
unless something has to be prepared.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.datasets.bundled_archives import Progress
from core.datasets.catalog import CATALOG, DatasetSpec, dataset_spec
from core.datasets.data_dir import data_folder
from core.datasets.errors import (
    DamagedArchive,
    DamagedData,
    DatasetError,
    DiskFull,
    DownloadFailed,
    NoPermission,
    NotDownloaded,
    PrivateDataset,
    RefusedUpload,
    UnknownDataset,
    WrongChecksum,
    from_os_error,
)
from core.i18n.translation import _

if TYPE_CHECKING:
    from core.datasets.image_data import ImageData

__all__ = [
    "CATALOG",
    "DamagedArchive",
    "DamagedData",
    "DatasetError",
    "DatasetSpec",
    "DiskFull",
    "DownloadFailed",
    "ImageData",
    "NoPermission",
    "NotDownloaded",
    "PrivateDataset",
    "RefusedUpload",
    "UnknownDataset",
    "WrongChecksum",
    "data_folder",
    "dataset_spec",
    "ensure",
    "is_ready",
    "load",
]


def __getattr__(name: str) -> Any:
    """Return `ImageData`, whose module needs numpy, when it is first asked for."""
    if name == "ImageData":
        from core.datasets.image_data import ImageData

        return ImageData
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load(name: str | DatasetSpec, data_dir: Path | str | None = None) -> "ImageData":
    """Return the dataset as memory maps: about a millisecond once prepared, a few seconds the first time.

    What ships with the project is unpacked on the way, and what is damaged is made again from its archive
    (told in `ImageData.notes` and logged). Nothing is ever downloaded by this: that is `ensure`'s.
    Raises: UnknownDataset, NotDownloaded, DamagedArchive, DamagedData, DiskFull, NoPermission.
    """
    spec, root = _spec_of(name, data_dir), data_folder(data_dir)
    if spec.source == "own":
        from core.datasets.user_datasets import load_own

        return load_own(spec.name, root)
    from core.datasets import dataset_setup

    try:
        data, problems = dataset_setup.open_prepared(spec, root)
    except OSError as error:
        failed = _("{dataset} could not be read from {folder}.", dataset=spec.title, folder=str(root))
        raise from_os_error(error, failed) from error
    if data is not None and not problems:
        return data
    return dataset_setup.load_repaired(spec, root, data, problems)


def is_ready(name: str | DatasetSpec, data_dir: Path | str | None = None) -> bool:
    """Return whether `load` answers at once, with no unpacking or download before it.

    Raises: UnknownDataset, DamagedArchive if the project's own list of checksums is gone.
    """
    spec, root = _spec_of(name, data_dir), data_folder(data_dir)
    if spec.source == "own":
        return True
    from core.datasets import dataset_setup

    return dataset_setup.is_prepared(spec, root)


def ensure(
    name: str | DatasetSpec, data_dir: Path | str | None = None, progress: Progress | None = None
) -> None:
    """Have the dataset ready: unpack it, or download, check and unpack it, unless that is done already.

    `progress(done_bytes, total_bytes, what)` is called often (0, 0 where no share can be told); if it raises,
    the work ends there, and a later call goes on with the bytes that have arrived.
    Raises: UnknownDataset, DownloadFailed, WrongChecksum, DamagedArchive, DiskFull, NoPermission.
    """
    spec = _spec_of(name, data_dir)
    if spec.source != "own":
        from core.datasets import dataset_setup

        dataset_setup.prepare(spec, data_folder(data_dir), progress or dataset_setup.no_progress)


def _spec_of(name: str | DatasetSpec, data_dir: Path | str | None) -> DatasetSpec:
    return name if isinstance(name, DatasetSpec) else dataset_spec(name, data_dir)
