"""What a page's script says, handed to it once: its sentences in the reader's language, and how numbers are written."""

from core.i18n.catalogue import gettext
from core.i18n.reader import locale


def script_words(**sentences: str) -> dict[str, str]:
    """Return the sentences by name, with the language's tag and the words of numbers, for pages/static/numbers.js.

    A sentence is said by `_` without its values: `{count}`, `{share:percent}` are for the script to fill in. It knows
    the kinds number, percent, signed, plain, loss and text. It knows no plurals: word a sentence so that it needs none.
    """
    return {
        "language": str(locale()).replace("_", "-"),
        "over": gettext("over {share}"),
        "under": gettext("under {share}"),
        "nan": gettext("not a number"),
        **sentences,
    }
