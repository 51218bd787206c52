"""What pages hand to Streamlit as Markdown, read from their code: people's texts only by way of `markdown_text`."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "pages").rglob("*.py"))

# What Streamlit draws as Markdown: of each call the places of its texts, and those of its names.
TEXTS = {
    **dict.fromkeys(
        ("markdown", "caption", "info", "warning", "error", "success", "header", "subheader"), (0,)
    ),
    **dict.fromkeys(("title", "toast", "button", "download_button", "form_submit_button", "expander"), (0,)),
    **dict.fromkeys(("popover", "radio", "segmented_control", "pills", "selectbox", "multiselect"), (0,)),
    **dict.fromkeys(("text_input", "text_area", "number_input", "slider", "select_slider", "toggle"), (0,)),
    **dict.fromkeys(
        ("checkbox", "file_uploader", "camera_input", "spinner", "tabs", "status", "table"), (0,)
    ),
    "progress": (1,),
    "page_link": (1,),
    "metric": (0, 1, 2),
    "write": (0, 1, 2),
    "dialog": (0,),
    "image": (),
    **dict.fromkeys(("Column", "TextColumn", "NumberColumn", "ProgressColumn", "CheckboxColumn"), (0,)),
}
NAMED = ("label", "body", "text", "help", "caption")
SHOWN_AS_MARKDOWN = ("radio", "segmented_control", "pills", "select_slider")  # their options, too
SAYING = ("_", "ngettext", "pgettext")
NUMBER = re.compile(r"[-+<>^]?\d*,?(\.\d+)?[%defgn]|,|[+]?\d*\.\d+[f%]|%.*")


def safe_calls_of(tree: ast.Module) -> set[str]:
    """Return the functions whose words Markdown shows as they are: `markdown_text`, and those that write numbers."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("core.i18n")
        for alias in node.names
        if alias.name == "markdown_text" or not (node.module or "").endswith("literal_text")
        if alias.name not in ("listed", *SAYING)  # which join what they are given
    } | {"len", "round", "int", "counted", "markdown_table"}


class Reader:
    """Tells which expressions of one function can hold nothing that somebody typed or uploaded.

    What is named for it ("told_in_markdown") is taken for Markdown that its maker has made literal.
    """

    def __init__(self, function: ast.AST, safe_calls: set[str]) -> None:
        self._calls = safe_calls
        self._values: dict[str, list[ast.expr]] = {}
        for node in ast.walk(function):
            targets = node.targets if isinstance(node, ast.Assign) else []
            for target in targets:
                names, values = [target], [getattr(node, "value", None)]
                if isinstance(target, ast.Tuple) and isinstance(values[0], ast.Tuple):
                    names, values = [*target.elts], [*values[0].elts]
                for name, value in zip(names, values, strict=False):
                    if isinstance(name, ast.Name) and value is not None:
                        self._values.setdefault(name.id, []).append(value)

    def is_literal(self, node: ast.expr, seen: frozenset[str] = frozenset()) -> bool:
        """Return whether the expression is a text of this project's own, or has been made literal."""
        match node:
            case ast.Constant():
                return True
            case ast.JoinedStr(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts):
                return all(self.is_literal(part, seen) for part in parts)
            case ast.FormattedValue(value=value, format_spec=spec):
                numeric = spec is not None and NUMBER.fullmatch(ast.unparse(spec)[2:-1]) is not None
                return numeric or self.is_literal(value, seen)
            case ast.IfExp(body=first, orelse=second) | ast.BinOp(left=first, right=second):
                return self.is_literal(first, seen) and self.is_literal(second, seen)
            case ast.BoolOp(values=parts):
                return all(self.is_literal(part, seen) for part in parts)
            case ast.Call(func=ast.Name(id="list"), args=[items]):
                return self.is_literal(items, seen)
            case ast.Call(func=ast.Name(id=name), keywords=[]) if name in SAYING:
                return name != "pgettext" or len(node.args) == 2
            case ast.Call(func=ast.Name(id=name)):
                return name in self._calls or name.endswith("markdown")
            case ast.Call(
                func=ast.Attribute(value=ast.Constant(), attr="join"), args=[ast.GeneratorExp(elt=part)]
            ):
                return self.is_literal(part, seen)
            case ast.Lambda(body=body):
                return self.is_literal(body, seen)
            case ast.Name(id=name) if name.isupper() or name.endswith("markdown") or name in seen:
                return True
            case ast.Name(id=name):
                values = self._values.get(name, [])
                return bool(values) and all(self.is_literal(value, seen | {name}) for value in values)
            case ast.Attribute(attr="id"):  # made by the store: letters and digits
                return True
            case ast.Attribute(value=value) | ast.Subscript(value=value):
                return is_constant(value)
        return False


def is_constant(node: ast.expr) -> bool:
    """Return whether the expression looks something up in a module's CONSTANT."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return isinstance(node, ast.Name) and node.id.isupper()


def texts(call: ast.Call) -> Iterator[ast.expr]:
    """Yield the arguments of a call that Streamlit draws as Markdown."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if isinstance(call.func, ast.Name) and call.func.id == "selectbox":  # pages/components/selectbox.py
        name = "selectbox"
    if name not in TEXTS or ast.unparse(call.func) == "file.write":
        return
    yield from (call.args[place] for place in TEXTS[name] if place < len(call.args))
    yield from (word.value for word in call.keywords if word.arg in NAMED)
    if name in SHOWN_AS_MARKDOWN:
        yield from (word.value for word in call.keywords if word.arg == "format_func")


def functions(tree: ast.Module) -> Iterator[ast.AST]:
    yield tree
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def open_texts(source: str) -> list[str]:
    """Return "line: argument" of every Markdown text that could hold what somebody typed or uploaded."""
    tree = ast.parse(source)
    known = safe_calls_of(tree)
    fine: set[tuple[int, int]] = set()
    found: dict[tuple[int, int], str] = {}
    for function in functions(tree):
        reader = Reader(function, known)
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            for text in texts(call):
                place = (text.lineno, text.col_offset)
                found[place] = f"{text.lineno}: {ast.unparse(text)}"
                if reader.is_literal(text):
                    fine.add(place)
    return [text for place, text in sorted(found.items()) if place not in fine]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT / "pages")))
def test_peoples_texts_reach_markdown_by_way_of_markdown_text_only(path: Path) -> None:
    assert open_texts(path.read_text(encoding="utf-8")) == []


def test_a_text_that_could_be_anybodys_is_found() -> None:
    head = (
        "from core.i18n.literal_text import html_text, markdown_text\n"
        "from core.i18n.marked_sentences import markdown_\n"
        "from core.i18n.number_format import percent\nfrom core.i18n.translation import _\n"
    )
    fine = (
        "'a'",
        "f'{n:,}'",
        "f'{percent(x)}'",
        "markdown_text(name)",
        "f'**{markdown_text(name)}**'",
        "TITLES[n]",
        "_('a')",
        "markdown_('**{name}**', name=name)",
    )
    bad = (
        "name",
        "html_text(name)",
        "str(error)",
        "f'{name}'",
        "f'{row.name}'",
        "names[k]",
        "title(row)",
        "'a' + name",
        "_('{name}', name=name)",
    )
    assert [text for text in fine if open_texts(f"{head}st.caption({text})")] == []
    assert [text for text in bad if not open_texts(f"{head}st.caption({text})")] == []
