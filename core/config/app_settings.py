"""What this installation allows and where it keeps things, read once from the INKLING_* environment variables.

Every variable is documented by its field below; a bad value is refused with its name and what is allowed.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from core.config.field_errors import Sites
from core.config.machine import core_count, runs_in_memory
from core.config.run_config import ConfigError, FieldError, RunConfig, checked, rule_of
from core.config.setting_fields import choice, number, text, whole
from core.datasets.data_dir import data_folder
from core.i18n.translation import N_

OWN: Final = "own"
EVERYONE: Final = "everyone"
LOCAL: Final = "local"
OPERATOR: Final = "operator"

_TOO_MANY_PARAMETERS: Final = N_(
    "The model would have {value} parameters (weights and biases), but at most {most} are allowed here."
)
_TOO_MANY_STEPS: Final = N_(
    "With a batch size of {value}, the run would take {steps} training steps, but at most {most} are allowed "
    "here."
)


class SettingsError(ValueError):
    """INKLING_* variables were refused; `errors` holds one sentence for each."""

    def __init__(self, errors: list[str]) -> None:
        self.errors = tuple(errors)
        super().__init__(" ".join(errors))


@dataclass(frozen=True)
class Settings:
    """The installation's settings; field `max_epochs` is the variable INKLING_MAX_EPOCHS, and so on."""

    data: str = text("", N_("The folder for datasets and, unless INKLING_STORE says otherwise, for runs."))
    store: str = text("", N_("The SQLAlchemy URL of the run store. Empty: inkling.db in the data folder."))
    cores: int = whole(0, 0, 1024, N_("How many processor cores training may use in all. 0: all of them."))
    workers: int = whole(0, 0, 256, N_("How many runs compute at the same time. 0: one for each core."))
    running: int = whole(
        0,
        0,
        1000,
        N_(
            "How many runs may be under way, computing by turns. 0: as many as half of the memory holds, at most 64."
        ),
    )
    checkpoint_s: float = number(
        5.0, 0.2, 3600.0, N_("The longest time between two checkpoints of a run, in seconds.")
    )
    max_epochs: int = whole(200, 1, 1000, N_("The most epochs that one run may have."))
    max_steps: int = whole(2_000_000, 1, 10**9, N_("The most training steps that one run may take."))
    max_parameters: int = whole(
        5_000_000, 1, 10**9, N_("The most parameters (weights and biases) that a model may have.")
    )
    max_run_hours: float = number(12.0, 0.001, 10_000.0, N_("The longest that a run may train, in hours."))
    snapshots_per_run: int = whole(60, 3, 60, N_("How many snapshots of the weights are kept for each run."))
    kept_runs: int = whole(
        0,
        0,
        10**6,
        N_(
            "How many runs are kept. Beyond that, the oldest are deleted, except pinned ones. 0: all of them."
        ),
    )
    kept_days: float = number(
        0.0,
        0.0,
        36_500.0,
        N_("How many days a run is kept unless it is pinned. 0: until somebody deletes it."),
    )
    bin_days: int = whole(
        30, 0, 36_500, N_("How many days a deleted run or dataset lies in the bin before it is gone.")
    )
    free_mb: float = number(
        1000.0,
        0.0,
        10.0**9,
        N_(
            "How much of the disk that holds the runs is to stay free, in megabytes. With less, snapshots of weights "
            "go that can be made again."
        ),
    )
    store_mb: float = number(
        0.0,
        0.0,
        10.0**9,
        N_(
            "How much the runs may take, in megabytes. Beyond it, snapshots of weights go that can be made again. "
            "0: as much as there is."
        ),
    )
    queue_length: int = whole(200, 1, 100_000, N_("The most runs that may wait in the queue."))
    queue_per_owner: int = whole(50, 1, 100_000, N_("The most runs that one visitor may have in the queue."))
    searches_per_owner: int = whole(
        3, 1, 100_000, N_("The most searches that one visitor may have under way.")
    )
    costly_at_once: int = whole(
        2,
        1,
        256,
        N_(
            "How many exports and computations that take pages seconds are made at the same time, one for each visitor."
        ),
    )
    upload_mb: float = number(
        20.0, 0.01, 10_000.0, N_("The largest file that can be uploaded, in megabytes.")
    )
    held_uploads_mb_per_visitor: float = number(
        100.0, 0.01, 10.0**6, N_("The most memory that one visitor's uploads may take, in megabytes.")
    )
    held_uploads_mb: float = number(
        500.0,
        0.01,
        10.0**6,
        N_("The most that the uploads of all visitors may take in memory together, in megabytes."),
    )
    run_mb_per_owner: float = number(
        2000.0, 1.0, 10.0**7, N_("The most room that the runs of one visitor may take, in megabytes.")
    )
    datasets_per_owner: int = whole(
        20, 1, 100_000, N_("The most datasets that one visitor may have of their own.")
    )
    dataset_mb_per_owner: float = number(
        300.0,
        0.01,
        10.0**7,
        N_("The most room on the disk that the own datasets of one visitor may take, in megabytes."),
    )
    listing: str = choice(
        OWN,
        (OWN, EVERYONE),
        N_(
            "Whose runs and searches a visitor finds in lists. own: their own, those whose link they opened, and the "
            "command line's. everyone: all."
        ),
    )
    classes: str = choice(
        LOCAL,
        (LOCAL, OPERATOR, EVERYONE),
        N_(
            "Who may start a class. local: whoever comes from a private network or this computer, and not through a "
            "proxy that INKLING_PROXIES does not name. operator: operators alone. everyone: everybody."
        ),
    )
    class_days: int = whole(
        30,
        0,
        36_500,
        N_("How many days after its last day a class is ended, with everything that its members made."),
    )
    new_visitors: int = whole(
        600, 1, 10**6, N_("How many new visitors may come from one network address in a minute.")
    )
    tabs_per_visitor: int = whole(
        30, 1, 100_000, N_("The most pages that one visitor may have open at the same time.")
    )
    tabs_per_address: int = whole(
        2_000, 1, 10**6, N_("The most pages that may be open from one network address at the same time.")
    )
    proxies: str = text(
        "",
        N_(
            "The addresses of proxies whose word about a visitor's address is taken, separated by spaces or commas."
        ),
    )
    picture_mb: float = number(
        100.0, 0.1, 10_000.0, N_("The most memory that a picture may take once it is decoded, in megabytes.")
    )
    zip_pictures_mb: float = number(
        5000.0,
        0.1,
        10.0**6,
        N_("The most that all pictures of a ZIP may take, decoded one by one, in megabytes."),
    )
    zip_s: float = number(
        60.0, 0.1, 3600.0, N_("The longest that reading the pictures of a ZIP may take, in seconds.")
    )
    frames: str = field(
        default="",
        metadata={"rule": Sites(), "what": N_("Other sites that may show Inkling in a frame of theirs.")},
    )
    metrics: int = whole(
        0, 0, 1, N_("1: whoever can reach the server may read its metrics, at _stcore/metrics.")
    )

    @property
    def data_dir(self) -> Path:
        """The data folder."""
        return data_folder(self.data or None)

    @property
    def frame_sites(self) -> tuple[str, ...]:
        """The sites of `frames`."""
        return tuple(self.frames.split())

    @property
    def store_url(self) -> str:
        """The store's URL."""
        return self.store or f"sqlite:///{self.data_dir / 'inkling.db'}"

    @property
    def core_count(self) -> int:
        """Cores that training may use: what this process may run on, or fewer by INKLING_CORES."""
        return min(self.cores, core_count()) if self.cores else core_count()

    @property
    def worker_count(self) -> int:
        """Runs that compute at the same time at most."""
        return self.workers or self.core_count

    @property
    def running_limit(self) -> int:
        """Runs under way at most; they compute by turns."""
        return self.running or max(self.worker_count, runs_in_memory())

    def rule_of(self, name: str) -> Any:
        """Return what a setting of a run may be here: its own rule, or a narrower one."""
        rule = rule_of(name)
        return replace(rule, high=min(rule.high, self.max_epochs)) if name == "epochs" else rule

    def checked(self, name: str, value: Any) -> tuple[Any, FieldError | None]:
        """Return (`value` in the type of field `name`, None), or (`value`, why it is refused here)."""
        checked_value, error = checked(name, value)
        rule = self.rule_of(name)
        if rule == rule_of(name) or (error is None and rule.low <= checked_value <= rule.high):
            return checked_value, error
        return value, FieldError(name, value, rule.refusal, rule.limits)

    def check(self, config: RunConfig, parameter_count: int = 0, total_steps: int = 0) -> None:
        """Refuse a config beyond the limits; counts of 0 are not known yet and pass.

        Raises: ConfigError with one FieldError for each limit, naming the value and what is allowed.
        """
        errors = []
        if refused := self.checked("epochs", config.epochs)[1]:
            errors.append(refused)
        if parameter_count > self.max_parameters:
            limit = {"most": self.max_parameters}
            errors.append(FieldError("model", parameter_count, _TOO_MANY_PARAMETERS, limit))
        if total_steps > self.max_steps:
            limits = {"steps": total_steps, "most": self.max_steps}
            errors.append(FieldError("batch_size", config.batch_size, _TOO_MANY_STEPS, limits))
        if errors:
            raise ConfigError(errors)


WIDEST: Final = Settings(max_epochs=int(rule_of("epochs").high))  # no narrower than the settings' own rules
