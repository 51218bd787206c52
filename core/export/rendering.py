"""The templates of this package, filled in: `script.py.jinja`, `report.html.jinja`."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from core.i18n import translation
from core.i18n.literal_text import docstring_text, html_text, visible_text

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER: Final = Path(__file__).with_name("templates")


def render(template: str, **values: Any) -> str:
    """Return the template's text with `values` in it; in HTML every value is escaped.

    Templates say their sentences by `_` and `ngettext`, each in one line: a comment of a program ends with its line.

    Raises: jinja2.UndefinedError for a name that the template knows and `values` does not.
    """
    environment = _environment(is_html=template.endswith(".html.jinja"))
    return environment.get_template(template).render({"_": _say, "ngettext": _say_counted} | values)


def _say(sentence: str, **values: Any) -> str:
    return in_one_line(translation._(sentence, **values))


def _say_counted(one: str, many: str, n: int, **values: Any) -> str:
    return in_one_line(translation.ngettext(one, many, n, **values))


def in_one_line(text: str) -> str:
    """Return the text without breaks, as a comment must be."""
    return " ".join(visible_text(text, lines=True).split())


@cache
def _environment(is_html: bool) -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # here: jinja2 takes 46 ms to import

    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=is_html,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=not is_html,
        finalize=_escaped if is_html else None,
    )
    environment.filters["in_docstring"] = docstring_text
    return environment


def _escaped(value: Any) -> Any:
    """Return the value as `html_text` writes it; jinja2's own has other signs for quotes."""
    from markupsafe import Markup

    return value if hasattr(value, "__html__") else Markup(html_text(str(value)))
