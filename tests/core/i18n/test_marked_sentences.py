"""Marks of a sentence stand, those of its values do not."""

from core.i18n.marked_sentences import html_, markdown_, nmarkdown_


def test_the_sentences_own_marks_stand_and_its_values_are_literal() -> None:
    assert (
        markdown_("**{name}** is right in {share:percent}", name="a*b*", share=0.5)
        == "**a\\*b\\*** is right in 50.0%"
    )
    assert html_("<b>{name}</b> & {n}", name="<i>", n=1200) == "<b>&lt;i&gt;</b> & 1,200"


def test_plurals_count() -> None:
    said = [nmarkdown_("**{n}** image of {who}", "**{n}** images of {who}", n, who="_a_") for n in (1, 1200)]
    assert said == ["**1** image of \\_a\\_", "**1,200** images of \\_a\\_"]
