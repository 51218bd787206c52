"""A zip with one folder per class, in and out. Nothing is ever written under a name that the zip chose.

What people bring in is read in a process of its own: core.datasets.zip_process.
"""

import io
import json
import re
import zipfile
from collections.abc import Sequence

import numpy as np
from PIL import Image

from core.datasets import user_datasets
from core.datasets.bundled_archives import Progress
from core.datasets.data_dir import data_folder
from core.datasets.dataset_setup import no_progress
from core.datasets.errors import RefusedUpload
from core.datasets.image_data import SPLITS
from core.datasets.image_resize import Refused, fit_image, open_image
from core.datasets.user_dataset_limits import DEFAULT_LIMITS, OwnLimits, check_count
from core.datasets.user_datasets import Imported
from core.datasets.zip_reader import (
    FORM,
    MOST_NAMED,
    RECORD,
    Member,
    check_decoded,
    class_names_of,
    open_zip,
    read_member,
    sort_members,
)
from core.i18n.translation import _, ngettext, together


def import_zip(
    content: bytes,
    title: str,
    shape: tuple[int, int, int],
    data_dir: user_datasets.DataDir = None,
    class_names: Sequence[str] | None = None,
    limits: OwnLimits = DEFAULT_LIMITS,
    progress: Progress = no_progress,
) -> Imported:
    """Return a new dataset made of a zip with one folder per class (folders around them do not matter).

    Images of any size are brought to `shape` (C, H, W) by `fit_image`. Folders train/ and test/ above the
    classes are kept as the split, else `add_images` decides. `class_names` fixes the classes and their order;
    else the zip's own record does (if it was exported from here), else the folders by letter or number.
    Images that cannot be read and files that are none are left out and told. `progress` is told how many images of
    how many are done; if it raises, the work ends there.
    Raises: RefusedUpload for what is no zip, has no two classes, or is beyond a limit; DiskFull,
    NoPermission.
    """
    with open_zip(content, limits) as archive:
        members, notes = sort_members(archive)
        check_count(len(members), shape, limits)
        names = class_names_of(archive, members, class_names)
        check_decoded(archive, members, limits, lambda: progress(0, len(members), ""))
        images = np.empty((len(members), *shape), np.uint8)
        used: list[Member] = []
        unread: list[str] = []
        for done, member in enumerate(members):
            progress(done, len(members), "")
            try:
                picture = read_member(archive, member.info, limits)
                with open_image(picture, limits.max_decoded_image_bytes) as image:
                    images[len(used)] = fit_image(image, shape)
            except Refused as reason:
                unread.append(_("{file}: {reason}", file=member.info.filename[:60], reason=reason.args[0]))
                continue
            used.append(member)
    if not used:
        raise RefusedUpload(
            ngettext(
                "The only image in the zip could not be read.",
                "None of the {n} images in the zip could be read.",
                len(members),
            ),
            _(FORM),
        )
    if unread:
        notes.append(_unread(unread))
    created = user_datasets.create_own(title, names, shape, data_dir, limits)
    labels = [names.index(member.class_name) for member in used]
    is_split = all(member.split for member in used)
    splits = [member.split for member in used] if is_split else None
    try:
        added = user_datasets.add_images(
            created.name, images[: len(used)], labels, data_dir, limits, splits=splits
        )
    except BaseException:  # why: whatever happens, no half-made dataset may be left; it is raised again
        user_datasets.delete_own(created.name, data_dir)
        raise
    return Imported(added, tuple(notes))


def _unread(told: Sequence[str]) -> str:
    """Return in sentences how many images could not be read, and of the first few why."""
    sentences = [
        ngettext("{n} image could not be read.", "{n} images could not be read.", len(told)),
        *told[:MOST_NAMED],
    ]
    if (others := len(told) - MOST_NAMED) > 0:
        sentences.append(ngettext("{n} more is not listed here.", "{n} more are not listed here.", others))
    return together(*sentences)


def export_zip(name: str, data_dir: user_datasets.DataDir = None) -> bytes:
    """Return the dataset as a zip of PNG files, train/<class>/00001.png..., that `import_zip` takes back.

    Raises: UnknownDataset, DamagedData.
    """
    data = user_datasets.load_own(user_datasets.full_name(name), data_folder(data_dir))
    spec, buffer = data.spec, io.BytesIO()
    record = {"title": spec.title, "class_names": spec.class_names, "image_shape": spec.image_shape}
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(RECORD, json.dumps(record, ensure_ascii=False, indent=1))
        for split in SPLITS:
            images, labels = getattr(data, f"{split}_images"), getattr(data, f"{split}_labels")
            for place, (image, label) in enumerate(zip(images, labels, strict=True), start=1):
                png = io.BytesIO()
                pixels = image[0] if len(image) == 1 else image.transpose(1, 2, 0)
                Image.fromarray(np.ascontiguousarray(pixels)).save(png, "PNG")
                archive.writestr(f"{split}/{_quoted(spec.class_names[label])}/{place:05}.png", png.getvalue())
    return buffer.getvalue()


def _quoted(class_name: str) -> str:
    """Return a class name as a folder name, what no file system takes written as %XX."""
    quoted = re.sub(r'[\x00-\x1f/\\:*?"<>|%]', lambda match: f"%{ord(match[0]):02X}", class_name)
    return re.sub(r"^[._]|[. ]$", lambda match: f"%{ord(match[0]):02X}", quoted)
