"""`python -m core runs` and `python -m core evaluate RUN`: what is in the store."""

import json
from typing import Annotated, Any

import typer

from core.cli.console import fail, named_run, open_store, told_errors
from core.protocol.article_log import final_line
from core.runs import RunRow


def runs(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, newest first.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """List the runs in the store, newest first."""
    with told_errors():
        store, _ = open_store()
        rows = store.list(limit=limit)
    for row in rows:
        typer.echo(json.dumps(_summary(row)) if as_json else _line(row))
    if not rows and not as_json:
        typer.echo("No runs yet. Make one with: python -m core train", err=True)


def evaluate(
    run: Annotated[str, typer.Argument(help="The run's id or name.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Score a run's newest weights on the whole test set, anew."""
    with told_errors():
        store, settings = open_store()
        row = named_run(store, run)
        newest = store.newest_weights(row.id)
    if newest is None:
        fail(f"run {row.id} has no weights yet (it is {row.status})")
    from core.datasets import load  # here: torch takes two seconds, `--help` should not
    from core.training.score_weights import score_weights

    with told_errors():
        score = score_weights(row.config, newest[1], load(row.dataset, settings.data_dir))
    if as_json:
        values = {"event": "evaluated", "run": row.id, "step": newest[0], "split": "test"}
        typer.echo(json.dumps({**values, "loss": score.loss, "accuracy": score.accuracy}))
    else:
        typer.echo(
            f"Run {row.id}, step {newest[0]}: test loss {score.loss:.4f}\n{final_line(score.accuracy)}"
        )


def _summary(row: RunRow) -> dict[str, Any]:
    return {
        "run": row.id,
        "name": row.name,
        "status": row.status,
        "dataset": row.dataset,
        "model": row.model,
        "step": row.step,
        "total_steps": row.total_steps,
        "accuracy": row.test_accuracy if row.test_accuracy is not None else row.evaluation_accuracy,
        "loss": row.test_loss if row.test_loss is not None else row.evaluation_loss,
        "seconds": row.elapsed_s,
    }


def _line(row: RunRow) -> str:
    accuracy = row.test_accuracy if row.test_accuracy is not None else row.evaluation_accuracy
    figure = f"{100 * accuracy:6.2f}%" if accuracy is not None else "      – "
    steps = f"{row.step}/{row.total_steps or '?'}"
    return f"{row.id}  {row.status:<11}  {row.dataset:<14} {row.model:<8} {steps:>13} {figure}  {row.name}".rstrip()
