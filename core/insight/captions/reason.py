"""Why a model answers as it does, in one sentence: where the ink lies that speaks for its answer, and for the next."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.i18n.translation import N_, Sentences, _

PLACES: Final = Sentences(
    {
        "0": N_("at the top left"),
        "1": N_("at the top"),
        "2": N_("at the top right"),
        "3": N_("on the left"),
        "4": N_("in the middle"),
        "5": N_("on the right"),
        "6": N_("at the bottom left"),
        "7": N_("at the bottom"),
        "8": N_("at the bottom right"),
    }
)
_NOTEWORTHY: Final = 0.25  # of what speaks for the answer most, what speaks against it must be to be told


def reason(evidence: NDArray[np.floating[Any]], answer: int, rival: int, names: Sequence[str]) -> str:
    """Return where the ink is that speaks most for the answer rather than for its rival, and the other way round.

    evidence: (H, W), what each pixel adds to the answer's score minus the rival's.
    """
    sums = [
        float(part.sum())
        for band in np.array_split(evidence, 3, axis=0)
        for part in np.array_split(band, 3, axis=1)
    ]
    most, least = int(np.argmax(sums)), int(np.argmin(sums))
    if sums[most] <= 0:
        return _(
            "No part of the drawing speaks for {answer} rather than {rival}.",
            answer=names[answer],
            rival=names[rival],
        )
    if -sums[least] < _NOTEWORTHY * sums[most]:
        return _(
            "It reads {answer} rather than {rival} above all for what is {place}.",
            answer=names[answer],
            rival=names[rival],
            place=PLACES[str(most)],
        )
    return _(
        "It reads {answer} rather than {rival} above all for what is {place}; what is {other} speaks for {rival}.",
        answer=names[answer],
        rival=names[rival],
        place=PLACES[str(most)],
        other=PLACES[str(least)],
    )
