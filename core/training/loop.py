"""Training as a generator of events, for any model and optimizer; the loop itself is `Run.events`."""

from collections.abc import Iterator, Sequence

import numpy as np

from core.config.run_config import RunConfig
from core.datasets import ImageData
from core.protocol.controls import Controls, FreeRun
from core.protocol.events import Event
from core.protocol.turns import Turns
from core.training.data import training_data
from core.training.run_state import RunState, build_learner
from core.training.threads import held_to, threads_for
from core.training.training_run import Run


def train(
    data: ImageData,
    config: RunConfig,
    controls: Controls | None = None,
    *,
    extra: ImageData | None = None,
    initial_weights: dict[str, np.ndarray] | None = None,
    checkpoint: bytes | None = None,
    recorded_changes: Sequence[tuple[int, float]] = (),
    checkpoint_every_s: float | None = None,
    threads: int | None = None,
    path: str | None = None,
    turns: Turns | None = None,
) -> Iterator[Event]:
    """Yield the events of a run: Started first, exactly one of Finished and Diverged last.

    After the order "interrupt" the last event is a Checkpoint instead. `initial_weights` replace the
    initialisation; `checkpoint` continues a run bit for bit, with the live changes of the learning rate that
    were recorded coming again; `extra` is mixed in (`config.mix_in`);
    `path` "autograd" forgoes the fast paths. torch is held to `threads` threads while it runs. `turns` say when it may
    compute, where others share the cores.

    Raises: CheckpointError for a checkpoint of another run, ValueError for weights that do not fit or a split larger
    than the dataset, ConfigError for a dataset without training images.
    """
    with held_to(threads or threads_for(config)):
        learned = training_data(config, data, extra)
        state = RunState(learned, config, build_learner(learned, config, path))
        if initial_weights is not None:
            state.learner.load_weights(initial_weights)
        if checkpoint is not None:
            state.restore(checkpoint)
        state.replay(recorded_changes)
        yield from Run(state, controls or FreeRun(), checkpoint_every_s, turns).events()
