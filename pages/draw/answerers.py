"""Who answers: the run's model, a second one, and what knows the images that the first has learned."""

from dataclasses import dataclass

from core.insight.ood_detector import Detector
from core.prediction.predict import ModelInput, Prediction, predict_with_second
from pages.draw.model_choice import LoadedModel, detector, second_model


@dataclass(frozen=True, eq=False)
class Answerers:
    """All who are asked about a drawing; found once for many strokes, since finding them asks the store."""

    model: LoadedModel
    second: LoadedModel | None
    detector: Detector | None


def answerers_with(model: LoadedModel) -> Answerers:
    """Return the model with those who answer beside it."""
    return Answerers(model, second_model(model), detector(model.predictor))


def answers_to(answerers: Answerers, subject: ModelInput) -> tuple[Prediction, tuple[str, Prediction] | None]:
    """Return the answer, weighed with that of the second model, and the second's name and answer."""
    predictor, detector, second = answerers.model.predictor, answerers.detector, answerers.second
    answer, other = predict_with_second(predictor, subject, detector, second.predictor if second else None)
    return answer, (second.name, other) if second and other else None
