"""Which way a run learns, and which runs may learn side by side: told from their configs, without PyTorch."""

from core.config.run_config import RunConfig, differing_fields

MAY_DIFFER = frozenset({"learning_rate", "l2", "initialisation", "init_std"})


def fits_closed_form(config: RunConfig) -> bool:
    """Return whether the fast path computes what `config` asks for.

    Two things go by autograd, as two paths that differ in the last bit drift apart by more than the 1e-5 promised: an
    L1 penalty, whose sign flips around zero; and zero weights with an optimizer that divides by the gradient's size,
    where errors of classes that score alike cancel to the last bit, and what is left counts as much as any gradient.
    """
    return (
        config.model == "softmax"
        and config.augmentation == "none"
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
