"""A run as one Python file that needs nothing but torch and torchvision."""

from core.export.run_record import RunRecord
from core.export.script_sections import Section, sections


def script(record: RunRecord) -> bytes:
    """Return the program as UTF-8 text.  Raises: ExportRefused, DatasetError; see `sections`."""
    parts = sections(record, 'sys.argv[1] if len(sys.argv) > 1 else "data"')
    title = " ".join(record.title.replace("\\", "/").replace('"', "'").split())
    head = (
        f'"""{title}: run {record.row.id} of Inkling, as a program of its own.\n\n'
        "Needs torch and torchvision: pip install torch torchvision\n"
        "Run it with: python THIS_FILE [folder for the images]\n"
        f'It prints the numbers that the run had{_promise(record)}.\n"""\n'
    )
    body = "\n\n\n".join(_laid_out(number, part) for number, part in enumerate(parts))
    return f"{head}\n{body}\n".encode()


def _promise(record: RunRecord) -> str:
    if record.row.path == "closed-form":
        return (
            " (here by autograd, there by the same gradient\nwritten out: equal but for the last bits, "
            "so that one digit in the fourth decimal may differ)"
        )
    return ", to the last bit on the same kind of machine"


def _laid_out(number: int, part: Section) -> str:
    if number == 0:
        return part.code
    return f"# Step {number}: {part.title.lower()}. {part.says}\n{part.code}"
