"""The sentences of a Python file, read from its syntax: which are said in the reader's language, and which are not."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

SAYING = {  # how many of a call's arguments are sentences
    "_": 1,
    "N_": 1,
    "gettext": 1,
    "ngettext": 2,
    "pgettext": 2,
    "markdown_": 1,
    "nmarkdown_": 2,
    "html_": 1,
}
LOGGING = {"debug", "info", "warning", "error", "exception", "critical"}  # the server's log is in English
BUILT_IN = {"ValueError", "TypeError", "AttributeError", "RuntimeError"}  # for programmers
QUERYING = {"execute", "executescript", "exec_driver_sql"}  # a database is asked in SQL
_WORDS = re.compile(r"[A-Za-z]{2,}[,;:.…!?)]? +[(A-Za-z{]|[a-z]{2,}[.!?…]$|} [A-Za-z]{2,}|[A-Za-z]{2,} [{]")
EXEMPT = "# not said:"  # at the end of a line or of a statement, with the reason


def said(path: Path) -> list[str]:
    """Return every sentence of the file that a catalogue can translate."""
    found = []
    for call in _calls(ast.parse(path.read_text(encoding="utf-8"))):
        arguments = call.args[1:2] if _name(call) == "pgettext" else call.args[: SAYING[_name(call)]]
        found += [
            node.value for node in arguments if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
    return found


def loose(path: Path) -> list[str]:
    """Return "line: text" for every text with words that nobody can translate: not said by `_`, or glued together."""
    text = path.read_text(encoding="utf-8")
    lines, tree = text.splitlines(), ast.parse(text)
    passed = {id(node) for node in (*_passed_over(tree), *_exempt(tree, lines))}
    found = []
    for node in ast.walk(tree):
        if id(node) in passed or not isinstance(node, ast.Constant | ast.JoinedStr):
            continue
        words = _text(node)
        if _WORDS.search(words) and not any(
            EXEMPT in lines[i - 1] for i in range(node.lineno, (node.end_lineno or node.lineno) + 1)
        ):
            found.append(f"{node.lineno}: {words}")
    return found


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "".join(v.value if isinstance(v, ast.Constant) else "{x}" for v in node.values)  # type: ignore[misc]


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call) and _name(node) in SAYING)


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _passed_over(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what is no loose text: docstrings, sentences that are said, parts of a joined text, the log's lines, SQL,
    and what a programmer reads when a function is called wrongly.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield from node.values
        elif (isinstance(node, ast.Call) and _name(node) in SAYING) or (
            isinstance(node, ast.Call) and _is_logging(node.func)
        ):
            yield from node.args
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and _name(node.exc) in BUILT_IN:
            yield from node.exc.args
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in QUERYING
        ):
            yield from (part for argument in node.args for part in ast.walk(argument))


def _exempt(tree: ast.AST, lines: list[str]) -> Iterator[ast.AST]:
    """Yield what stands in a statement whose last line is exempt: where it is wrapped, the words stand above that."""
    for node in ast.walk(tree):
        is_simple = isinstance(node, ast.stmt) and not hasattr(node, "body")
        if is_simple and EXEMPT in lines[(node.end_lineno or node.lineno) - 1]:
            yield from ast.walk(node)


def _is_logging(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and function.attr in LOGGING
        and isinstance(function.value, ast.Name)
        and function.value.id in ("LOG", "logging")
    )
