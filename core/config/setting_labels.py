"""The words of the hyperparameter form: labels, one or two sentences of help for each control, names of options."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from core.config.presets import DEFAULT
from core.config.run_config import ConfigError, RunConfig
from core.datasets import DatasetError, dataset_spec
from core.errors import InklingError
from core.i18n.number_format import listed, number, plain
from core.i18n.translation import N_, Sentences, _, together

LABELS: Final = Sentences(
    {
        "dataset": N_("Dataset"),
        "train_size": N_("Training images"),
        "validation_size": N_("Validation images"),
        "scaling": N_("Pixel values"),
        "deskew": N_("Deskew"),
        "augmentation": N_("Data augmentation"),
        "mix_in": N_("Also train on"),
        "left_out_class": N_("Class left out"),
        "model": N_("Model"),
        "hidden_sizes": N_("Hidden units per layer"),
        "activation": N_("Activation"),
        "channels": N_("Filters per layer"),
        "kernel_size": N_("Filter width (pixels)"),
        "dropout": N_("Dropout"),
        "initialisation": N_("Weight initialization"),
        "init_std": N_("Initialization std"),
        "optimizer": N_("Optimizer"),
        "momentum": N_("Momentum"),
        "nesterov": N_("Nesterov momentum"),
        "learning_rate": N_("Learning rate"),
        "schedule": N_("Learning-rate schedule"),
        "step_epochs": N_("Decay every (epochs)"),
        "step_factor": N_("Decay factor"),
        "l2": N_("L2 penalty"),
        "l1": N_("L1 penalty"),
        "batch_size": N_("Batch size"),
        "epochs": N_("Epochs"),
        "eval_every": N_("Evaluate every … steps"),
        "seed": N_("Seed"),
        "device": N_("Device"),
    }
)
_WITH_ZERO: Final = Sentences(
    {
        "train_size": N_("Training images (0 = all)"),
        "eval_every": N_("Evaluate every … steps (0 = once an epoch)"),
    }
)
_BESIDE_THE_FORM: Final = Sentences(
    {
        "preset": N_("Preset"),
        "learning_rate_changes": N_("Learning-rate changes"),
        "start_from": N_("Initial weights from run"),
    }
)

_SAYS: Final = Sentences(
    {
        "dataset": N_("The images that the model learns to tell apart. Garments are harder than digits."),
        "train_size": N_(
            "How many images the model learns from. Fewer make training faster, but the model does worse on images "
            "that it has never seen."
        ),
        "validation_size": N_(
            "Training images set aside to measure progress on, so that the test set stays unseen until the end. "
            "With 0, progress is measured on the test set."
        ),
        "scaling": N_(
            "“Standardised” shifts and scales the pixels so that their mean is 0 and their standard deviation "
            "1. The model learns faster, but diverges at smaller learning rates."
        ),
        "deskew": N_(
            "Straightens slanted digits and evens out their size before the model sees them. On MNIST, softmax "
            "regression gains about five percentage points."
        ),
        "augmentation": N_(
            "Moves, turns and slants every training image a little each time it is seen, and makes its strokes thicker "
            "or thinner. Training takes longer, but the model copes better with unfamiliar handwriting."
        ),
        "mix_in": N_(
            "A second dataset with the same classes to train on as well. “Drawn digits” has ones with a flag, "
            "nines with a hook and sevens with a bar, which are rare in MNIST."
        ),
        "left_out_class": N_(
            "None of this class's images are learned from, though the test set keeps them. The model cannot know "
            "the class, and answers with others: see which ones."
        ),
        "model": N_(
            "Softmax regression has one weight for each pixel and class, so its weights can be shown as "
            "images. An MLP (multilayer perceptron) and a CNN (convolutional neural network) make fewer "
            "mistakes, but it is harder to see how they decide."
        ),
        "hidden_sizes": N_(
            "One to three numbers, such as 128 or 128, 64. More units can learn more, but take longer to train."
        ),
        "activation": N_(
            "The function applied to every value between two layers; ReLU, for example, sets negative values "
            "to zero. Without it, several layers could do no more than one."
        ),
        "channels": N_(
            "Two numbers, such as 16, 32. More filters can recognise more kinds of strokes, but take longer to "
            "train."
        ),
        "kernel_size": N_("Wider filters see a larger piece of a stroke at once."),
        "dropout": N_(
            "The probability that a hidden unit is left out of a step, such as 0.5. No unit can then rely on another, "
            "so that the model learns more slowly but memorises less. A CNN's filters stay; what its last layer sees "
            "of them is left out."
        ),
        "initialisation": N_(
            "The weights before the first step. Softmax regression learns from any start; an MLP or CNN that starts "
            "with all weights zero does not learn to read."
        ),
        "init_std": N_(
            "The standard deviation of the random weights before the first step. The larger it is, the longer their "
            "noise takes to disappear."
        ),
        "optimizer": N_(
            "The rule by which each step changes the weights. SGD (stochastic gradient descent) follows the slope of "
            "the loss as it is; the others adapt the step for each weight."
        ),
        "momentum": N_(
            "Each step keeps some of the direction of the steps before it. That is faster on long slopes, but "
            "can overshoot."
        ),
        "nesterov": N_("Momentum that looks ahead before each step: a little steadier."),
        "learning_rate": N_(
            "How large each step is. If it is too small, learning crawls; if it is too large, the loss jumps or "
            "explodes."
        ),
        "schedule": N_(
            "How the learning rate changes during training. Smaller steps towards the end often gain a little accuracy."
        ),
        "step_epochs": N_("The learning rate is lowered each time this many epochs have passed."),
        "step_factor": N_("The learning rate is multiplied by this each time it is lowered."),
        "l2": N_(
            "Pulls every weight towards zero (weight decay). Weight images become smoother, but too much of it "
            "costs accuracy."
        ),
        "l1": N_(
            "Pulls every weight towards zero by the same amount, so that pixels that hardly matter go blank."
        ),
        "batch_size": N_(
            "How many images each step is averaged over. Small batches give many noisy steps, large ones few steady "
            "steps."
        ),
        "epochs": N_(
            "How often the model goes through all training images; one pass is called an epoch. More epochs "
            "help until the curve is flat."
        ),
        "eval_every": N_(
            "How often the model is evaluated during training. A smaller number gives a finer curve and takes a little "
            "longer."
        ),
        "seed": N_(
            "The number that everything random starts from. The same seed gives exactly the same numbers again; "
            "another seed shows how much is luck."
        ),
        "device": N_(
            "Where the calculations are done. The last digits of the numbers differ from one device to another."
        ),
    }
)

OPTION_NAMES: Final = Sentences(
    {
        ("train_size", 0): N_("all"),
        ("eval_every", 0): N_("once an epoch"),
        ("model", "softmax"): N_("Softmax regression"),
        ("model", "mlp"): N_("MLP (hidden layers)"),
        ("model", "cnn"): N_("Small CNN"),
        ("activation", "relu"): N_("ReLU"),
        ("activation", "tanh"): N_("tanh"),
        ("activation", "sigmoid"): N_("sigmoid"),
        ("activation", "gelu"): N_("GELU"),
        ("optimizer", "sgd"): "SGD",
        ("optimizer", "adagrad"): "Adagrad",
        ("optimizer", "adam"): "Adam",
        ("optimizer", "adamw"): "AdamW",
        ("optimizer", "adamax"): "Adamax",
        ("optimizer", "rmsprop"): "RMSprop",
        ("scaling", "unit"): N_("0 to 1"),
        ("scaling", "standardised"): N_("standardised"),
        ("initialisation", "default"): N_("PyTorch default"),
        ("initialisation", "zeros"): N_("all zero"),
        ("initialisation", "normal"): N_("random (normal distribution)"),
        ("schedule", "constant"): N_("constant"),
        ("schedule", "step"): N_("step decay"),
        ("schedule", "cosine"): N_("cosine, down to zero"),
        ("augmentation", "none"): N_("off"),
        ("augmentation", "affine"): N_("move, turn, slant"),
        ("mix_in", ""): N_("nothing"),
        ("left_out_class", -1): N_("none"),
        ("device", "cpu"): "CPU",
        ("device", "cuda"): N_("GPU (CUDA)"),
        ("device", "mps"): N_("GPU (Apple)"),
    }
)


class _Help(Mapping[str, str]):
    """What each control does, and its default: what a run has that nothing is chosen for."""

    def __getitem__(self, name: str) -> str:
        default = _("Default: {value}.", value=value_in_words(name, DEFAULT))
        return f"{_SAYS[name]} {default}"

    def __iter__(self) -> Iterator[str]:
        return iter(_SAYS)

    def __len__(self) -> int:
        return len(_SAYS)


HELP: Final = _Help()


def label_of(name: str) -> str:
    """Return what a setting is called, also one that the form does not have; its bare name where it is unknown."""
    return LABELS.get(name) or _BESIDE_THE_FORM.get(name, name)


def field_label(name: str) -> str:
    """Return what stands over a setting's field: what it is called, and what 0 stands for where that needs a word."""
    return _WITH_ZERO.get(name) or LABELS[name]


