"""How much of their own a visitor may have in datasets, and the sentences for what is beyond it."""

from sqlalchemy import Connection, select

from core.access.rules import Actor, Role
from core.config.app_settings import Settings
from core.config.units import MB
from core.datasets.errors import RefusedUpload
from core.datasets.user_dataset_limits import DEFAULT_LIMITS, OwnLimits
from core.datasets.user_datasets import stored_bytes
from core.i18n.translation import _, ngettext
from core.runs.schema import OWN_DATASETS


def upload_limits(settings: Settings, *, is_sent: bool = True) -> OwnLimits:
    """Return what somebody may bring here; is_sent: by a browser, not from a disk of the server."""
    return OwnLimits(
        max_zip_bytes=int(settings.upload_mb * MB) if is_sent else DEFAULT_LIMITS.max_zip_bytes,
        max_decoded_image_bytes=int(settings.picture_mb * MB),
        max_decoded_bytes=int(settings.zip_pictures_mb * MB),
        max_work_s=settings.zip_s,
    )


def check_quota(
    connection: Connection,
    owner: str,
    *,
    settings: Settings,
    actor: Actor,
    more_datasets: int = 0,
    more_bytes: int = 0,
) -> None:
    """Refuse what would be beyond the owner's share; what the operator or the system make has no bound.

    In the transaction that takes the place, nobody else takes it meanwhile.
    Raises: RefusedUpload naming value and limit.
    """
    if actor.role is not Role.VISITOR:
        return
    columns = OWN_DATASETS.c.name, OWN_DATASETS.c.deleted_at
    rows = connection.execute(select(*columns).where(OWN_DATASETS.c.owner == owner)).all()
    most = settings.datasets_per_owner
    if more_datasets and sum(row.deleted_at is None for row in rows) + more_datasets > most:
        raise RefusedUpload(
            ngettext(
                "You already have {n} dataset of your own, which is the most allowed here.",
                "You already have {n} datasets of your own, which is the most allowed here.",
                most,
            ),
            _("Delete one that you no longer need, on Data under “Mine”."),
        )
    used = sum(stored_bytes(row.name, settings.data_dir) for row in rows) + more_bytes
    most_bytes = int(settings.dataset_mb_per_owner * MB)
    if more_bytes and used > most_bytes:
        raise RefusedUpload(
            _(
                "Your own datasets would take {used:size}, but at most {most:size} are allowed here.",
                used=used,
                most=most_bytes,
            ),
            _("Delete one that you no longer need, on Data under “Mine”; what lies in the bin counts, too."),
        )
