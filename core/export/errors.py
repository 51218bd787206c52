"""What can go wrong on the way out and on the way in, each with a remedy."""

from core.runs import StoreError


class ExportRefused(StoreError):  # noqa: N818 - as in core.runs.errors
    """The run cannot be had in this form."""


class ImportRefused(StoreError):  # noqa: N818 - as in core.runs.errors
    """A file cannot be taken in: it is foreign, damaged, too large or not what it says."""
