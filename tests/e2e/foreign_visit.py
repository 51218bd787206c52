"""A visitor of another language: goes through a page by its elements' roles, reads each state, keeps what is amiss."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Locator, Page, expect

from tests.browser import App
from tests.e2e.asking import Asking
from tests.e2e.drawing import expect_rest
from tests.polling import until
from tests.pseudo import stretched

READABLE: Final = Path(__file__).with_name("readable.js").read_text(encoding="utf-8")
PASSED_OVER: Final = ", ".join(
    (
        "[data-testid=stIconMaterial], [translate=no]",  # an icon is a word of its font
        "[data-testid=stCode], code",  # commands, links, and the log in the words of the article
    )
)
SCROLLED: Final = ", ".join(
    (
        "[data-testid=stDataFrame]",
        ".ink-run [title], .ink-status [title]",  # the whole of it is its title
        "[class*=st-key-run_choice]",  # a run's name, as long as somebody made it: the page's head has it whole
    )
)
NAMES: Final = frozenset(
    re.findall(
        r"\w+",
        "MNIST Fashion Kuzushiji CIFAR Drawn digits mnist fashion drawn kmnist cifar softmax mlp cnn Softmax MLP CNN "
        "PCA SNE SGD Adagrad Adam AdamW Adamax RMSprop CPU CSV PNG",
    )
) | {"kaj", "Trial"}  # "and", which Babel says; a name that a search gives its runs
STREAMLITS: Final = (  # what Streamlit says itself, in English to everybody; what it repeats of ours is in groups
    "Skip to main content|Sidebar|App pages|Expand sidebar|Collapse sidebar",
    "Help for (.*)|Open|Clear all|Clear value|Remove (.*)|Select all|Dismiss",  # fields, for those who listen
    "\\d+ options? available\\.|Decrement|Increment|progress|(.*) — (?:start|end)|Scroll tabs (?:left|right)",
    "(?:year|month|day), (.*)|\\d+ – \\w+|Choose date",  # a date's parts, in the languages that its library has
    "Shortcut .*|Ctrl \\+ .|Delete",  # names of keys
    "Upload|file upload|Add files|add icon|\\d+MB per file(?: • [A-Z, ]+)?|Take Photo|Close",
    "(?:Show/hide columns|Clear selection|Search|Fullscreen|Download as CSV): (.*)",  # a table's own tools
)
MANY: Final = 5  # options of one choice; of more, the first two and the last show what there is
_STREAMLITS: Final = re.compile("|".join(STREAMLITS), re.DOTALL)
_VALUE: Final = re.compile(r"(?<![{%])\{\w+\b(?!:date)[^{}]*\}")  # Babel says dates
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_ADDRESS: Final = re.compile(r"https?://[^\s⟩]+|\b[0-9a-f]{16}\b")  # or a visitor's id


def with_marked_values(sentence: str) -> str:
    """Return a sentence for the pseudo-catalogue: ⟦in brackets⟧, and ⟨its values⟩ in others, whose words are seen."""
    return stretched(_VALUE.sub(lambda value: f"⟨{value[0]}⟩", sentence))


def words_unsaid(text: str, names: frozenset[str]) -> list[str]:
    """Return the words of a shown text that stand in no sentence, or are a value of one that nobody has said."""
    unsaid, within = [], [""]
    for part in re.split("([⟦⟧⟨⟩])", _ADDRESS.sub("", text)):
        if part in ("⟦", "⟨"):
            within.append(part)
        elif part in ("⟧", "⟩"):
            within = within[:-1] or [""]
        elif within[-1] != "⟦":
            unsaid += [word for word in _WORD.findall(part) if word not in names]
    return unsaid


def ours_of(text: str) -> str:
    """Return what of a shown text is not Streamlit's own."""
    streamlits = _STREAMLITS.fullmatch(text)
    return " ".join(filter(None, streamlits.groups())) if streamlits else text


