"""Datasets of one's own: a few labelled drawings or an imported zip, kept in the data folder as `own:<id>`.

They are stored like any other (sealed `.npy` files under one manifest) and loaded by `core.datasets.load`. Whose they
are, and who may do what with them, is not asked here but in core.runs.own_datasets.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.datasets.array_store import array_damage, open_arrays, read_manifest, write_arrays
from core.datasets.atomic_files import TEMPORARY, sweep
from core.datasets.catalog import (
    OWN_PREFIX,
    DatasetSpec,
    dataset_spec,
    own_folder,
    spec_of_record,
    spec_to_json,
    unknown,
)
from core.datasets.data_dir import data_folder
from core.datasets.dataset_setup import image_data, no_progress
from core.datasets.errors import DamagedData, DatasetError, RefusedUpload, from_os_error, without_path
from core.datasets.folder_size import folder_bytes
from core.datasets.image_data import (
    ARRAY_NAMES,
    SPLITS,
    VALIDATION_NAMES,
    ImageData,
    Images,
    Labels,
    channel_moments,
    level_counts,
)
from core.datasets.locks import locked
from core.datasets.user_dataset_limits import DEFAULT_LIMITS, OwnLimits, check_count, check_images, new_spec
from core.datasets.user_dataset_splits import check_splits, splits_of
from core.i18n.translation import _, ngettext, together

OWN: Final = "own"  # folder in the data folder
BIN: Final = "own-bin"  # beside it: what is deleted, until it goes for good
DataDir = Path | str | None


def list_own(data_dir: DataDir = None) -> list[DatasetSpec]:
    """Return the specs of all readable datasets of one's own, by title."""
    found = []
    for folder in (data_folder(data_dir) / OWN).glob("*/"):
        try:
            found.append(dataset_spec(f"{OWN_PREFIX}{folder.name}", data_dir))
        except DatasetError:
            continue  # being deleted just now, or damaged: `load` says which when it is asked for
    return sorted(found, key=lambda spec: (spec.title.casefold(), spec.name))


def content_key(name: str, data_dir: DataDir = None) -> str:
    """Return a text that changes whenever the dataset's content does; "" for one of the catalog, which stays.

    Raises: UnknownDataset, NoPermission.
    """
    if not name.startswith(OWN_PREFIX):
        return ""
    try:
        return (own_folder(name, data_dir) / "manifest.json").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise unknown(name) from None
    except OSError as error:
        failed = _("The dataset “{name}” could not be read.", name=name)
        raise from_os_error(without_path(error), failed) from error


def create_own(
    title: str,
    class_names: Sequence[str],
    shape: tuple[int, int, int],
    data_dir: DataDir = None,
    limits: OwnLimits = DEFAULT_LIMITS,
) -> DatasetSpec:
    """Return the spec of a new, empty dataset; `spec.name` is its "own:<id>". `shape` is (C, H, W), C 1 or 3.

    Raises: RefusedUpload naming the value and the limit; DiskFull, NoPermission.
    """
    spec = new_spec(title, tuple(class_names), shape, limits)
    _check_room(data_dir, limits)
    none = np.empty((0, *shape), np.uint8), np.empty(0, np.int64)
    with _changing(spec.name, data_dir) as root:
        names = (*ARRAY_NAMES, *VALIDATION_NAMES)
        return _write(spec, root, dict(zip(names, none * len(SPLITS), strict=True)))


def take_in(name: str, folder: Path, data_dir: DataDir, limits: OwnLimits, title: str) -> DatasetSpec:
    """Move a dataset that was made in the data folder `folder` into `data_dir`, whole; return its spec.

    Raises: RefusedUpload where there are too many, or for a title that may not be; UnknownDataset, DamagedData,
    NoPermission.
    """
    _check_room(data_dir, limits)
    made = dataset_spec(name, folder)
    titled = new_spec(title, made.class_names, made.image_shape, limits).title
    _retitle(own_folder(name, folder), replace(made, title=titled))
    with _changing(name, data_dir) as root:
        _move(own_folder(name, folder), own_folder(name, root))
    return dataset_spec(name, data_dir)


