"""`python -m core export RUN`, `import FILE`, `backup FILE` and `restore FILE`."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from core.cli.console import USAGE_ERROR, fail, named_run, open_store, say, told_errors
from core.cli.train import OWNER
from core.config.environment import from_environment
from core.datasets import CATALOG
from core.export import FORMATS, export_run
from core.i18n.literal_text import visible_text
from core.i18n.system_reasons import reason_of
from core.i18n.translation import _, ngettext


def export_command() -> Callable[..., None]:
    """Return the command that writes a run as a file."""

    def export(
        run: Annotated[str, typer.Argument(metavar=_("RUN"), help=_("The run's id or name."))],
        form: Annotated[
            str, typer.Option("--format", help=_("One of: {formats}.", formats=", ".join(FORMATS)))
        ] = "script",
        output: Annotated[
            Path | None, typer.Option(help=_("The file or folder to write to. Default: the current folder."))
        ] = None,
    ) -> None:
        _export(run, form, output)

    return export


def _export(run: str, form: str, output: Path | None) -> None:
    if form not in FORMATS:
        formats = ", ".join(FORMATS)
        fail(_("--format must be one of {formats}, not “{given}”.", formats=formats, given=form), USAGE_ERROR)
    with told_errors():
        store, _settings = open_store()
        made = export_run(store, named_run(store, run).id, form)
    target = output or Path()
    path = target / made.file_name if target.is_dir() else target
    try:
        path.write_bytes(made.data)
    except OSError as error:
        fail(
            _(
                "{file} cannot be written ({reason}). Choose another --output.",
                file=visible_text(str(path)),
                reason=reason_of(error),
            )
        )
    say(visible_text(str(path)))


def import_command() -> Callable[..., None]:
    """Return the command that takes in a run or weights."""

    def import_file(
        file: Annotated[
            Path,
            typer.Argument(
                metavar=_("FILE"), help=_("A run bundle, or the weights of one nn.Linear as .safetensors.")
            ),
        ],
        dataset: Annotated[
            str,
            typer.Option(
                help=_(
                    "For weights: the dataset they were trained on, one of {datasets}.",
                    datasets=", ".join(CATALOG),
                )
            ),
        ] = "mnist",
        name: Annotated[str, typer.Option(help=_("For weights: the new run's name."))] = "",
    ) -> None:
        _import(file, dataset, name)

    return import_file


def _import(file: Path, dataset: str, name: str) -> None:
    try:
        data = file.read_bytes()
    except OSError as error:
        shown = visible_text(str(file))
        fail(_("{file} cannot be read ({reason}).", file=shown, reason=reason_of(error)), USAGE_ERROR)
    from core.imports.linear_layer import import_weights
    from core.imports.run_bundle import import_bundle  # here: torch takes two seconds, `--help` should not

    with told_errors():
        store, _settings = open_store()
        if file.suffix == ".safetensors":
            run_id = import_weights(store, data, dataset=dataset, owner=OWNER, name=name or file.stem)
        else:
            run_id = import_bundle(store, data, OWNER)
    typer.echo(run_id)


def backup_command() -> Callable[..., None]:
    """Return the command that copies everything that was made here."""

    def backup(
        file: Annotated[Path, typer.Argument(metavar=_("FILE"), help=_("The zip file to write."))],
    ) -> None:
        _backup(file)

    return backup


def _backup(file: Path) -> None:
    from core.runs import backup as work

    with told_errors():
        store, _settings = open_store()
        try:
            tally = work.backup(store, file)
        except FileExistsError as error:
            fail(str(error))
        except OSError as error:
            fail(
                _(
                    "{file} cannot be written ({reason}).",
                    file=visible_text(str(file)),
                    reason=reason_of(error),
                )
            )
    runs = ngettext(
        "Saved {n} run to {file}.", "Saved {n} runs to {file}.", tally.runs, file=visible_text(str(file))
    )
    others = ngettext("Saved {n} other file as well.", "Saved {n} other files as well.", tally.files)
    say(f"{runs} {others}" if tally.files else runs)


def restore_command() -> Callable[..., None]:
    """Return the command that puts a backup back."""

    def restore(
        file: Annotated[Path, typer.Argument(metavar=_("FILE"), help=_("A zip file made by “backup”."))],
    ) -> None:
        _restore(file)

    return restore


def _restore(file: Path) -> None:
    from core.runs import backup as work

    with told_errors():
        try:
            tally = work.restore(file, from_environment())
        except OSError as error:
            fail(
                _(
                    "{file} cannot be restored ({reason}).",
                    file=visible_text(str(file)),
                    reason=reason_of(error),
                )
            )
    runs = ngettext("Restored {n} run.", "Restored {n} runs.", tally.runs)
    others = ngettext("Restored {n} other file.", "Restored {n} other files.", tally.files)
    say(f"{runs} {others}" if tally.files else runs)
