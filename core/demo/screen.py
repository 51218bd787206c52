"""What a demo screen shows, as its address says: /demo?dataset=mnist&pace=normal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.config.run_config import RunConfig
from core.datasets import dataset_spec
from core.datasets.catalog import DatasetSpec
from core.errors import InklingError
from core.i18n.catalogue import languages
from core.i18n.translation import _

PACES: Final = {"slow": 40.0, "normal": 20.0, "fast": 10.0}  # seconds from noise to readable images
MOST_LETTERS: Final = 40  # of a refused value, that are said again
# Few images a step, so that there is something to be seen of the first hundred; each image once.
_DIGITS: Final = RunConfig(
    deskew=True,
    mix_in="drawn_digits",
    learning_rate=0.05,
    schedule="cosine",
    batch_size=10,
    epochs=1,
    eval_every=0,
)
_CONFIGS: Final = {
    "mnist": _DIGITS,
    "fashion_mnist": RunConfig(
        dataset="fashion_mnist", learning_rate=0.05, schedule="cosine", batch_size=10, epochs=1, eval_every=0
    ),
}


class DemoAddressError(InklingError):
    """An address of the demo screen names what there is not."""


@dataclass(frozen=True)
class DemoScreen:
    """What one screen shows. dataset: of DATASETS; pace: of PACES; language: None = what the browser asks for."""

    dataset: str = "mnist"
    pace: str = "normal"
    language: str | None = None

    @property
    def name(self) -> str:
        """What all screens that see the same have in common: such as "mnist-normal"."""
        return f"{self.dataset}-{self.pace}"

    @property
    def spec(self) -> DatasetSpec:
        """The dataset that is learned."""
        return dataset_spec(self.dataset)

    @property
    def config(self) -> RunConfig:
        """What is trained: a softmax regression, as well as it reads drawings in a few seconds of work."""
        return _CONFIGS[self.dataset]

    @property
    def lasts_s(self) -> float:
        """Seconds from noise to readable images."""
        return PACES[self.pace]


DATASETS: Final = tuple(_CONFIGS)
SCREENS: Final = {
    screen.name: screen for screen in (DemoScreen(dataset, pace) for dataset in DATASETS for pace in PACES)
}


def read_screen(query: Mapping[str, str]) -> DemoScreen:
    """Return what the address asks for; what it does not name is as in `DemoScreen`.

    Raises: DemoAddressError naming the value and what there is.
    """
    possible = {"dataset": DATASETS, "pace": tuple(PACES), "language": languages()}
    asked = {name: query[name] for name in possible if query.get(name)}
    for name, value in asked.items():
        if value not in possible[name]:
            raise DemoAddressError(
                _("The demo screen knows no {name} “{value:text}”.", name=name, value=value[:MOST_LETTERS]),
                _("It knows {values:list}.", values=possible[name]),
            )
    return DemoScreen(**asked)
