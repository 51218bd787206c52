"""Moves searches on: hears what their runs have to say, tells Optuna, begins the next trials.

It lives in the runner's process, not in a page: a search goes on without viewers and, since all of its state is in
the store, after a restart as well.
"""

import logging
from collections.abc import Callable
from typing import Final

from optuna import Study
from optuna.trial import FrozenTrial, Trial, TrialState

from core.config.run_config import ConfigError
from core.config.setting_labels import refusal
from core.datasets import DatasetError, dataset_spec
from core.i18n.translation import _
from core.protocol.events import Evaluated
from core.runs import DamagedArtifact, RunRow, Store, StoreError, UnknownRun
from core.runs.operators import owner_of
from core.search.optuna_study import PRUNED, RUN, study_of, suggested
from core.search.search_table import FINISHED, RUNNING, STOPPED, STOPPING, Searches, SearchRow

LOG: Final = logging.getLogger("inkling.search")


class Driver:
    """Drives a store's searches; `wake` is called when a run has been queued."""

    def __init__(self, store: Store, wake: Callable[[], None] = lambda: None) -> None:
        self._store, self._wake = store, wake
        self._searches = Searches(store)

    def tick(self) -> None:
        """Move every active search on by what has happened since.

        Raises: what the last of them met that could not; the others have moved on.
        """
        trouble: Exception | None = None
        for search in self._searches.active():
            try:
                self._advance(search)
            except Exception as error:  # why: whatever is wrong with one search must not keep the others
                trouble = error
        if trouble is not None:
            raise trouble

    def _advance(self, search: SearchRow) -> None:
        study = study_of(search, self._store.url)
        for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            self._hear(study, trial, search)
        trials = study.get_trials(deepcopy=False)
        live = [trial for trial in trials if trial.state == TrialState.RUNNING]
        if search.state == STOPPING:
            if not live:
                self._searches.settle(search.id, STOPPED)
            return
        begun = sum(trial.state not in (TrialState.WAITING, TrialState.FAIL) for trial in trials)
        failures = sum(trial.state == TrialState.FAIL for trial in trials)
        room = min(search.plan.parallel - len(live), search.plan.planned_trials - begun)
        if begun >= search.plan.planned_trials and not live:
            self._searches.settle(search.id, FINISHED)
        elif failures > search.plan.planned_trials + 20:
            self._searches.settle(
                search.id, STOPPED, _("Its runs keep failing. Open one of them to see why.")
            )
        elif room > 0 and all(self._begin(study, search) for _ in range(room)):
            self._wake()

    def _begin(self, study: Study, search: SearchRow) -> bool:
        """Begin the next trial, as the search's owner; return False where no run can be made now, or may be."""
        trial = study.ask()
        values = suggested(trial, search.plan)
        try:
            config = search.plan.config(values)
            spec = dataset_spec(config.dataset, self._store.settings.data_dir)
            run_id = self._store.acting_as(owner_of(self._store.database, search.owner)).create(
                config,
                owner=search.owner,
                name=f"#{trial.number + 1} · {search.name}",
                tags=["search"],
                group_id=search.id,
            )
        except (ConfigError, DatasetError, StoreError) as error:
            study.tell(trial, state=TrialState.FAIL)
            self._searches.settle(search.id, STOPPED, refusal(error))
            return False
        trial.set_user_attr(RUN, run_id)
        trial.set_user_attr("chance", 1 / spec.n_classes)
        return True

    def _hear(self, study: Study, trial: FrozenTrial, search: SearchRow) -> None:
        """Tell Optuna how a trial's run stands."""
        try:
            row = self._store.get(trial.user_attrs.get(RUN, ""))
        except UnknownRun:  # never made, pruned away, or not to be read: it is tried again
            self._again(study, trial)
            return
        try:
            self._hear_run(study, trial, row, search)
        except DamagedArtifact:  # what it has said is lost
            study.tell(trial.number, state=TrialState.FAIL)

    def _hear_run(self, study: Study, trial: FrozenTrial, row: RunRow, search: SearchRow) -> None:
        if row.status == "interrupted":
            self._store.enqueue(row.id)
            self._wake()
        elif not row.has_ended:
            self._hear_live(study, trial, row, search)
        elif row.status == "finished" and row.evaluation_accuracy is not None:
            self._report(study, trial, row, search)
            study.tell(trial.number, row.evaluation_accuracy)
        elif row.status == "diverged":
            study.tell(trial.number, trial.user_attrs["chance"])  # it knows no more than a guess
        elif row.status == "stopped" and search.state == RUNNING:
            study.tell(trial.number, state=TrialState.PRUNED)  # by the pruner, or by hand
        elif row.status == "stopped":
            self._again(study, trial)
        else:
            study.tell(trial.number, state=TrialState.FAIL)

    def _again(self, study: Study, trial: FrozenTrial) -> None:
        """Give the trial up and put its values first in line."""
        study.tell(trial.number, state=TrialState.FAIL)
        if trial.params:
            study.enqueue_trial(trial.params)

    def _hear_live(self, study: Study, trial: FrozenTrial, row: RunRow, search: SearchRow) -> None:
        """Stop the run if the search is being stopped, or if the pruner sees no hope in it."""
        if search.state == STOPPING:
            self._store.order(row.id, command="stop")
            self._wake()
            return
        if search.plan.pruner == "none" or trial.user_attrs.get(PRUNED):
            return
        active = self._report(study, trial, row, search)
        if active.should_prune():
            active.set_user_attr(PRUNED, True)
            self._store.order(row.id, command="stop")
            self._wake()

    def _report(self, study: Study, trial: FrozenTrial, row: RunRow, search: SearchRow) -> Trial:
        """Tell Optuna every evaluation that it has not heard, for the pruner; return the trial."""
        active = Trial(study, trial._trial_id)  # optuna has no public way from a frozen trial
        if search.plan.pruner == "none":
            return active
        told = [e for e in self._store.events_since(row.id).events if isinstance(e, Evaluated)]
        for place, event in enumerate(e for e in told if e.split == row.evaluation_split):
            if place not in trial.intermediate_values:
                active.report(event.accuracy, place)
        return active
