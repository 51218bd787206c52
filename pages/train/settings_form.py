"""The hyperparameter form: session state <-> widgets <-> RunConfig <-> address."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from core.config.presets import PRESETS
from core.config.query_string import from_query, parse_field, to_query
from core.config.run_config import FIELD_NAMES, ConfigError, FieldError, RunConfig, rule_of
from core.config.setting_labels import HELP, LABELS, OPTION_NAMES
from core.datasets import CATALOG, spec
from core.datasets.user_datasets import list_own
from pages.components.selectbox import picker
from pages.server.services import libraries_loaded

RATES: Final = tuple(
    digit * 10.0**power for power in range(-5, 3) for digit in (1, 2, 5) if digit * 10.0**power <= 100
)
OWN_SETTINGS: Final = "own"
_NUMBER: Final = "form_number"  # how many configs have been put into the form since the start
_SIZES: Final = ("hidden_sizes", "channels")


def config_from_address() -> None:
    """Fill the form's config from the address once a session; refused settings are told, the rest holds."""
    if "config" in st.session_state:
        return
    query = {name: st.query_params[name] for name in st.query_params}
    wanted = query.get("preset", "default")
    errors = []
    if wanted not in PRESETS:
        errors.append(FieldError("preset", wanted[:40], "one of " + ", ".join(PRESETS)))
    base = PRESETS[wanted if wanted in PRESETS else "default"].config
    config, wrong = from_query(query, base)
    problem = dataset_problem(config)
    if problem:
        wrong.append(problem)
        config = replace(config, dataset=base.dataset, mix_in="")
    st.session_state.config = config
    st.session_state.address_errors = [*errors, *wrong]


def dataset_problem(config: RunConfig) -> FieldError | None:
    """Return what is wrong with the config's dataset and its split, None if nothing is."""
    names = [*CATALOG, *(own.name for own in list_own())]
    if config.dataset not in names:
        return FieldError("dataset", config.dataset, "one of " + ", ".join(names))
    if config.mix_in and (config.mix_in not in names or not mixes_with(config.mix_in, config.dataset)):
        fitting = [name for name in names if mixes_with(name, config.dataset)]
        return FieldError("mix_in", config.mix_in, "empty" + "".join(f", or {name}" for name in fitting))
    count = spec(config.dataset).train_size
    if config.validation_size + max(config.train_size, 1) > count:
        both = f"{config.validation_size} + {config.train_size}"
        return FieldError("validation_size + train_size", both, f"at most the {count:,} training images")
    return None


def put_config(config: RunConfig) -> None:
    """Show `config` in the form, by new widgets; for callbacks, before they are drawn.

    What a browser still says of the old ones, with a tick or with the next press, is of no account.
    """
    st.session_state.config = config
    st.session_state[_NUMBER] = st.session_state.get(_NUMBER, 0) + 1


def config_in_address(config: RunConfig) -> None:
    """Keep every setting that differs from the start in the page's address."""
    wanted = to_query(config, PRESETS["default"].config)
    shown = {name: st.query_params[name] for name in st.query_params if name in (*FIELD_NAMES, "preset")}
    for name in shown.keys() - wanted.keys():
        del st.query_params[name]
    for name, value in wanted.items():
        if shown.get(name) != value:
            st.query_params[name] = value


def hyperparameter_form() -> RunConfig | None:
    """Draw the form; return its config, None while a setting is refused (which is said beside it)."""
    config: RunConfig = st.session_state.config
    _presets(config)
    values: dict[str, Any] = {}
    values["dataset"] = _dataset(config)
    values["model"] = _select("model", config)
    if values["model"] == "mlp":
        values["hidden_sizes"] = _sizes("hidden_sizes", config)
        values["activation"] = _select("activation", config)
    values["optimizer"] = _select("optimizer", config)
    values["learning_rate"] = _learning_rate(config)
    left, right = st.columns(2)
    with left:
        values["batch_size"] = _number("batch_size", config)
    with right:
        values["epochs"] = _number("epochs", config)
    with st.expander("More settings", icon=":material/tune:"):
        values |= _more(config, values)
    return _built(config, values)


