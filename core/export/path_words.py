"""What an export says of the way in which its run computed gradients, and of how near to it a program comes."""

from typing import Final

from core.i18n.translation import N_, Sentences, _

GRADIENTS: Final = Sentences(
    {
        "closed-form": N_("computed by a formula"),
        "written-out": N_("computed by formulas, layer by layer"),
        "autograd": N_("computed by PyTorch's autograd"),
    }
)


def how_near(path: str | None) -> tuple[str, ...]:
    """Return sentences: how the numbers of a program that uses autograd are like those of a run on `path`, and why."""
    if path == "closed-form":
        return (
            _("It prints the same numbers as the run, but the fourth decimal may differ."),
            _("The run computed the gradient by a formula; this program leaves that to autograd."),
        )
    if path == "written-out":
        return (
            _("It prints the same numbers as the run but for rounding, which grows from step to step."),
            _(
                "Late in a long run the third decimal of a loss may differ, and an accuracy by a few hundredths."
            ),
            _(
                "The run computed the gradients by formulas, layer by layer; this program leaves that to autograd."
            ),
        )
    return (_("It prints the same numbers as the run, exactly so on the same kind of machine."),)
