"""The datasets that can be trained on. A new one is one more entry here.

Standard library only, so that configurations can be checked against it for nothing.
"""

import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from core.datasets.data_dir import data_folder
from core.datasets.errors import DamagedData, UnknownDataset
from core.i18n.literal_text import visible_text
from core.i18n.system_reasons import reason_of
from core.i18n.translation import _

OWN_PREFIX: Final = "own:"
_OWN_NAME: Final = re.compile(r"own:[a-z0-9]{1,32}")


@dataclass(frozen=True)
class RemoteFile:
    """One archive as its authors publish it: file name, MD5 and size in bytes (0 = not known before)."""

    name: str
    md5: str
    size_bytes: int = 0


@dataclass(frozen=True)
class DatasetSpec:
    """All that is known of a dataset before its images are read.

    `image_shape` is (C, H, W); `train_size` and `test_size` count images, `validation_size` those that the dataset
    itself sets aside for validation (most have none); `mean` and `std` hold one number per channel, of the training
    images with pixels in [0, 1]. `source` is "bundled", "download" or "own".
    `mirrors` are tried in order, each followed by an archive's name; `members` are (file, MD5) inside a batch
    archive, the last one the list of class names, as torchvision's CIFAR10 checks them. `torchvision_class` is ""
    for what torchvision does not have.
    """

    name: str
    title: str
    singular: str
    plural: str
    class_names: tuple[str, ...]
    image_shape: tuple[int, int, int]
    train_size: int
    test_size: int
    source: str
    licence: str
    citation: str
    mean: tuple[float, ...]
    std: tuple[float, ...]
    torchvision_class: str = ""
    mirrors: tuple[str, ...] = ()
    archives: tuple[RemoteFile, ...] = ()
    members: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    validation_size: int = 0

    @property
    def folder(self) -> str:
        """Folder of the raw files under the data folder: torchvision's class names it, or the title does."""
        return self.torchvision_class or self.title.title().replace(" ", "")

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    @property
    def n_images(self) -> int:
        """Number of images in all."""
        return self.train_size + self.validation_size + self.test_size

    @property
    def n_values(self) -> int:
        """Numbers in one image, C x H x W: the inputs of a linear layer."""
        channels, height, width = self.image_shape
        return channels * height * width

    def is_compatible_with(self, other: "DatasetSpec") -> bool:
        """Return whether both hold images of one shape and the same classes, so that a model of one fits the other."""
        return (self.class_names, self.image_shape) == (other.class_names, other.image_shape)

    @property
    def takes_ink(self) -> bool:
        """Whether a model of these images is asked about ink on paper: they are grey and show no garments."""
        return self.image_shape[0] == 1 and self.class_names != CATALOG["fashion_mnist"].class_names

    @property
    def download_bytes(self) -> int:
        """Bytes to fetch before first use; 0 for what ships with the project."""
        return sum(archive.size_bytes for archive in self.archives)


_DIGITS: Final = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")

_SPECS: Final = (
    DatasetSpec(
        name="mnist",
        title="MNIST",
        singular="digit",
        plural="digits",
        class_names=_DIGITS,
        image_shape=(1, 28, 28),
        train_size=60_000,
        test_size=10_000,
        source="bundled",
        licence="Creative Commons Attribution-ShareAlike 3.0",  # not said: a licence
        citation="LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition. "
        "Proceedings of the IEEE 86(11), 1998. Dataset by LeCun, Cortes and Burges.",  # not said: a citation
        mean=(0.13066047627384286,),
        std=(0.3081078038564627,),
        torchvision_class="MNIST",
    ),
    DatasetSpec(
        name="fashion_mnist",
        title="Fashion-MNIST",
        singular="garment",
        plural="garments",
        class_names=(
            *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
            *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),  # not said: names of classes
        ),
        image_shape=(1, 28, 28),
        train_size=60_000,
        test_size=10_000,
        source="bundled",
        licence="MIT, Zalando SE 2017",  # not said: a licence
        citation="Xiao, Rasul, Vollgraf: Fashion-MNIST, a novel image dataset for benchmarking machine "
        "learning algorithms. arXiv:1708.07747, 2017.",  # not said: a citation
        mean=(0.2860405969887955,),
        std=(0.3530242445149226,),
        torchvision_class="FashionMNIST",
    ),
    DatasetSpec(
        name="drawn_digits",
        title="Drawn digits",  # not said: a title
        singular="digit",
        plural="digits",
        class_names=_DIGITS,
        image_shape=(1, 28, 28),
        train_size=12_000,
        test_size=2_000,
        source="bundled",
        licence="MIT, as Inkling itself",  # not said: a licence
        citation="Made by Inkling: 97 hand-made pen paths in the styles of several countries, each drawn by a "
        "hand and with a pen of its own (core/synthetic_digits/dataset.py).",  # not said: a citation
        mean=(0.1,),
        std=(0.3,),
    ),
    DatasetSpec(
        name="kmnist",
        title="Kuzushiji-MNIST",
        singular="character",
        plural="characters",
        class_names=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        image_shape=(1, 28, 28),
        train_size=60_000,
        test_size=10_000,
        source="download",
        licence="Creative Commons Attribution-ShareAlike 4.0, "
        "Center for Open Data in the Humanities",  # not said: a licence
        citation="Clanuwat, Bober-Irizar, Kitamoto, Lamb, Yamamoto, Ha: Deep learning for classical Japanese "
        "literature. arXiv:1812.01718, 2018.",  # not said: a citation
        mean=(0.1918,),  # as commonly quoted; loaded data carry the measured figures
        std=(0.3483,),
        torchvision_class="KMNIST",
        mirrors=("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
        archives=(
            RemoteFile("train-images-idx3-ubyte.gz", "bdb82020997e1d708af4cf47b453dcf7", 18_165_135),
            RemoteFile("train-labels-idx1-ubyte.gz", "e144d726b3acfaa3e44228e80efcd344", 29_497),
            RemoteFile("t10k-images-idx3-ubyte.gz", "5c965bf0a639b31b8f53240b1b52f4d7", 3_041_136),
            RemoteFile("t10k-labels-idx1-ubyte.gz", "7320c461ea6c1c855c0b718fb2a4b134", 5_120),
        ),
    ),
    DatasetSpec(
        name="cifar10",
        title="CIFAR-10",
        singular="picture",
        plural="pictures",
        class_names=(
            *("airplane", "automobile", "bird", "cat", "deer"),
            *("dog", "frog", "horse", "ship", "truck"),
        ),
        image_shape=(3, 32, 32),
        train_size=50_000,
        test_size=10_000,
        source="download",
        licence="None stated by its authors, who ask for the report to be cited",  # not said: a licence
        citation="Krizhevsky: Learning multiple layers of features from tiny images. "
        "Technical report, University of Toronto, 2009.",  # not said: a citation
        mean=(0.4914, 0.4822, 0.4465),  # as commonly quoted; loaded data carry the measured figures
        std=(0.2470, 0.2435, 0.2616),
        torchvision_class="CIFAR10",
        mirrors=("https://www.cs.toronto.edu/~kriz/",),
        archives=(RemoteFile("cifar-10-python.tar.gz", "c58f30108f718f92721af3b95e74349a", 170_498_071),),
        members=(
            ("data_batch_1", "c99cafc152244af753f735de768cd75f"),
            ("data_batch_2", "d4bba439e000b95fd0a9bffe97cbabec"),
            ("data_batch_3", "54ebc095f3ab1f0389bbae665268c751"),
            ("data_batch_4", "634d18415352ddfa80567beed471001a"),
            ("data_batch_5", "482c414d41f54cd18b22e5b47cb7c3cb"),
            ("test_batch", "40351d587109b95175f43aff81a1287e"),
            ("batches.meta", "5ff9c542aee3614f3951f8cda6e48888"),
        ),
    ),
)

