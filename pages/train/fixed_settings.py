"""What the teacher of a class has fixed, said where a member's form begins."""

from collections.abc import Collection

from core.config.presets import DEFAULT
from core.config.run_config import RunConfig, applies, differing_fields
from core.config.setting_labels import LABELS, value_in_words
from core.i18n.translation import _
from core.runs.class_rules import ClassRules


def fixed_in_words(rules: ClassRules, config: RunConfig, first: Collection[str]) -> str:
    """Return that a teacher has fixed settings, with their values: of `first`, and what else is not as usual."""
    told = _("Your teacher has fixed the settings for this lesson:")
    if rules.open_settings:
        told = _("Your teacher has fixed all other settings for this lesson:")
    changed = differing_fields(config, DEFAULT)
    fixed = [name for name in rules.locked if name in first or name in changed]
    values = [
        _("{setting}: {value}", setting=LABELS[name], value=value_in_words(name, config))
        for name in fixed
        if applies(name, config)
    ]
    return f"{told} {' · '.join(values)}"
