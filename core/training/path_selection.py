"""Which way a run learns, and which runs may learn side by side: told from their configs, without PyTorch."""

from typing import Final

from core.config.run_config import RunConfig, differing_fields

WRITTEN_PATHS: Final = {
    "softmax": "closed-form",
    "mlp": "written-out",
}  # the gradient's formula is in the code
EVALUATION_BATCH: Final = {  # images at a time: on more, a CNN's values leave the cache
    "softmax": 500,
    "mlp": 500,
    "cnn": 100,
}
MAY_DIFFER = frozenset({"learning_rate", "l2", "initialisation", "init_std"})


def path_of(config: RunConfig) -> str:
    """Return the way in which a run of `config` learns: by "autograd", or, where they compute what it asks for, on
    a path whose gradient is written out: "closed-form" for a softmax regression, "written-out" for an MLP.
    """
    return WRITTEN_PATHS.get(config.model, "autograd") if _can_be_written_out(config) else "autograd"


def fits_closed_form(config: RunConfig) -> bool:
    """Return whether the fast path of softmax regressions computes what `config` asks for."""
    return path_of(config) == "closed-form"


def _can_be_written_out(config: RunConfig) -> bool:
    """Return whether nothing but the model needs autograd.

    Two things go by autograd, as two paths that differ in the last bit drift apart by more than the 1e-5 promised: an
    L1 penalty, whose sign flips around zero; and zero weights with an optimizer that divides by the gradient's size,
    where errors of classes that score alike cancel to the last bit, and what is left counts as much as any gradient.
    """
    return (
        config.augmentation == "none"
        and config.device == "cpu"
        and config.l1 == 0
        and (config.optimizer == "sgd" or config.initialisation != "zeros")
    )


def may_join(config: RunConfig, other: RunConfig) -> bool:
    """Return whether both can be trained side by side: on the fast path by SGD, alike but for MAY_DIFFER."""
    return (
        fits_closed_form(config)
        and config.optimizer == "sgd"
        and not config.learning_rate_changes
        and not config.start_from
        and MAY_DIFFER.issuperset(differing_fields(config, other))
    )
