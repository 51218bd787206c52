"""`python -m core export RUN`, `import FILE`, `backup FILE` and `restore FILE`."""

from pathlib import Path
from typing import Annotated

import typer

from core.cli.console import USAGE_ERROR, fail, named_run, open_store, told_errors
from core.cli.train import OWNER
from core.config.app_settings import from_environment
from core.datasets import CATALOG
from core.export import FORMATS, export_run


def export(
    run: Annotated[str, typer.Argument(help="The run's id or name.")],
    form: Annotated[str, typer.Option("--format", help=f"One of: {', '.join(FORMATS)}.")] = "script",
    output: Annotated[Path | None, typer.Option(help="File or folder; default: this folder.")] = None,
) -> None:
    """Write a run as code, weights, numbers, a report, a film or a bundle."""
    if form not in FORMATS:
        fail(f"--format must be one of {', '.join(FORMATS)}, got {form!r}", USAGE_ERROR)
    with told_errors():
        store, _ = open_store()
        made = export_run(store, named_run(store, run).id, form)
    target = output or Path()
    path = target / made.file_name if target.is_dir() else target
    try:
        path.write_bytes(made.data)
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}; choose another --output")
    typer.echo(path)


def import_file(
    file: Annotated[Path, typer.Argument(help="A run bundle, or one nn.Linear as .safetensors.")],
    dataset: Annotated[
        str, typer.Option(help=f"For weights: what they tell apart, one of {', '.join(CATALOG)}.")
    ] = "mnist",
    name: Annotated[str, typer.Option(help="For weights: the new run's name.")] = "",
) -> None:
    """Take in a run bundle, or the weights of a linear layer; prints the new run's id."""
    try:
        data = file.read_bytes()
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}", USAGE_ERROR)
    from core.imports.linear_layer import import_weights
    from core.imports.run_bundle import import_bundle  # here: torch takes two seconds, `--help` should not

    with told_errors():
        store, _ = open_store()
        if file.suffix == ".safetensors":
            run_id = import_weights(store, data, dataset=dataset, owner=OWNER, name=name or file.stem)
        else:
            run_id = import_bundle(store, data, OWNER)
    typer.echo(run_id)


def backup(file: Annotated[Path, typer.Argument(help="The zip to write.")]) -> None:
    """Copy every run and dataset of one's own into one file; the app may run meanwhile."""
    from core.runs import backup as work

    with told_errors():
        store, _ = open_store()
        try:
            tally = work.backup(store, file)
        except OSError as error:
            fail(str(error))
    typer.echo(f"{tally.runs:,} runs and {tally.files:,} other files in {file}")


def restore(file: Annotated[Path, typer.Argument(help="A zip that `backup` wrote.")]) -> None:
    """Put back what is missing here from a backup; the app may run meanwhile."""
    from core.runs import backup as work

    with told_errors():
        try:
            tally = work.restore(file, from_environment())
        except OSError as error:
            fail(f"{file} cannot be restored: {error}")
    typer.echo(f"{tally.runs:,} runs and {tally.files:,} other files are back")
