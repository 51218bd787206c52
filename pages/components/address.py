"""The page's address in the browser's history."""

from typing import Final

from pages.components.unseen import unseen

_address: Final = unseen("address")


def keep_one_entry_a_page() -> None:
    """Have Back lead to the page before: what a page notes in its address makes no entry of its own."""
    _address("address")
