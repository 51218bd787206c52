"""The fast path as users get it: through store, queue, runner and worker; unwatched, and watched by a browser."""

import contextlib
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType

from benchmarks.app_process import BROWSER_FLAGS, passing_settings, running_app
from benchmarks.articles import Exercise
from benchmarks.cases import EVERY, Case, config_of
from core.datasets import load
from core.datasets.data_dir import data_folder
from core.jobs.engine import EmbeddedEngine
from core.runs import Store
from tests.browser import browser_path


class Workshop:
    """A store and an engine of its own in a passing folder; with `watched`, the app and a browser too."""

    def __init__(self, watched: bool) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="inkling-benchmark-")
        self.store = Store(settings=passing_settings(self._folder.name))
        self.engine = EmbeddedEngine(self.store)
        self._stack = contextlib.ExitStack()
        self._open: Callable[[str], None] | None = None
        self._paused = ""
        self._watched = watched

    def __enter__(self) -> "Workshop":
        if self._watched:
            self._start_app()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        self.engine.close()
        self.store.close()
        self._folder.cleanup()

    def cases(self) -> list[Case]:
        """Return the cases, warmed up."""
        found = [
            Case("g", "Inkling, as used: worker, events, snapshots, evaluation every 200 steps", self.run),
            Case("g0", "as (g), from a pause: the start not counted", self.go_on, prepare=self.start_paused),
        ]
        if self._open is not None:
            found.append(Case("h", "as (g0), watched by a browser", self.go_on, prepare=self.start_watched))
        exercise = Exercise(load("mnist"), data_folder(None), epochs=1)
        for case in found:
            if case.prepare:
                case.prepare(exercise)
            case.work(exercise)
        return found

    def run(self, exercise: Exercise) -> float:
        """Submit a run, wait for its end, return its test accuracy."""
        run_id = self._created(exercise)
        self.engine.submit(run_id)
        return self._ended(run_id)

    def start_paused(self, exercise: Exercise) -> None:
        """Have a worker take a run and wait before its first step."""
        self._paused = self._created(exercise, command="pause")
        self.engine.submit(self._paused)
        while self.store.get(self._paused).status != "paused":
            time.sleep(0.01)

    def start_watched(self, exercise: Exercise) -> None:
        """The same, with its page open in a browser."""
        assert self._open is not None
        self.start_paused(exercise)
        self._open(self._paused)

    def go_on(self, exercise: Exercise) -> float:  # noqa: ARG002
        """Let the paused run train, wait for its end, return its test accuracy."""
        self.engine.command(self._paused, command="run")
        return self._ended(self._paused)

    def _created(self, exercise: Exercise, command: str = "run") -> str:
        config = replace(config_of(exercise), eval_every=EVERY)
        return self.store.create(config, queue=False, command=command)

    def _ended(self, run_id: str) -> float:
        while not self.store.get(run_id).has_ended:
            time.sleep(0.005)
        row = self.store.get(run_id)
        assert row.status == "finished", row.message
        return row.test_accuracy or 0.0

    def _start_app(self) -> None:
        """Start the app on this store and a browser."""
        from playwright.sync_api import sync_playwright

        app = self._stack.enter_context(running_app(self.store.settings))
        playwright = self._stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=browser_path(), args=BROWSER_FLAGS)
        self._stack.callback(browser.close)
        page = browser.new_page(viewport={"width": 1280, "height": 900})

        def open_run(run_id: str) -> None:
            """Open the run's page and wait until all of it is painted: opening is not watching."""
            page.goto(f"{app.url}/?run={run_id}", wait_until="networkidle")
            page.get_by_role("button", name="Resume").wait_for(timeout=60_000)
            page.locator(".js-plotly-plot .main-svg").nth(1).wait_for(timeout=60_000)
            page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=60_000)

        self._open = open_run
