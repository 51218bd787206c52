"""The orders to a run: Train, Pause, One step, One epoch, Stop, pace, and the learning rate while it trains."""

import time
from typing import Any, Final

import streamlit as st

from core.access.rules import Action
from core.config.run_config import ConfigError, RunConfig, differing_fields
from core.config.setting_labels import refusal
from core.datasets import DatasetError, dataset_spec
from core.i18n.literal_text import markdown_text
from core.i18n.number_format import plain
from core.i18n.translation import N_, Sentences, _
from core.models.parameter_shapes import count_parameters
from core.protocol.controls import parse_pace
from core.runs import RunRow, StoreError
from pages.components.selectbox import field_px, label_px, selectbox, with_first
from pages.run_context.form_config import put_config
from pages.run_context.selected_run import select_run
from pages.server.seat import is_class_paused
from pages.server.visitor import command, may, store, submit, visitor
from pages.train.form_state import config_as_entered
from pages.train.settings_form import RATES

PACES: Final = Sentences(
    {
        "full": N_("Full speed"),
        "film:10": N_("Slow, about 10 s"),
        "steps:5": N_("5 steps a second"),
        "steps:50": N_("50 steps a second"),
    }
)
TRAIN_KEY: Final = "train_button"  # of the button, which the first link of the page leads to
DEFAULT_PACE: Final = "film:10"
TRAIN_PX: Final = 138  # fixed widths: a button that moves under the pointer is a click that goes astray
PAUSE_PX: Final = 108
PACE_PX: Final = 168
OBEYED_S: Final = 0.4
FIRST_POINT_S: Final = 0.6  # a new run is given this long to say something before the page is drawn

DOUBLE_S: Final = 1.0  # presses this close that ask for the same are one: a double click, a key held down
_BEGUN: Final = "begun"  # the run begun last here: (what was asked for, its id, when)


def run_buttons(config: RunConfig, run: RunRow | None) -> None:
    """Draw the buttons as the run's status has them, and the pace, in a row."""
    run_id = run.id if run else ""
    live = run is not None and run.is_live
    is_others = run is not None and not may(Action.ORDER_RUN, run)
    is_same = run is not None and not differing_fields(config, run.config)
    is_interrupted = run is not None and run.status == "interrupted"  # then Resume is the one to press
    st.button(
        _("Train again") if is_same else _("Train"),
        type="secondary" if live or is_interrupted else "primary",
        icon=":material/play_arrow:",
        width=TRAIN_PX,
        shortcut="T",
        key=TRAIN_KEY,  # or a click on the way while it changes its looks would be another button's
        on_click=_begin,
    )
    if is_interrupted:
        st.button(
            _("Resume"),
            type="primary",
            width=PAUSE_PX,
            disabled=is_others,
            on_click=_resume,
            args=(run_id,),
            help=_help_in_markdown(run, None),
        )
    elif run is not None and run.status == "paused":
        st.button(
            _("Resume"),
            type="primary",
            width=PAUSE_PX,
            shortcut="P",
            on_click=_order,
            args=(run_id,),
            kwargs={"command": "run"},
            disabled=is_others or is_class_paused(),
            help=_help_in_markdown(run, _paused_or(_("Continue from this step."))),
        )
    else:
        st.button(
            _("Pause"),
            width=PAUSE_PX,
            shortcut="P",
            disabled=not live or is_others,
            on_click=_order,
            args=(run_id,),
            kwargs={"command": "pause"},
            help=_help_in_markdown(run, _("Pause between two steps. Nothing is lost.")),
        )
    _stepper(_("One step"), "S", "step", run, _("Learn from one batch of images, then pause."))
    _stepper(_("One epoch"), "E", "epoch", run, _("Learn from all training images once, then pause."))
    st.button(
        _("Stop"),
        shortcut="X",
        disabled=not live or is_others,
        on_click=_order,
        args=(run_id,),
        kwargs={"command": "stop"},
        help=_help_in_markdown(run, _("End the run here and keep all that it has learned.")),
    )
    _pace(run)


def _stepper(label: str, key: str, unit: str, run: RunRow | None, effect: str) -> None:
    """Draw a button that goes on by one step or epoch; with no live run it starts one and pauses."""
    live = run is not None and run.is_live
    st.button(
        markdown_text(label),
        shortcut=key,
        on_click=_order if live else _begin,
        args=(run.id,) if run is not None and live else (),
        kwargs={f"one_{unit}": True} if live else {"until": 1 if unit == "step" else -1},
        disabled=run is not None and live and (is_class_paused() or not may(Action.ORDER_RUN, run)),
        help=_help_in_markdown(run, _paused_or(markdown_text(effect))),
    )


def _paused_or(effect: str) -> str:
    """Return what a button does that has a run go on: nothing, while the class is paused."""
    return _("Your teacher has paused training.") if is_class_paused() else effect


