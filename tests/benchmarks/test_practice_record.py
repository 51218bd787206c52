"""How far the board was behind: counted by hand."""

import json

import pytest

from benchmarks.practice_record import Board, Record


def board(*news: tuple[float, dict[str, dict[str, object]]]) -> Board:
    """Return a board that was told this, (when, tiles)."""
    made = Board()
    for when, tiles in news:
        made.take(tiles, when)
    return made


def test_each_step_counts_until_the_tile_had_come_so_far() -> None:
    shown = board((10.0, {"ada": {"r": "a", "s": 0}}), (11.0, {"ada": {"s": 20}}), (12.5, {"ada": {"s": 40}}))
    told = [("a", [(10.5, 5), (10.9, 20), (11.25, 21), (13.0, 40)])]
    assert shown.behind_ms(told) == pytest.approx([500, 100, 1250, 0])  # the tile was ahead of the last one


def test_members_are_told_apart_and_what_was_left_out_counts_until_the_next_run() -> None:
    shown = board(
        (1.0, {"ada": {"r": "a", "s": 10}, "bob": {"r": "b", "s": 3}}),
        (2.0, {"ada": {"r": "c", "s": 0}}),
        (3.0, {"bob": {"s": 12}}),
    )
    told = [("a", [(0.5, 10), (1.5, 11)]), ("b", [(0.9, 3), (1.0, 12)]), ("c", [])]
    assert shown.behind_ms(told) == pytest.approx([500, 500, 100, 2000])
    assert shown.has_shown("a", 11)
    assert shown.has_shown("b", 12)
    assert not shown.has_shown("b", 13)


def test_what_the_board_never_showed_has_no_delay() -> None:
    assert board((1.0, {"ada": {"r": "a", "s": 10}})).behind_ms([("a", [(0.5, 10), (1.5, 11)])]) == [500]


def test_the_table_and_the_json_have_the_same_figures() -> None:
    record = Record(joined_s=[0.5, 0.1, 0.3], memory_mb=[700.0, 800.0])
    record.errors["The page said no."] += 2
    text, told = record.as_text(), json.loads(record.as_json(students=3))
    assert "| joined, s | 0.30 | 0.48 | 0.50 | 3 |" in text
    assert told["figures"]["joined, s"] == {"p50": 0.3, "p95": 0.48, "slowest": 0.5, "measured": 3}
    assert told["figures"]["bystander's page, ms"] == {"measured": 0}
    assert "Errors: 2\n- 2 × The page said no." in text
    assert told["errors"] == {"The page said no.": 2}
    assert (told["students"], told["memory_mb"]) == (3, {"before": 700.0, "after": 800.0})
