"""What can go wrong with a class, each with what to do."""

from core.errors import InklingError
from core.i18n.translation import _


class ClassroomError(InklingError):
    """The class could not do it."""


class UnknownClassroom(ClassroomError):  # noqa: N818 - as its kin in core.runs.errors
    """There is no class with this code."""

    def __init__(self, code: str) -> None:
        super().__init__(
            _("There is no class with the code “{code}”.", code=code[:40]),
            _(
                "Look at it again: a code has 6 letters and digits, and no 0, O, 1, I or L. Or ask your teacher."
            ),
        )


class GoneClassroom(UnknownClassroom):
    """There is no class with this id, which nobody typed: it has ended, or is no longer the actor's."""

    def __init__(self) -> None:
        ClassroomError.__init__(
            self,
            _("This class has ended, or is not this browser's any more."),
            _("Ask your teacher; a teacher's key, entered on the page Class, leads one that goes on."),
        )


class ClassroomRefused(ClassroomError):  # noqa: N818
    """What was given cannot be taken: the message names it."""


class ClassroomShut(ClassroomError):  # noqa: N818
    """The class takes nobody any more, or is over."""


class WrongKey(ClassroomError):  # noqa: N818
    """The key is not the one."""


class TooManyGuesses(ClassroomError):  # noqa: N818
    """So many codes or keys were wrong that no more are looked at for a while."""

    def __init__(self) -> None:
        super().__init__(
            _("Too many codes or keys from here were wrong."), _("Wait a minute, then try again.")
        )
