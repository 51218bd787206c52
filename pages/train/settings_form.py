"""The hyperparameter form: session state <-> widgets <-> RunConfig <-> address."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from core.config.dataset_fit import mixes_with, within_dataset
from core.config.image_counts import on_dataset
from core.config.presets import PRESETS
from core.config.run_config import WITH_MOMENTUM, ConfigError, FieldError, RunConfig, rule_of
from core.config.setting_labels import HELP, LABELS, OPTION_NAMES, field_label, label_of
from core.config.typed_setting import parse_typed, typed
from core.datasets import CATALOG, DatasetSpec
from core.i18n.literal_text import markdown_text
from core.i18n.marked_sentences import nmarkdown_
from core.i18n.number_format import plain
from core.i18n.translation import _
from pages.components.selectbox import selectbox, with_first
from pages.run_context.form_config import put_config
from pages.server.seat import class_rules
from pages.server.services import settings
from pages.server.visitor import datasets, own_title
from pages.server.warmup import libraries_loaded
from pages.train.fixed_settings import fixed_in_words
from pages.train.form_state import config_shown, widget_key, with_values

RATES: Final = tuple(
    digit * 10.0**power for power in range(-5, 3) for digit in (1, 2, 5) if digit * 10.0**power <= 100
)
FIRST_SETTINGS: Final = frozenset(
    ("dataset", "model", "hidden_sizes", "activation", "optimizer", "learning_rate", "batch_size", "epochs")
)
OWN_SETTINGS: Final = "own"


def hyperparameter_form() -> RunConfig | None:
    """Draw the form; return its config, None while a setting is refused (which is said beside it).

    What the teacher of a class has fixed is not drawn, and has the values of the lesson.
    """
    rules = class_rules()
    config: RunConfig = rules.applied(st.session_state.config)
    choices = _choices()
    if rules.lesson is None:
        _presets(config)
    else:
        st.caption(markdown_text(fixed_in_words(rules, config_shown(), FIRST_SETTINGS, choices)))
        if {getattr(config, name) for name in ("dataset", "mix_in") if name in rules.locked} - {"", *choices}:
            told = _(
                "The dataset of this lesson is not shared with you, or not there any more. Ask your teacher."
            )
            st.error(told)
            return None
    values: dict[str, Any] = {}
    values["dataset"] = _dataset(config, choices)
    values["model"] = _select("model", config)
    if values["model"] == "mlp":
        values["hidden_sizes"] = _typed("hidden_sizes", config)
        values["activation"] = _select("activation", config)
    values["optimizer"] = _select("optimizer", config)
    values["learning_rate"] = _learning_rate(config)
    left, right = st.columns(2)
    with left:
        values["batch_size"] = _typed("batch_size", config)
    with right:
        values["epochs"] = _typed("epochs", config)
    if rules.lesson is None or {*rules.open_settings} - FIRST_SETTINGS:
        with st.expander(_("More settings"), icon=":material/tune:", key="more_settings"):
            values |= _more(config, values, choices)
    return _built(config, values)


def _built(config: RunConfig, values: dict[str, Any]) -> RunConfig | None:
    try:
        built = with_values(config, {name: value for name, value in values.items() if value is not None})
    except ConfigError as error:
        for wrong in error.errors:
            st.error(_in_markdown(wrong))
        return None
    st.session_state.config = built
    return built


def _in_markdown(error: FieldError) -> str:
    """Return, as Markdown, what is wrong with a setting."""
    return markdown_text(error.said(label_of(error.field)))


def _presets(config: RunConfig) -> None:
    matching = next((p.name for p in PRESETS.values() if p.config == config), OWN_SETTINGS)
    names = {} if matching in PRESETS else {OWN_SETTINGS: _("Your own settings")}

    def choose(name: str) -> None:
        if name in PRESETS:
            put_config(PRESETS[name].config)

    selectbox(
        _("Start from"),
        names | {name: preset.title for name, preset in PRESETS.items()},
        matching,
        choose,
        key="preset",
        help=_(
            "Named sets of settings. Choosing one fills in the form below; nothing trains until you press Train."
        ),
    )
    if matching in PRESETS:
        st.caption(markdown_text(PRESETS[matching].note))


def _choices() -> dict[str, DatasetSpec]:
    """Return what there is to train on, by name: looked up once, since a dataset may be deleted at any moment."""
    return CATALOG | {own.name: replace(own.spec, title=own_title(own)) for own in datasets().available()}


def _dataset(config: RunConfig, choices: dict[str, DatasetSpec]) -> str:
    titles = {name: spec.title for name, spec in choices.items()}
    return _select("dataset", config, options=tuple(titles), name_of=lambda name: titles.get(name, name))


def _mix_in(config: RunConfig, chosen: DatasetSpec, choices: dict[str, DatasetSpec]) -> str:
    """Draw the choice of what is learned from as well: "" or a dataset of the same classes."""
    titles = {"": OPTION_NAMES["mix_in", ""]}
    titles |= {name: spec.title for name, spec in choices.items() if mixes_with(spec, chosen)}
    if st.session_state.get(widget_key("mix_in")) not in titles:  # the images have become others
        st.session_state.pop(widget_key("mix_in"), None)
    return _select("mix_in", config, options=tuple(titles), name_of=lambda name: titles.get(name, name))


def _left_out_class(config: RunConfig, chosen: DatasetSpec) -> int:
    """Draw the choice of a class that is not learned: its number, or -1."""
    numbers = (-1, *range(chosen.n_classes))
    if st.session_state.get(widget_key("left_out_class")) not in numbers:  # the images have become others
        st.session_state.pop(widget_key("left_out_class"), None)
    names = dict(zip(numbers, (OPTION_NAMES["left_out_class", -1], *chosen.class_names), strict=True))
    return _select("left_out_class", config, options=numbers, name_of=names.__getitem__)


def _more(config: RunConfig, chosen: dict[str, Any], choices: dict[str, DatasetSpec]) -> dict[str, Any]:
    """Draw what is not shown at first; the fields that do not apply keep their values unseen."""
    values: dict[str, Any] = {}
    st.markdown(_("**Data**"))
    values |= _image_counts(config, choices[chosen["dataset"]], choices.get(config.dataset))
    values["scaling"] = _select("scaling", config)
    values["deskew"] = _toggle("deskew", config)
    values["augmentation"] = _select("augmentation", config)
    values["mix_in"] = _mix_in(config, choices[chosen["dataset"]], choices)
    values["left_out_class"] = _left_out_class(config, choices[chosen["dataset"]])
    st.markdown(_("**Model**"))
    if chosen["model"] == "cnn":
        values["channels"] = _typed("channels", config)
        values["kernel_size"] = _select("kernel_size", config, options=(1, 3, 5, 7, 9))
    if chosen["model"] != "softmax":
        values["dropout"] = _typed("dropout", config)
    values["initialisation"] = _select("initialisation", config)
    if values["initialisation"] == "normal":
        values["init_std"] = _typed("init_std", config)
    st.markdown(_("**Training**"))
    if chosen["optimizer"] in WITH_MOMENTUM:
        values["momentum"] = _typed("momentum", config)
    if chosen["optimizer"] == "sgd" and values["momentum"]:
        values["nesterov"] = _toggle("nesterov", config)
    values["schedule"] = _select("schedule", config)
    if values["schedule"] == "step":
        values["step_epochs"] = _typed("step_epochs", config)
        values["step_factor"] = _typed("step_factor", config)
    values["l2"] = _typed("l2", config)
    values["l1"] = _typed("l1", config)
    st.markdown(_("**Run**"))
    values["eval_every"] = _typed("eval_every", config)
    values["seed"] = _typed("seed", config)
    values["device"] = _select("device", config, options=_devices(config))
    return values


@st.cache_resource(show_spinner=False)
def _found_devices() -> tuple[str, ...]:
    import torch

    found = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return tuple(name for name, there in found.items() if there)


def _devices(config: RunConfig) -> tuple[str, ...]:
    found = _found_devices() if libraries_loaded() else ("cpu",)
    return found if config.device in found else (*found, config.device)


# ---- one widget each; the widget's state is seeded from the config when it has none


def _seed_state(name: str, value: Any) -> str:
    key = widget_key(name)
    if key not in st.session_state:
        st.session_state[key] = value
    return key


def _select(
    name: str,
    config: RunConfig,
    options: tuple[Any, ...] | None = None,
    name_of: Callable[[Any], str] | None = None,
) -> Any:
    options, value = options or rule_of(name), getattr(config, name)
    rules = class_rules()
    if name in rules.locked:
        return value
    if name == "model" and rules.models:
        options = tuple(option for option in options if option in rules.models)
    key = _seed_state(name, value if value in options else options[0])
    return st.selectbox(
        LABELS[name],
        options,
        format_func=name_of or (lambda option: OPTION_NAMES.get((name, option), str(option))),
        key=key,
        help=HELP[name],
    )


def _toggle(name: str, config: RunConfig) -> bool:
    if name in class_rules().locked:
        return bool(getattr(config, name))
    return st.toggle(LABELS[name], key=_seed_state(name, getattr(config, name)), help=HELP[name])


def _image_counts(config: RunConfig, spec: DatasetSpec, before: DatasetSpec | None) -> dict[str, Any]:
    """Draw the numbers of images; where another dataset has fewer than a field holds, it holds them all."""
    if {"train_size", "validation_size"} & {*class_rules().locked}:
        return {"train_size": config.train_size, "validation_size": config.validation_size}
    moved = on_dataset(config, spec, before)
    for name in ("train_size", "validation_size"):
        key = _seed_state(name, typed(getattr(config, name)))
        if spec.name != config.dataset:
            is_own = name == "validation_size" and spec.validation_size
            most = spec.validation_size if is_own else spec.train_size
            st.session_state[key] = typed(min(getattr(moved, name), most))
    return {
        "train_size": _typed("train_size", config, spec.name),
        "validation_size": _own_validation(spec)
        if spec.validation_size
        else _typed("validation_size", config, spec.name),
    }


def _own_validation(spec: DatasetSpec) -> Any:
    """Draw whether progress is measured on the validation images that the dataset brings; return on how many."""
    key, own = widget_key("validation_size"), typed(spec.validation_size)
    names = {own: _("{n}, the dataset's own", n=spec.validation_size), typed(0): _("0 (use the test set)")}
    if st.session_state[key] not in names:  # the dataset had others when the run in the form was made
        st.session_state[key] = own
    chosen = st.selectbox(
        LABELS["validation_size"],
        list(names),
        format_func=names.__getitem__,
        key=key,
        help=nmarkdown_(
            "The dataset brings {n} validation image of its own. No run trains on it. Progress is measured on it, or "
            "with 0 on the test set.",
            "The dataset brings {n} validation images of its own. No run trains on them. Progress is measured on them, "
            "or with 0 on the test set.",
            spec.validation_size,
        ),
    )
    return _parsed("validation_size", chosen)


def _learning_rate(config: RunConfig) -> float | None:
    """Draw the usual rates to choose from; any other may be typed."""
    if "learning_rate" in class_rules().locked:
        return config.learning_rate
    key = _seed_state("learning_rate", config.learning_rate)
    chosen = st.selectbox(
        LABELS["learning_rate"],
        with_first(config.learning_rate, RATES),
        format_func=lambda rate: rate if isinstance(rate, str) else plain(rate),
        accept_new_options=True,
        key=key,
        help=HELP["learning_rate"],
    )
    return _parsed("learning_rate", chosen) if isinstance(chosen, str) else chosen


def _typed(name: str, config: RunConfig, dataset: str = "") -> Any:
    """Draw a field of text; return the value typed, None (and say why) where it is refused."""
    if name in class_rules().locked:
        return getattr(config, name)
    key = _seed_state(name, typed(getattr(config, name)))
    return _parsed(name, st.text_input(markdown_text(field_label(name)), key=key, help=HELP[name]), dataset)


def _parsed(name: str, text: str, dataset: str = "") -> Any:
    try:
        return parse_typed(name, text, settings())
    except ConfigError as error:
        wrong = error.errors[0]
        st.error(_in_markdown(within_dataset(wrong, dataset) if dataset else wrong))
        return None
