"""`python -m core predict IMAGE...`: what a model says of pictures, one line each."""

from pathlib import Path
from typing import Annotated

import typer

from core.pretrained.registry import SHIPPED


def predict(
    images: Annotated[
        list[Path], typer.Argument(metavar="IMAGE...", help="Pictures: PNG, JPEG, WebP, HEIC.")
    ],
    run: Annotated[
        str, typer.Option(help=f"The run that answers: its id, or one of {', '.join(SHIPPED)}.")
    ] = "cnn-mnist",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    stages: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write every stage of the preparation there, as PNG."),
    ] = None,
) -> None:
    """Say what each picture shows. White on black and black on white are both understood."""
    from core.cli.predict_images import say_all  # here: torch takes two seconds, `--help` should not

    say_all(images, run, as_json, stages)
