"""Methods that ask the rules before they do anything. Each says beside its name which action it is."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, Protocol, TypeVar, cast

from core.access.rules import Action

F = TypeVar("F", bound=Callable[..., Any])
NO_SUBJECT: Final = ""


class Guarded(Protocol):
    """What has methods that ask."""

    def check(self, action: Action, subject_id: str) -> None:
        """Refuse, by raising, what this object's actor may not do to the thing with this id (NO_SUBJECT: to none)."""
        ...


def needs(action: Action) -> Callable[[F], F]:
    """Have a method, whose first argument is the id of a thing, ask whether this may be done to it."""
    return _asking(action, lambda args: args[0])


def needs_right_to(action: Action) -> Callable[[F], F]:
    """Have a method that is about no one thing ask whether this may be done at all."""
    return _asking(action, lambda _args: NO_SUBJECT)


def _asking(action: Action, subject_id: Callable[[tuple[Any, ...]], str]) -> Callable[[F], F]:
    def asking(method: F) -> F:
        @wraps(method)
        def asked(self: Guarded, *args: Any, **kwargs: Any) -> Any:
            self.check(action, subject_id(args))
            return method(self, *args, **kwargs)

        asked.action = action  # type: ignore[attr-defined]
        return cast(F, asked)

    return asking


def action_of(method: Callable[..., Any]) -> Action | None:
    """Return the action that a method asks for, None for one that asks for nothing."""
    return getattr(method, "action", None)
