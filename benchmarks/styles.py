"""How well the ready models read each named way of writing a digit: `python -m benchmarks.styles [--count 300]`.

Prints a Markdown table, per cent read correctly: of each way, drawings of the paths that the dataset "Drawn digits" is
drawn from, by hands that never drew for it, and of a path that nothing was trained on. Two minutes on one core.
"""

import argparse
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.datasets import dataset_spec
from core.images import prepare
from core.prediction.predictor import Predictor, build_predictor
from core.pretrained.registry import shipped_config, shipped_weights
from core.synthetic_digits import NAMED, draw, paint, random_hand, template, through
from core.synthetic_digits.glyphs import Point

PEN_PX: Final = (8.0, 30.0)
JITTER: Final = 0.02  # people write a way of theirs a little otherwise each time
MODELS: Final = ("softmax-mnist", "cnn-mnist")
_: None = None

# One more path of each way, which is in no dataset.
UNSEEN: Final[dict[str, tuple[Point, ...]]] = {
    "slashed 0": ((54, 8), (30, 18), (22, 52), (32, 86), (56, 92), (76, 70), (76, 30), (54, 8), _, (72, 16),
                  (50, 50), (24, 84)),
    "flagged 1, detached underline": ((30, 32), (56, 7), (56, 7), (55, 44), (54, 84), _, (30, 97), (54, 96),
                                      (80, 96)),
    "loopy 2": ((24, 22), (46, 6), (68, 18), (66, 42), (46, 68), (28, 90), (16, 88), (18, 74), (34, 78),
                (52, 92), (72, 92), (84, 82)),
    "closed 4": ((62, 8), (40, 36), (16, 68), (16, 68), (48, 67), (82, 66), _, (62, 8), (61, 50), (60, 94)),
    "pointed 4": ((54, 92), (55, 50), (56, 8), (56, 8), (40, 34), (26, 58), (26, 58), (44, 59), (62, 58)),
    "footed 7": ((18, 12), (44, 13), (80, 8), (80, 8), (62, 44), (52, 93), _, (38, 95), (52, 93), (68, 92)),
    "barred 7": ((20, 16), (36, 9), (58, 14), (78, 8), (78, 8), (60, 48), (42, 95), _, (40, 58), (58, 54),
                 (78, 52)),
    "footed and barred 7": ((24, 22), (26, 9), (26, 9), (76, 10), (76, 10), (56, 50), (50, 94), _, (38, 48),
                            (74, 46), _, (38, 94), (64, 94)),
    "hooked 9": ((72, 20), (54, 7), (36, 16), (34, 38), (52, 46), (70, 32), (72, 20), (72, 20), (70, 62),
                 (62, 88), (46, 95), (30, 90), (26, 78)),
}  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300, help="drawings of each way")
    count = parser.parse_args().count
    asked = {name: ready_model(name) for name in MODELS}
    heads = [f"{name}, {paths}" for paths in ("known paths", "an unseen path") for name in MODELS]
    print(f"| way of writing | {' | '.join(heads)} |")
    print("|---|" + "---:|" * len(heads))
    for title, (digit, _ways) in NAMED.items():
        shown = [drawings(title, asked[MODELS[0]], count, is_known=is_known) for is_known in (True, False)]
        shares = [right(asked[name], images, digit) for images in shown for name in MODELS]
        print(f"| {title} | {' | '.join(f'{100 * share:.1f}' for share in shares)} |", flush=True)


def ready_model(name: str) -> Predictor:
    """Return the model that comes with Inkling under `name`."""
    config = shipped_config(name)
    return build_predictor(config, dataset_spec(config.dataset), shipped_weights(name))


def drawings(title: str, model: Predictor, count: int, *, is_known: bool) -> NDArray[np.float32]:
    """Return `count` drawings of the way `title`, prepared for the model, (count, 28, 28)."""
    place = [*NAMED].index(title) + (0 if is_known else 100)
    digit, ways = NAMED[title]
    shown = []
    for i in range(count):
        rng = np.random.default_rng([1, place, i])  # the dataset's are default_rng(index)
        if is_known:
            path = template(digit, ways[i % len(ways)], jitter=JITTER, rng=rng)
        else:
            path = through(UNSEEN[title], jitter=JITTER, rng=rng)
        ink = paint(draw(path, random_hand(rng), rng), float(rng.uniform(*PEN_PX)))
        shown.append(prepare(ink, model.preparation()).image)
    return np.stack(shown)


def right(model: Predictor, images: NDArray[np.float32], digit: int) -> float:
    """Return the share of images that the model takes for `digit`."""
    return float((model.logits(images).argmax(axis=1) == digit).mean())


if __name__ == "__main__":
    main()
