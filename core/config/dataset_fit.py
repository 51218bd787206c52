"""What a dataset lacks for a run: asked by the form, by addresses, and by the store before it makes any run."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from core.config.field_errors import ONE_OF
from core.config.run_config import FieldError, Range, RunConfig, rule_of
from core.datasets import CATALOG, DatasetError, DatasetSpec, dataset_spec
from core.datasets.shortage import NOTHING_TO_LEARN, NOTHING_TO_MIX_IN
from core.i18n.translation import N_

DataDir = Path | str | None

NOT_SHARED: Final = N_(
    "“{field}” asks for images that are not shared with you, or not any more. Choose others."
)
IN_BIN: Final = N_("“{title}” lies in your bin. Restore it on Data, under “Mine”.")
_TOO_MANY: Final = {  # validation images, by whether a number of training images is asked for
    True: N_(
        "{value} validation images and {training} training images are more than the {count} that the dataset has. "
        "Lower one of them."
    ),
    False: N_("{value} validation images leave none of the dataset's {count} to train on. Choose fewer."),
}
_LEFT_OUT: Final = N_(
    "{field} must be a number from 0 to {most}, which are the classes of {title}, or −1 for none, not {value}."
)
OWN_VALIDATION: Final = N_(
    "The number of validation images must be {count}, which the dataset brings (progress is measured on them), or 0 "
    "(progress is measured on the test set), not {value}."
)


def dataset_problem(config: RunConfig, data_dir: DataDir = None) -> FieldError | None:
    """Return why no run can learn from the config's dataset with its split, None if one can."""
    spec = _found(config.dataset, data_dir)
    if spec is None:
        return not_there("dataset", config.dataset)
    if not spec.train_size:
        return nothing_to_learn(spec)
    if config.mix_in and (problem := _mixing_problem(config.mix_in, spec, data_dir)):
        return problem
    if problem := left_out_problem(config, spec):
        return problem
    if spec.validation_size and config.validation_size not in (0, spec.validation_size):
        limits = {"count": spec.validation_size}
        return FieldError("validation_size", config.validation_size, OWN_VALIDATION, limits)
    for name in ("train_size", "validation_size"):
        rule, value = _rule_within(name, spec), getattr(config, name)
        if value > rule.high:
            return FieldError(name, value, rule.refusal, rule.limits)
    if spec.validation_size or config.validation_size + max(config.train_size, 1) <= spec.train_size:
        return None
    limits = {"training": config.train_size, "count": spec.train_size}
    return FieldError("validation_size", config.validation_size, _TOO_MANY[config.train_size > 0], limits)


def not_there(field: str, name: str) -> FieldError:
    """Return the refusal of a dataset that there is not."""
    return FieldError(field, name, ONE_OF, {"options": [*CATALOG]})


def not_shared(field: str, name: str) -> FieldError:
    """Return the refusal of a dataset of somebody else's, who does not share it."""
    return FieldError(field, name, NOT_SHARED)


def in_bin(field: str, spec: DatasetSpec) -> FieldError:
    """Return the refusal of a dataset that lies in the bin of whoever asks for it."""
    return FieldError(field, spec.name, IN_BIN, {"title": spec.title})


def left_out_problem(config: RunConfig, spec: DatasetSpec) -> FieldError | None:
    """Return the refusal of a class left out that the dataset does not have."""
    if config.left_out_class < spec.n_classes:
        return None
    limits = {"title": spec.title, "most": spec.n_classes - 1}
    return FieldError("left_out_class", config.left_out_class, _LEFT_OUT, limits)


def nothing_to_learn(spec: DatasetSpec) -> FieldError:
    """Return the refusal of a dataset without training images."""
    return FieldError("dataset", spec.name, NOTHING_TO_LEARN, {"title": spec.title})


def nothing_left(config: RunConfig) -> FieldError:
    """Return the refusal of a class left out that all images are of."""
    all_of_it = N_(
        "All images that are to be learned from are of the class left out. Choose another class, or more training "
        "images."
    )
    return FieldError("left_out_class", config.left_out_class, all_of_it)


def within_dataset(error: FieldError, dataset: str) -> FieldError:
    """Return why a number of images was refused with the limits that this dataset sets; other errors as they are."""
    names = ("train_size", "validation_size")
    if error.field not in names or (error.limits or {}).keys() != rule_of(error.field).limits.keys():
        return error
    spec = _found(dataset, None)
    return error if spec is None else replace(error, limits=_rule_within(error.field, spec).limits)


def mixes_with(theirs: DatasetSpec, spec: DatasetSpec) -> bool:
    """Return whether the images of one dataset can be learned beside those of `spec`: others, of the same classes."""
    return theirs.name != spec.name and theirs.source != "download" and theirs.is_compatible_with(spec)


def _mixing_problem(name: str, spec: DatasetSpec, data_dir: DataDir) -> FieldError | None:
    """Return why the images of `name` cannot be learned beside those of `spec`, None if they can."""
    theirs = _found(name, data_dir)
    if theirs is not None and mixes_with(theirs, spec):
        if theirs.train_size:
            return None
        return FieldError("mix_in", name, NOTHING_TO_MIX_IN, {"title": theirs.title})
    fitting = [other.name for other in CATALOG.values() if mixes_with(other, spec)]
    if not fitting:
        return FieldError("mix_in", name, N_("{field} must be empty, not “{value:text}”."))
    empty_or = N_("{field} must be empty or one of {options:list}, not “{value:text}”.")
    return FieldError("mix_in", name, empty_or, {"options": fitting})


def _found(name: str, data_dir: DataDir) -> DatasetSpec | None:
    """Return what is known of a dataset; None for one that is gone or cannot be read."""
    try:
        return dataset_spec(name, data_dir)
    except DatasetError:
        return None


def _rule_within(name: str, spec: DatasetSpec) -> Range:
    """Return how many images of the dataset may be trained on, or validated on: one is left to train on."""
    rule: Range = rule_of(name)
    if name == "validation_size":
        return replace(rule, high=spec.validation_size or max(spec.train_size - 1, 0))
    return replace(rule, high=spec.train_size)
