"""A dataset as a ZIP with one folder for each class, as core.dataset_import takes it back."""

import io
import json
import re
import zipfile
from typing import Final

import numpy as np
from PIL import Image

from core.datasets import user_datasets
from core.datasets.data_dir import data_folder
from core.datasets.image_data import SPLITS

RECORD: Final = "dataset.json"  # title, classes in their order, and shape


def export_zip(name: str, data_dir: user_datasets.DataDir = None) -> bytes:
    """Return the dataset as a zip of PNG files, train/<class>/00001.png..., that an import takes back.

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
