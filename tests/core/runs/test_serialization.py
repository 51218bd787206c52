"""Events and arrays as bytes: exact both ways, readable by others, and never trusted when damaged."""

import json

import numpy as np
import pytest
from safetensors.numpy import load

from core.protocol.events import Evaluated, Failed, Steps
from core.runs import DamagedArtifact
from core.runs.serialization import cut, decode, encode, kind_of, pack_arrays, unpack_arrays, verified


def test_a_chunk_of_steps_keeps_every_bit_nan_and_infinity_included():
    losses = np.array([1.5, np.nan, np.inf, 1e-38], np.float32)
    chunk = Steps(7, losses, np.array([0, 0.25, 1, 0.1], np.float32), 0.1 + 0.2, 1 / 3, 1e9)
    read = decode("steps", encode(chunk))
    assert isinstance(read, Steps)
    assert read.losses.tobytes() == losses.tobytes()
    assert (read.first_step, read.learning_rate, read.elapsed_s, read.images_per_s) == (
        7,
        0.1 + 0.2,
        1 / 3,
        1e9,
    )
    assert read.last_step == 10


def test_an_evaluation_keeps_its_doubles_and_its_strip():
    event = Evaluated(3, "test", 0.1 + 0.2, 1 / 3, np.arange(20))
    read = decode("evaluated", encode(event))
    assert isinstance(read, Evaluated)
    assert (read.loss, read.accuracy) == (0.1 + 0.2, 1 / 3)
    np.testing.assert_array_equal(read.strip, np.arange(20))
    assert read.strip.dtype == np.int64


def test_words_survive_in_any_language():
    event = Failed(3, "user_error", "Größe “zu groß” \N{SNOWMAN}", "kleiner")
    assert kind_of(event) == "failed"
    assert decode("failed", encode(event)) == event


def test_a_chunk_is_cut_at_a_step():
    chunk = Steps(5, np.arange(4, dtype=np.float32), np.arange(4, dtype=np.float32), 0.1, 1.0, 1.0)
    assert cut(chunk, 6).losses.tolist() == [0, 1]
    assert cut(chunk, 6).last_step == 6
    assert cut(chunk, 99).last_step == 8
    assert len(cut(chunk, 4).losses) == 0


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("steps", b"short"),
        ("steps", b"\0" * 35),
        ("evaluated", b"not json"),
        ("evaluated", b"{}"),
        ("started", json.dumps({"step": 1}).encode()),
        ("failed", b'{"step": 1, "cause": "", "message": 3, "remedy": ""}'),
        ("unheard_of", b"{}"),
    ],
)
def test_damaged_events_are_told_not_guessed(kind, payload):
    with pytest.raises(DamagedArtifact, match="is damaged"):
        decode(kind, payload)


def test_arrays_keep_dtype_shape_and_order_in_memory_does_not_matter():
    arrays = {
        "w": np.arange(12, dtype=np.float32).reshape(3, 4).T,
        "empty": np.zeros((0, 5), np.float32),
        "labels": np.arange(3),
    }
    read = unpack_arrays(pack_arrays(arrays))
    for name, array in arrays.items():
        np.testing.assert_array_equal(read[name], array)
        assert (read[name].dtype, read[name].shape) == (array.dtype, array.shape)


def test_stored_arrays_are_safetensors_that_any_other_program_reads():
    data = pack_arrays({"w": np.ones((2, 3), np.float32)})
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    assert header["w"]["shape"] == [2, 3]
    assert header["w"]["dtype"] == "F32"
    np.testing.assert_array_equal(load(data)["w"], np.ones((2, 3)))


def test_bytes_that_are_no_arrays_are_told():
    for data in (b"", b"pickle", pack_arrays({"w": np.ones(3, np.float32)})[:-1]):
        with pytest.raises(DamagedArtifact):
            unpack_arrays(data)


def test_a_checksum_that_does_not_match_is_told_by_name():
    with pytest.raises(DamagedArtifact, match=r"Snapshot 5 is damaged\. The disk may be failing"):
        verified(b"data", "00" * 32, "Snapshot 5 is damaged.")
