"""What a run is called that nobody has named: what it is, and what of its settings is not as usual."""

from collections.abc import Callable
from typing import Final

from core.config.presets import DEFAULT
from core.config.run_config import RunConfig, applies
from core.config.setting_labels import OPTION_NAMES, class_title, dataset_title, label_of, value_in_words
from core.i18n.translation import _, ngettext

MOST_CHANGES: Final = 3
MODELS: Final = {"softmax": "Softmax", "mlp": "MLP", "cnn": "CNN"}

# What each setting is in a title, the most telling ones first; those that are in neither table change no result.
_SAID: Final[dict[str, Callable[[RunConfig], str]]] = {
    "start_from": lambda _config: _("continued"),
    "optimizer": lambda config: OPTION_NAMES["optimizer", config.optimizer],
    "epochs": lambda config: ngettext("{n} epoch", "{n} epochs", config.epochs),
    "hidden_sizes": lambda config: _("hidden units {sizes}", sizes=value_in_words("hidden_sizes", config)),
    "channels": lambda config: _("filters {sizes}", sizes=value_in_words("channels", config)),
    "batch_size": lambda config: _("batch size {size}", size=config.batch_size),
    "train_size": lambda config: ngettext("{n} image", "{n} images", config.train_size),
    "deskew": lambda _config: _("deskewed"),
    "augmentation": lambda _config: _("augmented"),
    "mix_in": lambda config: _("with {dataset}", dataset=dataset_title(config.mix_in)),
    "left_out_class": lambda config: _(
        "without “{name}”", name=class_title(config.dataset, config.left_out_class)
    ),
    "dropout": lambda config: _("dropout {share:plain}", share=config.dropout),
    "momentum": lambda config: _("momentum {momentum:plain}", momentum=config.momentum),
    "l2": lambda config: _("L2 {penalty:plain}", penalty=config.l2),
    "l1": lambda config: _("L1 {penalty:plain}", penalty=config.l1),
    "seed": lambda config: _("seed {seed:text}", seed=config.seed),
}
_REST: Final = (
    *(
        "schedule",
        "scaling",
        "initialisation",
        "init_std",
        "activation",
        "kernel_size",
        "validation_size",
        "nesterov",
    ),
    *("step_epochs", "step_factor", "learning_rate_changes"),
)


def config_title(config: RunConfig) -> str:
    """Return a short name in the reader's language: "Softmax, MNIST, learning rate 0.1, 20 epochs"."""
    changed = [
        name
        for name in (*_SAID, *_REST)
        if getattr(config, name) != getattr(DEFAULT, name) and applies(name, config)
    ]
    return ", ".join([shortest_title(config), *(in_title(name, config) for name in changed[:MOST_CHANGES])])


def shortest_title(config: RunConfig) -> str:
    """Return what every title begins with: "Softmax, MNIST, learning rate 0.1"."""
    return _(
        "{model}, {dataset}, learning rate {rate:plain}",
        model=MODELS[config.model],
        dataset=dataset_title(config.dataset),
        rate=config.learning_rate,
    )


def in_title(name: str, config: RunConfig) -> str:
    """Return a setting as titles say it: "batch size 64"."""
    if name in _SAID:
        return _SAID[name](config)
    return _("{setting}: {value}", setting=label_of(name), value=value_in_words(name, config))
