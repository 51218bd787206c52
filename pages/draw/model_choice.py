"""Who answers on the Draw page: the run in view, or the ready model that comes with Inkling."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

import streamlit as st

from core.datasets import CATALOG, DatasetError, DatasetSpec, ImageData, dataset_spec
from core.i18n.translation import _
from core.images import PreprocessingOptions
from core.insight.ood_detector import Detector
from core.prediction.predict import ModelInput, Prediction, predict
from core.prediction.predictor import Predictor, build_predictor
from core.pretrained.digit_detector import detector_of
from core.pretrained.registry import SHIPPED, adopt_shipped, ready_for
from core.runs import RunRow, Store, StoreError, UnknownRun
from core.runs.run_labels import title
from pages.run_context.selected_run import selected_run
from pages.server.background import begin
from pages.server.turns import TURNS
from pages.server.visitor import image_data, images_of, store, visitor, with_its_place

READY_MODEL: Final = "cnn-mnist"


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """A run that can be asked: its row, the step of the weights that answer, and the model."""

    run: RunRow
    step: int
    predictor: Predictor

    @property
    def name(self) -> str:
        """The run's name."""
        return title(self.run)

    def answer(self, subject: ModelInput, options: PreprocessingOptions | None = None) -> Prediction:
        """Return what it says of the subject, and whether that is anything like what it learned."""
        return predict(self.predictor, subject, options, detector(self.predictor))

    @property
    def spec(self) -> DatasetSpec:
        """The dataset that it learned."""
        return self.predictor.spec


@dataclass(frozen=True)
class ModelUnavailable:
    """Why nobody can answer, in one sentence, and what to do about it."""

    sentence: str
    action: str


def chosen_model() -> LoadedModel | ModelUnavailable:
    """Return who answers: the run in view with its newest weights; the ready CNN where none is in view."""
    run = selected_run()
    if run is None:
        return _ready(store())
    return model_of(run)


def _ready(source: Store) -> LoadedModel | ModelUnavailable:
    try:
        return model_of(source.get(READY_MODEL))
    except UnknownRun:
        pass
    try:
        adopt_shipped(source)
        return model_of(source.get(READY_MODEL))
    except StoreError as error:
        return ModelUnavailable(
            _("The ready-made model could not be loaded. {error}", error=str(error)), _("Train a run")
        )


def model_of(run: RunRow) -> LoadedModel | ModelUnavailable:
    """Return the run with its newest weights, or why it cannot answer."""
    try:
        step = store().newest_weights_step(run.id)
        if step is None:
            return ModelUnavailable(*_no_weights(run))
        return LoadedModel(run, step, _newest(run.id, step))
    except DatasetError as error:
        return _cannot_answer(run, with_its_place(error, run.dataset))
    except (StoreError, ValueError) as error:
        return _cannot_answer(run, error)


def _cannot_answer(run: RunRow, error: Exception) -> ModelUnavailable:
    return ModelUnavailable(
        _("{run} cannot answer. {error}", run=title(run), error=str(error)), _("Train another run")
    )


def second_model(first: LoadedModel) -> LoadedModel | None:
    """Return a ready-made model that knows the same classes, the CNN before others; None where there is none."""
    for name in ready_for(first.spec, first.run.id):
        try:
            second = model_of(store().get(name))
        except UnknownRun:  # deleted
            continue
        if isinstance(second, LoadedModel):
            return second
    return None


def model_at(run: RunRow, step: int) -> LoadedModel:
    """Return the run as it was after `step` updates, one of its snapshots.  Raises: StoreError."""
    return LoadedModel(run, step, predictor_at(run.id, step))


@st.cache_resource(show_spinner=False, max_entries=256)
def predictor_at(run_id: str, step: int) -> Predictor:
    """Return the model of a kept snapshot.  Raises: StoreError, DatasetError."""
    run = store().get(run_id)
    return build_predictor(run.config, _spec(run), store().snapshot(run_id, step))


@st.cache_resource(show_spinner=False, max_entries=32)
def _newest(run_id: str, step: int) -> Predictor:
    run, live = store().get(run_id), store().newest_weights(run_id)
    if live is None:
        raise StoreError(_("Its weights after step {step} no longer exist.", step=step), _("Train it again."))
    return build_predictor(run.config, _spec(run), live[1])


def start_detector(predictor: Predictor) -> None:
    """Begin to make what knows the images that the model learned: once for each dataset, again after an error."""
    made = _detector_for(predictor)
    if made is not None and made.done() and made.exception():  # the images may be mended by now
        _detector.clear(*_seen(predictor), images_of(predictor.config.dataset))
        _detector_for(predictor)


def detector(predictor: Predictor) -> Detector | None:
    """Return what knows the images that the model learned; None for too few or damaged ones, and until it is made.

    That of digits is read from a file; another takes a second or two, while the page already answers without it. None,
    too, for who may not see the images.
    """
    made = _detector_for(predictor)
    try:
        return made.result() if made is not None and made.done() else None
    except DatasetError:
        return None


def is_detector_due(predictor: Predictor) -> bool:
    """Return whether the model's detector is still being made."""
    made = _detector_for(predictor)
    return made is not None and not made.done()


def detector_work(predictor: Predictor) -> str:
    """Return the name under which the model's detector is made."""
    dataset, is_deskewed = _seen(predictor)[0]
    return f"detector-{dataset}-{is_deskewed}"  # not said: a name


def _seen(predictor: Predictor) -> tuple[tuple[str, bool], Predictor]:
    return (predictor.config.dataset, predictor.config.deskew), predictor


def _detector_for(predictor: Predictor) -> Future[Detector | None] | None:
    try:
        return _detector(*_seen(predictor), images_of(predictor.config.dataset))
    except DatasetError:
        return None


@st.cache_resource(show_spinner=False, max_entries=12)
def _detector(
    seen: tuple[str, bool],  # noqa: ARG001 - by which it is kept
    _asked: Predictor,
    _load_images: Callable[[str], ImageData],
) -> Future[Detector | None]:
    whose = visitor()

    def made() -> Detector | None:
        with TURNS.turn(whose):
            return detector_of(_asked, _load_images)

    return begin(made, detector_work(_asked))


def _spec(run: RunRow) -> DatasetSpec:
    """Return the dataset's spec with the measured mean and std that a run with standardised pixels saw."""
    if run.dataset not in CATALOG or run.config.scaling == "unit":
        return dataset_spec(run.dataset)
    return image_data(run.dataset).spec


def _no_weights(run: RunRow) -> tuple[str, str]:
    name = title(run)
    if run.status == "queued":
        return (
            _("{run} is still in the queue. It can be asked as soon as it starts.", run=name),
            _("See the queue"),
        )
    if run.status == "diverged":
        said = _("{run} diverged and kept no weights. {why}", run=name, why=run.message)
        return said, _("Train it again")
    if run.message:
        return _("{run} has no weights yet. {why}", run=name, why=run.message), _("Watch it train")
    return _("{run} has no weights yet: it has only just begun.", run=name), _("Watch it train")


def comparable_runs(first: LoadedModel, limit: int = 40) -> dict[str, RunRow]:
    """Return runs that could be asked the same question, id -> row, ready models and newest first."""
    found: dict[str, RunRow] = {}
    for row in sorted(store().list(limit=limit), key=lambda row: row.id not in SHIPPED):
        if row.id == first.run.id or row.step == 0:
            continue
        try:
            spec = dataset_spec(row.dataset)
        except DatasetError:
            continue
        if spec.is_compatible_with(first.spec):
            found[row.id] = row
    return found
