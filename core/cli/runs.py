"""`python -m core runs` and `python -m core evaluate RUN`: what is in the store."""

from collections.abc import Callable
from typing import Annotated, Any, Final

import typer

from core.cli.console import USAGE_ERROR, fail, named_run, open_store, say, say_json, told_errors
from core.config.run_config import FieldError, Range
from core.datasets.shortage import never_tested
from core.i18n.number_format import percent
from core.i18n.translation import _
from core.protocol.article_log import final_line
from core.runs import RunRow
from core.runs.run_labels import STATUSES

_LIMIT: Final = Range(1, 10_000, integer=True)


def runs_command() -> Callable[..., None]:
    """Return the command that lists runs."""

    def runs(
        limit: Annotated[
            str,
            typer.Option(
                help=_(
                    "How many runs to list, newest first: a whole number from {low} to {high}.",
                    **_LIMIT.limits,
                )
            ),
        ] = "20",
        as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object per line."))] = False,
    ) -> None:
        _runs(_limit(limit), as_json)

    return runs


def _limit(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not _LIMIT.low <= number <= _LIMIT.high:
        fail(FieldError("--limit", text, _LIMIT.refusal, _LIMIT.limits).said(), USAGE_ERROR)
    return number


def _runs(limit: int, as_json: bool) -> None:
    with told_errors():
        store, _settings = open_store()
        rows, unreadable = store.listing(limit=limit)
    for problem in unreadable:
        say(str(problem), err=True)
    for row in rows:
        if as_json:
            say_json(_summary(row))
        else:
            say(_line(row))
    if not rows and not unreadable and not as_json:
        say(_("No runs yet. Train one with: python -m core train"), err=True)


def evaluate_command() -> Callable[..., None]:
    """Return the command that scores a run."""

    def evaluate(
        run: Annotated[str, typer.Argument(metavar=_("RUN"), help=_("The run's id or name."))],
        as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object."))] = False,
    ) -> None:
        _evaluate(run, as_json)

    return evaluate


def _evaluate(run: str, as_json: bool) -> None:
    with told_errors():
        store, settings = open_store()
        row = named_run(store, run)
        newest = store.newest_weights(row.id)
    if newest is None:
        fail(
            _("Run {run} has no weights yet. Its status: {status}.", run=row.id, status=STATUSES[row.status])
        )
    from core.datasets import load  # here: torch takes two seconds, `--help` should not
    from core.datasets.statistics import names_without
    from core.training.score_weights import score_weights

    with told_errors():
        data = load(row.dataset, settings.data_dir)
        score = score_weights(row.config, newest[1], data)
    untested = names_without(data.test_labels, data.spec.class_names)
    if as_json:
        values = {"event": "evaluated", "run": row.id, "step": newest[0], "split": "test"}
        say_json({**values, "loss": score.loss, "accuracy": score.accuracy, "never_tested": untested})
    else:
        line = _("Run {run}, step {step}: test loss {loss:loss}", run=row.id, step=newest[0], loss=score.loss)
        say(f"{line}\n{final_line(score.accuracy)}")
        if untested:
            say(never_tested(untested), err=True)


def _summary(row: RunRow) -> dict[str, Any]:
    return {
        "run": row.id,
        "name": row.name,
        "status": row.status,
        "dataset": row.dataset,
        "model": row.model,
        "step": row.step,
        "total_steps": row.total_steps,
        "accuracy": row.latest_accuracy,
        "loss": row.test_loss if row.test_loss is not None else row.evaluation_loss,
        "seconds": row.elapsed_s,
    }


def _line(row: RunRow) -> str:
    figure = percent(row.latest_accuracy, 2)
    steps = f"{row.step}/{row.total_steps or '?'}"
    status = STATUSES[row.status]
    return f"{row.id}  {status:<11}  {row.dataset:<14} {row.model:<8} {steps:>13} {figure:>7}  {row.name}".rstrip()