def refusal(error: ConfigError | InklingError, name: Callable[[str], str] = label_of) -> str:
    """Return why it was refused, as a sentence that can be said again in any language.

    name: returns what a setting is called where this is read; by default its label.
    """
    if isinstance(error, InklingError):
        return together(error.message, error.remedy)
    return together(*(refused.said(name(refused.field)) for refused in error.errors))


def dataset_title(name: str) -> str:
    """Return what a dataset is called, its bare name where it is gone."""
    try:
        return dataset_spec(name).title
    except DatasetError:
        return name


def class_title(dataset: str, number: int) -> str:
    """Return what a class of a dataset is called, its number where the dataset is gone or has no such class."""
    try:
        return dataset_spec(dataset).class_names[number]
    except (DatasetError, IndexError):
        return str(number)


def value_in_words(name: str, config: RunConfig) -> str:
    """Return a setting's value as people read it."""
    value = getattr(config, name)
    if isinstance(value, bool):
        return _("on") if value else _("off")
    if name in ("dataset", "mix_in") and value:
        return dataset_title(value)
    if name == "left_out_class" and value >= 0:
        return class_title(config.dataset, value)
    if name == "learning_rate_changes":
        return listed([_("{rate:plain} from step {step} on", rate=rate, step=step) for step, rate in value])
    if isinstance(value, tuple):
        return ", ".join(map(str, value))  # as the form takes them
    if isinstance(value, float):
        return plain(value)
    if isinstance(value, int) and (name, value) not in OPTION_NAMES:
        return str(value) if name == "seed" else number(value)
    return OPTION_NAMES.get((name, value), str(value)) or _("none")
