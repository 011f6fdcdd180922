"""Bytes of configuration files, and what a file that is not there was probably called."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from dicu.scenario.compose import MOST_BYTES
from dicu.scenario.suggest import suggest


def bytes_of(path: Path) -> bytes:
    """Bytes of an ordinary file, one more than is allowed at most: a pipe has no end, a device may have none.

    Raises
    ------
    OSError
        When it is no ordinary file, or cannot be read.
    """
    kind = path.stat().st_mode
    if not stat.S_ISREG(kind) and not stat.S_ISDIR(kind):
        raise OSError(None, "not an ordinary file")
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def near_file(path: Path) -> str:
    """A YAML file with a similar name in the same folder or the folders below it, "" when there is none."""
    try:
        names = {p.stem: p for p in sorted(path.parent.glob("*/*.yaml")) + sorted(path.parent.glob("*.yaml"))}
    except OSError:
        return ""
    near = suggest(path.stem, names)
    return os.path.normpath(names[near]) if near else ""
