"""A class's ZIP: everything that was handed in, with whom it is of, readable by anybody's tools."""

import csv
import io
import zipfile

import numpy as np
from PIL import Image

from core.classroom.export import ClassExport
from core.classroom.fool_it import FoolIt
from core.classroom.handwriting import Handwriting
from core.classroom.members import Members
from core.classroom.race import Races
from core.config.run_config import RunConfig
from core.datasets import load
from core.protocol.events import Evaluated, Finished, Logits
from core.runs import Store
from tests.core.classroom.conftest import School, member, teacher, visitor
from tests.core.runs.conftest import started, steps, weights


def table(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


def drawing(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(1, 255, (28, 28), np.uint8)


def test_everything_handed_in_is_in_one_zip(store: Store, school: School) -> None:
    class_id, led = school.classroom.id, teacher(store, school.classroom)
    ben = Members(visitor(store)).join(school.classroom.code, "=Ben")
    Races(led).start(class_id, "mnist")
    labels = load("mnist").test_labels
    run_id = member(store, school.ada).create(RunConfig())
    attempt = store.claim(run_id)
    scores = np.eye(10, dtype=np.float32)[np.where(np.arange(len(labels)) < 9_000, labels, (labels + 1) % 10)]
    ends = [Evaluated(3, "test", 1.0, 0.9), Logits(3, "test", scores), Finished(3, "finished", 1.0)]
    store.append(run_id, attempt, [started(), steps(1, 3), weights(3), *ends])
    Handwriting(led).start(class_id)
    written = Handwriting(member(store, school.ada)).hand_in(class_id, 3, drawing(1))
    FoolIt(led).start(class_id, "cnn-mnist")
    fooled = FoolIt(member(store, school.ada)).hand_in(class_id, 7, drawing(2), reading=2, confidence=0.75)
    FoolIt(member(store, ben)).judge(class_id, fooled, 7)
    with zipfile.ZipFile(io.BytesIO(ClassExport(led).export_zip(class_id))) as archive:
        assert [row["nickname"] for row in table(archive, "members.csv")] == ["Ada", "'=Ben"]
        (run,) = table(archive, "runs.csv")
        assert (run["run"], run["nickname"], float(run["test_accuracy"])) == (run_id, "Ada", 0.9)
        (placed,) = table(archive, "race.csv")
        assert (placed["run"], placed["right"], placed["images"]) == (run_id, "9000", "10000")
        (attempt_,) = table(archive, "fool_it.csv")
        assert (attempt_["author_says"], attempt_["model_reads"], attempt_["confidence"]) == (
            "7",
            "2",
            "0.75",
        )
        (opinion,) = table(archive, "opinions.csv")
        assert (opinion["drawing"], opinion["nickname"], opinion["says"]) == (fooled, "'=Ben", "7")
        assert table(archive, "handwriting.csv")[0]["digit"] == "3"
        for name, seed in ((f"handwriting/3-{written}.png", 1), (f"fool/7-{fooled}.png", 2)):
            with Image.open(io.BytesIO(archive.read(name))) as picture:
                assert np.array_equal(np.asarray(picture), drawing(seed))


def test_a_class_that_has_done_nothing_has_a_zip_too(store: Store, school: School) -> None:
    with zipfile.ZipFile(
        io.BytesIO(ClassExport(teacher(store, school.classroom)).export_zip(school.classroom.id))
    ) as archive:
        assert [row["nickname"] for row in table(archive, "members.csv")] == ["Ada"]
        assert "race.csv" not in archive.namelist()
