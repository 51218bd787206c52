"""The one base of errors that people read: what happened, and what to do next."""


class InklingError(Exception):
    """Something could not be done: `message` says what happened, `remedy` what to do next; str() gives both."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}"
