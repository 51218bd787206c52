"""Seeded damage: to JSON by what it is made of, to bytes, to the members of a zip and to all of it."""

import copy
import json
from random import Random
from typing import Any, Final

from tests.zips import zipped

HOSTILE: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, 1, -1, 3, 2**31, 2**53 + 1, 2**63, 10**400, -(10**18), 0.5, -0.0, 1e-320, 1e308),
    *(float("nan"), float("inf"), float("-inf"), "", "3", "NaN", "\x00", "\ud83d", "a\u202eb", "x" * 5_000, "<b>$x$"),
    *("own:abc", "../x", "{x.__class__}", '{"code": "x", "id": ["{n}"], "values": {}}', [], {}, [[]], {"a": 1}),
    *([1, "2"], [[0, 0.1]], [[1, 2, 3]], [10**400], ["\ud83d"], {"\ud83d": 1}),
)  # fmt: skip


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths to everything in a JSON value, but of long lists to their ends alone."""
    found = [path] if path else []
    if isinstance(value, dict):
        keys: list[Any] = list(value)
    elif isinstance(value, list):
        keys = list(range(len(value)))
        keys = keys if len(keys) < 12 else keys[:6] + keys[-6:]
    else:
        return found
    for key in keys:
        found += _places(value[key], (*path, key))
    return found


def damaged_json(random: Random, value: Any) -> Any:
    """Return the value with one to three things in it replaced, removed, doubled, swapped or added."""
    value = copy.deepcopy(value)
    for _time in range(random.randint(1, 3)):
        places = _places(value)
        if not places:
            break
        *way, last = random.choice(places)
        holder = value
        for key in way:
            holder = holder[key]
        deed = random.randrange(6)
        if deed <= 2:
            holder[last] = copy.deepcopy(random.choice(HOSTILE))
        elif deed == 3:
            del holder[last]
        elif deed == 4 and isinstance(holder, list):
            holder.insert(last, copy.deepcopy(holder[last]))
        elif deed == 4:
            holder[random.choice(["more", "", "\ud83d", f"{last}2"])] = copy.deepcopy(holder[last])
        else:
            other = random.choice(list(holder)) if isinstance(holder, dict) else random.randrange(len(holder))
            holder[last], holder[other] = holder[other], holder[last]
    return value


def json_bytes(random: Random, value: Any) -> bytes:
    """Return the value as JSON, now and then with what only a text can say."""
    text = json.dumps(value)
    deed = random.randrange(12)
    if deed == 0:
        text = text.replace("0", "1e999", 1)
    elif deed == 1:
        text = text.replace("1", "9" * 5_000, 1)
    elif deed == 2:
        text = text.replace("{", '{"kind": "paused", "kind": 1, ', 1)
    elif deed == 3:
        text = text.replace("[", "[" * 5_000, 1)
    return text.encode()


def damaged_bytes(random: Random, data: bytes, other: bytes = b"") -> bytes:
    """Return the bytes with some flipped, cut off, cut out, doubled, or put in from another file."""
    found = bytearray(data)
    for _time in range(random.randint(1, 4)):
        if not found:
            break
        deed, place = random.randrange(7), random.randrange(len(found))
        head = random.randrange(min(len(found), 64))  # headers say more than what follows
        if deed <= 1:
            found[head] = random.randrange(256)
        elif deed == 2:
            found[place] ^= 1 << random.randrange(8)
        elif deed == 3:
            del found[place:]
        elif deed == 4:
            del found[place : place + random.randint(1, 40)]
        elif deed == 5:
            found[place:place] = found[max(0, place - 40) : place]
        else:
            found[head : head + 4] = random.choice(
                (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", other[-4:])
            )
    return bytes(found)


def damaged_zip(random: Random, members: dict[str, bytes]) -> bytes:
    """Return a zip of the members, one of them damaged, left out or named otherwise, or the whole damaged."""
    members = dict(members)
    name = random.choice(list(members))
    deed = random.randrange(5)
    if deed <= 1:
        members[name] = damaged_bytes(random, members[name], members[random.choice(list(members))])
    elif deed == 2:
        members[random.choice([f"../{name}", f"{name}2", "x/" + name, "\\" + name, "a" * 300])] = members.pop(
            name
        )
    elif deed == 3:
        del members[name]
    data = zipped(members)
    return damaged_bytes(random, data) if deed == 4 else data
