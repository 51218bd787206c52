"""The weights over a run's life as a short film: GIF or WebP."""

import io

from PIL import Image

from core.export.run_record import RunRecord
from core.figures.palette import Theme
from core.figures.weight_images import symmetric_limit, tile_columns, weight_tile
from core.i18n.translation import _
from core.insight.first_layer import FirstLayer, first_layer
from core.runs.errors import ExportRefused

ZOOM = 4
FRAME_MS = 90
LAST_MS = 2500


def gif_file(record: RunRecord) -> bytes:
    """Return the film as GIF."""
    return _film(record, "GIF")


def webp_file(record: RunRecord) -> bytes:
    """Return the film as WebP, lossless."""
    return _film(record, "WEBP", lossless=True)


def frames(record: RunRecord, theme: Theme = "light") -> list[Image.Image]:
    """Return a picture for each kept snapshot, in order of step, all on the last one's scale.

    Raises: ExportRefused for a run without snapshots.
    """
    steps = record.store.snapshots(record.row.id)
    layers: list[FirstLayer] = [
        first_layer(record.store.snapshot(record.row.id, step), record.spec) for step in steps
    ]
    if not layers:
        raise ExportRefused(
            _("Run {run} has no stored weights to animate.", run=record.row.id),
            _("Choose a run that has been trained."),
        )
    limit = symmetric_limit(layers[-1].weights)
    columns = tile_columns(len(layers[-1].weights))
    pictures = []
    for layer in layers:
        zoom = ZOOM * max(1, 28 // layer.shape[1])
        png = weight_tile(
            layer.weights, layer.shape, theme=theme, limit=limit, columns=columns, zoom=zoom, gutter=2
        )
        pictures.append(Image.open(io.BytesIO(png)).convert("RGB"))
    return pictures


def _film(record: RunRecord, kind: str, **options: object) -> bytes:
    pictures = frames(record)
    times = [FRAME_MS] * (len(pictures) - 1) + [LAST_MS]
    buffer = io.BytesIO()
    pictures[0].save(
        buffer, kind, save_all=True, append_images=pictures[1:], duration=times, loop=0, **options
    )
    return buffer.getvalue()
