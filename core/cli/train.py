"""`python -m core train`: one run, here, with article 1's log; it is in the store like any other."""

import inspect
import signal
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Final

import typer

from core.cli.console import FAILURE, INTERRUPTED, USAGE_ERROR, fail, open_store, say, say_json, told_errors
from core.cli.setting_help import help_of
from core.config.app_settings import Settings
from core.config.image_counts import usual_sizes
from core.config.presets import PRESETS
from core.config.query_string import parse_field
from core.config.run_config import FIELD_NAMES, rule_of
from core.datasets import dataset_spec, ensure
from core.datasets.shortage import no_test_images
from core.i18n.kept_sentences import for_scripts
from core.i18n.translation import _
from core.protocol.article_log import final_line, iteration_line
from core.protocol.events import Diverged, Evaluated, Event, Failed, Finished, Started, Steps
from core.runs import Store
from core.runs.run_row import COMMAND_LINE

OWNER: Final = COMMAND_LINE


class ConsoleReporter:
    """Tells a run's events on the terminal: log lines under a progress bar, or one JSON object a line.

    without_test: what is said in place of the final accuracy where there are no images to test on.
    """

    def __init__(self, run_id: str, as_json: bool, is_quiet: bool, without_test: str) -> None:
        from rich.console import Console  # here: `--help` does without
        from rich.markup import escape
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self.last: Event | None = None
        self._run_id, self._as_json, self._is_quiet = run_id, as_json, is_quiet
        self._without_test = without_test
        self._batch_loss = 0.0
        self._score: Evaluated | None = None  # the last, None where there are no images to test on
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
        self._progress = Progress(
            *columns, TimeRemainingColumn(), console=console, disable=as_json or is_quiet, transient=True
        )
        self._task = self._progress.add_task(escape(_("Steps")), total=None)

    def __enter__(self) -> "ConsoleReporter":
        self._progress.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._progress.stop()

    def on_message(self, event: Event) -> None:
        """Tell one event."""
        if isinstance(event, Started):
            self._progress.update(self._task, total=event.total_steps)
            self._say(
                {"event": "started", "run": self._run_id, "steps": event.total_steps, "path": event.path}
            )
        elif isinstance(event, Steps) and len(event.losses):
            self._batch_loss = float(event.losses[-1])
            self._progress.update(self._task, completed=event.last_step)
        elif isinstance(event, Evaluated):
            self._evaluated(event)
        elif isinstance(event, (Finished, Diverged, Failed)):
            self._ended(event)
        self.last = event

    def _evaluated(self, event: Evaluated) -> None:
        self._score = event
        loss = self._batch_loss if event.step else event.loss
        values = {"step": event.step, "split": event.split, "loss": event.loss, "accuracy": event.accuracy}
        self._say({"event": "evaluated", **values}, iteration_line(event.step, loss, event.accuracy))

    def _ended(self, event: Finished | Diverged | Failed) -> None:
        if isinstance(event, Finished):
            score = self._score
            figures = {"accuracy": score and score.accuracy, "loss": score and score.loss}
            told = {"event": event.reason, "run": self._run_id, **figures, "seconds": event.elapsed_s}
            line = _("Run {run}: trained for {time:duration}.", run=self._run_id, time=event.elapsed_s)
            accuracy = self._without_test if score is None else final_line(score.accuracy)
            self._say(told, f"{accuracy}\n{line}")
        else:
            self._say(self._failed(event))

    def _failed(self, event: Diverged | Failed) -> dict[str, Any]:
        """Return an end that was not planned as scripts read it: a code, its values, and the sentences in English."""
        name = type(event).__name__.lower()
        message = for_scripts(event.message, "diverged" if isinstance(event, Diverged) else event.cause)
        told = {"message": message["text"], "remedy": for_scripts(event.remedy)["text"], "step": event.step}
        return {
            "event": name,
            "run": self._run_id,
            **told,
            "code": message["code"],
            "values": message["values"],
        }

    def _say(self, values: dict[str, Any], line: str | None = None) -> None:
        if self._as_json:
            say_json(values)
        elif line and not self._is_quiet:
            say(line)


def _train(preset: str, name: str, as_json: bool, quiet: bool, settings_given: dict[str, Any]) -> None:
    if preset not in PRESETS:
        presets = ", ".join(PRESETS)
        fail(
            _("--preset must be one of {presets}, not “{given}”.", presets=presets, given=preset), USAGE_ERROR
        )
    with told_errors():
        store, settings = open_store()
        changes = {k: _value(k, v, settings) for k, v in settings_given.items() if v is not None}
        config = replace(PRESETS[preset].config, **changes)
        spec = dataset_spec(config.dataset, settings.data_dir)
        if "validation_size" not in changes:
            config = usual_sizes(config, spec)
        without_test = no_test_images(spec).message
        ensure(config.dataset, settings.data_dir)
        run_id = store.create(config, owner=OWNER, name=name, queue=False)
        last = _run(store, run_id, as_json, quiet, without_test)
    if isinstance(last, (Diverged, Failed)):
        fail(f"{last.message} {last.remedy}", FAILURE)
    if not isinstance(last, Finished):
        fail(_("Interrupted. Run {run} can be resumed in the app.", run=run_id), INTERRUPTED)


def _value(name: str, value: Any, settings: Settings) -> Any:
    return value if isinstance(value, bool) else parse_field(name, value, settings)


def _run(store: Store, run_id: str, as_json: bool, quiet: bool, without_test: str) -> Event | None:
    from core.jobs.store_controls import InterruptSignal  # here: torch takes two seconds, `--help` should not
    from core.jobs.worker import train_here

    interrupt_signal = InterruptSignal()
    before = signal.signal(signal.SIGINT, lambda *_signal: interrupt_signal.give("interrupt"))
    try:
        with ConsoleReporter(run_id, as_json, quiet, without_test) as reporter:
            if not train_here(store, run_id, store.settings, interrupt_signal, reporter.on_message):
                fail(_("Run {run} cannot be trained here: another process is training it.", run=run_id))
        return reporter.last
    finally:
        signal.signal(signal.SIGINT, before)


def train_command() -> Callable[..., None]:
    """Return the command's function; its signature has one option for each field of RunConfig."""

    def train(**given: Any) -> None:
        own = {key: given.pop(key) for key in ("preset", "name", "as_json", "quiet")}
        _train(**own, settings_given=given)

    def option(name: str, kind: Any, default: Any, help_: str, *flags: str) -> inspect.Parameter:
        annotation = Annotated[kind, typer.Option(*flags, help=help_)]
        return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)

    presets = ", ".join(PRESETS)
    parameters = [
        option(
            "preset", str, "default", _("The settings to start from, one of: {presets}.", presets=presets)
        ),
        option("name", str, "", _("The run's name.")),
        option("as_json", bool, False, _("Print one JSON object per line."), "--json"),
        option("quiet", bool, False, _("Print errors only.")),
    ]
    for name in FIELD_NAMES:
        kind = bool | None if rule_of(name) is bool else str | None
        parameters.append(option(name, kind, None, help_of(name)))
    train.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    train.__annotations__ = {p.name: p.annotation for p in parameters}
    return train