@dataclass
class ForeignVisitor:
    """Looks at an app whose catalogue was made by `with_marked_values`.

    thorough: reads every help mark and every option, else what stands for the others.
    """

    page: Page
    app: App
    thorough: bool = False
    names: frozenset[str] = NAMES
    amiss: dict[str, list[str]] = field(default_factory=dict)
    unfolded: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.asking = Asking(self.page)

    def open(self, place: str) -> None:
        self.page.goto(f"{self.app.url}/{place}")
        expect_rest(self.page, timeout_ms=120_000)

    def press(self, sentence: str) -> None:
        self.page.get_by_role("button", name=with_marked_values(sentence)).first.click()

    def opens_tab(self, sentence: str) -> None:
        self._open(self.page.get_by_role("tab", name=with_marked_values(sentence), exact=True))

    def _open(self, tab: Locator) -> None:
        tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")

    def shows_the_sidebar(self) -> None:
        opener = self.page.get_by_test_id("stExpandSidebarButton")
        if opener.is_visible():
            opener.click()
        expect(self.page.locator("[data-testid=stSidebar]:not([data-collapsed=true])")).to_be_visible()

    def hides_the_sidebar(self) -> None:
        self.page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click(force=True)
        expect(self.page.locator("[data-testid=stSidebar][data-collapsed=true]")).to_have_count(1)

    # ---- from state to state

    def walk(self, state: str, known: frozenset[str] = frozenset()) -> None:
        """Read every tab of the page, with every view in it; known: the choices st-key-… that are left as they are."""
        tabs = self.page.get_by_role("tab")
        if not tabs.count():
            self.views(state, known)
        for k in range(tabs.count()):
            self._open(tabs.nth(k))
            self.views(f"{state}, tab {k + 1}", known)

    def views(self, state: str, known: frozenset[str] = frozenset()) -> None:
        """Read what stands here, what unfolds from it, and what each choice between views shows."""
        self.reads(state)
        self.unfolds(state)
        new = [key for key in self.keys_of("[role=radiogroup]") if key not in known]
        for key in new:
            options = self.page.locator(f".{key} [role=radio], .{key} input[type=radio]")
            for k in range(count := options.count()):
                is_like_others = count > MANY and 2 < k + 1 < count and not self.thorough
                option = options.nth(k)
                if is_like_others or option.get_attribute("aria-checked") == "true" or option.is_disabled():
                    continue
                option.locator("xpath=ancestor-or-self::*[self::label or self::button][1]").click()
                expect(option).to_be_checked()
                self.views(f"{state}, {key} {k + 1}", known | {*new})

    def keys_of(self, selector: str) -> list[str]:
        """Return the classes st-key-… of the elements that are shown."""
        found: list[str] = self.page.evaluate(
            """selector => [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility())
            .map((e) => e.closest("[class*=st-key-]")?.className.match(/st-key-[\\w-]+/)[0]).filter(Boolean)""",
            selector,
        )
        return found

    def unfolds(self, state: str) -> None:
        """Read what is folded, each once: panels, popovers, lists of options, help."""
        sidebar = self.page.locator("[data-testid=stSidebar]:not([data-collapsed=true])")
        main = sidebar if sidebar.count() else self.page.get_by_test_id("stMain")
        folded = main.locator("details:not([open]) > summary:visible")
        while folded.count():
            name = folded.first.inner_text()
            folded.first.click()
            self.reads(f"{state}, {name!r} unfolded")
        for opener in main.locator("[data-testid=stPopover] button:visible").all():
            if self._is_new(opener):
                opener.click()
                self.reads(f"{state}, {opener.inner_text()!r} popped up")
                self.page.keyboard.press("Escape")
        for box in main.locator("[role=combobox]:visible:not([disabled])").all():
            if self._is_new(box):
                self._reads_options(box, state)
        for mark in main.get_by_role("button", name=re.compile("^Help for")).all() if self.thorough else ():
            if mark.is_visible() and self._is_new(mark):
                mark.hover()
                expect(self.page.get_by_test_id("stTooltipContent")).to_be_visible()
                self.glances(f"{state}, {mark.get_attribute('aria-label')}")
                self.page.mouse.move(0, 0)  # or the help would lie over what is pressed next
                expect(self.page.get_by_test_id("stTooltipContent")).to_have_count(0)

    def _is_new(self, place: Locator) -> bool:
        name = place.evaluate("e => e.closest('[class*=st-key-]')?.className + e.tagName + e.ariaLabel")
        is_new = name not in self.unfolded
        self.unfolded.add(name)
        return is_new

    def _reads_options(self, box: Locator, state: str) -> None:
        options, name = self.page.get_by_role("listbox"), box.get_attribute("aria-label")

        def is_open() -> bool:
            box.press("ArrowDown")  # again: a list that has just been closed takes the focus back
            return options.count() > 0

        until(is_open, f"the options of {name}")
        self.reads(f"{state}, options of {name}")
        self.page.keyboard.press("Escape")
        expect(options).to_have_count(0)

    def points(self, state: str) -> None:
        """Read what is said of a place beneath the pointer, in each kind of picture that the page has."""
        for kind in (".nsewdrag", ".ink-tiles figure canvas", ".ink-pixels canvas", ".ink-map canvas"):
            for place in self.page.locator(f"{kind}:visible").all()[: 3 if kind == ".nsewdrag" else 1]:
                place.scroll_into_view_if_needed()
                place.hover(force=True)
                self.reads(f"{state}, pointing at {kind}")

    # ---- reading

    def reads(self, state: str) -> None:
        """Read all that stands on the page, once it has come to rest."""
        expect_rest(self.page)
        expect(self.page.locator("[data-stale=true]")).to_have_count(0)
        seen: list[dict[str, Any]] = []

        def is_still() -> bool:
            seen.append(self._look())
            return len(seen) > 1 and seen[-1] == seen[-2] and not (seen[-1]["moves"] or self.asking.is_asked)

        until(is_still, f"{state} to come to rest")
        self._keep(state, seen[-1])

    def glances(self, state: str) -> None:
        """Read all that stands on a page that does not come to rest."""
        self._keep(state, self._look())

    def _look(self) -> dict[str, Any]:
        found: dict[str, Any] = self.page.evaluate(READABLE, {"passed": PASSED_OVER, "scrolled": SCROLLED})
        return found

    def _keep(self, state: str, found: dict[str, Any]) -> None:
        """Keep what is amiss, unless it was so in an earlier state."""
        words = [
            f"{word!r} of {text[:120]!r} ({place})"
            for text, place in found["texts"]
            for word in words_unsaid(ours_of(text), self.names)[:1]
        ]
        told = {line for lines in self.amiss.values() for line in lines}
        if new := [line for line in dict.fromkeys((*words, *found["cut"])) if line not in told]:
            self.amiss[state] = new