def _retitle(home: Path, spec: DatasetSpec) -> None:
    manifest = read_manifest(home, spec.name)
    if manifest is None:
        raise unknown(spec.name)
    manifest.spec = spec_to_json(spec)
    manifest.write(home)


def _check_room(data_dir: DataDir, limits: OwnLimits) -> None:
    """Raise RefusedUpload where there are as many datasets of one's own as may be."""
    if sum(1 for _folder in (data_folder(data_dir) / OWN).glob("*/")) >= limits.max_datasets:
        raise RefusedUpload(
            ngettext(
                "This Inkling already has {n} drawn or imported dataset, which is the limit.",
                "This Inkling already has {n} drawn or imported datasets, which is the limit.",
                limits.max_datasets,
            ),
            _("Delete one that you no longer need, or ask whoever runs this Inkling to delete some."),
        )


def add_images(
    name: str,
    images: Images,
    labels: Sequence[int] | Labels,
    data_dir: DataDir = None,
    limits: OwnLimits = DEFAULT_LIMITS,
    splits: Sequence[str] | None = None,
) -> DatasetSpec:
    """Add labelled images, uint8 (N, C, H, W), to the dataset; return its new spec.

    In each class the 2nd, 7th, 12th... image added is kept for testing, the others are trained on, so that an
    image never changes sides. `splits` ("train", "validation" or "test" for each image) decides instead where given.
    Raises: RefusedUpload naming the value and the limit; UnknownDataset, DamagedData, DiskFull, NoPermission;
    ValueError for `splits` that are not one of these for each image.
    """
    name = full_name(name)
    spec = dataset_spec(name, data_dir)
    labels = np.asarray(labels, np.int64).reshape(-1)
    check_images(spec, images, labels)
    check_splits(splits, len(labels))
    with _changing(spec.name, data_dir) as root:
        data = load_own(name, root)
        check_count(data.spec.n_images + len(labels), spec.image_shape, limits)
        there = np.concatenate([data.train_labels, data.test_labels])
        chosen = splits_of(there, labels, spec.n_classes) if splits is None else np.asarray(splits)
        arrays = _arrays_of(data)
        for split in SPLITS:
            for kind, added in (("images", images), ("labels", labels)):
                key = f"{split}_{kind}"
                arrays[key] = np.concatenate([arrays[key], added[chosen == split]])
        return _write(spec, root, arrays)


def remove_image(name: str, split: str, index: int, data_dir: DataDir = None) -> DatasetSpec:
    """Remove one image, by its split (one of SPLITS) and position there; return the dataset's new spec.

    Raises: IndexError if there is no such image; UnknownDataset, DamagedData, DiskFull, NoPermission.
    """
    name = full_name(name)
    spec = dataset_spec(name, data_dir)
    with _changing(spec.name, data_dir) as root:
        data = load_own(name, root)
        arrays = _arrays_of(data)
        n_images = len(arrays.get(f"{split}_labels", ()))
        if not 0 <= index < n_images:
            raise IndexError(
                f"{name} has {n_images} {split} images, so there is no image {index}"  # not said: for programmers
            )
        for key in (f"{split}_images", f"{split}_labels"):
            arrays[key] = np.delete(arrays[key], index, axis=0)
        return _write(spec, root, arrays)


def delete_own(name: str, data_dir: DataDir = None) -> None:
    """Delete the dataset for good. Runs that have it mapped go on.  Raises: UnknownDataset, NoPermission."""
    name = full_name(name)
    folder = own_folder(name, data_dir)
    if not folder.is_dir():
        dataset_spec(name, data_dir)
    with _changing(name, data_dir):
        _remove(folder)


def bin_own(name: str, data_dir: DataDir = None) -> None:
    """Put the dataset into the bin, if it is not there. Runs that have it mapped go on.  Raises: NoPermission."""
    with _changing(name, data_dir) as root:
        _move(own_folder(name, root), _binned_folder(name, root))


def restore_own(name: str, data_dir: DataDir = None) -> None:
    """Bring the dataset back out of the bin, if it is there.  Raises: NoPermission."""
    with _changing(name, data_dir) as root:
        _move(_binned_folder(name, root), own_folder(name, root))


