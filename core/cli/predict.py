"""`python -m core predict IMAGE...`: what a model says of pictures, one line each."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from core.i18n.translation import _
from core.pretrained.registry import SHIPPED


def predict_command() -> Callable[..., None]:
    """Return the command that reads pictures."""

    def predict(
        images: Annotated[
            list[Path], typer.Argument(metavar=_("IMAGE"), help=_("Pictures: PNG, JPEG, WebP or HEIC."))
        ],
        run: Annotated[
            str,
            typer.Option(
                help=_("The model to use: a run's id, or one of {models}.", models=", ".join(SHIPPED))
            ),
        ] = "cnn-mnist",
        as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object per line."))] = False,
        stages: Annotated[
            Path | None,
            typer.Option(
                metavar=_("FOLDER"),
                help=_("Save each stage of preparing the pictures in this folder, as PNG."),
            ),
        ] = None,
    ) -> None:
        from core.cli.predict_images import say_all  # here: torch takes two seconds, `--help` should not

        say_all(images, run, as_json, stages)

    return predict
