"""Names of groups of runs: those whose runs are trained side by side can be told from the others."""

import secrets
from typing import Final

_PREFIX: Final = "sweep-"


def new_group_id() -> str:
    """Return a group_id whose held-back runs are trained together with the one of them that is queued."""
    return _PREFIX + secrets.token_hex(4)


def is_joint(group_id: str) -> bool:
    """Return whether the runs of this group are trained side by side."""
    return group_id.startswith(_PREFIX)
