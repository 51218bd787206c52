"""`python -m core dataset`: the datasets that people drew or imported, for whoever runs this Inkling."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from core.cli.command_classes import OwnCommand, OwnGroup
from core.cli.console import USAGE_ERROR, fail, open_store, say, say_json, told_errors
from core.cli.dataset_import import import_command
from core.config.field_errors import ONE_OF, FieldError
from core.datasets import RefusedUpload, UnknownDataset
from core.datasets.user_datasets import full_name, stored_bytes
from core.i18n.literal_text import visible_text
from core.i18n.number_format import file_size
from core.i18n.system_reasons import reason_of
from core.i18n.translation import N_, Sentences, _, ngettext, together
from core.runs import Store
from core.runs.dataset_rights import AUDIENCES, EVERYONE, LINK, PRIVATE, OwnDataset
from core.runs.errors import UnknownVisitor
from core.runs.own_datasets import OwnDatasets
from core.runs.run_row import COMMAND_LINE
from core.runs.visitors import named_visitor

_FOR: Final = Sentences({PRIVATE: N_("private"), LINK: N_("by link"), EVERYONE: N_("for everyone")})
Command = Callable[..., None]


def dataset_commands() -> typer.Typer:
    """Return the group of these commands."""
    group = typer.Typer(
        cls=OwnGroup,
        options_metavar=_("[OPTIONS]"),
        subcommand_metavar=_("COMMAND [ARGUMENTS]"),
        no_args_is_help=True,
    )
    command = partial(group.command, cls=OwnCommand, options_metavar=_("[OPTIONS]"))
    command("list", help=_("List them all, those in the bin too."))(_list_command())
    command("export", help=_("Write one as a ZIP of PNG files, which “import” takes back."))(
        _export_command()
    )
    command("import", help=_("Make one of images in class folders, or of arrays, and print its id."))(
        import_command()
    )
    command("give", help=_("Make one a visitor's own, private; or offer it to everyone."))(_give_command())
    command("share", help=_("Say who else may see one and train on it."))(_share_command())
    command("delete", help=_("Put one into the bin."))(_delete_command())
    command("restore", help=_("Bring one back out of the bin."))(_restore_command())
    return group


def _id_argument() -> Any:
    return typer.Argument(metavar=_("ID"), help=_("The dataset's id, as “list” prints it."))


@contextmanager
def _own(named: str = "") -> Iterator[tuple[OwnDatasets, Store]]:
    """Give the datasets of people's own; what is wrong with the words of the command ends it with their exit code."""
    with told_errors():
        store, _settings = open_store()
        try:
            yield OwnDatasets(store), store
        except UnknownDataset:
            fail(
                _(
                    "No dataset that people drew or imported has the id “{name}”. See which there are: {command}",
                    name=named,
                    command="python -m core dataset list",  # not said: a command
                ),
                USAGE_ERROR,
            )
        except (RefusedUpload, UnknownVisitor) as error:
            fail(str(error), USAGE_ERROR)


def _list_command() -> Command:
    def list_them(
        as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object per line."))] = False,
    ) -> None:
        with _own() as (own, store):
            found = [*own.managed(), *own.binned()]
            for dataset in found:
                size = stored_bytes(dataset.name, store.settings.data_dir)
                if as_json:
                    say_json(_summary(dataset, size))
                else:
                    say(_line(dataset, size))
        if not found and not as_json:
            say(_("Nobody has drawn or imported a dataset yet."), err=True)

    return list_them


def _summary(dataset: OwnDataset, size: int) -> dict[str, Any]:
    return {
        "dataset": dataset.name,
        "title": dataset.spec.title,
        "classes": dataset.spec.class_names,
        "images": dataset.count,
        "bytes": size,
        "owner": dataset.owner,
        "audience": dataset.audience,
        "deleted": dataset.deleted_at is not None,
    }


def _line(dataset: OwnDataset, size: int) -> str:
    """Return the dataset in a line; its title last, for it may be long."""
    images = ngettext("{n} image", "{n} images", dataset.count)
    classes = ngettext("{n} class", "{n} classes", dataset.spec.n_classes)
    who = _("in the bin") if dataset.deleted_at is not None else _FOR[dataset.audience]
    cells = f"{who:<12}  {images:>13}  {classes:>11}  {file_size(size):>8}  {_owner(dataset.owner):<16}"
    return f"{dataset.name:<20}  {cells}  {dataset.spec.title}"


def _owner(owner: str) -> str:
    if owner == COMMAND_LINE:
        return _("command line")
    return owner or _("nobody's")


def _export_command() -> Command:
    def export(
        dataset: Annotated[str, _id_argument()],
        file: Annotated[Path, typer.Argument(metavar=_("FILE"), help=_("The ZIP file to write."))],
    ) -> None:
        with _own(dataset) as (own, _store):
            content = own.export_zip(_outside_the_bin(own, dataset))
        shown = visible_text(str(file))
        try:
            file.write_bytes(content)
        except OSError as error:
            told = _(
                "{file} cannot be written ({reason}). Name another file.", file=shown, reason=reason_of(error)
            )
            fail(told, USAGE_ERROR)
        say(shown)

    return export


def _give_command() -> Command:
    def give(
        dataset: Annotated[str, _id_argument()],
        visitor: Annotated[
            str,
            typer.Argument(
                metavar=_("VISITOR"),
                help=_(
                    "The visitor's id, which stands on their Runs page, or its beginning. Not with --everyone."
                ),
            ),
        ] = "",
        everyone: Annotated[
            bool, typer.Option("--everyone", help=_("Make it the command line's, and offer it to everyone."))
        ] = False,
    ) -> None:
        if bool(visitor) == everyone:
            fail(_("Say who gets it: a visitor's id, or --everyone, and not both."), USAGE_ERROR)
        with _own(dataset) as (own, store):
            owner = COMMAND_LINE if everyone else named_visitor(store.database, visitor)
            own.give(full_name(dataset), owner, EVERYONE if everyone else PRIVATE)
        say(owner)

    return give


def _share_command() -> Command:
    def share(
        dataset: Annotated[str, _id_argument()],
        audience: Annotated[
            str,
            typer.Argument(
                metavar=_("AUDIENCE"),
                help=_(
                    "private: its owner alone. link: whoever has its link. everyone: all, who find it in their lists."
                ),
            ),
        ],
    ) -> None:
        if audience not in AUDIENCES:
            fail(FieldError(_("AUDIENCE"), audience, ONE_OF, {"options": AUDIENCES}).said(), USAGE_ERROR)
        with _own(dataset) as (own, _store):
            own.share(_outside_the_bin(own, dataset), audience)

    return share


def _delete_command() -> Command:
    def delete(dataset: Annotated[str, _id_argument()]) -> None:
        with _own(dataset) as (own, _store):
            standing = own.runs_on(full_name(dataset))
            own.delete(full_name(dataset))
        for runs in standing:
            say(together(runs.told(), runs.left()), err=True)

    return delete


def _restore_command() -> Command:
    def restore(dataset: Annotated[str, _id_argument()]) -> None:
        with _own(dataset) as (own, _store):
            own.restore(full_name(dataset))

    return restore


def _outside_the_bin(own: OwnDatasets, named: str) -> str:
    """Return the name of the dataset; what lies in the bin is to be brought back first."""
    name = full_name(named)
    if any(dataset.name == name for dataset in own.binned()):
        command = f"python -m core dataset restore {name}"  # not said: a command
        fail(
            _("“{name}” lies in the bin. Bring it back first: {command}", name=name, command=command),
            USAGE_ERROR,
        )
    return name
