"""Sums in captions are true as they are written."""

import re
from decimal import Decimal

import numpy as np

from core.i18n.number_format import signed
from core.insight.captions import weights as weights_captions
from core.insight.evidence import arithmetic, difference

NAMES = [str(k) for k in range(10)]


def written(numbers: str, text: str) -> list[Decimal]:
    """Return the numbers of a text that look like the pattern."""
    return [Decimal(found.replace("−", "-")) for found in re.findall(numbers, text)]


def test_the_arithmetic_caption_adds_up(trained, pixels):
    stages = arithmetic(trained.weight, trained.bias, pixels[0])
    text = weights_captions.arithmetic(stages, NAMES)
    assert signed(float(trained.logits[0, 7])) in text
    for image in pixels[:40]:
        stages = arithmetic(trained.weight, trained.bias, image)
        sums, bias, logit = written(r"[+−]\d+\.\d\d", weights_captions.arithmetic(stages, NAMES))
        assert sums + bias == logit
        assert abs(float(sums) - stages.sums[stages.answer]) < 0.011
        margin, ink, biases = written(
            r"[+−]?\d+\.\d\d", weights_captions.difference(difference(stages), NAMES)
        )
        assert ink + biases == margin
    stages = arithmetic(trained.weight, trained.bias, pixels[0])
    assert "the 10 logits" in text
    gap = float(np.diff(np.sort(trained.logits[0])[-2:])[0])
    second, first = np.argsort(trained.logits[0])[-2:]
    text = weights_captions.difference(difference(stages), NAMES)
    assert text.startswith(f"{first} beats {second} by {gap:.2f}: ")
    text = weights_captions.difference(difference(stages, int(second), int(first)), NAMES)
    assert text.startswith(f"{second} is {gap:.2f} behind {first}: ")
