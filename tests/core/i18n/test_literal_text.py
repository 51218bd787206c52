"""Each function against a reader of its own: what that reader takes in is exactly the text, and nothing but text."""

import ast
import csv
import html
import io
import random
import re
import unicodedata
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from core.i18n.literal_text import (
    console_text,
    css_text,
    csv_cell,
    docstring_text,
    html_text,
    markdown_text,
    notebook_text,
    plotly_text,
    text_problem,
    visible_text,
)
from tests.nasty_names import NASTY_NAMES

REFUSAL = "The name has a character that cannot be shown, {character}, in “{near}”."
SIGNS = "\\`*_{}[]()<>#+-.!|~$&:@/=\"'^%;, \nwa1é漢🙂"
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
ALONE = re.compile(r":color\[(\\?.)\]\{\}", re.DOTALL)  # how a sign is set apart
WHOLE = re.compile(
    r"https?://|www\.|\w@\w|:\S+:|->|<-|--|>=|<=|~=|:\w|::", re.IGNORECASE
)  # what plugins look for


def made_up(count: int) -> list[str]:
    """Return texts of signs that mean something to Markdown, thrown together."""
    dice = random.Random(7)
    return ["".join(dice.choices(SIGNS, k=dice.randint(1, 14))) for _ in range(count)]


def pieces(token: Token) -> list[str]:
    return [child.content for child in token.children or []]


@pytest.mark.parametrize("before", ["", "Only "])
def test_commonmark_reads_markdown_text_as_one_paragraph_of_exactly_these_letters(before: str) -> None:
    for name in (*NASTY_NAMES, *made_up(3_000)):
        source = before + ALONE.sub(lambda match: match[1], markdown_text(name))
        opening, inline, closing = MARKDOWN.parse(source.strip())
        assert (opening.type, inline.type, closing.type) == ("paragraph_open", "inline", "paragraph_close"), (
            name
        )
        assert {child.type for child in inline.children or []} <= {"text", "text_special"}, name
        assert "".join(pieces(inline)) == before + name, name


def test_a_name_keeps_its_letters_within_bold_words() -> None:
    for name in NASTY_NAMES:
        source = ALONE.sub(lambda match: match[1], f"It is **{markdown_text(name)}**, surely.")
        (_, inline, _) = MARKDOWN.parse(source)
        kinds = [child.type for child in inline.children or [] if child.type not in ("text", "text_special")]
        assert kinds == ["strong_open", "strong_close"], name
        assert "".join(pieces(inline)) == f"It is {name}, surely."


def test_no_piece_of_markdown_text_holds_what_a_plugin_of_streamlit_looks_for() -> None:
    for name in (*NASTY_NAMES, *made_up(3_000)):
        for piece in ALONE.sub("\0", markdown_text(name)).split("\0"):
            read = html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", piece))
            assert not WHOLE.search(read), (name, read)


def test_what_needs_no_change_has_none() -> None:
    others = ("Übung", "¿Qué aprendió?", "Скорость обучения", "学習率", "「名」", "معدل التعلم")
    for words in ("T-shirt/top", "Step 1,200 of 6,000: 92.1 %.", "a_b_c", "2 x 3 = 6; (yes)", *others):
        assert markdown_text(words) == words


class Reader(HTMLParser):
    """Keeps the words and the tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.tags, self.title = "", list[str](), ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.title = dict(attrs).get("title") or ""

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("name", NASTY_NAMES)
def test_html_reads_the_text_between_tags_and_in_attributes(name: str) -> None:
    reader = Reader()
    reader.feed(f'<p title="{html_text(name)}">{html_text(name)}</p>')
    reader.close()
    assert (reader.words, reader.title, reader.tags) == (name, name, ["p"])


@pytest.mark.parametrize("name", NASTY_NAMES)
def test_plotly_text_has_no_tag_and_no_formula_and_its_entities_are_the_text(name: str) -> None:
    text = plotly_text(name)
    assert not set("<>$") & set(text)
    assert html.unescape(text) == name


def test_a_spreadsheet_computes_no_text_and_numbers_stay_numbers() -> None:
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"):
        assert csv_cell(text).startswith("'"), text
    for value in ("a=b", "1-2", "'quoted", "", -1, 2.5, None, True):
        assert csv_cell(value) == value


@pytest.mark.parametrize("name", NASTY_NAMES)
def test_a_csv_reader_gets_the_text_back(name: str) -> None:
    file = io.StringIO()
    csv.writer(file).writerow([csv_cell(name)])
    (cell,) = next(csv.reader(io.StringIO(file.getvalue())))
    assert cell.removeprefix("'") == name
    assert cell[0] not in "=+-@\t\r"


@pytest.mark.parametrize("name", [*NASTY_NAMES, "ends with \\", '"""', "\\N{BULLET} \\x41 \\u0041"])
def test_a_docstring_is_the_text(name: str) -> None:
    tree = ast.parse(f'"""{docstring_text(name)}: a run."""')
    assert ast.get_docstring(tree, clean=False) == f"{name}: a run."