def config_as_entered() -> RunConfig:
    """Return the form's config as its widgets hold it now; for callbacks, before the form is drawn.

    What was typed just before a button was pressed comes with the press: the form as it was drawn last does not
    have it yet.  Raises: ConfigError.
    """
    config: RunConfig = st.session_state.config
    keys = {name: _key(name) for name in FIELD_NAMES}
    held = {name: st.session_state[key] for name, key in keys.items() if key in st.session_state}
    return _with(config, {name: _sizes_of(name, v) if name in _SIZES else v for name, v in held.items()})


def _built(config: RunConfig, values: dict[str, Any]) -> RunConfig | None:
    try:
        built = _with(config, {name: value for name, value in values.items() if value is not None})
    except ConfigError as error:
        for wrong in error.errors:
            st.error(_sentence(wrong))
        return None
    st.session_state.config = built
    return built


def _with(config: RunConfig, values: dict[str, Any]) -> RunConfig:
    """Return `config` with the values, and without what they rule out.  Raises: ConfigError."""
    if values.get("optimizer", config.optimizer) != "sgd" or values.get("momentum", config.momentum) == 0:
        values = values | {"nesterov": False}
    built = replace(config, **values)
    if problem := dataset_problem(built):
        raise ConfigError([problem])
    return built


def _sentence(error: FieldError) -> str:
    name = LABELS.get(error.field, error.field)
    return f"**{name}** must be {error.allowed}, not {error.value}."


def _presets(config: RunConfig) -> None:
    matching = next((p.name for p in PRESETS.values() if p.config == config), OWN_SETTINGS)
    names = {} if matching in PRESETS else {OWN_SETTINGS: "Your own settings"}

    def choose(name: str) -> None:
        if name in PRESETS:
            put_config(PRESETS[name].config)

    picker(
        "Start from",
        names | {name: preset.title for name, preset in PRESETS.items()},
        matching,
        choose,
        key="preset",
        help="A named set of settings. Choosing one fills the form below; nothing trains until you press Train.",
    )
    if matching in PRESETS:
        st.caption(PRESETS[matching].note)


def _titles() -> dict[str, str]:
    titles = {name: entry.title for name, entry in CATALOG.items()}
    return titles | {own.name: f"{own.title} (yours)" for own in list_own()}


def _dataset(config: RunConfig) -> str:
    titles = _titles()
    return _select("dataset", config, options=tuple(titles), name_of=lambda name: titles.get(name, name))


def _mix_in(config: RunConfig, dataset: str) -> str:
    """Draw the choice of what is learned from as well: "" or a dataset of the same classes."""
    titles = {"": OPTION_NAMES["mix_in", ""]}
    titles |= {name: title for name, title in _titles().items() if mixes_with(name, dataset)}
    if st.session_state.get(_key("mix_in")) not in titles:  # the images have become others
        st.session_state.pop(_key("mix_in"), None)
    return _select("mix_in", config, options=tuple(titles), name_of=lambda name: titles.get(name, name))


def mixes_with(name: str, dataset: str) -> bool:
    """Return whether the images of `name` can be learned beside those of `dataset`: others, of the same classes."""
    theirs = spec(name)
    return name != dataset and theirs.source != "download" and theirs.is_compatible_with(spec(dataset))


