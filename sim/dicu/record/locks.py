"""Locks held by the kernel: they end with the process that holds them, whatever host or container it runs in.

A lock is a file (or, for a folder being built, the folder itself) on which `flock` is held. Names and numbers of
processes say nothing: two containers may share a disk, a host name and a process number. On a file system without
locks (some network disks) nothing can be said, and `free` then goes by the time since anything was written.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

UNKNOWN_DAYS: Final = 7
"""Where the kernel cannot say whether something is held, it is taken for given up when untouched for so long."""
_LOOK_AGAIN_SECONDS: Final = 0.2
_HELD: Final = (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK)


class Busy(RuntimeError):
    """Another process holds the lock."""


def _try(descriptor: int) -> bool | None:
    """Take the lock of an open file: True, False when somebody holds it, None where there are no locks."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return False if error.errno in _HELD else None
    return True


def is_held(path: Path) -> bool:
    """Whether another process holds the lock file ``path``, as far as the kernel can say."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        return _try(descriptor) is False
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path, *, wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the lock file ``path``, made if it is missing and removed at the end.

    Parameters
    ----------
    path : Path
    wait : callable or None
        Called once when another process holds the lock, which is then waited for; None: do not wait.

    Raises
    ------
    Busy
        When another process holds it and ``wait`` is None.
    """
    told = False
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            if _try(descriptor) is not False and _same(descriptor, path):
                break
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        if path.exists():
            if wait is None:
                raise Busy(f"{path}: held by another process")
            if not told:
                wait()
                told = True
            time.sleep(_LOOK_AGAIN_SECONDS)
    try:
        yield
    finally:
        if sys.platform == "win32":  # an open file cannot be removed there
            os.close(descriptor)
            with suppress(OSError):
                path.unlink()
        else:  # while it is held, so that nobody locks a file that is gone
            path.unlink(missing_ok=True)
            os.close(descriptor)


def _same(descriptor: int, path: Path) -> bool:
    """Whether the open file is still the one of that name: its holder removes it before letting go."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


@contextmanager
def owned(folder: Path) -> Iterator[None]:
    """Hold a folder that this process builds, so that `free` says no until it is done or the process is gone."""
    if sys.platform == "win32":  # folders cannot be opened there: `free` goes by time
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _try(descriptor)
        yield
    finally:
        os.close(descriptor)


def free(path: Path) -> bool:
    """Whether no process works on a temporary file or folder.

    A folder is held by its builder (`owned`); of a file, which lives for a moment, only its age can be asked.
    """
    try:
        if path.is_dir() and sys.platform != "win32":
            descriptor = os.open(path, os.O_RDONLY)
            try:
                held = _try(descriptor)
            finally:
                os.close(descriptor)
            if held is not None:
                return held
        newest = max((p.lstat().st_mtime for p in (path, *path.rglob("*"))), default=0.0)
    except FileNotFoundError:
        return False  # somebody is changing it just now
    return time.time() - newest > UNKNOWN_DAYS * 86400
