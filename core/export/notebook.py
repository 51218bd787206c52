"""A run as a Jupyter notebook, in the order of the articles: the script, one cell for each of its steps."""

import re
from typing import Final

from core.export.run_record import RunRecord
from core.export.script import program
from core.i18n.literal_text import notebook_text

_STEP: Final = re.compile(r"^# (Step \d+: )(.+?)\. (.+)\n", re.MULTILINE)


def notebook(record: RunRecord) -> bytes:
    """Return the notebook as UTF-8 JSON, format 4.5, its cells not yet run.

    Raises: ExportRefused, DatasetError; see `core.export.script.program`.
    """
    import nbformat  # here: it takes a quarter of a second to import
    from nbformat import v4

    settings, *steps = _STEP.split(program(record, in_notebook=True))
    cells = [
        v4.new_markdown_cell(_head(record)),
        v4.new_markdown_cell("## Settings\n\nEverything that is chosen before the first step."),
        v4.new_code_cell(settings.strip()),
    ]
    for number, title, why, code in zip(*(steps[part::4] for part in range(4)), strict=True):
        heading = f"## {number}{title[0].upper()}{title[1:]}"
        cells += [v4.new_markdown_cell(f"{heading}\n\n{why}"), v4.new_code_cell(code.strip())]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"  # the same notebook for the same run
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = v4.new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
    nbformat.validate(made)
    return nbformat.writes(made).encode()


def _head(record: RunRecord) -> str:
    return (
        f"# {notebook_text(record.title)}\n\nRun `{record.row.id}` of Inkling as a notebook: run all cells from top "
        "to bottom. It needs torch and torchvision (`pip install torch torchvision`) and prints the run's own numbers."
    )
