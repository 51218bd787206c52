"""The runs that stand on a dataset of somebody's own, and what they lack without its images, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.i18n.translation import N_, Sentence, _, ngettext
from core.runs.run_labels import distinct_titles
from core.runs.run_row import RunRow

MOST_NAMED: Final = 5

# What is said of runs that were trained on it, and of those that mixed it in: how many there are, then what they lack.
_COUNTED: Final = {
    False: (N_("{n} run was trained on it."), N_("{n} runs were trained on it.")),
    True: (
        N_("{n} run on another dataset was also trained on it."),
        N_("{n} runs on other datasets were also trained on it."),
    ),
}
_NAMED: Final = {
    False: (N_("{n} run was trained on it: {runs:list}."), N_("{n} runs were trained on it: {runs:list}.")),
    True: (
        N_("{n} run on another dataset was also trained on it: {runs:list}."),
        N_("{n} runs on other datasets were also trained on it: {runs:list}."),
    ),
}
_LEFT: Final = {
    False: (
        N_(
            "It keeps its settings, curves and weights. Without these images it does not open on Evaluate, Weights, "
            "Data and Draw, cannot be resumed or run again, and is exported only as metrics, PyTorch weights or a "
            "bundle."
        ),
        N_(
            "They keep their settings, curves and weights. Without these images they do not open on Evaluate, Weights, "
            "Data and Draw, cannot be resumed or run again, and are exported only as metrics, PyTorch weights or a "
            "bundle."
        ),
    ),
    True: (
        N_("It opens on every page and is exported as before, but cannot be resumed or run again."),
        N_("They open on every page and are exported as before, but cannot be resumed or run again."),
    ),
}


@dataclass(frozen=True)
class RunsOn:
    """Runs that learned from a dataset, or are to: how many, whoever made them; the newest of those that a list shows
    to whoever asks. is_mixed: whether it was mixed in with the dataset that they are on.
    """

    count: int
    named: Sequence[RunRow]
    is_mixed: bool

    @property
    def unnamed(self) -> int:
        """How many are not named."""
        return self.count - len(self.named)

    @property
    def titles(self) -> dict[str, str]:
        """{run id: title} of those that are named, no two alike."""
        return distinct_titles(self.named)

    def counted(self) -> Sentence:
        """Say how many there are."""
        return ngettext(*_COUNTED[self.is_mixed], self.count)

    def told(self) -> Sentence:
        """Say how many there are, and the titles of those that are named."""
        if not self.named:
            return self.counted()
        told = [_("“{run}”", run=name) for name in self.titles.values()]
        if self.unnamed:
            told.append(ngettext("{n} more", "{n} more", self.unnamed))
        return ngettext(*_NAMED[self.is_mixed], self.count, runs=told)

    def left(self) -> Sentence:
        """Say what they keep without the images, and what they lack then."""
        return ngettext(*_LEFT[self.is_mixed], self.count)