def _help_in_markdown(run: RunRow | None, effect: str | None) -> str | None:
    """Return, as Markdown, what a button does, or why it does nothing to another visitor's run that goes on."""
    if run is None or may(Action.ORDER_RUN, run) or run.has_ended:
        return effect
    return _("This run was not made in this browser, so you can only watch it.")


def chosen_pace() -> str:
    """Return the pace at which this visitor's next run is to be shown."""
    return str(st.session_state.get("pace", DEFAULT_PACE))


def _pace(run: RunRow | None) -> None:
    """Draw the pace: that of a run that goes on, whoever chose it; else the one for the next."""

    def choose(pace: str) -> None:
        st.session_state.pace = pace
        if run is not None and run.is_live:
            _order(run.id, pace=pace)

    if run is not None and run.is_live:
        current = run.pace
    else:
        is_mine = run is not None and run.owner == visitor()
        current = st.session_state.setdefault(
            "pace", run.pace if run is not None and is_mine else DEFAULT_PACE
        )
    names = dict(PACES) if current in PACES else {current: _pace_in_words(current), **PACES}
    selectbox(
        _("Pace"),
        names,
        current,
        choose,
        key="pace_choice",
        disabled=run is not None and run.is_live and not may(Action.ORDER_RUN, run),
        width=field_px(names.values(), PACE_PX) + label_px(_("Pace")),
        help=_(
            "How fast you see the training. Slow spreads the whole run over about 10 seconds, or longer if it needs "
            "more. The results are the same at every pace, and “trained for” does not count the waiting. Default: "
            "slow, about 10 s."
        ),
    )


def _pace_in_words(pace: str) -> str:
    """Return what a pace is called that cannot be chosen here: a command line's."""
    kind, value = parse_pace(pace)
    if kind == "film":
        return _("Slow, about {time:about}", time=value)
    return _("{rate:plain} steps a second", rate=value)


def live_rate(config: RunConfig, run: RunRow | None) -> None:
    """Draw the learning rate that can be changed while a run trains; it stands idle while none does."""
    rate, key = config.learning_rate, "live_rate_idle"
    if run is not None and run.is_live:
        rate = run.learning_rate if run.learning_rate is not None else run.config.learning_rate
        key = f"live_rate_{run.id}"
    if run is None or not run.is_live or key not in st.session_state:
        st.session_state[key] = rate

    def change() -> None:
        if run is not None:
            _order(run.id, learning_rate=st.session_state[key])

    st.selectbox(
        _("Learning rate now"),
        with_first(st.session_state[key], (*RATES, rate)),
        format_func=plain,
        key=key,
        disabled=run is None or not run.is_live or not may(Action.ORDER_RUN, run),
        on_change=change,
        help=_(
            "Changes the learning rate while the run trains, from the next step on. The change is recorded with its "
            "step, so that the run can be repeated exactly."
        ),
    )


def _begin(until: int = 0) -> None:
    """Create a run of what the form says, hand it to the engine, select it, and wait for its first words.

    The second press of a double click asks for the run that the first has just begun, and makes no other.
    """
    try:
        config = config_as_entered()
        last_asked, last_id, last_s = st.session_state.get(_BEGUN, (None, "", 0.0))
        if (
            last_asked == (config, until)
            and time.monotonic() - last_s < DOUBLE_S
            and store().get(last_id).is_live
        ):
            st.session_state[_BEGUN] = (last_asked, last_id, time.monotonic())
            select_run(last_id)
            return
        run_id = store().create(
            config,
            command="pause" if until else "run",
            run_until=until,
            pace=chosen_pace(),
            parameter_count=count_parameters(config, dataset_spec(config.dataset)),
        )
        submit(run_id)
        st.session_state[_BEGUN] = ((config, until), run_id, time.monotonic())
        select_run(run_id)
        deadline = time.monotonic() + FIRST_POINT_S
        while time.monotonic() < deadline and store().get(run_id).step == 0:
            time.sleep(0.01)
        st.session_state[_BEGUN] = ((config, until), run_id, time.monotonic())
    except (StoreError, DatasetError, ConfigError) as error:
        st.session_state.trouble = refusal(error)


def _order(run_id: str, **changes: Any) -> None:
    """Give the run an order, and wait a moment until it is obeyed, so that the page is drawn once and shows it."""
    try:
        before = store().get(run_id)
        command(run_id, **changes)
        deadline = time.monotonic() + OBEYED_S
        while changes.keys() & {"command", "one_step"} and time.monotonic() < deadline:
            now = store().get(run_id)
            if now.status != before.status or (changes.get("one_step") and now.step != before.step):
                return
            time.sleep(0.01)
    except (StoreError, ConfigError) as error:
        st.session_state.trouble = refusal(error)


def _resume(run_id: str) -> None:
    try:
        submit(run_id)
    except StoreError as error:
        st.session_state.trouble = str(error)


def train_with(config: RunConfig) -> None:
    """Fill the form with `config` and start it; for a button's callback."""
    put_config(config)
    _begin()
