"""A run as a Jupyter notebook, in the order of the articles: the script, one cell for each of its steps."""

from core.export.path_words import how_near
from core.export.run_record import RunRecord
from core.export.script import program_in_steps
from core.i18n.literal_text import notebook_text
from core.i18n.translation import _


def notebook(record: RunRecord) -> bytes:
    """Return the notebook as UTF-8 JSON, format 4.5, its cells not yet run.

    Raises: ExportRefused, DatasetError; see `core.export.script.script`.
    """
    import nbformat  # here: it takes a quarter of a second to import
    from nbformat import v4

    settings, steps = program_in_steps(record)
    cells = [
        v4.new_markdown_cell(_head(record)),
        v4.new_markdown_cell(_section(_("Settings"), _("Everything that is set before training starts."))),
        v4.new_code_cell(settings),
    ]
    for step in steps:
        cells += [v4.new_markdown_cell(_section(step.heading, step.why)), v4.new_code_cell(step.code)]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"  # the same notebook for the same run
    kernel = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }  # not said: a kernel's name
    made = v4.new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
    nbformat.validate(made)
    return nbformat.writes(made).encode()


def _head(record: RunRecord) -> str:
    how = _(
        "Run `{run}` from Inkling as a notebook: run all cells from top to bottom. It needs torch and "
        "torchvision (`pip install torch torchvision`).",
        run=record.row.id,
    )
    return "\n\n".join([f"# {notebook_text(record.title)}", how, *how_near(record.row.path)])


def _section(heading: str, text: str) -> str:
    return f"## {heading}\n\n{text}"
