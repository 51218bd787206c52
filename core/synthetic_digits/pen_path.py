"""A path is a list of strokes; a stroke is a float array (N, 2) of x, y, with y pointing down."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Stroke: TypeAlias = NDArray[np.float64]
Path: TypeAlias = list[Stroke]
