"""The picture of “Fool it” for docs/lesson.md: digits as many write them, which a model trained on MNIST misreads."""

from typing import Final

import numpy as np
from playwright.sync_api import Page

from core import synthetic_digits
from core.access.rules import OPERATOR
from core.classroom.classrooms import Classrooms
from core.classroom.fool_it import FoolIt
from core.config.presets import DEFAULT
from docs.taking import LAPTOP, Visitor, snap, until
from tests.e2e.drawing import MIDDLE, PAD, draw, expect_rest
from tests.e2e.test_class import join, start_class

TITLE: Final = "Class 8d"
DRAWN: Final = ((9, 4), (0, 5), (1, 5), (7, 12))  # digit, style of core/synthetic_digits/glyphs.py


def fool_it_picture(visitor: Visitor) -> None:
    """Take the gallery of four drawings of one member, once the two others have said what they see."""
    app, by_command = visitor.app, visitor.store.acting_as(OPERATOR)
    run = visitor.store.create(DEFAULT)
    until(lambda: visitor.store.get(run).status == "finished", 300)
    teacher = visitor.page(LAPTOP, locale="en-GB")
    code = start_class(teacher, app, TITLE)
    started, game = Classrooms(by_command).named(code), FoolIt(by_command)
    game.start(started.id, run)
    pages = [visitor.another().page(LAPTOP, locale="en-GB") for _ in range(3)]
    author, *others = (
        join(page, app, code, name) for page, name in zip(pages, ("Ada", "Ben", "Cleo"), strict=True)
    )
    for digit, style in DRAWN:
        author.page.goto(f"{app.url}/draw?run={run}")
        _hand_in(author.page, digit, style)
    for student in others:
        student.page.goto(f"{app.url}/classroom")
        for digit, _style in DRAWN:  # in the order in which they were handed in
            said = sum(one.opinions for one in game.standings(started.id))
            student.page.locator(f".st-key-say_{digit} button").click()
            until(lambda said=said: sum(one.opinions for one in game.standings(started.id)) > said)  # type: ignore[misc]
            expect_rest(student.page)
    pages[1].locator("[class*='st-key-fooled_']").nth(len(DRAWN) - 1).wait_for()
    snap(pages[1], "lesson-fool-it")
    for page in (teacher, *pages):
        page.context.close()


def _hand_in(page: Page, digit: int, style: int) -> None:
    page.locator(PAD).wait_for()
    expect_rest(page)
    path = synthetic_digits.draw(
        synthetic_digits.template(digit, style), MIDDLE, np.random.default_rng(digit)
    )
    draw(page, [stroke[::3] for stroke in path])
    page.locator(f".st-key-fooled_{digit} button:enabled").click()
    page.get_by_text(f"Your {digit} is handed in").wait_for()
    expect_rest(page)
