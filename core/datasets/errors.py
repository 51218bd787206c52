"""What can go wrong with data, each as an exception that carries a remedy for the person reading it."""

import errno

from core.errors import InklingError


# ruff: noqa: N818 - the names say what happened; the base class says that it is an error
class DatasetError(InklingError):
    """Something about a dataset failed."""


class UnknownDataset(DatasetError):
    """No dataset has this name."""


class NotDownloaded(DatasetError):
    """The dataset comes by download, and the download has not been made yet."""


class DownloadFailed(DatasetError):
    """A download ended early: no network, an HTTP error, a broken connection."""


class WrongChecksum(DownloadFailed):
    """A file arrived whole but is not the file its authors published; it has been removed."""


class DamagedArchive(DatasetError):
    """An archive that ships with the project is missing, truncated or altered."""


class DamagedData(DatasetError):
    """Stored data are damaged and there is no archive to make them from again."""


class DiskFull(DatasetError):
    """The disk that holds the data folder has no room left."""


class NoPermission(DatasetError):
    """The data folder, or a file in it, may not be written."""


class RefusedUpload(DatasetError):
    """An uploaded archive or image was refused: not an image archive, or beyond a limit."""


def from_os_error(error: OSError, doing: str) -> DatasetError:
    """Return the DatasetError that explains `error`, met while `doing` ("unpacking MNIST")."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(
            f"The disk is full: {doing} needs more room than is left.",
            "Free some space, or set INKLING_DATA to a folder on another disk, and try again.",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return NoPermission(
            f"No permission while {doing}: {error.filename or 'the data folder'} cannot be written.",
            "Allow writing there, or set INKLING_DATA to a folder that may be written.",
        )
    if error.errno in (errno.ENOLCK, errno.EOPNOTSUPP):
        return DatasetError(
            f"The data folder cannot be locked ({error.strerror}), as on some network drives: {doing} was not begun.",
            "Set INKLING_DATA to a folder on a local disk.",
        )
    return DatasetError(
        f"{doing[:1].upper()}{doing[1:]} failed: {error}.", "Check the data folder and try again."
    )
