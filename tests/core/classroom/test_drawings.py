"""What members hand in: Fool it and Our handwriting, by rules worked by hand, and all of it taken back."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from core.access.rules import SYSTEM
from core.classroom.classrooms import Classrooms
from core.classroom.drawings import DIGITS, Drawings, Pixels
from core.classroom.ending import Ending
from core.classroom.errors import ClassroomRefused, ClassroomShut
from core.classroom.fool_it import Attempt, FoolIt
from core.classroom.handwriting import EACH, Handwriting, halves, handwriting_csv
from core.classroom.members import Joined, Members
from core.datasets import UnknownDataset
from core.runs import NotAllowed, Store
from core.runs.classroom_schema import CLASS_DRAWINGS, OPINIONS
from core.runs.own_datasets import OwnDatasets
from tests.core.classroom.conftest import School, count, member, open_store, teacher, visitor


def drawing(seed: int) -> Pixels:
    return np.random.default_rng(seed).integers(1, 255, (28, 28), np.uint8)


def joined(store: Store, school: School, number: int) -> list[Joined]:
    """Return Ada and so many more members of her class."""
    joining = Members(visitor(store))
    return [school.ada, *(joining.join(school.classroom.code, f"Pupil {place}") for place in range(number))]


@pytest.fixture
def class_id(school: School) -> str:
    return school.classroom.id


# ---- fool it


@pytest.fixture
def game(store: Store, school: School) -> FoolIt:
    led = FoolIt(teacher(store, school.classroom))
    led.start(school.classroom.id, "cnn-mnist")
    return led


def playing(store: Store, who: Joined) -> FoolIt:
    return FoolIt(member(store, who))


def standing(game: FoolIt, class_id: str, drawing_id: str) -> Attempt | None:
    return next((one for one in game.standings(class_id) if one.drawing.id == drawing_id), None)


def test_a_drawing_counts_once_five_others_have_said_what_they_see_and_half_of_them_as_its_author(
    store: Store, school: School, class_id: str, game: FoolIt
) -> None:
    ada, *others = joined(store, school, 7)
    seven = playing(store, ada).hand_in(class_id, 7, drawing(1), reading=2, confidence=0.9)
    for place, other in enumerate(others[:5]):
        attempt = standing(game, class_id, seven)
        assert attempt is not None
        assert (attempt.opinions, attempt.needed, attempt.counts) == (place, 5, False)
        playing(store, other).judge(class_id, seven, 7 if place < 3 else 1)
    attempt = standing(game, class_id, seven)
    assert attempt is not None
    assert (attempt.opinions, attempt.agree, attempt.counts) == (5, 3, True)
    playing(store, others[5]).judge(class_id, seven, 1)
    playing(store, others[6]).judge(class_id, seven, 1)  # 3 of 7
    attempt = standing(game, class_id, seven)
    assert attempt is not None
    assert not attempt.counts


@pytest.mark.parametrize(("others", "needed"), [(1, 1), (4, 4), (5, 5), (9, 5)])
def test_in_a_class_of_fewer_than_six_all_others_are_asked(
    store: Store, school: School, class_id: str, game: FoolIt, others: int, needed: int
) -> None:
    ada, *rest = joined(store, school, others)
    handed_in = playing(store, ada).hand_in(class_id, 7, drawing(1), reading=2, confidence=0.9)
    for other in rest[:needed]:
        attempt = standing(game, class_id, handed_in)
        assert attempt is not None
        assert not attempt.counts
        playing(store, other).judge(class_id, handed_in, 7)
    attempt = standing(game, class_id, handed_in)
    assert attempt is not None
    assert (attempt.needed, attempt.counts) == (needed, True)


def test_who_is_alone_fools_nobody(store: Store, school: School, class_id: str, game: FoolIt) -> None:
    handed_in = playing(store, school.ada).hand_in(class_id, 7, drawing(1), reading=2, confidence=0.9)
    attempt = standing(game, class_id, handed_in)
    assert attempt is not None
    assert (attempt.needed, attempt.counts) == (0, False)


def test_the_surest_mistake_is_first_and_what_does_not_count_yet_is_told_to_its_author_and_the_teacher_alone(
    store: Store, school: School, class_id: str, game: FoolIt
) -> None:
    ada, ben = joined(store, school, 1)
    unsure = playing(store, ada).hand_in(class_id, 7, drawing(1), reading=2, confidence=0.6)
    sure = playing(store, ada).hand_in(class_id, 4, drawing(2), reading=9, confidence=0.95)
    open_still = playing(store, ada).hand_in(class_id, 1, drawing(3), reading=7, confidence=0.99)
    for handed_in, said in ((unsure, 7), (sure, 4)):
        playing(store, ben).judge(class_id, handed_in, said)
    told = {
        name: [one.drawing.id for one in seen.standings(class_id)]
        for name, seen in {"teacher": game, "ada": playing(store, ada), "ben": playing(store, ben)}.items()
    }
    assert told["teacher"] == told["ada"] == [sure, unsure, open_still]
    assert told["ben"] == [sure, unsure], "he has still to say what the third one is"


@pytest.mark.usefixtures("game")
def test_each_is_shown_others_drawings_once_those_first_of_which_least_is_known(
    store: Store, school: School, class_id: str
) -> None:
    ada, ben, cleo = joined(store, school, 2)
    first = playing(store, ada).hand_in(class_id, 7, drawing(1), reading=2, confidence=0.9)
    second = playing(store, ada).hand_in(class_id, 4, drawing(2), reading=9, confidence=0.9)
    assert playing(store, ada).to_judge(class_id) is None, "not one's own"
    playing(store, ben).judge(class_id, first, 7)
    shown = playing(store, cleo).to_judge(class_id)
    assert shown is not None
    assert shown.id == second
    playing(store, cleo).judge(class_id, second, 4)
    shown = playing(store, cleo).to_judge(class_id)
    assert shown is not None
    assert shown.id == first
    playing(store, cleo).judge(class_id, first, 1)
    assert playing(store, cleo).to_judge(class_id) is None
    for again in ((ben, first), (ada, first)):
        with pytest.raises(ClassroomRefused, match="not there any more, or you have said"):
            playing(store, again[0]).judge(class_id, again[1], 7)
    assert count(store, OPINIONS) == 3


def test_what_is_no_fooling_or_no_drawing_or_too_late_is_refused(
    store: Store, school: School, class_id: str, game: FoolIt
) -> None:
    ada = playing(store, school.ada)
    with pytest.raises(ClassroomRefused, match="reads a 7, too"):
        ada.hand_in(class_id, 7, drawing(1), reading=7, confidence=0.9)
    with pytest.raises(ClassroomRefused, match="no drawing"):
        ada.hand_in(class_id, 7, np.zeros((28, 28), np.uint8), reading=2, confidence=0.9)
    for place in range(FoolIt.MOST):
        ada.hand_in(class_id, 7, drawing(place), reading=2, confidence=0.9)
    with pytest.raises(ClassroomRefused, match="handed in 20 drawings"):
        ada.hand_in(class_id, 7, drawing(99), reading=2, confidence=0.9)
    game.end(class_id)
    with pytest.raises(ClassroomShut):
        ada.hand_in(class_id, 7, drawing(100), reading=2, confidence=0.9)
    with pytest.raises(NotAllowed):
        game.hand_in(class_id, 7, drawing(1), reading=2, confidence=0.9)


def test_what_waits_for_the_nod_is_shown_to_nobody_else(
    store: Store, school: School, class_id: str, game: FoolIt
) -> None:
    ada, ben = joined(store, school, 1)
    Classrooms(teacher(store, school.classroom)).change(class_id, needs_nod=True)
    handed_in = playing(store, ada).hand_in(class_id, 7, drawing(1), reading=2, confidence=0.9)
    assert playing(store, ben).to_judge(class_id) is None
    game.nod(class_id, handed_in)
    shown = playing(store, ben).to_judge(class_id)
    assert shown is not None
    assert (shown.id, shown.nickname) == (handed_in, ""), "her nickname waits still"


# ---- handwriting


def write_all(store: Store, who: Joined, class_id: str, seed: int) -> list[str]:
    own = Handwriting(member(store, who))
    return [own.hand_in(class_id, digit, drawing(100 * seed + digit)) for digit in range(10)]


def test_half_of_the_members_teach_and_the_other_half_tests(
    store: Store, school: School, class_id: str
) -> None:
    members = joined(store, school, 3)
    led = Handwriting(teacher(store, school.classroom))
    led.start(class_id)
    for seed, who in enumerate(members):
        write_all(store, who, class_id, seed)
    name = led.make_dataset(class_id, "7b's hand")
    train, test = halves(led.all(class_id))
    assert len({one.member_id for one in train}) == len({one.member_id for one in test}) == 2
    assert {one.member_id for one in train}.isdisjoint(one.member_id for one in test)
    data = OwnDatasets(member(store, school.ada)).load(name)  # a member may train on it
    assert (data.spec.title, data.spec.class_names) == ("7b's hand", DIGITS)
    for of, images, labels in (
        (train, data.train_images, data.train_labels),
        (test, data.test_images, data.test_labels),
    ):
        handed_in = {(one.label, one.pixels.tobytes()) for one in of}
        assert {
            (int(label), image.tobytes()) for image, label in zip(images, labels, strict=True)
        } == handed_in
    assert name in [one.spec.name for one in OwnDatasets(member(store, school.ada)).available()]


def test_ones_own_can_always_be_taken_back_from_the_dataset_too(
    store: Store, school: School, class_id: str, tmp_path: Path
) -> None:
    ada, ben = joined(store, school, 1)
    led = Handwriting(teacher(store, school.classroom))
    led.start(class_id)
    mine, theirs = write_all(store, ada, class_id, 1), write_all(store, ben, class_id, 2)
    name = led.make_dataset(class_id, "ours")
    led.end(class_id)  # also after the end
    Handwriting(member(store, ada)).take_back(class_id, mine[3])
    with pytest.raises(ClassroomRefused):
        Handwriting(member(store, ada)).take_back(class_id, theirs[3])
    assert len(led.all(class_id)) == 19
    images = every_image(store, name)
    assert len(images) == 19
    assert drawing(103).tobytes() not in images
    Ending(teacher(store, school.classroom)).erase_made(class_id, ben.member.id)
    assert len(every_image(store, name)) == len(led.all(class_id)) == 9
    again = Handwriting(open_store(tmp_path).acting_as(SYSTEM))
    assert [one.id for one in again.all(class_id)] == [one for one in mine if one != mine[3]]


def every_image(store: Store, name: str) -> list[bytes]:
    data = OwnDatasets(store).load(name)
    return [image.tobytes() for image in (*data.train_images, *data.test_images)]


def test_a_few_of_each_digit_are_enough_and_one_hand_makes_no_dataset(
    store: Store, school: School, class_id: str
) -> None:
    led, ada = Handwriting(teacher(store, school.classroom)), Handwriting(member(store, school.ada))
    with pytest.raises(ClassroomShut):
        ada.hand_in(class_id, 7, drawing(1))
    led.start(class_id)
    for place in range(EACH):
        ada.hand_in(class_id, 7, drawing(place))
    with pytest.raises(ClassroomRefused, match="3 drawings of a 7"):
        ada.hand_in(class_id, 7, drawing(9))
    ada.hand_in(class_id, 8, drawing(9))
    with pytest.raises(ClassroomRefused, match="So far 1 member has"):
        led.make_dataset(class_id, "ours")


def test_the_end_of_a_class_takes_drawings_opinions_and_the_dataset(
    store: Store, school: School, class_id: str
) -> None:
    ada, ben = joined(store, school, 1)
    FoolIt(teacher(store, school.classroom)).start(class_id, "cnn-mnist")
    led = Handwriting(teacher(store, school.classroom))
    led.start(class_id)
    for seed, who in enumerate((ada, ben)):
        write_all(store, who, class_id, seed)
    name = led.make_dataset(class_id, "ours")
    handed_in = playing(store, ada).hand_in(class_id, 7, drawing(1), reading=2, confidence=0.9)
    playing(store, ben).judge(class_id, handed_in, 7)
    Ending(teacher(store, school.classroom)).end(class_id, keeps_runs=True)
    assert (count(store, CLASS_DRAWINGS), count(store, OPINIONS)) == (0, 0)
    with pytest.raises(UnknownDataset):
        OwnDatasets(store).load(name)


def test_drawings_as_csv(store: Store, school: School, class_id: str) -> None:
    led = Handwriting(teacher(store, school.classroom))
    led.start(class_id)
    handed_in = Handwriting(member(store, school.ada)).hand_in(class_id, 7, drawing(1))
    (row,) = csv.DictReader(io.StringIO(handwriting_csv(led.all(class_id)).decode("utf-8-sig")))
    assert (row["id"], row["nickname"], row["digit"]) == (handed_in, "Ada", "7")
    assert [int(row[f"pixel{place}"]) for place in range(784)] == drawing(1).ravel().tolist()


@pytest.mark.parametrize("kind", [FoolIt, Handwriting])
def test_a_teacher_removes_what_should_not_be_there(
    store: Store, school: School, class_id: str, kind: type[Drawings]
) -> None:
    FoolIt(teacher(store, school.classroom)).start(class_id, "cnn-mnist")
    Handwriting(teacher(store, school.classroom)).start(class_id)
    playing(store, school.ada).hand_in(class_id, 7, drawing(1), reading=2, confidence=0.9)
    Handwriting(member(store, school.ada)).hand_in(class_id, 7, drawing(1))
    led = kind(teacher(store, school.classroom))
    (handed_in,) = led.all(class_id)
    led.remove(class_id, handed_in.id)
    assert led.all(class_id) == kind(member(store, school.ada)).mine(class_id) == []
    assert count(store, CLASS_DRAWINGS) == 1, "the other activity has its own"