def purge_own(name: str, data_dir: DataDir = None) -> None:
    """Delete the dataset for good, wherever it lies; nothing if it is gone.  Raises: NoPermission."""
    with _changing(name, data_dir) as root:
        for folder in (own_folder(name, root), _binned_folder(name, root)):
            if folder.is_dir():
                _remove(folder)


def binned_spec(name: str, data_dir: DataDir = None) -> DatasetSpec:
    """Return the spec of a dataset in the bin.  Raises: UnknownDataset, DamagedData."""
    return spec_of_record(name, _binned_folder(name, data_dir) / "manifest.json")


def unreadable_spec(name: str) -> DatasetSpec:
    """Return what stands for the spec of a dataset whose record cannot be read: its name, and no images."""
    return DatasetSpec(name, name, "", "", (), (1, 1, 1), 0, 0, "own", "", "", (0.0,), (1.0,))


def stored_bytes(name: str, data_dir: DataDir = None) -> int:
    """Return how much of the disk the dataset takes, in the bin or out of it."""
    return folder_bytes(own_folder(name, data_dir)) + folder_bytes(_binned_folder(name, data_dir))


def _binned_folder(name: str, data_dir: DataDir) -> Path:
    return data_folder(data_dir) / BIN / own_folder(name, data_dir).name


def _move(folder: Path, target: Path) -> None:
    if folder.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir():  # left by an earlier move that was cut off
            _remove(target)
        folder.rename(target)


def _remove(folder: Path) -> None:
    folder.rename(folder.with_name(f"{TEMPORARY}{folder.name}"))
    sweep(folder.parent)


def load_own(name: str, root: Path) -> ImageData:
    """Return the dataset "own:<id>" of the data folder `root` as memory maps.

    Raises: UnknownDataset; DamagedData if its files were altered (there is no archive to mend it from).
    """
    spec, home = dataset_spec(name, root), own_folder(name, root)
    for _attempt in range(3):  # a change by another process may replace the folder between two looks
        manifest = read_manifest(home, name)
        problems = array_damage(home, manifest) if manifest else [_("It has no readable manifest.")]
        if manifest and not problems:
            with suppress(FileNotFoundError):
                return image_data(spec, manifest, open_arrays(home, manifest))
    told = _("The dataset “{title}” is damaged.", title=spec.title)
    remedy = _("Delete it. If you exported it as a zip, import the zip again.")
    raise DamagedData(together(told, *problems), remedy)


def full_name(name: str) -> str:
    """Return "own:<id>" for an id or for "own:<id>"."""
    return name if name.startswith(OWN_PREFIX) else f"{OWN_PREFIX}{name}"


def _arrays_of(data: ImageData) -> dict[str, NDArray[Any]]:
    return {key: getattr(data, key) for key in (*ARRAY_NAMES, *VALIDATION_NAMES)}


def _write(spec: DatasetSpec, root: Path, arrays: dict[str, NDArray[Any]]) -> DatasetSpec:
    mean, std = channel_moments(level_counts(arrays["train_images"]))
    spec = replace(
        spec,
        mean=mean,
        std=tuple(value or 1.0 for value in std),  # standardising divides by it
        train_size=len(arrays["train_labels"]),
        test_size=len(arrays["test_labels"]),
        validation_size=len(arrays["validation_labels"]),
    )
    if not spec.validation_size:  # then it is stored as it was before there were such images
        arrays = {key: arrays[key] for key in ARRAY_NAMES}
    home = own_folder(spec.name, root)
    write_arrays(home, arrays, spec.name, mean=spec.mean, std=spec.std, spec=spec_to_json(spec))
    return spec


@contextmanager
def _changing(name: str, data_dir: DataDir) -> Iterator[Path]:
    """Hold the dataset's lock for a change; explain what the disk refuses."""
    root = data_folder(data_dir)
    try:
        with locked(name, root, no_progress):
            yield root
    except OSError as error:
        raise from_os_error(without_path(error), _("Your dataset could not be saved.")) from error
