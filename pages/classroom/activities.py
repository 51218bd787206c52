"""What the class does together: race, fool the model, collect handwriting, swap."""

from pages.classroom.fool_it import fool_section
from pages.classroom.handwriting import handwriting_section
from pages.classroom.race import race_section
from pages.classroom.swap import swap_section


def activities(classroom_id: str) -> None:
    """Draw every activity that there is or was, and for a teacher how one is begun."""
    race_section(classroom_id)
    fool_section(classroom_id)
    handwriting_section(classroom_id)
    swap_section(classroom_id)