def _more(config: RunConfig, chosen: dict[str, Any]) -> dict[str, Any]:
    """Draw what is not shown at first; the fields that do not apply keep their values unseen."""
    values: dict[str, Any] = {}
    images = spec(chosen["dataset"]).train_size if chosen["dataset"] in CATALOG else None
    st.markdown("**Data**")
    values["train_size"] = _number("train_size", config, high=images)
    values["validation_size"] = _number("validation_size", config, high=images)
    values["scaling"] = _select("scaling", config)
    values["deskew"] = _toggle("deskew", config)
    values["augmentation"] = _select("augmentation", config)
    values["mix_in"] = _mix_in(config, chosen["dataset"])
    if chosen["model"] == "cnn":
        st.markdown("**Model**")
        values["channels"] = _sizes("channels", config)
        values["kernel_size"] = _select("kernel_size", config, options=(1, 3, 5, 7, 9))
    st.markdown("**Start of the weights**")
    values["initialisation"] = _select("initialisation", config)
    if values["initialisation"] == "normal":
        values["init_std"] = _number("init_std", config, form="%.4f")
    st.markdown("**Learning**")
    if chosen["optimizer"] in ("sgd", "rmsprop"):
        values["momentum"] = _number("momentum", config, form="%.3f", step=0.05)
    if chosen["optimizer"] == "sgd" and values["momentum"]:
        values["nesterov"] = _toggle("nesterov", config)
    values["schedule"] = _select("schedule", config)
    if values["schedule"] == "step":
        values["step_epochs"] = _number("step_epochs", config)
        values["step_factor"] = _number("step_factor", config, form="%.3f", step=0.05)
    values["l2"] = _number("l2", config, form="%.5f", step=0.0001)
    values["l1"] = _number("l1", config, form="%.5f", step=0.0001)
    st.markdown("**Run**")
    values["eval_every"] = _number("eval_every", config)
    values["seed"] = _number("seed", config)
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


def _key(name: str) -> str:
    return f"set_{name}_{st.session_state.get(_NUMBER, 0)}"


def _seed_state(name: str, value: Any) -> str:
    key = _key(name)
    if key not in st.session_state:
        st.session_state[key] = value
    return key


def _select(
    name: str,
    config: RunConfig,
    options: tuple[Any, ...] | None = None,
    name_of: Callable[[Any], str] | None = None,
) -> Any:
    options = options or rule_of(name)
    value = getattr(config, name)
    key = _seed_state(name, value if value in options else options[0])
    return st.selectbox(
        LABELS[name],
        options,
        format_func=name_of or (lambda option: OPTION_NAMES.get((name, option), str(option))),
        key=key,
        help=HELP[name],
    )


def _toggle(name: str, config: RunConfig) -> bool:
    return st.toggle(LABELS[name], key=_seed_state(name, getattr(config, name)), help=HELP[name])


def _number(
    name: str,
    config: RunConfig,
    *,
    high: float | None = None,
    form: str | None = None,
    step: float | None = None,
) -> Any:
    rule = rule_of(name)
    kind: type = int if rule.integer else float
    high = min(rule.high, high) if high else rule.high
    value = getattr(config, name)
    key = _seed_state(name, kind(min(value, high)))
    if st.session_state[key] > high:  # another dataset is smaller
        st.session_state[key] = kind(high)
    return st.number_input(
        LABELS[name],
        min_value=kind(rule.low),
        max_value=kind(high),
        step=kind(step) if step else None,
        format=form,
        key=key,
        help=HELP[name],
    )


def _learning_rate(config: RunConfig) -> float:
    options = sorted({*RATES, config.learning_rate})
    key = _seed_state("learning_rate", config.learning_rate)
    if st.session_state[key] not in options:
        options = sorted({*options, st.session_state[key]})
    return st.select_slider(
        LABELS["learning_rate"],
        options,
        format_func=lambda rate: f"{rate:g}",
        key=key,
        help=HELP["learning_rate"],
    )


def _sizes(name: str, config: RunConfig) -> tuple[int, ...] | None:
    key = _seed_state(name, ", ".join(map(str, getattr(config, name))))
    text = st.text_input(LABELS[name], key=key, help=HELP[name])
    try:
        return _sizes_of(name, text)
    except ConfigError as error:
        st.error(_sentence(error.errors[0]))
        return None


def _sizes_of(name: str, text: str) -> tuple[int, ...]:
    """Return the sizes that the text names.  Raises: ConfigError."""
    sizes: tuple[int, ...] = parse_field(name, text.replace(" ", ""))
    return sizes
