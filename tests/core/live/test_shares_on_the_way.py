"""Shares in a chart's message: the rounding of its codes makes neither all nor nothing of what was less or more."""

import numpy as np

from core.figures.binary_message import decode_arrays, unpack
from core.figures.run_curves import Curves
from core.live.messages import ChartStream
from core.protocol.events import Evaluated


def test_less_than_all_is_not_made_all_and_more_than_nothing_not_nothing() -> None:
    shares = np.array([0.1, 0.999999, 0.9999996, 1.0, 1e-7, 0.0])
    curves = Curves("run-1")
    curves.add([Evaluated(step, "test", 0.5, share) for step, share in enumerate(shares, 1)])
    header, payload = unpack(ChartStream().message(curves.accuracy_chart()))
    at = [series["key"] for series in header["series"]].index("test-eval")
    arrived = decode_arrays(header["a"], payload)[2 * at + 1]
    assert ((arrived < 99.995) == (shares < 1)).all()
    assert ((arrived > 0.005) == (shares > 0)).all()
