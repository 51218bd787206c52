"""Command line: `python -m core train --preset mnist-article --json`, and the rest of `python -m core --help`."""

import typer

from core.cli.export_import import backup, export, import_file, restore
from core.cli.predict import predict
from core.cli.runs import evaluate, runs
from core.cli.train import train_command

app = typer.Typer(
    name="inkling",
    help="Inkling: watch a classifier learn to read.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("train")(train_command())
app.command("evaluate")(evaluate)
app.command("predict")(predict)
app.command("runs")(runs)
app.command("export")(export)
app.command("import")(import_file)
app.command("backup")(backup)
app.command("restore")(restore)

if __name__ == "__main__":
    app(prog_name="python -m core")
