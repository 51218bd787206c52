"""A run's model by its id, whether the store holds it or it comes with Inkling."""

from core.config.environment import from_environment
from core.datasets import dataset_spec, load
from core.i18n.translation import _
from core.prediction.predictor import Predictor, build_predictor
from core.pretrained.registry import SHIPPED, ready_for, renew_shipped, shipped_config, shipped_weights
from core.runs import Store, UnknownRun


def predictor_of(run_id: str) -> Predictor:
    """Return the run's model: of the store, or one that comes with Inkling even before any store knows it.

    Raises: UnknownRun, StoreError, DatasetError; ValueError for a run without weights.
    """
    settings = from_environment()
    store = Store(settings=settings)
    renew_shipped(store)
    try:
        row, live = store.get(run_id), store.newest_weights(run_id)
    except UnknownRun:
        if run_id not in SHIPPED:
            raise
        config = shipped_config(run_id)
        return build_predictor(config, dataset_spec(config.dataset), shipped_weights(run_id))
    finally:
        store.close()
    if live is None:
        raise ValueError(_("Run {run} has no weights yet. Let it train first.", run=run_id))
    standardised = row.config.scaling == "standardised"
    spec = load(row.dataset, settings.data_dir).spec if standardised else dataset_spec(row.dataset)
    return build_predictor(row.config, spec, live[1])


def second_predictor(run_id: str, first: Predictor) -> Predictor | None:
    """Return a ready model that knows the same classes, to be asked as well; None where there is none.

    Raises: as `predictor_of`.
    """
    others = ready_for(first.spec, run_id)
    return predictor_of(others[0]) if others else None