@pytest.mark.parametrize("name", NASTY_NAMES)
def test_a_notebook_s_heading_is_the_text_and_no_formula(name: str) -> None:
    source = notebook_text(name)
    _, inline, _ = MARKDOWN.parse(f"# {source}")
    children = inline.children or []
    assert {child.content for child in children if child.type == "html_inline"} <= {"<span>", "</span>"}
    assert "".join(child.content for child in children if child.type != "html_inline") == name
    assert "$" not in source


ESCAPED = {
    "a\x1b[31mb": "a\\x1b[31mb",
    "a\u202eb": "a\\u202eb",
    "a\ud83d": "a\\ud83d",
    "\x00\x7f\x9b": "\\x00\\x7f\\x9b",
}


@pytest.mark.parametrize(("text", "shown"), ESCAPED.items(), ids=ascii)
def test_what_cannot_be_shown_is_written_as_python_writes_it_and_refused_at_the_door(
    text: str, shown: str
) -> None:
    assert visible_text(text) == console_text(text) == shown
    for made in (markdown_text, html_text, css_text, plotly_text, notebook_text, docstring_text, csv_cell):
        assert not [sign for sign in str(made(text)) if unicodedata.category(sign) in ("Cc", "Cs")]
        str(made(text)).encode()
    problem = text_problem(REFUSAL, text)
    assert problem is not None
    message, remedy = problem
    assert message.startswith("The name has a character that cannot be shown, \\")
    assert shown in message
    assert "Remove that character" in remedy
    message.encode()


def test_lines_are_refused_in_a_name_and_kept_in_a_note() -> None:
    assert visible_text("a\nb\tc") == "a\\nb\\tc"
    assert visible_text("a\nb\tc", lines=True) == "a\nb\tc"
    assert text_problem(REFUSAL, "a\nb") is not None
    assert text_problem(REFUSAL, "a\nb\r\n\tc", lines=True) is None


@pytest.mark.parametrize("name", NASTY_NAMES)
def test_every_nasty_name_is_let_in_and_shown_as_it_is(name: str) -> None:
    assert text_problem(REFUSAL, name) is None
    assert console_text(name) == name


def test_a_css_string_ends_where_its_text_ends_and_closes_no_element() -> None:
    assert css_text("plain… é") == '"plain… é"'
    assert css_text('a"b\\c</style>\n') == '"a\\22 b\\5c c\\3c /style\\3e \\a "'


def test_a_terminal_is_not_sent_back_to_the_beginning_of_a_line() -> None:
    assert console_text("a\rImported run x\nb", lines=True) == "a\\rImported run x\nb"


@pytest.mark.parametrize("name", ["\u200b", "\u3164", "\u00ad\u2060", "\u200e \ufe0f"])
def test_a_name_that_nobody_could_see_is_refused(name: str) -> None:
    problem = text_problem(REFUSAL, name)
    assert problem is not None
    assert "\\" in problem[0]
    assert text_problem(REFUSAL, f"a{name}") is None
    assert text_problem(REFUSAL, "") is text_problem(REFUSAL, "🙂") is None


@pytest.mark.parametrize("text", ["＝1+1", "＋1", "\n=1"])
def test_signs_that_some_spreadsheets_take_for_a_formula_are_kept_from_it(text: str) -> None:
    assert csv_cell(text) == f"'{text}"
