"""The folder of a run, written so that it is either whole or not there.

A run is built in a sibling folder ``runs/<name>/.tmp-<id>~<token>``, held by a lock of the kernel, and renamed to
``runs/<name>/<id>`` when its ``manifest.json`` stands. Killed at any moment, a run leaves at most such a ``.tmp-``
folder, which the next run of that name sweeps up since nobody holds it any more; an earlier finished run with the same
id stays until the new one is whole, and what others put into its folder (a report, figures, notes) goes along. Renaming
one folder over another takes two renames, so between them the old one is parked under a ``.tmp-old-`` name; if a crash
falls just there, the next start puts it back. Single files go the same way: temporary file in the same folder, fsync,
replace, folder fsync.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Final

from dicu.record.locks import free, locked, owned

TMP: Final = ".tmp-"
OLD: Final = ".tmp-old-"

_OURS: Final = re.compile(r"\.tmp-.+~[0-9a-f]{12}")
"""Temporary names that this program makes; others are never touched."""
_PROCESS: Final = secrets.token_hex(6)
"""Ends the temporary names of this process's files."""
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
    final.parent.mkdir(parents=True, exist_ok=True)
    sweep(final.parent)
    with _temporary_folder(final.parent, final.name) as work:
        yield work
        if not is_finished(work):
            raise RuntimeError(f"{work}: no manifest.json, so the run is not finished and is not published")
        _publish(work, final)


@contextmanager
def scratch(parent: Path, name: str) -> Iterator[Path]:
    """Give a temporary folder of this process in ``parent`` that vanishes at the end, or by `sweep` after a kill."""
    parent.mkdir(parents=True, exist_ok=True)
    with _temporary_folder(parent, name) as work:
        yield work


@contextmanager
def _temporary_folder(parent: Path, name: str) -> Iterator[Path]:
    """A folder that this process holds; at the end it is removed, unless it has been renamed."""
    work = parent / f"{TMP}{name}{_token()}"
    with ExitStack() as holding:
        with _names_of(parent):  # or a sweep might find the folder made and not held yet
            work.mkdir()
            holding.enter_context(owned(work))
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _names_of(parent: Path) -> AbstractContextManager[None]:
    """For a moment nobody else makes or sweeps temporary names in ``parent``."""
    return locked(parent / ".naming", wait=lambda: None)


def _publish(work: Path, final: Path) -> None:
    _sync_folder(work)
    old = final.parent / f"{OLD}{final.name}{_token()}"
    with _names_of(final.parent):  # or a sweep might put the old one back between the two renames
        if final.exists():
            os.rename(final, old)
        os.rename(work, final)
        _sync_folder(final.parent)
        if old.exists():
            _keep_what_is_not_ours(old, final)
            shutil.rmtree(old, ignore_errors=True)


def _keep_what_is_not_ours(old: Path, final: Path) -> None:
    """Move what a run did not write itself (reports, figures, notes) into the run that takes its place."""
    for path in sorted(old.iterdir()):
        if not path.name.startswith(TMP) and not (final / path.name).exists():
            os.rename(path, final / path.name)


def sweep(folder: Path, *, held: bool = False) -> list[Path]:
    """Remove what dead processes left (``.tmp-*``) and put back a run caught between two renames.

    Parameters
    ----------
    held : bool
        Nobody else writes here, since the caller holds the folder's lock: temporary files go at once.

    Returns
    -------
    list of Path
        What was removed or put back.
    """
    done: list[Path] = []
    if not any(folder.glob(f"{TMP}*")):
        return done
    with _names_of(folder):
        for path in sorted(folder.glob(f"{TMP}*")):
            if not _OURS.fullmatch(path.name) or (not free(path) and not (held and path.is_file())):
                continue
            final = folder / path.name.removeprefix(OLD).split("~")[0]
            if path.name.startswith(OLD) and not final.exists():
                os.rename(path, final)
            elif path.name.startswith(OLD) and is_finished(final):
                _keep_what_is_not_ours(path, final)
                shutil.rmtree(path)
            elif path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
            done.append(path)
    return done


def _token() -> str:
    """Suffix of a temporary name, different every time."""
    return f"~{secrets.token_hex(6)}"


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
    """The temporary name of ``path``, in the same folder (across file systems a rename is not atomic).

    Absolute: pyarrow would take a relative one that begins with ``~`` for a home.
    """
    return path.absolute().with_name(f"{TMP}{path.name}~{_PROCESS}")


def commit(tmp: Path, path: Path) -> None:
    """Fsync ``tmp``, rename it to ``path``, fsync the folder."""
    with open(tmp, "rb+") as f:
        os.fsync(f.fileno())
    os.replace(tmp, path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Fsync a folder, so that a rename in it survives a power cut (Windows has no such call)."""
    if sys.platform == "win32":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
