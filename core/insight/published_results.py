"""Published test accuracies to hold a run against, each with its source.

Only figures that were read at their source are here: the arXiv paper's own table, Fashion-MNIST's README, the
example as scikit-learn renders it (0.8253 today; its older pages say 0.8322), and copies of the MNIST database's
page (its address has moved). What is not the same experiment (other images, another loss) says so in `note`.
"""

from dataclasses import dataclass, replace

from core.i18n.translation import N_, _

_LECUN = (
    "LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition. "
    "Proceedings of the IEEE 86(11), 1998; table of results on the MNIST database's own page"
)  # not said: a citation
_LECUN_URL = "http://yann.lecun.com/exdb/mnist/"
_XIAO = (
    "Xiao, Rasul, Vollgraf: Fashion-MNIST, a novel image dataset for benchmarking machine learning "
    "algorithms. arXiv:1708.07747, 2017; table 3: scikit-learn, mean of 5 runs"
    " on shuffled training data"
)  # not said: a citation
_XIAO_URL = "https://arxiv.org/abs/1708.07747"
_README = (
    "Zalando Research: Fashion-MNIST, README of its repository, table of submitted benchmarks; "
    "test accuracy without preprocessing"
)  # not said: a citation
_README_URL = "https://github.com/zalandoresearch/fashion-mnist#benchmark"
_SKLEARN = (
    "scikit-learn documentation, example: "
    "MNIST classification using multinomial logistic + L1"
)  # not said: a citation
_SKLEARN_URL = (
    "https://scikit-learn.org/stable/auto_examples/linear_model/plot_sparse_logistic_regression_mnist.html"
)


@dataclass(frozen=True)
class Published:
    """One published figure. accuracy: 0..1, on the dataset's own test set unless `note` says otherwise.

    model: the config's model that it compares with: "softmax", "mlp" or "cnn". cited: the source in two words.
    """

    dataset: str
    model: str
    method: str
    accuracy: float
    source: str
    url: str
    cited: str
    note: str = ""


def _lecun(model: str, method: str, error_percent: float, note: str = "") -> Published:
    """Return a row of LeCun's table, which gives the error in per cent."""
    accuracy = round(1 - error_percent / 100, 6)
    return Published(
        "mnist", model, method, accuracy, _LECUN, _LECUN_URL, "LeCun et al. 1998", note
    )  # not said: a citation


def _xiao(model: str, method: str, fashion: float, digits: float) -> tuple[Published, Published]:
    """Return a row of Xiao et al.'s table 3: test accuracy on Fashion-MNIST and on MNIST."""
    return (
        Published("fashion_mnist", model, method, fashion, _XIAO, _XIAO_URL, "Xiao et al. 2017"),
        Published("mnist", model, method, digits, _XIAO, _XIAO_URL, "Xiao et al. 2017"),
    )  # not said: a citation


def _submitted(method: str, accuracy: float) -> Published:
    """Return a row of the table of submitted results in Fashion-MNIST's own README: convolutional networks."""
    note = N_("Submitted by its author, not verified by the authors of Fashion-MNIST")
    return Published(
        "fashion_mnist", "cnn", method, accuracy, _README, _README_URL, "Fashion-MNIST's README", note
    )


FIGURES: tuple[Published, ...] = (
    _lecun("softmax", N_("Linear classifier (1-layer network)"), 12.0),
    _lecun("softmax", N_("Linear classifier, deskewed digits"), 8.4, N_("Training and test images deskewed")),
    _lecun("mlp", N_("2-layer network, 300 hidden units"), 4.7, N_("Trained on squared error")),
    _lecun("mlp", N_("3-layer network, 300 + 100 hidden units"), 3.05),
    _lecun("cnn", N_("Convolutional network LeNet-1"), 1.7, N_("On images scaled down to 16 × 16")),
    _lecun("cnn", N_("Convolutional network LeNet-5"), 0.95, N_("Without distorted training images")),
    *_xiao("softmax", N_("Logistic regression, C = 1, one-vs-rest, L1"), 0.842, 0.917),
    *_xiao("softmax", N_("Logistic regression, C = 1, one-vs-rest, L2"), 0.841, 0.917),
    *_xiao("softmax", N_("Logistic regression, C = 100, one-vs-rest, L2"), 0.836, 0.916),
    *_xiao("mlp", N_("Multilayer perceptron, 100 hidden units, ReLU"), 0.871, 0.972),
    *_xiao("mlp", N_("Multilayer perceptron, 10 hidden units, ReLU"), 0.848, 0.933),
    _submitted(N_("2 convolutional layers with max pooling, Keras"), 0.876),
    _submitted(N_("2 convolutional layers with max pooling, TensorFlow, over 300 epochs"), 0.916),
    _submitted(N_("2 convolutional layers, under 100,000 parameters"), 0.925),
    Published(
        "mnist",
        "softmax",
        N_("Multinomial logistic regression, L1, 5,000 training images"),
        0.8253,
        _SKLEARN,
        _SKLEARN_URL,
        "scikit-learn",
        N_("On 10,000 images drawn from all 70,000, not the official test set; stopped early on purpose"),
    ),
)


def figures_for(dataset: str, model: str | None = None) -> tuple[Published, ...]:
    """Return the published figures for a dataset, those for `model` first, each group from worst to best.

    Their methods and notes are in the reader's language, their sources as they are cited.
    """
    rows = [
        replace(figure, method=_(figure.method), note=_(figure.note) if figure.note else "")
        for figure in FIGURES
        if figure.dataset == dataset
    ]
    return tuple(sorted(rows, key=lambda row: (row.model != model, row.accuracy)))
