"""`python -m core operator`: which browsers may do everything on this server."""

from collections.abc import Callable
from typing import Annotated, Final

import typer

from core.cli.console import USAGE_ERROR, fail, open_store, say, told_errors
from core.config.field_errors import ONE_OF, FieldError
from core.i18n.translation import _, ngettext
from core.runs.handover import PLACE, VALID_S, offer
from core.runs.operators import dismiss_operators
from core.runs.run_row import COMMAND_LINE

LINK: Final = "link"
END: Final = "end"
ADDRESS: Final = "http://localhost:8501"


def operator_command() -> Callable[..., None]:
    """Return the command that makes operators, and ends them."""

    def operator(
        action: Annotated[
            str,
            typer.Argument(
                metavar=_("ACTION"),
                help=_(
                    "link: print a link that makes the browser which opens it an operator's, once. end: no browser is "
                    "an operator's any more."
                ),
            ),
        ],
        address: Annotated[
            str, typer.Option(help=_("Where the app can be opened in that browser."))
        ] = ADDRESS,
    ) -> None:
        if action not in (LINK, END):
            fail(FieldError(_("ACTION"), action, ONE_OF, {"options": (LINK, END)}).said(), USAGE_ERROR)
        with told_errors():
            _make_link(address) if action == LINK else _end()

    return operator


def _make_link(address: str) -> None:
    store, _settings = open_store()
    say(f"{address.rstrip('/')}/{PLACE}/{offer(store.database, COMMAND_LINE)}")
    say(
        _(
            "Whoever opens it can see, change and delete everything here. It is good for one browser and for "
            "{time:duration}.",
            time=VALID_S,
        ),
        err=True,
    )


def _end() -> None:
    store, _settings = open_store()
    count = dismiss_operators(store.database)
    say(ngettext("{n} browser was an operator's.", "{n} browsers were an operator's.", count))
