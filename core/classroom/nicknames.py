"""Nicknames in a class: an animal and a number, or 3 to 20 characters of one's own."""

import re
import secrets
import unicodedata
from collections.abc import Collection
from typing import Final

from core.classroom.errors import ClassroomRefused
from core.i18n.literal_text import text_problem
from core.i18n.translation import N_, _

LIST: Final = "list"  # only what is suggested
OWN: Final = "own"  # or of one's own
KINDS: Final = (OWN, LIST)
SHORTEST, LONGEST = 3, 20
MOST_NUMBER: Final = 99
_NUMBER: Final = re.compile("[1-9][0-9]{0,2}")
_UNSEEN: Final = re.compile(  # Unicode's default ignorable characters, which leave no mark, and halves of characters
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_REFUSAL: Final = N_("The nickname has {character} near “{near}”, which cannot be shown.")


def animals() -> list[str]:
    """Return the animals of suggested nicknames, in the language of who reads now."""
    named = _(
        "Badger, Bear, Beaver, Bee, Bison, Camel, Cat, Cheetah, Crab, Crane, Crow, Deer, Dolphin, Dove, Duck, Eagle, "
        "Elk, Falcon, Ferret, Finch, Fox, Frog, Gecko, Goat, Goose, Hare, Hawk, Hedgehog, Heron, Horse, Koala, Lion, "
        "Llama, Lynx, Marten, Mole, Moth, Mouse, Newt, Octopus, Otter, Owl, Panda, Parrot, Penguin, Pony, Puffin, "
        "Rabbit, Raven, Robin, Salmon, Seal, Shark, Sparrow, Squirrel, Stork, Swan, Tiger, Toad, Turtle, Whale, Wolf, "
        "Wren, Zebra"
    )
    return [animal.strip() for animal in named.split(",")]


def suggest(taken: Collection[str] = ()) -> str:
    """Return a nickname that is none of the taken ones, which are folded."""
    words = animals()
    for _try in range(1000):
        name = f"{secrets.choice(words)} {1 + secrets.randbelow(MOST_NUMBER)}"
        if fold(name) not in taken:
            return name
    number = MOST_NUMBER + 1
    while fold(f"{words[0]} {number}") in taken:
        number += 1
    return f"{words[0]} {number}"


def is_suggested(nickname: str) -> bool:
    """Return whether it is one that `suggest` makes for who reads now."""
    word, _space, number = nickname.rpartition(" ")
    return word in animals() and _NUMBER.fullmatch(number) is not None


def fold(nickname: str) -> str:
    """Return the nickname as it is compared: two that differ in case, or in what nobody sees, are one."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", nickname).casefold())
    return " ".join(_UNSEEN.sub("", folded).split())


def checked_nickname(typed: str, kind: str) -> str:
    """Return the nickname as it is kept.  Raises: ClassroomRefused naming it, and what is allowed."""
    nickname = " ".join(unicodedata.normalize("NFC", typed).split())
    if problem := text_problem(_REFUSAL, nickname):
        raise ClassroomRefused(*problem)
    seen = len(_UNSEEN.sub("", nickname))
    n = seen if seen < SHORTEST else len(nickname)
    if not SHORTEST <= n <= LONGEST:
        raise ClassroomRefused(
            _("The nickname “{nickname}” has {n} characters.", nickname=nickname[:40], n=n),
            _("Choose one of {least} to {most} characters.", least=SHORTEST, most=LONGEST),
        )
    if not any(sign.isalnum() for sign in nickname):
        raise ClassroomRefused(
            _("The nickname “{nickname}” has no letter and no digit.", nickname=nickname),
            _("Choose one that can be read out."),
        )
    if kind == LIST and not is_suggested(nickname):
        raise ClassroomRefused(
            _("In this class, nicknames come from the list. “{nickname}” does not.", nickname=nickname),
            _("Take the one that is suggested, or another of the list."),
        )
    return nickname