CATALOG: Final = {spec.name: spec for spec in _SPECS}


def is_name(name: str) -> bool:
    """Return whether `name` is of the catalog or could name a dataset of one's own ("own:<id>")."""
    return name in CATALOG or _OWN_NAME.fullmatch(name) is not None


def dataset_spec(name: str, data_dir: Path | str | None = None) -> DatasetSpec:
    """Return the DatasetSpec of a catalog name, or of "own:<id>" as stored in the data folder.

    Raises: UnknownDataset naming the value and the choices; DamagedData for an unreadable record.
    """
    if name in CATALOG:
        return CATALOG[name]
    return spec_of_record(name, own_folder(name, data_dir) / "manifest.json")


def spec_of_record(name: str, record: Path) -> DatasetSpec:
    """Return the DatasetSpec that a manifest of the dataset holds.  Raises: as `dataset_spec`."""
    try:
        spec = spec_from_json(json.loads(record.read_text(encoding="utf-8"))["spec"])
    except FileNotFoundError:
        raise unknown(name) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedData(
            _(
                "The record of the dataset “{name}” cannot be read ({reason}).",
                name=name,
                reason=reason_of(error),
            ),
            _("Delete that dataset. If you exported it as a zip, import the zip again."),
        ) from error
    if spec.n_classes < 2:  # no form makes one
        raise DamagedData(
            _(
                "The dataset “{title}” has fewer than two classes, so there is nothing to tell apart.",
                title=spec.title,
            ),
            _("Delete it, and import its images with one folder for each class."),
        )
    return spec


def unknown(name: str) -> UnknownDataset:
    """Return the error that names the value and the choices."""
    if _OWN_NAME.fullmatch(name):
        return UnknownDataset(
            _("The dataset “{name}” is not here. It may have been deleted.", name=name),
            _("Choose another dataset. If you exported it as a zip, import the zip again."),
        )
    return UnknownDataset(
        _("There is no dataset “{name}”.", name=name[:80]),
        _(
            "Choose one of {names:list}, or one of your own as own:ID.",
            names=[*CATALOG],
        ),
    )


def own_folder(name: str, data_dir: Path | str | None = None) -> Path:
    """Return the folder of the dataset "own:<id>".  Raises: UnknownDataset unless `name` has that form."""
    if not _OWN_NAME.fullmatch(name):
        raise unknown(name)
    return data_folder(data_dir) / "own" / name.removeprefix(OWN_PREFIX)


def spec_to_json(spec: DatasetSpec) -> dict[str, Any]:
    """Return the spec as plain JSON types; without a `validation_size` of 0, which earlier versions do not know."""
    return {key: value for key, value in asdict(spec).items() if value or key != "validation_size"}


def spec_from_json(values: dict[str, Any]) -> DatasetSpec:
    """Return the DatasetSpec that `spec_to_json` wrote.  Raises: KeyError, TypeError for a wrong set of fields."""
    lists: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in values.items()
    }
    lists["title"] = visible_text(lists["title"])  # earlier versions let in what cannot be shown
    lists["class_names"] = tuple(map(visible_text, lists["class_names"]))
    lists["archives"] = tuple(RemoteFile(**archive) for archive in lists.get("archives", ()))
    lists["members"] = tuple((member[0], member[1]) for member in lists.get("members", ()))
    return DatasetSpec(**lists)
