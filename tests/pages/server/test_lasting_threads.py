"""Work in threads that last: the same thread, said in the language of who asks, and its errors told to them."""

import threading
from pathlib import Path

import pytest
from threadpoolctl import ThreadpoolController

from core.i18n.reader import Reader, read_by, reader
from pages.server.lasting_threads import answered, reasoned


@pytest.mark.parametrize("does", [answered, reasoned])
def test_work_of_many_threads_is_done_in_one(does) -> None:
    found: list[int] = []
    askers = [threading.Thread(target=lambda: found.append(does(threading.get_ident))) for _asker in range(3)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(set(found)) == 1
    assert found[0] != threading.get_ident()


def test_reasons_are_in_nobodys_way_who_waits_for_an_answer() -> None:
    assert answered(threading.get_ident) != reasoned(threading.get_ident)


def test_it_is_said_to_who_asks() -> None:
    with read_by(Reader("de", "Europe/Berlin")):
        assert answered(reader) == Reader("de", "Europe/Berlin")
    assert answered(reader) == reader()


def test_errors_are_the_askers() -> None:
    with pytest.raises(ZeroDivisionError):
        answered(lambda: 1 / 0)
    assert answered(lambda: 7) == 7


@pytest.mark.parametrize("does", [answered, reasoned])
def test_what_is_computed_there_starts_no_further_threads(does) -> None:
    import torch

    assert torch.get_num_threads() == 1  # the process is told, and OpenMP in each thread
    found = does(lambda: ThreadpoolController().select(user_api="openmp").info())
    of_torch = [library["num_threads"] for library in found if "torch" in Path(library["filepath"]).parts]
    assert of_torch == [1]
