"""The command line as a whole: its commands, put together when it is called, in the language of whoever calls it."""

from collections.abc import Sequence
from functools import partial

import typer

from core.cli.classroom import classroom_commands
from core.cli.command_classes import OwnCommand, OwnGroup
from core.cli.console import write_to_any_console
from core.cli.dataset import dataset_commands
from core.cli.export_import import backup_command, export_command, import_command, restore_command
from core.cli.operator import operator_command
from core.cli.predict import predict_command
from core.cli.runs import evaluate_command, runs_command
from core.cli.shell_reader import shell_reader
from core.cli.train import train_command
from core.i18n.reader import read_by
from core.i18n.translation import _


def main(words: Sequence[str] | None = None) -> None:
    """Do what the words say, by default those of the command line, and end the process."""
    write_to_any_console()
    with read_by(shell_reader()):
        make_app()(words, prog_name="python -m core")


def make_app() -> typer.Typer:
    """Return the command line; its texts are those of who reads now."""
    app = typer.Typer(
        cls=OwnGroup,
        options_metavar=_("[OPTIONS]"),
        subcommand_metavar=_("COMMAND [ARGUMENTS]"),
        name="inkling",
        help=_("Inkling: watch a classifier learn to read."),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    command = partial(app.command, cls=OwnCommand, options_metavar=_("[OPTIONS]"))
    command(
        "train",
        help=_(
            "Train a model and keep the run in the store. Every setting is an option. Options that you leave "
            "out come from the preset; the defaults shown are those of the preset “default”."
        ),
    )(train_command())
    command("evaluate", help=_("Evaluate a run's latest weights on the whole test set."))(evaluate_command())
    command(
        "predict",
        help=_("Predict what each picture shows. Light on dark and dark on light both work."),
    )(predict_command())
    command("runs", help=_("List the runs in the store, newest first."))(runs_command())
    command("export", help=_("Export a run as code, weights, metrics, a report, an animation or a bundle."))(
        export_command()
    )
    command(
        "import", help=_("Import a run bundle or the weights of a linear layer, and print the new run's id.")
    )(import_command())
    app.add_typer(
        dataset_commands(), name="dataset", help=_("Look after the datasets that people drew or imported.")
    )
    app.add_typer(classroom_commands(), name="classroom", help=_("Start classes, list them, and end them."))
    command("backup", help=_("Copy all runs and your own datasets into one file. The app can keep running."))(
        backup_command()
    )
    command("operator", help=_("Say which browsers may see and change everything on this server."))(
        operator_command()
    )
    command(
        "restore",
        help=_("Restore the runs and datasets of a backup that are missing here. The app can keep running."),
    )(restore_command())
    return app
