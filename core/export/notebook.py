"""A run as a Jupyter notebook, in the order of the articles: the script's sections, one cell each."""

from core.export.run_record import RunRecord
from core.export.script_sections import Section, sections


def notebook(record: RunRecord) -> bytes:
    """Return the notebook as UTF-8 JSON, format 4.5, its cells not yet run.

    Raises: ExportRefused, DatasetError; see `core.export.script_sections.sections`.
    """
    import nbformat  # here: it takes a quarter of a second to import
    from nbformat import v4

    parts = [*sections(record, '"data"'), *_pictures(record)]
    cells = [v4.new_markdown_cell(_head(record))]
    for number, part in enumerate(parts):
        heading = f"## Step {number}: {part.title}" if number else f"## {part.title}"
        cells += [v4.new_markdown_cell(f"{heading}\n\n{part.says}"), v4.new_code_cell(part.code)]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"  # the same notebook for the same run
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = v4.new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
    nbformat.validate(made)
    return nbformat.writes(made).encode()


def _head(record: RunRecord) -> str:
    return (
        f"# {record.title}\n\nRun `{record.row.id}` of Inkling as a notebook: run all cells from top to bottom. "
        "It needs torch and torchvision (`pip install torch torchvision`) and prints the run's own numbers."
    )


def _pictures(record: RunRecord) -> list[Section]:
    """Return the section that shows the weights of a softmax regression as images."""
    if record.row.model != "softmax":
        return []
    C, H, W = record.spec.image_shape
    code = f"""from torchvision.transforms.functional import to_pil_image
from torchvision.utils import make_grid

pictures = model.linear.weight.detach().cpu().view({record.spec.n_classes}, {C}, {H}, {W})
grid = make_grid(pictures, nrow=5, normalize=True, pad_value=0.5)
to_pil_image(grid).resize((4 * grid.shape[2], 4 * grid.shape[1]), resample=0)"""
    says = "The weights of each class as a picture: bright pixels speak for the class, dark ones against it."
    return [Section("Look at what it learned", says, code)]
