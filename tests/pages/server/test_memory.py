"""What threads have freed is the system's again; each case in a process of its own, as glibc's options last."""

import os
import platform
import subprocess
import sys

import pytest

THREADS_THAT_FREE = """
import sys, threading
import numpy as np
from pages.server.memory import give_back_large_blocks

if sys.argv[1] == "give back":
    give_back_large_blocks()
resident = lambda: int(open("/proc/self/statm").read().split()[1]) * 4096 / 2**20
del (a := [np.ones(3 * 2**20)])[:]  # 24 MB: from now on glibc takes as much for small
barrier = threading.Barrier(12)

def draw():
    barrier.wait()
    arrays = [np.ones(2**18) for _ in range(10)]  # 2 MB each
    barrier.wait()
    del arrays[:]
    barrier.wait()

before = resident()
threads = [threading.Thread(target=draw) for _ in range(12)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(resident() - before)
"""


def held_mb(how: str) -> float:
    """Return how much more memory the process holds after 12 threads have freed 20 MB each."""
    command = [sys.executable, "-c", THREADS_THAT_FREE, how]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120, env=plain)
    return float(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps what is freed")
def test_what_threads_have_freed_is_given_back() -> None:
    assert held_mb("as it is") > 60  # what the module is for
    assert held_mb("give back") < 20
