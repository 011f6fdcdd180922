"""The folder of a run, written so that it is either whole or not there.

A run is built in a sibling folder ``runs/<name>/.tmp-<id>~<host>~<process>`` and renamed to
``runs/<name>/<id>`` when its ``manifest.json`` stands. Killed at any moment, a run leaves at most such a
``.tmp-`` folder, which the next run of that name sweeps up once its process is gone; an earlier finished run
with the same id stays until the new one is whole. Renaming one folder over another takes two renames, so
between them the old one is parked under a ``.tmp-old-`` name; if a crash falls just there, the next start
puts it back. Single files go the same way: temporary file in the same folder, fsync, replace, folder fsync.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

TMP: Final = ".tmp-"
OLD: Final = ".tmp-old-"
FOREIGN_DAYS: Final = 7
"""A temporary folder of another machine is swept up when untouched for so long."""

_NAME: Final = re.compile(r"[^\W_][\w.+-]{0,99}")


def run_folder(out: Path | str, name: str, run_id: str) -> Path:
    """Where a finished run stands: ``<out>/<name>/<run_id>``.

    Raises
    ------
    ValueError
        When a part is not letters, digits, ``.``, ``_``, ``+`` or ``-`` (so that it cannot lead out of ``out``).
    """
    for what, value in (("name", name), ("run_id", run_id)):
        if not _NAME.fullmatch(value):
            raise ValueError(
                f"{what} {value!r}: allowed are 1-100 letters, digits, '.', '_', '+', '-', the first a letter or digit"
            )
    return Path(out) / name / run_id


def is_finished(folder: Path) -> bool:
    """A run folder is finished when its manifest stands; it is written last."""
    return (folder / "manifest.json").is_file()


@contextmanager
def building(final: Path) -> Iterator[Path]:
    """Give a temporary folder to build a run in; it becomes ``final`` at the end, or vanishes on an error.

    Raises
    ------
    RuntimeError
        When the block ends without a ``manifest.json`` in the folder: an unfinished run is never published.
    """
    parent = final.parent
    parent.mkdir(parents=True, exist_ok=True)
    sweep(parent)
    work = parent / f"{TMP}{final.name}{_owner()}"
    if work.exists():
        shutil.rmtree(work)
    work.mkdir()
    try:
        yield work
        if not is_finished(work):
            raise RuntimeError(f"{work}: no manifest.json, so the run is not finished and is not published")
        _publish(work, final)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise


@contextmanager
def scratch(parent: Path, name: str) -> Iterator[Path]:
    """Give a temporary folder of this process in ``parent`` that vanishes at the end, or by `sweep` after a kill."""
    work = parent / f"{TMP}{name}{_owner()}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _publish(work: Path, final: Path) -> None:
    sync_folder(work)
    old = final.parent / f"{OLD}{final.name}{_owner()}"
    for _ in range(10):  # another process may publish the same id between our two renames
        if final.exists():
            shutil.rmtree(old, ignore_errors=True)
            os.rename(final, old)
        try:
            os.rename(work, final)
            break
        except OSError:
            if not final.exists():
                raise
    else:
        raise RuntimeError(f"{final}: other processes keep publishing the same run")
    sync_folder(final.parent)
    shutil.rmtree(old, ignore_errors=True)


def sweep(folder: Path) -> list[Path]:
    """Remove what dead processes left (``.tmp-*``) and put back a run caught between two renames.

    Returns
    -------
    list of Path
        What was removed or put back.
    """
    done = []
    for path in sorted(folder.glob(f"{TMP}*")):
        if _alive(path):
            continue
        final = folder / path.name.removeprefix(OLD).split("~")[0]
        if path.name.startswith(OLD) and not final.exists():
            os.rename(path, final)
        elif path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        done.append(path)
    return done


def _owner() -> str:
    """Suffix of a temporary name: whose it is."""
    return f"~{socket.gethostname()}~{os.getpid()}"


def _alive(path: Path) -> bool:
    """Whether the process named in a temporary name may still be at work."""
    parts = path.name.split("~")
    ours = len(parts) == 3 and parts[1] == socket.gethostname() and parts[2].isdigit()
    if ours and sys.platform != "win32":  # there, signal 0 would not ask but kill
        try:
            os.kill(int(parts[2]), 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True
    try:
        newest = max((p.stat().st_mtime for p in (path, *path.rglob("*"))), default=0.0)
    except FileNotFoundError:
        return True  # somebody is changing it just now
    return time.time() - newest < FOREIGN_DAYS * 86400


def write_bytes(path: Path, data: bytes) -> Path:
    """Write a file so that a reader sees the old one or the whole new one, also after a power cut."""
    with replacing(path) as tmp:
        tmp.write_bytes(data)
    return path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside ``path``; its file becomes ``path`` if the block ends well."""
    tmp = temporary(path)
    try:
        yield tmp
        commit(tmp, path)
    finally:
        tmp.unlink(missing_ok=True)


def temporary(path: Path) -> Path:
    """The temporary name of ``path``, in the same folder (across file systems a rename is not atomic)."""
    return path.with_name(f"{TMP}{path.name}{_owner()}")


def commit(tmp: Path, path: Path) -> None:
    """Fsync ``tmp``, rename it to ``path``, fsync the folder."""
    with open(tmp, "rb+") as f:
        os.fsync(f.fileno())
    os.replace(tmp, path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Fsync a folder, so that a rename in it survives a power cut (Windows has no such call)."""
    if sys.platform == "win32":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
