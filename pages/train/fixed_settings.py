"""What the teacher of a class has fixed, said where a member's form begins."""

from collections.abc import Collection

from core.config.presets import DEFAULT
from core.config.run_config import RunConfig, applies, differing_fields
from core.config.setting_labels import LABELS, value_in_words
from core.i18n.translation import _
from core.runs.class_rules import ClassRules


def fixed_in_words(
    rules: ClassRules, config: RunConfig, first: Collection[str], datasets: Collection[str]
) -> str:
    """Return that a teacher has fixed settings, with their values: of `first`, and what else is not as usual.

    datasets: those that the reader may use; no other is named.
    """
    changed = differing_fields(config, DEFAULT)
    values = [
        _("{setting}: {value}", setting=LABELS[name], value=value_in_words(name, config))
        for name in rules.locked
        if (name in first or name in changed) and applies(name, config)
        if name not in ("dataset", "mix_in") or getattr(config, name) in datasets
    ]
    if rules.open_settings and values:
        told = _("Your teacher has fixed all other settings for this lesson:")
    elif rules.open_settings:
        told = _("Your teacher has fixed all other settings for this lesson.")
    else:
        told = _("Your teacher has fixed the settings for this lesson:")
    return " ".join([told, " · ".join(values)]).rstrip()
