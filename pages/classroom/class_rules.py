"""What members see and may train, for the teacher to set: pages, models, epochs, settings that are fixed."""

from dataclasses import replace
from typing import Any

import streamlit as st

from core.classroom.classroom_table import Classroom
from core.classroom.lead import Lead
from core.config.config_title import MODELS
from core.config.run_config import FIELD_NAMES, RunConfig
from core.config.setting_labels import LABELS
from core.i18n.literal_text import markdown_text
from core.i18n.translation import _
from core.runs.class_rules import FREE, ClassRules
from pages.components.navigation import ALWAYS, page_names, title_of
from pages.components.number_field import limit_field
from pages.run_context.form_config import config_in_form
from pages.server.errors import trouble_told
from pages.server.services import settings
from pages.server.visitor import store


def rules_section(classroom: Classroom) -> None:
    """Draw what members see and may train."""
    rules, own = classroom.rules, f"{classroom.id}_{classroom.revision}"
    st.subheader(_("What members see and may train"), anchor=False)
    _multiselect(
        _("Pages"),
        [name for name in page_names() if name not in ALWAYS],
        rules.pages,
        title_of,
        _("All pages"),
        f"pages_{own}",
        lambda chosen: _keep(classroom.id, replace(rules, pages=chosen)),
    )
    _multiselect(
        _("Models"),
        [*MODELS],
        rules.models,
        MODELS.__getitem__,
        _("All models"),
        f"models_{own}",
        lambda chosen: _keep(classroom.id, replace(rules, models=chosen)),
    )
    epochs = f"epochs_{own}"
    limit_field(
        _("Most epochs of a run"),
        settings().rule_of("epochs").high,
        rules.max_epochs,
        key=epochs,
        placeholder=_("No limit"),
        width=240,
        on_change=lambda: _keep(classroom.id, replace(rules, max_epochs=st.session_state[epochs] or 0)),
    )
    st.toggle(
        _("Fix the settings as they stand in my form on Train"),
        rules.lesson is not None,
        key=f"lesson_{own}",
        help=_("Members then see and change only the settings that you leave open below."),
        on_change=lambda: _fix(classroom.id, rules, is_fixed=bool(st.session_state[f"lesson_{own}"])),
    )
    if rules.lesson is not None:
        _multiselect(
            _("Settings that members may change"),
            [name for name in FIELD_NAMES if name in LABELS and name not in FREE],
            rules.open_settings,
            lambda name: LABELS[name],
            _("None"),
            f"open_{own}",
            lambda chosen: _keep(classroom.id, replace(rules, open_settings=chosen)),
        )


def _multiselect(
    label: str, options: list[str], chosen: tuple[str, ...], name_of: Any, empty: str, key: str, choose: Any
) -> None:
    st.multiselect(
        markdown_text(label),
        options,
        [name for name in chosen if name in options],
        format_func=name_of,
        key=key,
        placeholder=empty,
        on_change=lambda: choose(tuple(st.session_state[key])),
    )


def _fix(classroom_id: str, rules: ClassRules, *, is_fixed: bool) -> None:
    lesson: RunConfig | None = replace(config_in_form(), start_from="", seed=0) if is_fixed else None
    _keep(classroom_id, replace(rules, lesson=lesson))


def _keep(classroom_id: str, rules: ClassRules) -> None:
    with trouble_told():
        Lead(store()).set_rules(classroom_id, rules)
