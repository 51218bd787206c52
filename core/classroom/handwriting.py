"""Our handwriting: everybody draws the ten digits; half of the class teaches a model, the other half tests it."""

import csv
import hashlib
import io
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import numpy as np

from core.access.guard import needs
from core.access.rules import SYSTEM, Action, Actor, Role
from core.classroom.activities import Activity, change_terms, latest
from core.classroom.classroom_table import note_change
from core.classroom.drawings import DIGITS, SIDE, ClassDrawing, Drawings, Pixels
from core.classroom.errors import ClassroomRefused
from core.datasets import UnknownDataset
from core.i18n.literal_text import csv_cell
from core.i18n.translation import _, ngettext
from core.runs import Store
from core.runs.dataset_rights import LINK
from core.runs.opened_links import DATASET, note_opened
from core.runs.own_datasets import OwnDatasets

HANDWRITING: Final = "handwriting"
EACH: Final = 3  # of each digit, at most
LEAST_MEMBERS: Final = 2


class Handwriting(Drawings):
    """What classes write.  Each method raises UnknownClassroom, NotAllowed and StoreError."""

    KIND = HANDWRITING
    MOST = EACH * len(DIGITS)

    @needs(Action.LEAD_CLASS)
    def start(self, classroom_id: str) -> Activity:
        """Return a new collection; one that goes on ends."""
        return self._begin(classroom_id, {})

    @needs(Action.TAKE_PART)
    def hand_in(self, classroom_id: str, label: int, pixels: Pixels) -> str:
        """Keep a drawing that its author calls `label`; return its id.  Raises: ClassroomShut, ClassroomRefused."""
        if sum(one.label == label for one in self.mine(classroom_id)) >= EACH:
            raise ClassroomRefused(
                _("You have handed in {n} drawings of a {digit}.", n=EACH, digit=DIGITS[label]),
                _("Draw another digit, or take one back."),
            )
        return self._add(classroom_id, label, pixels)

    @needs(Action.TAKE_PART)
    def take_back(self, classroom_id: str, drawing_id: str) -> None:
        """Have a drawing of the actor's own be gone: from the collection, and from the dataset that was made of it."""
        mine = [one for one in self.mine(classroom_id) if one.id == drawing_id]
        super().take_back(classroom_id, drawing_id)
        forget(self._store, classroom_id, mine)

    @needs(Action.LEAD_CLASS)
    def remove(self, classroom_id: str, drawing_id: str) -> None:
        """Remove a member's drawing, from the dataset too."""
        theirs = [one for one in self.all(classroom_id) if one.id == drawing_id]
        super().remove(classroom_id, drawing_id)
        forget(self._store, classroom_id, theirs)

    @needs(Action.LEAD_CLASS)
    def make_dataset(self, classroom_id: str, title: str) -> str:
        """Return the name of a dataset of all drawings: half of the members make its training set, the others its test.

        It is the actor's, and whoever has its link may train on it, members among them; an earlier one is gone.
        Raises: ClassroomRefused for too few, DatasetError.
        """
        found = self.all(classroom_id)
        train, test = halves(found)
        if not train or not test:
            raise ClassroomRefused(
                ngettext(
                    "So far {n} member has handed drawings in.",
                    "So far {n} members have handed drawings in.",
                    len({one.member_id for one in found}),
                ),
                _(
                    "It takes {n}: one half of them teaches the model, the other half tests it.",
                    n=LEAST_MEMBERS,
                ),
            )
        self.drop_dataset(classroom_id)
        own = OwnDatasets(self._store)
        dataset = own.create(title, DIGITS, (1, SIDE, SIDE), audience=LINK).spec.name
        every, splits = [*train, *test], ["train"] * len(train) + ["test"] * len(test)
        pixels = np.stack([one.pixels for one in every])[:, None]
        own.add_images(dataset, pixels, [one.label for one in every], splits)
        with self._database.write(durable=True) as connection:
            activity = latest(connection, classroom_id, HANDWRITING)
            assert activity is not None
            change_terms(connection, activity, dataset=dataset)
            note_change(connection, classroom_id)
        for member_id in {one.member_id for one in found}:
            note_opened(self._database, Actor(Role.VISITOR, member_id), DATASET, dataset)
        return dataset

    @needs(Action.READ_CLASS)
    def shared(self, classroom_id: str) -> list[ClassDrawing]:
        """Return the drawings that every member's model may be asked of: what comes of it is told, not they."""
        return self._found(classroom_id)

    @needs(Action.READ_CLASS)
    def dataset(self, classroom_id: str) -> str:
        """Return the name of the dataset that was made of the drawings, "" before."""
        activity = self.latest(classroom_id)
        return str(activity.terms.get("dataset", "")) if activity else ""

    @needs(Action.LEAD_CLASS)
    def drop_dataset(self, classroom_id: str) -> None:
        """Delete the dataset that was made of the drawings for good.  Raises: DatasetError."""
        if name := self.dataset(classroom_id):
            with suppress(UnknownDataset):
                OwnDatasets(self._store.acting_as(SYSTEM)).erase(name)


def forget(store: Store, classroom_id: str, gone: Sequence[ClassDrawing]) -> None:
    """Remove drawings that are handed in no more from the dataset that was made of them: as the server itself."""
    everything = store.acting_as(SYSTEM)
    name = Handwriting(everything).dataset(classroom_id)
    if not name:
        return
    own = OwnDatasets(everything)
    for drawing in gone:
        with suppress(UnknownDataset):
            data = own.load(name)
            for split in ("train", "test"):
                images, labels = getattr(data, f"{split}_images"), getattr(data, f"{split}_labels")
                same = (images[:, 0] == drawing.pixels).all(axis=(1, 2)) & (labels == drawing.label)
                for index in np.flatnonzero(same)[:1]:
                    own.remove_image(name, split, int(index))


def halves(drawings: Sequence[ClassDrawing]) -> tuple[list[ClassDrawing], list[ClassDrawing]]:
    """Return the drawings of one half of the members, and of the other: by lot, which falls the same each time."""
    members = sorted({one.member_id for one in drawings}, key=_lot)
    first = set(members[: (len(members) + 1) // 2])
    return [one for one in drawings if one.member_id in first], [
        one for one in drawings if one.member_id not in first
    ]


def handwriting_csv(drawings: Sequence[ClassDrawing]) -> bytes:
    """Return drawings as a CSV file, a row each: id, nickname, digit, and 784 grey levels, row by row."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(("id", "nickname", "digit", *(f"pixel{place}" for place in range(SIDE * SIDE))))
    for one in drawings:
        writer.writerow((one.id, csv_cell(one.nickname), one.label, *one.pixels.ravel().tolist()))
    return file.getvalue().encode("utf-8-sig")


def _lot(member_id: str) -> str:
    return hashlib.sha256(member_id.encode()).hexdigest()
