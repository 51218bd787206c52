"""What a class's teacher lets its members train and see: kept in the class's row, asked before a run is made."""

import json
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from sqlalchemy import Connection, select

from core.access.rules import Actor
from core.config.config_title import MODELS
from core.config.run_config import FIELD_NAMES, ConfigError, RunConfig, differing_fields, from_json, to_json
from core.config.setting_labels import LABELS
from core.i18n.translation import _, ngettext
from core.runs.classroom_schema import CLASSROOMS, MEMBERS
from core.runs.errors import RunRefused

FREE: Final = ("seed", "device", "start_from", "learning_rate_changes")  # settings that no lesson fixes


@dataclass(frozen=True)
class ClassRules:
    """What members may do.

    pages: those that they see, () for all. models: those that they may train, () for all. max_epochs: of a run, 0 for
    as many as the installation allows. lesson: settings that members have, all but the `open_settings`.
    """

    pages: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    max_epochs: int = 0
    open_settings: tuple[str, ...] = ()
    lesson: RunConfig | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether not every run may be made."""
        return bool(self.models or self.max_epochs or self.lesson)

    @property
    def locked(self) -> tuple[str, ...]:
        """The settings that members have as the lesson has them."""
        return tuple(name for name in FIELD_NAMES if self.lesson and name not in (*self.open_settings, *FREE))

    def applied(self, config: RunConfig) -> RunConfig:
        """Return the config with what is locked as the lesson has it."""
        return replace(config, **{name: getattr(self.lesson, name) for name in self.locked})

    def check(self, config: RunConfig) -> None:
        """Refuse what a member may not train.  Raises: RunRefused naming the value and what is allowed."""
        if told := self._problem(config):
            raise RunRefused(told, _("Change it, or ask your teacher."))

    def _problem(self, config: RunConfig) -> str:
        if self.models and config.model not in self.models:
            return _(
                "In this class, models are {models:list}, and not {model}.",
                models=[MODELS[name] for name in self.models],
                model=MODELS[config.model],
            )
        if self.max_epochs and config.epochs > self.max_epochs:
            return ngettext(
                "In this class, a run has at most {n} epoch, and not {epochs}.",
                "In this class, a run has at most {n} epochs, and not {epochs}.",
                self.max_epochs,
                epochs=config.epochs,
            )
        changed = {*differing_fields(config, self.applied(config))}
        if names := [LABELS[name] for name in self.locked if name in changed]:
            return _("Your teacher has fixed these settings: {settings:list}.", settings=names)
        return ""


def rules_to_json(rules: ClassRules) -> str:
    """Return the rules as the class's row keeps them."""
    kept: dict[str, Any] = {
        entry.name: value
        for entry in fields(rules)
        if (value := getattr(rules, entry.name)) != entry.default and entry.name != "lesson"
    }
    if rules.lesson is not None:
        kept["lesson"] = to_json(rules.lesson)
    return json.dumps(kept)


def rules_from_json(text: str) -> ClassRules:
    """Return the rules that a class's row holds; what this version does not know of them is left out."""
    try:
        kept: dict[str, Any] = json.loads(text)
        lesson = from_json(kept["lesson"]) if kept.get("lesson") else None
        lists = {name: tuple(map(str, kept.get(name, ()))) for name in ("pages", "models", "open_settings")}
        models = tuple(name for name in lists.pop("models") if name in MODELS)
        return ClassRules(**lists, models=models, max_epochs=int(kept.get("max_epochs", 0)), lesson=lesson)
    except (ConfigError, TypeError, ValueError, AttributeError):
        return ClassRules()


def rules_for(connection: Connection, actor: Actor) -> ClassRules:
    """Return what the actor is held to: none but as a member of a class.

    Raises: RunRefused for who is a member no more: somebody removed may have a page open still.
    """
    if not actor.member_of:
        return ClassRules()
    member = (MEMBERS.c.id == actor.id) & MEMBERS.c.removed_at.is_(None)
    kept = connection.scalar(select(CLASSROOMS.c.rules).select_from(MEMBERS.join(CLASSROOMS)).where(member))
    if kept is None:
        raise RunRefused(
            _("You are not in the class any more."),
            _("Reload the page: then it is this browser's own again."),
        )
    return rules_from_json(kept)


def check_no_search(connection: Connection, actor: Actor) -> None:
    """Refuse a member's search where not every run may be made.  Raises: RunRefused."""
    if rules_for(connection, actor).is_narrow:
        raise RunRefused(
            _("In this class, settings are fixed or limited, so none are searched for."),
            _("Train runs with the settings of the lesson, or ask your teacher."),
        )
