"""Python as it is on Windows, as far as Linux can show it: for processes with this folder on PYTHONPATH.

Modules and functions that Windows lacks are hidden (but for those that Python, PyTorch or psutil use on Linux),
workers can only be spawned, pipes are of another class, and `msvcrt` locks files.
"""

import fcntl
import multiprocessing
import multiprocessing.connection
import os
import shutil
import signal
import subprocess  # noqa: F401 - it takes the module below for a sign of Windows
import sys
from multiprocessing.connection import Connection, reduce_connection
from multiprocessing.reduction import register
from types import ModuleType

import psutil  # noqa: F401 - it has a part for each system, and takes this one for Linux

MODULES = ("fcntl", "resource", "grp", "pwd", "termios", "tty", "pty", "syslog", "multiprocessing.forkserver")
OF_OS = (
    *(
        "fork",
        "forkpty",
        "killpg",
        "getpgrp",
        "getpgid",
        "setsid",
        "wait3",
        "wait4",
        "waitid",
        "nice",
        "setpriority",
    ),
    *(
        "getpriority",
        "sched_getaffinity",
        "sched_setaffinity",
        "getloadavg",
        "getuid",
        "geteuid",
        "getgid",
        "getegid",
    ),
    *(
        "statvfs",
        "fstatvfs",
        "chown",
        "fchown",
        "fchmod",
        "mkfifo",
        "posix_fadvise",
        "posix_fallocate",
        "sendfile",
    ),
    *("pread", "pwrite"),
)
OF_SIGNAL = (
    *("SIGSTOP", "SIGCONT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGCHLD"),
    *("alarm", "setitimer", "pthread_sigmask", "sigwait"),
)


class PipeConnection(multiprocessing.connection._ConnectionBase):  # type: ignore[name-defined, misc]
    """A pipe's end, which is no Connection."""

    locals().update(
        {k: v for k, v in vars(Connection).items() if k not in ("__dict__", "__weakref__", "__doc__")}
    )


def pipe(duplex: bool = True) -> tuple[PipeConnection, ...]:
    """Return the two ends of a pipe."""
    ends = make_pipe(duplex)
    return tuple(PipeConnection(os.dup(end.fileno()), end.readable, end.writable) for end in ends)


def locking(file: int, _mode: int, _count: int) -> None:
    """Lock the file for this handle of it, as Windows does."""
    try:
        flock(file, EXCLUSIVE)
    except BlockingIOError as error:
        raise PermissionError(13, "Permission denied") from error


def disk_usage(path: str) -> tuple[int, int, int]:
    """Return (total, used, free) bytes of a disk, as shutil asks Windows."""
    disk = statvfs(path)
    sizes = (
        blocks * disk.f_frsize for blocks in (disk.f_blocks, disk.f_blocks - disk.f_bfree, disk.f_bavail)
    )
    return type(shutil_usage)(*sizes)  # type: ignore[return-value]


statvfs, shutil_usage = os.statvfs, shutil.disk_usage("/")
shutil.disk_usage = disk_usage  # type: ignore[assignment]
flock, EXCLUSIVE = fcntl.flock, fcntl.LOCK_EX | fcntl.LOCK_NB
make_pipe, multiprocessing.connection.Pipe = multiprocessing.connection.Pipe, pipe
register(PipeConnection, reduce_connection)
multiprocessing.get_all_start_methods = lambda: ["spawn"]

msvcrt = ModuleType("msvcrt")
vars(msvcrt).update(locking=locking, LK_NBLCK=2)
sys.modules["msvcrt"] = msvcrt
sys.modules.update(dict.fromkeys(MODULES))  # type: ignore[arg-type]
for module, names in ((os, OF_OS), (signal, OF_SIGNAL)):
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
