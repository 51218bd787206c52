"""Typer's commands with their own words in the reader's language: the frame of each help, and what was typed wrongly.

Typer says them in English only and gives its errors no code: `_said` tells them apart by the names of their classes.
"""

from typing import Any, Final, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from core.cli.console import USAGE_ERROR, fail
from core.i18n.translation import _

_UsageError: Final[Any] = typer.BadParameter.__bases__[
    0
]  # click's, or the copy of it that Typer brings along


class _InOwnWords:
    """What both classes do; goes before Typer's class."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help, its frame in the reader's language."""
        from typer import rich_utils  # here: it takes a tenth of a second to import

        rich_utils.ARGUMENTS_PANEL_TITLE = _("Arguments")
        rich_utils.OPTIONS_PANEL_TITLE = _("Options")
        rich_utils.COMMANDS_PANEL_TITLE = _("Commands")
        rich_utils.REQUIRED_LONG_STRING = _("Required.")
        rich_utils.DEFAULT_STRING = _("Default: {value}.", value="{}")
        super().format_help(ctx, formatter)  # type: ignore[misc]

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option --help."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = _("Show this help.")
        return option

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write how the command is called."""
        usage = _("Usage:")
        words = " ".join(self.collect_usage_pieces(ctx))  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, words, prefix=f"{usage} ")


class OwnCommand(_InOwnWords, TyperCommand):
    """One command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was typed after the command's name."""
        ctx.allow_extra_args = True  # to name them here
        try:
            more = super().parse_args(ctx, args)
        except _UsageError as error:
            _refuse(_said(error, self), ctx)
        if more and not ctx.resilient_parsing:
            _refuse(_("There is no place for “{word}” here.", word=more[0]), ctx)
        return more


class OwnGroup(_InOwnWords, TyperGroup):
    """The commands together."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that was typed, with its name and the words behind it."""
        if self.get_command(ctx, args[0]) is None:
            commands = self.list_commands(ctx)
            _refuse(
                _(
                    "There is no command “{name}”. There are {commands:list}.",
                    name=args[0],
                    commands=commands,
                ),
                ctx,
            )
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was typed before the command's name."""
        try:
            return super().parse_args(ctx, args)
        except _UsageError as error:
            if type(error).__name__ == "NoArgsIsHelpError":
                raise
            _refuse(_said(error, self), ctx)


def _said(error: Any, command: Any) -> str:
    """Return what is wrong with the words of a command; as Typer says it in English where it is none of these."""
    kind = type(error).__name__
    if kind == "NoSuchOption" and error.possibilities:
        options = sorted(error.possibilities)
        return _(
            "There is no option {option}. Near it are {options:list}.",
            option=error.option_name,
            options=options,
        )
    if kind == "NoSuchOption":
        return _("There is no option {option}.", option=error.option_name)
    if kind == "BadOptionUsage":
        flags = {
            name for option in command.params if getattr(option, "is_flag", False) for name in option.opts
        }
        if error.option_name in {*flags, "--help"}:
            return _("The option {option} takes no value.", option=error.option_name)
        return _("The option {option} needs a value.", option=error.option_name)
    if kind == "MissingParameter" and error.param is not None:
        return _("The argument {argument} is missing.", argument=error.param.metavar or error.param.name)
    if kind == "BadParameter" and error.param is not None:
        return _(
            "The value of {option} cannot be used: {reason}.",
            option=error.param.opts[0],
            reason=error.message,
        )
    return str(error.format_message())


def _refuse(what: str, ctx: Any) -> NoReturn:
    """End with what is wrong, and where the help is."""
    command = f"{ctx.command_path} --help"
    fail(_("{problem} For help: {command}", problem=what, command=command), USAGE_ERROR)
