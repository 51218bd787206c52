"""A run with all that it said, read once: what every export is made from."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.access.rules import Action
from core.datasets import load
from core.datasets.catalog import DatasetSpec, dataset_spec
from core.datasets.image_data import ImageData
from core.i18n.translation import _
from core.protocol.article_log import final_line, iteration_line
from core.protocol.events import Evaluated, Finished, Recorded, Steps
from core.runs import RunRow, Store
from core.runs.dataset_rights import check_right
from core.runs.errors import ExportRefused
from core.runs.run_labels import STATUSES, title


@dataclass(frozen=True, eq=False)
class StepTable:
    """Every update of a run, arrays (n,): step from 1, mini-batch loss in nats and accuracy 0..1, the
    learning rate of its chunk's last step, and the seconds of training at its chunk's end.
    """

    step: np.ndarray
    loss: np.ndarray
    accuracy: np.ndarray
    learning_rate: np.ndarray
    elapsed_s: np.ndarray


@dataclass(frozen=True, eq=False)
class RunRecord:
    """A run's row, its events in order, and the store that has its arrays."""

    row: RunRow
    events: tuple[Recorded, ...]
    store: Store

    @cached_property
    def spec(self) -> DatasetSpec:
        """What is known of its dataset."""
        return dataset_spec(self.row.dataset, self.store.settings.data_dir)

    def images(self) -> ImageData:
        """Return its dataset's images.  Raises: DatasetError, also for who may not see them."""
        name, store = self.row.dataset, self.store
        check_right(store.database, store.actor, Action.READ_DATASET, name)
        return load(name, store.settings.data_dir)

    @cached_property
    def evaluations(self) -> tuple[Evaluated, ...]:
        """Its evaluations, in order."""
        return tuple(event for event in self.events if isinstance(event, Evaluated))

    @cached_property
    def steps(self) -> StepTable:
        """Its updates, in order."""
        chunks = [event for event in self.events if isinstance(event, Steps)]
        counts = [len(chunk.losses) for chunk in chunks]
        return StepTable(
            step=_joined([np.arange(c.first_step, c.last_step + 1) for c in chunks], np.int64),
            loss=_joined([c.losses for c in chunks], np.float32),
            accuracy=_joined([c.accuracies for c in chunks], np.float32),
            learning_rate=np.repeat([c.learning_rate for c in chunks], counts),
            elapsed_s=np.repeat([c.elapsed_s for c in chunks], counts),
        )

    @cached_property
    def learning_rate_changes(self) -> tuple[tuple[int, float], ...]:
        """Every change of the base learning rate (step, rate): the config's and those made live."""
        both = {**dict(self.row.config.learning_rate_changes), **dict(self.row.learning_rate_changes)}
        return tuple(sorted(both.items()))

    @cached_property
    def log(self) -> tuple[str, ...]:
        """The lines that the article's program would have printed, as the page shows them."""
        lines, batch_loss, accuracy = [], float("nan"), 0.0
        for event in self.events:
            if isinstance(event, Steps) and len(event.losses):
                batch_loss = float(event.losses[-1])
            elif isinstance(event, Evaluated):
                accuracy = event.accuracy
                lines.append(iteration_line(event.step, batch_loss if event.step else event.loss, accuracy))
            elif isinstance(event, Finished) and lines:
                lines.append(final_line(accuracy))
        return tuple(lines)

    @property
    def title(self) -> str:
        """Its name, or one made of what it is."""
        return title(self.row)

    def weights(self) -> tuple[int, dict[str, np.ndarray]]:
        """Return (step, newest weights).  Raises: ExportRefused when there are none yet."""
        found = self.store.newest_weights(self.row.id)
        if found is None:
            raise ExportRefused(
                _(
                    "Run {run} has no weights yet. Its status: {status}.",
                    run=self.row.id,
                    status=STATUSES[self.row.status],
                ),
                _("Wait for its first step, or choose another run."),
            )
        return found


def read_record(store: Store, run_id: str) -> RunRecord:
    """Return the run with its events.  Raises: UnknownRun, StoreError."""
    return RunRecord(store.get(run_id), store.events_since(run_id).events, store)


def _joined(parts: list[np.ndarray], dtype: type) -> np.ndarray:
    return np.concatenate(parts) if parts else np.zeros(0, dtype)
