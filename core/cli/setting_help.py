"""The help of `python -m core train`: what each setting may be, and its default."""

from decimal import Decimal

from core.config.app_settings import Settings
from core.config.presets import DEFAULT
from core.config.run_config import Range, rule_of
from core.datasets import CATALOG
from core.i18n.translation import _


def help_of(name: str) -> str:
    """Return what the setting may be and the default that holds: that of the preset named "default"."""
    return " ".join(filter(None, (_allowed(name), _default(name))))


def _allowed(name: str) -> str:
    rule = rule_of(name)
    if name == "dataset":
        return _("One of: {options}, or own:ID for one of your own.", options=", ".join(CATALOG))
    if name == "mix_in":
        return _(
            "A second dataset to train on: {options}, or own:ID for one of your own.",
            options=", ".join(CATALOG),
        )
    if name == "start_from":
        return _("The id of a run: training starts from its final weights.")
    if name == "learning_rate_changes":
        return _(
            "Changes of the learning rate during training, as STEP:RATE separated by commas, such as "
            "100:0.05,200:0.01."
        )
    if name == "left_out_class":
        return _("The number of a class that is not learned, from 0 to {high}; -1 means none.", **_ends(rule))
    if name == "kernel_size":
        return _("An odd number from {low} to {high}.", **_ends(rule))
    if name == "train_size":
        return _("A whole number from {low} to {high}; 0 means all images.", **_ends(rule))
    if name == "validation_size":
        return _(
            "A whole number from {low} to {high}; 0 means that progress is measured on the test set. For a dataset "
            "that brings validation images of its own: their number, which is then the default, or 0.",
            **_ends(rule),
        )
    if name == "eval_every":
        return _(
            "Steps between two evaluations, from {low} to {high}; 0 means once an epoch.",
            **_ends(rule),
        )
    if name == "epochs":
        usual = Settings().max_epochs
        return _(
            "A whole number from {low} to {usual}, or up to {high} where INKLING_MAX_EPOCHS allows it.",
            usual=usual,
            **_ends(rule),
        )
    if name == "hidden_sizes":
        return _("One to three whole numbers from {low} to {high}, separated by commas.", **_ends(rule))
    if name == "channels":
        return _("Two whole numbers from {low} to {high}, separated by a comma.", **_ends(rule))
    if isinstance(rule, tuple):
        return _("One of: {options}.", options=", ".join(rule))
    if not isinstance(rule, Range):
        return ""
    if rule.integer:
        return _("A whole number from {low} to {high}.", **_ends(rule))
    return _("A number from {low} to {high}.", **_ends(rule))


def _ends(rule: Range) -> dict[str, float]:
    kind = int if rule.integer else float
    return {"low": kind(rule.low), "high": kind(rule.high)}


def _default(name: str) -> str:
    value = getattr(DEFAULT, name)
    if isinstance(value, bool):
        return _("Default: on.") if value else _("Default: off.")
    if value in ("", ()):
        return _("Default: none.")
    return _("Default: {value}.", value=_typed(value))


def _typed(value: object) -> str:
    """Return a value as it is typed: "128,64", "0.1"."""
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return f"{Decimal(repr(value)):f}" if isinstance(value, float) else str(value)
