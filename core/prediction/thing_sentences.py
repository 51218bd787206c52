"""What the page says of one thing of a dataset, by what its images show: digits, garments, characters, … or images."""

from typing import Final

from core.datasets import DatasetSpec
from core.i18n.translation import N_, Sentences

DRAW: Final = Sentences(
    {
        "digit": N_("Draw a digit"),
        "garment": N_("Draw a garment"),
        "character": N_("Draw a character"),
        "picture": N_("Draw a picture"),
        "image": N_("Draw something"),
    }
)
SHOW: Final = Sentences(
    {
        "digit": N_("Show a digit"),
        "garment": N_("Show a garment"),
        "character": N_("Show a character"),
        "picture": N_("Show a picture"),
        "image": N_("Show something"),
    }
)
NO_SIGN_OF: Final = Sentences(
    {
        "digit": N_("No sign of a digit"),
        "garment": N_("No sign of a garment"),
        "character": N_("No sign of a character"),
        "picture": N_("No sign of a picture"),
        "image": N_("No sign of anything"),
    }
)
TOO_SMALL: Final = Sentences(
    {
        "digit": N_("Too small to be a digit"),
        "garment": N_("Too small to be a garment"),
        "character": N_("Too small to be a character"),
        "picture": N_("Too small to be a picture"),
        "image": N_("Too small to read"),
    }
)
NOTHING_LIKE: Final = Sentences(
    {
        "digit": N_("Nothing like a digit"),
        "garment": N_("Nothing like a garment"),
        "character": N_("Nothing like a character"),
        "picture": N_("Nothing like these pictures"),
        "image": N_("Nothing like these images"),
    }
)


def about(sentences: Sentences[str], spec: DatasetSpec) -> str:
    """Return the sentence on what the dataset's images show."""
    return sentences[spec.singular if spec.singular in sentences else "image"]
