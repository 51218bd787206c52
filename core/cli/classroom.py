"""`python -m core classroom`: classes, for whoever runs this Inkling.

It acts as an operator, which the command line is by the rules: every method of a class asks them, and what stays of a
class that is ended becomes the command line's.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from core.access.rules import OPERATOR
from core.classroom.classroom_table import Classroom
from core.classroom.classrooms import Classrooms
from core.classroom.errors import UnknownClassroom
from core.classroom.nicknames import KINDS, OWN
from core.classroom.teachers import Teachers
from core.cli.command_classes import OwnCommand, OwnGroup
from core.cli.console import USAGE_ERROR, fail, open_store, say, say_json, told_errors
from core.config.field_errors import ONE_OF, FieldError
from core.datasets.atomic_files import whole_file
from core.i18n.literal_text import visible_text
from core.i18n.system_reasons import reason_of
from core.i18n.translation import _, ngettext
from core.runs import Store

MOST_SHOWN: Final = 40  # letters of a code that there is not
Command = Callable[..., None]


def classroom_commands() -> typer.Typer:
    """Return the group of these commands."""
    group = typer.Typer(
        cls=OwnGroup,
        options_metavar=_("[OPTIONS]"),
        subcommand_metavar=_("COMMAND [ARGUMENTS]"),
        no_args_is_help=True,
    )
    command = partial(group.command, cls=OwnCommand, options_metavar=_("[OPTIONS]"))
    command("create", help=_("Start one, and print its code and its teacher's key."))(_create_command())
    command("list", help=_("List them all, newest first."))(_list_command())
    command("key", help=_("Make its teacher's key anew, where that is lost, and print it."))(_key_command())
    command("export", help=_("Write all that its members have handed in into one ZIP."))(_export_command())
    command(
        "end", help=_("End one for good, with all that its members made or all but their finished runs.")
    )(_end_command())
    return group


def _code_argument() -> Any:
    return typer.Argument(metavar=_("CODE"), help=_("The class's code, as “list” prints it."))


@contextmanager
def _classes(code: str = "") -> Iterator[Store]:
    """Give the store as an operator's; what is wrong with the words of the command ends it with their exit code."""
    with told_errors():
        store, _settings = open_store()
        try:
            yield store.acting_as(OPERATOR)
        except UnknownClassroom:
            fail(
                _(
                    "There is no class with the code “{code}”. See which there are: {command}",
                    code=visible_text(code[:MOST_SHOWN]),
                    command="python -m core classroom list",  # not said: a command
                ),
                USAGE_ERROR,
            )


def _create_command() -> Command:
    def create(
        title: Annotated[
            str, typer.Argument(metavar=_("TITLE"), help=_("What its members know it by, such as 7b."))
        ],
        last_day: Annotated[
            str,
            typer.Option(
                metavar=_("YYYY-MM-DD"),
                help=_("Its last day; the day after, nobody is in it any more. Default: today."),
            ),
        ] = "",
        nicknames: Annotated[
            str,
            typer.Option(
                help=_(
                    "own: members choose their nicknames. list: they take one of the list, such as Fox 12."
                )
            ),
        ] = OWN,
        as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object."))] = False,
    ) -> None:
        if nicknames not in KINDS:
            fail(FieldError("--nicknames", nicknames, ONE_OF, {"options": KINDS}).said(), USAGE_ERROR)
        day = _day_of(last_day)
        with _classes() as store:
            classroom, key = Classrooms(store).start(title, day, nicknames)
        if as_json:
            say_json(_summary(classroom) | {"teacher_key": key})
        else:
            _tell(classroom, key)

    return create


def _day_of(given: str) -> date | None:
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        fail(
            _(
                "The value of {option} cannot be used: {reason}",
                option="--last-day",
                reason=_(
                    "“{given}” is no day. Give it as year, month and day, such as {example}.",
                    given=visible_text(given[:MOST_SHOWN]),
                    example=date.today().isoformat(),
                ),
            ),
            USAGE_ERROR,
        )


def _tell(classroom: Classroom, key: str) -> None:
    """Print the new class's code and key; how to go on stands on standard error."""
    say(_("Code: {code}", code=classroom.code))
    say(_("Teacher's key: {key}", key=key))
    said = (
        _("The key is shown this once. Write it down, and do not show it to the class."),
        _("Enter it on the page Class, under “I have a teacher's key”: that browser then leads the class."),
        _(
            "The code is for the class, which joins on the page Class until {day:date}.",
            day=classroom.last_day,
        ),
    )
    for sentence in said:
        say(sentence, err=True)


def _summary(classroom: Classroom) -> dict[str, Any]:
    return {
        "code": classroom.code,
        "title": classroom.title,
        "last_day": None if classroom.is_ending else classroom.last_day.isoformat(),
        "nicknames": classroom.nicknames,
        "open": classroom.is_open,
        "over": classroom.is_over,
    }


