"""The model of a run by its id, as a class asks it: what it reads of drawings, and why, in one sentence."""

import numpy as np
import streamlit as st

from core.classroom.drawings import DIGITS
from core.datasets import DatasetError, dataset_spec
from core.datasets.pixel_values import as_unit
from core.insight.attribution import against, integrated_gradients_of
from core.insight.captions.reason import reason
from core.insight.evidence import arithmetic
from core.prediction.predictor import Predictor, build_predictor
from core.runs import StoreError
from pages.server.visitor import image_data, store

DIGIT_SHAPE = (1, 28, 28)


def class_model(run_id: str) -> Predictor | None:
    """Return the run's newest model if it reads drawn digits, None where there is none to be had."""
    try:
        step = store().newest_weights_step(run_id)
        model = None if step is None else _model(run_id, step)
    except (DatasetError, StoreError, ValueError):
        return None
    is_of_digits = model and (model.spec.image_shape, model.spec.class_names) == (DIGIT_SHAPE, DIGITS)
    return model if is_of_digits else None


@st.cache_resource(show_spinner=False, max_entries=128)
def _model(run_id: str, _step: int) -> Predictor:
    run, newest = store().get(run_id), store().newest_weights(run_id)
    if newest is None:
        raise ValueError(run_id)  # not said: it is caught
    standardised = run.config.scaling == "standardised"
    spec = image_data(run.dataset).spec if standardised else dataset_spec(run.dataset)
    return build_predictor(run.config, spec, newest[1])


def readings(model: Predictor, pixels: np.ndarray) -> np.ndarray:
    """Return the probabilities (N, K) of drawings, uint8 (N, 28, 28)."""
    return model.probabilities(model.inputs(pixels[:, None]))


def why(model: Predictor, pixels: np.ndarray) -> str:
    """Return in one sentence why the model reads a drawing, uint8 (28, 28), as it does."""
    unit = model.inputs(as_unit(pixels[None, None]))[0]
    order = model.probabilities(unit[None])[0].argsort()
    answer, rival = int(order[-1]), int(order[-2])
    if model.is_linear:
        products = arithmetic(*model.unit_weights, unit).products
        evidence = (products[answer] - products[rival]).reshape(unit.shape)
    else:
        one, other = integrated_gradients_of(
            model.model, np.ascontiguousarray(unit, np.float32), (answer, rival)
        )
        evidence = against(one, other).values
    return reason(evidence.sum(axis=0), answer, rival, model.spec.class_names)
