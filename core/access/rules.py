"""The table of rules, over plain values: an actor, an action, and whose the thing is that it is done to."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What an actor is."""

    VISITOR = "visitor"  # somebody with a browser
    OPERATOR = "operator"  # the command line on the server, and browsers that it has made one
    SYSTEM = "system"  # the runner, its workers, the upkeep, the live channel's looks


@dataclass(frozen=True)
class Actor:
    """Whoever does something. `id` is the visitor's identity, "" for whoever has none; in a class, the member's.

    teaches: the ids of the classes whose teacher they are. member_of: of the class that they are a member of.
    may_start_class: whether the settings let them start a class from where they are.
    """

    role: Role
    id: str = ""
    teaches: frozenset[str] = frozenset()
    member_of: str = ""
    may_start_class: bool = False


SYSTEM: Final = Actor(Role.SYSTEM)
OPERATOR: Final = Actor(Role.OPERATOR)


@dataclass(frozen=True)
class Subject:
    """The thing that something is done to: the id of its owner ("" is nobody's), and whether it lies in the bin.

    is_shared: whether its owner lets whoever has its link, or everybody, use it. classroom: the id of a class, where
    the thing is one.
    """

    owner: str
    is_deleted: bool = False
    is_shared: bool = False
    classroom: str = ""


NOTHING: Final = Subject("")  # of what is done to no thing in particular, such as making a new one


class Action(StrEnum):
    """What can be done. A run or search is read by whoever has its link: no id can be guessed. Images are private."""

    LIST_RUNS = "list_runs"
    READ_RUN = "read_run"
    CREATE_RUN = "create_run"
    ORDER_RUN = "order_run"  # run, pause, resume, step, epoch, stop, learning rate, pace
    EDIT_RUN = "edit_run"  # name, note, tags, pin
    DELETE_RUN = "delete_run"
    RESTORE_RUN = "restore_run"
    LIST_SEARCHES = "list_searches"
    READ_SEARCH = "read_search"
    CREATE_SEARCH = "create_search"
    ORDER_SEARCH = "order_search"
    LIST_DATASETS = "list_datasets"
    READ_DATASET = "read_dataset"  # look at its images, train on them, take them away
    CREATE_DATASET = "create_dataset"
    CHANGE_DATASET = "change_dataset"  # add and remove images
    SHARE_DATASET = "share_dataset"
    DELETE_DATASET = "delete_dataset"  # and bring it back
    ERASE_OWN = "erase_own"  # delete for good everything of the actor's own
    START_CLASS = "start_class"
    JOIN_CLASS = "join_class"  # with its code
    TEACH_CLASS = "teach_class"  # with a key of its teacher's
    READ_CLASS = "read_class"  # its title, who is in it
    LEAD_CLASS = "lead_class"  # everything that its teacher does
    TAKE_PART = "take_part"  # in what a class does together
    WORK = "work"  # claim a run, write down what it says, drive a search, keep the store small


class Relation(StrEnum):
    """How an actor stands to a thing."""

    ANYBODY = "anybody"
    OWNER = "owner"
    OPERATOR = "operator"
    GUEST = "guest"  # anybody, where the owner shares the thing
    TEACHER = "teacher"  # of the class
    MEMBER = "member"  # of the class
    STARTER = "starter"  # anybody whom the settings let start a class from where they are


_EVERYBODY: Final = frozenset(Relation)
_ITS_OWN: Final = frozenset({Relation.OWNER, Relation.OPERATOR})
_ITS_TEACHERS: Final = frozenset({Relation.TEACHER, Relation.OPERATOR})

RULES: Final[Mapping[Action, frozenset[Relation]]] = {  # the system may do everything
    Action.LIST_RUNS: _EVERYBODY,
    Action.READ_RUN: _EVERYBODY,
    Action.CREATE_RUN: _EVERYBODY,
    Action.ORDER_RUN: _ITS_OWN,
    Action.EDIT_RUN: _ITS_OWN,
    Action.DELETE_RUN: _ITS_OWN,
    Action.RESTORE_RUN: _ITS_OWN,
    Action.LIST_SEARCHES: _EVERYBODY,
    Action.READ_SEARCH: _EVERYBODY,
    Action.CREATE_SEARCH: _EVERYBODY,
    Action.ORDER_SEARCH: _ITS_OWN,
    Action.LIST_DATASETS: _EVERYBODY,
    Action.READ_DATASET: _ITS_OWN | {Relation.GUEST},
    Action.CREATE_DATASET: _EVERYBODY,
    Action.CHANGE_DATASET: _ITS_OWN,
    Action.SHARE_DATASET: _ITS_OWN,
    Action.DELETE_DATASET: _ITS_OWN,
    Action.ERASE_OWN: _EVERYBODY,
    Action.START_CLASS: frozenset({Relation.STARTER, Relation.OPERATOR}),
    Action.JOIN_CLASS: _EVERYBODY,
    Action.TEACH_CLASS: _EVERYBODY,
    Action.READ_CLASS: _ITS_TEACHERS | {Relation.MEMBER},
    Action.LEAD_CLASS: _ITS_TEACHERS,
    Action.TAKE_PART: frozenset({Relation.MEMBER}),
    Action.WORK: frozenset({Relation.OPERATOR}),
}


def may(actor: Actor, action: Action, subject: Subject = NOTHING) -> bool:
    """Return whether the actor may do this to the thing. What lies in the bin is there for its own people alone."""
    if actor.role is Role.SYSTEM:
        return True
    allowed = RULES[action]
    if subject.is_deleted:
        allowed &= _ITS_OWN
    return not allowed.isdisjoint(relations(actor, subject))


def owner_of_new(actor: Actor, wanted: str) -> str:
    """Return whose a new thing is: a visitor's own whatever is wanted, else as the system or the operator say."""
    return actor.id if actor.role is Role.VISITOR else wanted or actor.id


def relations(actor: Actor, subject: Subject) -> frozenset[Relation]:
    """Return how the actor stands to the thing."""
    found = {Relation.ANYBODY}
    if actor.id and actor.id == subject.owner:
        found.add(Relation.OWNER)
    if actor.role is Role.OPERATOR:
        found.add(Relation.OPERATOR)
    if subject.is_shared:
        found.add(Relation.GUEST)
    if subject.classroom and subject.classroom in actor.teaches:
        found.add(Relation.TEACHER)
    if subject.classroom and subject.classroom == actor.member_of:
        found.add(Relation.MEMBER)
    if actor.may_start_class:
        found.add(Relation.STARTER)
    return frozenset(found)
