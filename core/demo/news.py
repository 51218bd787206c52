"""A show as the live channel tells of it: the weight images, the curve and what is said beside them."""

import math
import time
from typing import Final

import numpy as np

from core.demo.screen import DemoScreen
from core.demo.show import Show, ShowRun
from core.figures.palette import PALETTES
from core.figures.run_curves import Chart, Series
from core.figures.weight_images import WeightImages
from core.i18n.translation import N_, Sentences, _
from core.live.messages import HtmlPatch
from core.live.news import Moment
from core.models.initial_weights import first_weights

NOISE: Final = Sentences(
    {
        "digit": N_("Nothing but noise: it has seen no digit yet."),
        "garment": N_("Nothing but noise: it has seen no piece of clothing yet."),
    }
)
PREPARES: Final = Sentences(
    {
        "digit": N_("One moment: the digits to learn from are being prepared."),
        "garment": N_("One moment: the pictures to learn from are being prepared."),
    }
)
LEARNS: Final = {
    "digit": N_(
        "It has looked at {seen} handwritten digits. Of {tests} that it has never seen it reads {share:percent.0}."
    ),
    "garment": N_(
        "It has looked at {seen} pictures of clothes. Of {tests} that it has never seen it names {share:percent.0}."
    ),
}
CURVE: Final = Sentences(
    {
        "digit": N_("Read correctly, of digits that it has never seen"),
        "garment": N_("Named correctly, of clothes that it has never seen"),
    }
)


def demo_moment(show: Show) -> Moment:
    """Return the show as it stands; before its first run, as that will begin."""
    run = show.run or ShowRun("")
    return Moment(
        {
            "weights": weights_of(show.screen, run),
            "curve": curve_of(show.screen, run),
            "show": HtmlPatch("", values_of(show.screen, run)),
        }
    )


def weights_of(screen: DemoScreen, run: ShowRun) -> WeightImages:
    """Return the run's weights, noise before it has any."""
    arrays = run.arrays or first_weights(screen.config, screen.spec) or {}
    weight = np.asarray(arrays["linear.weight"])
    return WeightImages(weight, screen.spec.image_shape, screen.spec.class_names, run.step)


def curve_of(screen: DemoScreen, run: ShowRun) -> Chart:
    """Return the share of test images that are read right, in per cent, by the seconds that the run has taken."""
    points = np.array(run.points, np.float64).reshape(-1, 2)
    colours = PALETTES["light"].held_out, PALETTES["dark"].held_out
    line = Series("test", "", "line", colours, points[:, 0], 100 * points[:, 1])
    seconds = screen.lasts_s if not len(points) else max(screen.lasts_s, float(points[-1, 0]))
    alt = _("Curve of the share that is read correctly. It starts with the training.")
    if len(points):
        alt = _(
            "The share that is read correctly rises from {first:percent.0} to {now:percent.0}.",
            first=float(points[0, 1]),
            now=float(points[-1, 1]),
        )
    return Chart(
        run.name, CURVE[screen.spec.singular], _("Seconds"), math.ceil(seconds), percent=True, series=(line,), alt=alt
    )  # fmt: skip


def values_of(screen: DemoScreen, run: ShowRun) -> dict[str, str]:
    """Return what is said beside the images, and the marks that pages/static/demo.js goes by."""
    told, spec = NOISE[screen.spec.singular], screen.spec
    if not (run.train_count or run.is_over):
        told = PREPARES[screen.spec.singular]
    if run.seen and run.points:
        told = _(LEARNS[spec.singular], seen=run.seen, tests=spec.test_size, share=run.points[-1][1])
    left_s = max(1, math.ceil(screen.lasts_s - (time.monotonic() - run.began_at)))
    turn = _("Your turn in {seconds} s", seconds=left_s) if run.points and not run.is_over else ""
    return {
        "run": run.name,
        "over": "1" if run.is_over else "",
        "told": run.trouble or told,
        "turn": turn,
        "failed": "1" if run.trouble else "",
    }
