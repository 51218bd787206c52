"""Visitors who are operators: noted once, and until the command line ends it."""

from core.access.rules import Action, Actor, Role
from core.runs import Store
from core.runs.operators import dismiss_operators, make_operator, operators
from tests.core.runs.conftest import claimed


def test_a_visitor_is_an_operator_until_none_is_any_more(store: Store):
    assert operators(store.database) == frozenset()
    for name in ("ada", "bo", "ada"):
        make_operator(store.database, name)
    assert operators(store.database) == {"ada", "bo"}
    assert dismiss_operators(store.database) == 2
    assert operators(store.database) == frozenset()
    assert dismiss_operators(store.database) == 0


def test_an_operators_browser_orders_and_deletes_what_others_and_the_command_line_made(store: Store):
    others, nobodys = claimed(store, owner="bo")[0], claimed(store)[0]
    operator = store.acting_as(Actor(Role.OPERATOR, "ada"))
    for run_id in (others, nobodys):
        assert operator.may(Action.ORDER_RUN, store.get(run_id))
        operator.order(run_id, command="pause")
        operator.delete(run_id)
        assert store.get(run_id).deleted_at is not None
    assert store.get(operator.create(store.get(others).config)).owner == "ada"
