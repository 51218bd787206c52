"""Damaged messages of the live channel are understood or mean nothing; none ends the socket by an error of its own."""

import json
from random import Random

import pytest

from core.live.hub import Topic
from pages.server.live_socket import MOMENTS, MOST_TOPICS, _told, _topics
from tests.fuzz.mutators import damaged_bytes, damaged_json

MESSAGES = (
    {"watch": ["run:ab12", "state:ab12", "search:x_1"], "language": "en"},
    {"watch": [], "language": "en"},
    {"heard": 40},
)


def count_understood(seeds: range) -> int:
    """Return how many of the damaged messages still say what is watched."""
    count = 0
    for seed in seeds:
        random = Random(seed)
        said = json.dumps(damaged_json(random, random.choice(MESSAGES)))
        if random.random() < 0.3:
            said = damaged_bytes(random, said.encode()).decode(
                errors=random.choice(["replace", "surrogateescape"])
            )
        try:
            told = _told(said)
            topics = _topics(told)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {said[:200]!r}") from error
        if topics is None:
            continue
        assert len(topics) <= MOST_TOPICS
        assert all(isinstance(topic, Topic) and topic.kind in MOMENTS for topic in topics)
        count += 1
    return count


def test_damaged_messages_are_understood_or_mean_nothing() -> None:
    assert 10 < count_understood(range(200)) < 180


@pytest.mark.long
def test_thousands_of_damaged_messages_are_understood_or_mean_nothing() -> None:
    assert count_understood(range(1_000, 6_000))
