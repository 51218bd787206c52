"""A race in the class: who reads the test set best, and whether the difference is more than luck."""

import pandas as pd
import streamlit as st

from core.access.rules import Action
from core.classroom.errors import ClassroomError
from core.classroom.race import CLEAR, Placed, Race, Races, Right, ranking_csv
from core.config.config_title import MODELS
from core.config.presets import PRESETS
from core.config.setting_labels import dataset_title
from core.datasets import CATALOG, DatasetError
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import markdown_, nmarkdown_
from core.i18n.number_format import percent
from core.i18n.translation import _
from core.insight.stored_scores import right_answers
from core.runs import RunRow
from core.runs.run_labels import title
from pages.components.live_channel import follow
from pages.components.number_field import limit_field
from pages.run_context.dataset_guard import content_of
from pages.server.errors import fragment, trouble_told
from pages.server.services import settings
from pages.server.visitor import image_data, store, visitor


@fragment
def race_section(classroom_id: str) -> None:
    """Draw the race that goes on, or the last one, and for a teacher how one is started and ended; it follows them."""
    races = Races(store())
    try:
        race, mark = races.latest(classroom_id), races.mark(classroom_id)
        leads = races.may(Action.LEAD_CLASS, classroom_id)
        if leads:
            _tools(classroom_id, race)
        if race is not None:
            _show(race, races.ranking(classroom_id, race, _right_of))
    except ClassroomError as error:
        st.error(markdown_text(str(error)))
        return
    follow("race", {("class", classroom_id): {"race": mark}})


def _tools(classroom_id: str, race: Race | None) -> None:
    """Draw how a teacher starts a race, and ends the one that goes on."""
    if race is not None and race.ended_at is None:
        st.button(
            _("End the race"), icon=":material/flag:", key="race_end", on_click=_end, args=(classroom_id,)
        )
        return
    with st.expander(_("Start a race"), icon=":material/flag:", key="race_panel"):
        st.markdown(
            _(
                "Everybody trains as often as they like; each member's best run counts that is begun and finished "
                "within the race, from the start and not from a run's weights."
            )
        )
        with st.form("race_form", border=False):
            datasets = [name for name, spec in CATALOG.items() if spec.test_size]
            st.selectbox(_("Dataset"), datasets, format_func=dataset_title, key="race_dataset", width=360)
            st.multiselect(
                _("Models"),
                [*MODELS],
                format_func=MODELS.__getitem__,
                key="race_models",
                placeholder=_("All models"),
            )
            limit_field(
                _("Most epochs of a run"),
                settings().rule_of("epochs").high,
                PRESETS["default"].config.epochs,  # as the form of Train has it, so that a run of it counts
                key="race_epochs",
                placeholder=_("No limit"),
                width=240,
            )
            st.form_submit_button(_("Start the race"), type="primary", on_click=_start, args=(classroom_id,))


def _start(classroom_id: str) -> None:
    state = st.session_state
    with trouble_told():
        Races(store()).start(
            classroom_id,
            state.race_dataset,
            models=tuple(state.race_models),
            max_epochs=state.race_epochs or 0,
        )


def _end(classroom_id: str) -> None:
    with trouble_told():
        Races(store()).end(classroom_id)


def _show(race: Race, placed: list[Placed]) -> None:
    st.subheader(_("Race") if race.ended_at is None else _("The last race"), anchor=False)
    st.markdown(_terms_in_markdown(race))
    if not placed:
        st.caption(_("Nobody has a run yet that counts."))
        return
    frame = pd.DataFrame(
        {
            _("Place"): [one.place for one in placed],
            _("Nickname"): [_name(one) for one in placed],
            _("Test accuracy"): [percent(one.accuracy, 2) for one in placed],
            _("Than the one before"): [_verdict(one) for one in placed],
            _("Run"): [title(one.run) for one in placed],
        }
    )
    best = placed[0]
    alt = _(
        "Ranking of {n} members; first is {nickname} with {accuracy:percent}.",
        n=len(placed),
        nickname=_name(best),
        accuracy=best.accuracy,
    )
    st.dataframe(frame, hide_index=True, alt=alt, key="race_ranking")
    st.caption(
        markdown_(
            "A difference is called clear if chance alone would make one so large in less than {share:percent.0} of "
            "all cases, by McNemar's exact test on the images that only one of two models reads right. Who is equal "
            "shares a place.",
            share=CLEAR,
        )
    )
    st.download_button(
        _("Ranking as CSV"),
        ranking_csv(placed),
        "race.csv",  # not said: a file's name
        "text/csv",
        icon=":material/download:",
        key="race_csv",
        on_click="ignore",
    )


def _terms_in_markdown(race: Race) -> str:
    """Return, as Markdown, what wins and what counts."""
    said = [markdown_("The best test accuracy on {dataset} wins.", dataset=dataset_title(race.dataset))]
    if race.models:
        said.append(markdown_("Models: {models:list}.", models=[MODELS[name] for name in race.models]))
    if race.max_epochs:
        said.append(nmarkdown_("At most {n} epoch.", "At most {n} epochs.", race.max_epochs))
    return " ".join(said)


def _name(one: Placed) -> str:
    if one.member_id == visitor():
        return _("{nickname} (you)", nickname=one.nickname or _("Somebody"))
    return one.nickname or _("Somebody")


def _verdict(one: Placed) -> str:
    """Return how a member's run compares with the one before."""
    if one.p_value is None:
        return ""
    return _("clearly lower") if one.is_clear else _("no clear difference")


def _right_of(run: RunRow) -> Right | None:
    try:
        return _right(run.id, f"{run.revision} {content_of(run)}")
    except DatasetError:
        return None


@st.cache_resource(show_spinner=False, max_entries=512)
def _right(run_id: str, _version: str) -> Right | None:
    """Return which test images the run reads right, None where its scores are not of those that there are now."""
    run = store().get(run_id)
    return right_answers(store(), run, image_data(run.dataset))
