"""Why the operating system refused something, in the reader's language: it says so itself in English."""

import errno
from typing import Final

from core.i18n.translation import N_, Sentence, _

_REASONS: Final = {
    errno.ENOENT: N_("there is no such file or folder"),
    errno.EACCES: N_("permission denied"),
    errno.EPERM: N_("permission denied"),
    errno.EEXIST: N_("there is one already"),
    errno.EISDIR: N_("it is a folder"),
    errno.ENOTDIR: N_("a part of its path is no folder"),
    errno.ENOSPC: N_("the disk is full"),
    errno.EDQUOT: N_("the disk is full"),
    errno.EROFS: N_("the disk may only be read"),
    errno.ENAMETOOLONG: N_("its name is too long"),
    errno.ENOLCK: N_("files there cannot be locked"),
    errno.EOPNOTSUPP: N_("files there cannot be locked"),
    errno.EIO: N_("the disk does not answer as it should"),
}


def reason_of(error: BaseException) -> str:
    """Return why, in words for a sentence's brackets; what is not known here as the error itself says it."""
    words = getattr(error, "strerror", None)
    if isinstance(error, OSError) and error.errno in _REASONS and not isinstance(words, Sentence):
        return _(_REASONS[error.errno])
    return words or str(error) or type(error).__name__