def _list_command() -> Command:
    def list_them(
        as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object per line."))] = False,
    ) -> None:
        with _classes() as store:
            found = Classrooms(store).all()
        for classroom, members in found:
            if as_json:
                say_json(_summary(classroom) | {"members": members})
            else:
                say(_line(classroom, members))
        if not found and not as_json:
            start = "python -m core classroom create"  # not said: a command
            say(_("There is no class yet. Start one: {command}", command=start), err=True)

    return list_them


def _line(classroom: Classroom, members: int) -> str:
    """Return the class in a line; its title last, for it may be long."""
    last_day = "" if classroom.is_ending else classroom.last_day.isoformat()
    cells = f"{last_day:<10}  {classroom.state:<8}  {_members(members):>11}"
    return f"{classroom.code:<6}  {cells}  {classroom.title}"


def _members(count: int) -> str:
    return ngettext("{n} member", "{n} members", count)


def _key_command() -> Command:
    def key(code: Annotated[str, _code_argument()]) -> None:
        with _classes(code) as store:
            classroom = Classrooms(store).named(code)
            made = Teachers(store).renew(classroom.id)
        say(made)
        say(
            _(
                "It is shown this once, and is the key of who started “{title}”. The earlier one no longer works, and "
                "browsers that led the class by it do so no more. Other teachers' keys are as they were.",
                title=classroom.title,
            ),
            err=True,
        )

    return key


def _export_command() -> Command:
    def export(
        code: Annotated[str, _code_argument()],
        output: Annotated[
            Path | None, typer.Option(help=_("The file to write. Default: class-CODE.zip here."))
        ] = None,
    ) -> None:
        from core.classroom.export import ClassExport  # here: it loads what pictures and scores need

        with _classes(code) as store:
            classroom = Classrooms(store).named(code)
            path = output or Path(f"class-{classroom.code}.zip")
            content = ClassExport(store).export_zip(classroom.id)
        try:
            with whole_file(path) as part:
                part.write_bytes(content)
        except OSError as error:
            fail(_("{file} cannot be written ({reason}).", file=str(path), reason=reason_of(error)))
        say(str(path))

    return export


def _end_command() -> Command:
    def end(
        code: Annotated[str, _code_argument()],
        delete: Annotated[
            bool, typer.Option("--delete", help=_("Delete everything that its members made for good."))
        ] = False,
        keep_runs: Annotated[
            bool,
            typer.Option(
                "--keep-runs",
                help=_(
                    "Keep the finished runs, without what members wrote about them. They become the command line's, "
                    "which everybody finds in the lists. The rest is deleted for good."
                ),
            ),
        ] = False,
        yes: Annotated[bool, typer.Option("--yes", help=_("End it without asking."))] = False,
    ) -> None:
        if delete == keep_runs:
            fail(
                _(
                    "Say what becomes of what the members made: {option} or {other}, and not both.",
                    option="--delete",
                    other="--keep-runs",
                ),
                USAGE_ERROR,
            )
        with _classes(code) as store:
            classroom = Classrooms(store).named(code)
            if not yes:
                _ask(store, classroom, keeps_runs=keep_runs)
            _end(store, classroom, keeps_runs=keep_runs)

    return end


def _ask(store: Store, classroom: Classroom, *, keeps_runs: bool) -> None:
    """Ask somebody at a terminal whether the class is to be ended; without one, it must have been said."""
    from core.classroom.members import Members

    if not sys.stdin.isatty():
        fail(
            _("What is deleted cannot be brought back. If it is meant, add {option}.", option="--yes"),
            USAGE_ERROR,
        )
    ending = (
        _("Everything that its members made is deleted for good, except for finished runs.")
        if keeps_runs
        else _("Everything that its members made is deleted for good.")
    )
    members = _members(len(Members(store).all(classroom.id)))
    say(_("“{title}”, {members}, is ended for everybody.", title=classroom.title, members=members), err=True)
    say(ending, err=True)
    is_wanted = False
    with suppress(typer.Abort):  # the end of the input
        is_wanted = typer.confirm(_("End this class?"), err=True)
    if not is_wanted:
        raise typer.Exit(USAGE_ERROR)


def _end(store: Store, classroom: Classroom, *, keeps_runs: bool) -> None:
    from core.classroom.ending import Ending  # here: it loads what searches need

    erased = Ending(store).end(classroom.id, keeps_runs=keeps_runs)
    if said := erased.in_words():
        say(
            _(
                "The class “{title}” has ended. Deleted for good: {what:list}.",
                title=classroom.title,
                what=said,
            )
        )
    else:
        say(_("The class “{title}” has ended.", title=classroom.title))
