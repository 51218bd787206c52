"""Searches for good settings: Optuna chooses, ordinary runs answer, the store remembers."""

from core.search.search_space import SEARCHABLE, Dimension, SearchPlan, SearchRefused, default_dimension
from core.search.search_table import Searches, SearchRow, UnreadableSearch

__all__ = [
    "SEARCHABLE",
    "Dimension",
    "SearchPlan",
    "SearchRefused",
    "SearchRow",
    "Searches",
    "UnreadableSearch",
    "default_dimension",
]
