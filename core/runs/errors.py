"""What can go wrong with the run store, each as an exception that carries a remedy for the person reading it."""

import logging
from collections.abc import Sequence
from typing import Final

from core.access.rules import Action, Actor
from core.errors import InklingError
from core.i18n.translation import _

LOG: Final = logging.getLogger("inkling.access")


# ruff: noqa: N818 - the names say what happened; the base class says that it is an error
class StoreError(InklingError):
    """The store could not do it."""


class StoreBusy(StoreError):
    """Another process held the store locked for longer than this one waits."""


class StoreFull(StoreError):
    """The disk that holds the store has no room left; nothing of the write was kept."""

    code = "disk_full"


class StoreReadOnly(StoreError):
    """The store may be read but not written."""


class StoreDamaged(StoreError):
    """The store's file is not, or no longer, a readable database."""


class StoreUnreachable(StoreError):
    """The store's URL leads nowhere: no such folder, no permission, no server."""


class StoreUnlockable(StoreError):
    """The store's folder is on a disk that has no locks, by which processes tell whose a run is."""


class StoreTooNew(StoreError):
    """A later version of Inkling wrote this store."""


class StoreVersionUnknown(StoreError):
    """The store names a version of its schema that there has never been."""


class UpgradeFailed(StoreError):
    """A store of an earlier version could not be brought forward; it is as it was."""


class UnknownRun(StoreError):
    """There is no run with this id."""

    def __init__(self, run_id: str) -> None:
        super().__init__(
            _("There is no run “{run}”.", run=run_id[:40]),
            _("It may have been deleted. Choose another run from the list."),
        )


class UnknownVisitor(StoreError):
    """There is no such visitor, or more than one."""


class NotAllowed(StoreError):
    """The actor may not do this to the run, or at all; written to the log."""

    def __init__(self, action: Action, subject_id: str, actor: Actor) -> None:
        LOG.warning("refused: %s %s by %s %s", action.value, subject_id, actor.role.value, actor.id[:8])
        super().__init__(
            _("This belongs to somebody else, so it can only be looked at here."),
            _("To try things out, open it on Runs and run it again: the new run is yours."),
        )
        self.action, self.subject_id = action, subject_id


class UnreadableRun(UnknownRun):
    """What the store holds of the run is damaged, or has settings of another version: there is nothing to be had of it.

    run: its name, or its id where it has none. settings: those not known; else `damaged` names its damaged columns.
    """

    def __init__(
        self, run_id: str, run: str, *, owner: str, settings: Sequence[str] = (), damaged: Sequence[str] = ()
    ) -> None:
        if settings:
            what: str = _(
                "The run “{run}” cannot be read: it has settings that this version of Inkling does not know "
                "({settings:list}).",
                run=run,
                settings=settings,
            )
            remedy: str = _("Update Inkling to open it. It is kept as it is.")
        else:
            what = _(
                "The run “{run}” cannot be read: what the store holds of it is damaged ({columns:list}).",
                run=run,
                columns=damaged,
            )
            remedy = _(
                "Whoever made it can delete it; a backup may still have it. Other runs are not affected."
            )
        StoreError.__init__(self, what, remedy)
        self.run_id, self.run, self.owner = run_id, run, owner


class LostRun(StoreError):
    """The run is no longer this worker's: it was given to another attempt, or it has ended."""

    def __init__(self, run_id: str, attempt: int) -> None:
        super().__init__(
            _(
                "Run {run} is no longer trained by this process (attempt {attempt}).",
                run=run_id,
                attempt=attempt,
            ),
            _("Another process has taken it over, or it has ended."),
        )
        self.run_id, self.attempt = run_id, attempt


class DamagedArtifact(StoreError):
    """Stored bytes do not match their checksum."""


class RunRefused(StoreError):
    """A new run was refused for a limit of this installation, or the words about one for what cannot be shown."""


class UnknownArtifact(StoreError):
    """The run has no such array or bytes."""

    def __init__(self, message: str) -> None:
        super().__init__(message, _("Choose one of the listed steps."))


class ExportRefused(StoreError):
    """The run cannot be had in this form."""


class ImportRefused(StoreError):
    """A file cannot be taken in: it is foreign, damaged, too large or not what it says."""
