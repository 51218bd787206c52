"""The one base of errors that people read: what happened, and what to do next."""

import re


class InklingError(Exception):
    """Something could not be done: `message` says what happened, `remedy` what to do next; str() gives both.

    code: a short name for scripts, the same in every language: the class's name in snake_case unless it states another.
    """

    code: str = "inkling_error"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "code" not in cls.__dict__:
            cls.code = re.sub("(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}"
