"""What can go wrong with data, each as an exception that carries a remedy for the person reading it."""

import errno

from core.errors import InklingError
from core.i18n.system_reasons import reason_of
from core.i18n.translation import _, together


# ruff: noqa: N818 - the names say what happened; the base class says that it is an error
class DatasetError(InklingError):
    """Something about a dataset failed."""


class UnknownDataset(DatasetError):
    """No dataset has this name."""


class PrivateDataset(DatasetError):
    """The dataset is somebody else's own, and not shared."""


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


class NoTestImages(DatasetError):
    """The dataset has no images to test a model on."""


class RefusedUpload(DatasetError):
    """An uploaded archive or image was refused: not an image archive, or beyond a limit."""


def disk_full(message: str) -> DiskFull:
    """Return the error that says so in `message`, with what can be done about any full disk."""
    return DiskFull(
        message,
        _(
            "Free some space, or set INKLING_DATA to a folder on another disk, and try again. The page Runs says what "
            "takes how much."
        ),
    )


def without_path(error: OSError) -> OSError:
    """Return the error without the path of the machine that it names, which is no visitor's to know."""
    return OSError(error.errno, error.strerror)


def from_os_error(error: OSError, failed: str) -> DatasetError:
    """Return the DatasetError that explains `error`; `failed` says in a sentence what could not be done."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(together(failed, _("The disk is full.")))
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        cause = (
            _("Inkling has no permission to write to {path}.", path=str(error.filename))
            if error.filename
            else _("Inkling has no permission to write to the data folder.")
        )
        remedy = _("Allow writing there, or set INKLING_DATA to a writable folder.")
        return NoPermission(together(failed, cause), remedy)
    if error.errno in (errno.ENOLCK, errno.EOPNOTSUPP):
        cause = _(
            "The data folder cannot be locked ({reason}), as on some network drives.", reason=reason_of(error)
        )
        return DatasetError(together(failed, cause), _("Set INKLING_DATA to a folder on a local disk."))
    cause = _("The operating system reports: {reason}.", reason=reason_of(error))
    return DatasetError(together(failed, cause), _("Check the data folder and try again."))
