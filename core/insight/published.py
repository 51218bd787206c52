"""Published test accuracies to hold a run against, each with its source.

Only figures that were read at their source are here: the arXiv paper's own table, the example as scikit-learn
renders it, and copies of the MNIST database's page (its address has moved). What is not the same experiment
(other images, another loss) says so in `note`.
"""

from dataclasses import dataclass

_LECUN = (
    "LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition. "
    "Proceedings of the IEEE 86(11), 1998; table of results on the MNIST database's own page"
)
_LECUN_URL = "http://yann.lecun.com/exdb/mnist/"
_XIAO = (
    "Xiao, Rasul, Vollgraf: Fashion-MNIST, a novel image dataset for benchmarking machine learning "
    "algorithms. arXiv:1708.07747, 2017; table 3: scikit-learn, mean of 5 runs"
    " on shuffled training data"
)
_XIAO_URL = "https://arxiv.org/abs/1708.07747"
_SKLEARN = "scikit-learn documentation, example: MNIST classification using multinomial logistic + L1"
_SKLEARN_URL = (
    "https://scikit-learn.org/stable/auto_examples/linear_model/plot_sparse_logistic_regression_mnist.html"
)


@dataclass(frozen=True)
class Published:
    """One published figure. accuracy: 0..1, on the dataset's own test set unless `note` says otherwise.

    model: the config's model that it compares with: "softmax", "mlp" or "cnn".
    """

    dataset: str
    model: str
    method: str
    accuracy: float
    source: str
    url: str
    note: str = ""


def _lecun(model: str, method: str, error_percent: float, note: str = "") -> Published:
    """Return a row of LeCun's table, which gives the error in per cent."""
    return Published("mnist", model, method, round(1 - error_percent / 100, 6), _LECUN, _LECUN_URL, note)


def _xiao(model: str, method: str, fashion: float, digits: float) -> tuple[Published, Published]:
    """Return a row of Xiao et al.'s table 3: test accuracy on Fashion-MNIST and on MNIST."""
    return (
        Published("fashion_mnist", model, method, fashion, _XIAO, _XIAO_URL),
        Published("mnist", model, method, digits, _XIAO, _XIAO_URL),
    )


FIGURES: tuple[Published, ...] = (
    _lecun("softmax", "Linear classifier (1-layer network)", 12.0),
    _lecun("softmax", "Linear classifier, deskewed digits", 8.4, "Training and test images deskewed"),
    _lecun("mlp", "2-layer network, 300 hidden units", 4.7, "Trained on squared error"),
    _lecun("mlp", "3-layer network, 300 + 100 hidden units", 3.05),
    _lecun("cnn", "Convolutional network LeNet-1", 1.7, "On images scaled down to 16 x 16"),
    _lecun("cnn", "Convolutional network LeNet-5", 0.95, "Without distorted training images"),
    *_xiao("softmax", "Logistic regression, C = 1, one-vs-rest, L1", 0.842, 0.917),
    *_xiao("softmax", "Logistic regression, C = 1, one-vs-rest, L2", 0.841, 0.917),
    *_xiao("softmax", "Logistic regression, C = 100, one-vs-rest, L2", 0.836, 0.916),
    *_xiao("mlp", "Multilayer perceptron, 100 hidden units, ReLU", 0.871, 0.972),
    *_xiao("mlp", "Multilayer perceptron, 10 hidden units, ReLU", 0.848, 0.933),
    Published(
        "mnist",
        "softmax",
        "Multinomial logistic regression, L1, 5,000 training images",
        0.8253,
        _SKLEARN,
        _SKLEARN_URL,
        "On 10,000 images drawn from all 70,000, not the official test set; stopped early on purpose",
    ),
)


def figures_for(dataset: str, model: str | None = None) -> tuple[Published, ...]:
    """Return the published figures for a dataset, those for `model` first, each group from worst to best."""
    rows = [figure for figure in FIGURES if figure.dataset == dataset]
    return tuple(sorted(rows, key=lambda row: (row.model != model, row.accuracy)))
