"""The words of the hyperparameter form: labels, one sentence of help for each control, names of options."""

from typing import Final

from core.config.run_config import FIELD_NAMES, RunConfig
from core.datasets import DatasetError, dataset_spec

LABELS: Final = {
    "dataset": "Images",
    "train_size": "Training images (0 = all)",
    "validation_size": "Held back for validation",
    "scaling": "Pixel values",
    "deskew": "Straighten slanted images",
    "augmentation": "Vary the training images",
    "mix_in": "Mix in",
    "model": "Model",
    "hidden_sizes": "Hidden units per layer",
    "activation": "Activation",
    "channels": "Filters in the two layers",
    "kernel_size": "Filter width, pixels",
    "initialisation": "First weights",
    "init_std": "Spread of the first weights",
    "optimizer": "Optimizer",
    "momentum": "Momentum",
    "nesterov": "Nesterov momentum",
    "learning_rate": "Learning rate",
    "schedule": "Learning rate over time",
    "step_epochs": "Epochs between two cuts",
    "step_factor": "Factor of each cut",
    "l2": "L2 penalty",
    "l1": "L1 penalty",
    "batch_size": "Batch size",
    "epochs": "Epochs",
    "eval_every": "Test every … steps (0 = once an epoch)",
    "seed": "Seed",
    "device": "Device",
}

_SAYS: Final = {
    "dataset": "What the model learns to tell apart; garments are harder than digits.",
    "train_size": "Fewer images train faster and leave the model less sure of what it has not seen.",
    "validation_size": "Training images kept aside to judge by while it trains, so that the test set stays "
    "unseen until the end; 0 judges on the test set.",
    "scaling": "Standardised pixels have mean 0 and deviation 1: learning is faster, and diverges sooner.",
    "deskew": "Slanted digits are set upright before learning: about two points more for softmax regression.",
    "augmentation": "Every image is shifted, turned and sheared a little each time it is seen: slower, and "
    "surer of handwriting it does not know.",
    "mix_in": "Images of the same classes to learn from as well: drawn digits teach ones with a flag, nines with a "
    "hook and sevens with a bar, which MNIST hardly has.",
    "model": "Softmax regression has one weight per pixel and class and can be looked at; MLP and CNN read "
    "better and cannot.",
    "hidden_sizes": "One to three numbers, such as 128 or 128, 64; more units fit more and take longer.",
    "activation": "The bend between two layers; without one, any number of layers would be a single one.",
    "channels": "More filters see more kinds of strokes and take longer.",
    "kernel_size": "Wider filters see larger pieces of a stroke at once.",
    "initialisation": "Softmax regression learns from any start; an MLP or CNN that starts with zeros never does.",
    "init_std": "Wider noise takes longer to be unlearned.",
    "optimizer": "How a gradient becomes a step: SGD takes it as it is, the others scale it for each weight.",
    "momentum": "Steps keep some of their former direction: faster on long slopes, and it overshoots.",
    "nesterov": "Momentum that looks ahead before it steps: a little steadier.",
    "learning_rate": "The length of a step: too small and it crawls, too large and the loss jumps or explodes.",
    "schedule": "Smaller steps towards the end settle the last digits of the accuracy.",
    "step_epochs": "After this many epochs the learning rate is cut, again and again.",
    "step_factor": "What the learning rate is multiplied by at each cut.",
    "l2": "Pulls every weight towards zero: smoother weight images, and at last a worse fit.",
    "l1": "Pulls weights to exactly zero: pixels that do not matter go blank.",
    "batch_size": "Images averaged for one step: small batches give many noisy steps, large ones few calm steps.",
    "epochs": "How often every training image is seen; more helps until the curve is flat.",
    "eval_every": "Shorter gives a finer test curve and takes a little longer.",
    "seed": "The same seed gives the same numbers to the last bit; another one shows how much is luck.",
    "device": "Where the arithmetic is done; the numbers differ in the last bits from device to device.",
}

OPTION_NAMES: Final = {
    ("model", "softmax"): "Softmax regression",
    ("model", "mlp"): "MLP (hidden layers)",
    ("model", "cnn"): "Small CNN",
    ("optimizer", "sgd"): "SGD",
    ("optimizer", "adagrad"): "Adagrad",
    ("optimizer", "adam"): "Adam",
    ("optimizer", "adamw"): "AdamW",
    ("optimizer", "adamax"): "Adamax",
    ("optimizer", "rmsprop"): "RMSprop",
    ("scaling", "unit"): "0 to 1",
    ("scaling", "standardised"): "standardised",
    ("initialisation", "default"): "PyTorch's default",
    ("initialisation", "zeros"): "all zero",
    ("initialisation", "normal"): "normal noise",
    ("schedule", "constant"): "constant",
    ("schedule", "step"): "cut in steps",
    ("schedule", "cosine"): "cosine, down to zero",
    ("augmentation", "none"): "no",
    ("augmentation", "affine"): "shift, turn, shear",
    ("mix_in", ""): "nothing",
    ("device", "cpu"): "CPU",
    ("device", "cuda"): "GPU (CUDA)",
    ("device", "mps"): "GPU (Apple)",
}


def _default(name: str) -> str:
    value = getattr(RunConfig(), name)
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return OPTION_NAMES.get((name, value), f"{value:g}" if isinstance(value, float) else str(value))


HELP: Final = {name: f"{_SAYS[name]} Default: {_default(name)}." for name in FIELD_NAMES if name in _SAYS}


def dataset_title(name: str) -> str:
    """Return what a dataset is called, its bare name where it is gone."""
    try:
        return dataset_spec(name).title
    except DatasetError:
        return name


def value_in_words(name: str, config: RunConfig) -> str:
    """Return a setting's value as people read it."""
    value = getattr(config, name)
    if isinstance(value, bool):
        return "on" if value else "off"
    if name in ("dataset", "mix_in") and value:
        return dataset_title(value)
    if name == "learning_rate_changes":
        return ", ".join(f"{rate:g} from step {step:,}" for step, rate in value) or "none"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, float):
        return f"{value:g}"
    return OPTION_NAMES.get((name, value), str(value)) or "none"
