"""Where numba keeps compiled kernels: a folder of their own for each version of all of them.

Numba's cache looks at the file of a function only, not at the functions it calls: after a change of one rule, callers
in other files would silently go on with the old one, and results would depend on what was compiled when. So the
folder is named by a checksum over every source file that holds a kernel.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path
from typing import Final

KEPT: Final = 4
"""Versions of compiled kernels that are kept; older ones are removed."""


def kernels_sha256() -> str:
    """Checksum of all source files of `sim` that compile something."""
    digest = hashlib.sha256()
    root = Path(__file__).parent
    for path in sorted(root.rglob("*.py")):
        source = path.read_bytes()
        if b"njit" in source:
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(hashlib.sha256(source).digest())
    return digest.hexdigest()


def cache_folder() -> Path:
    """Folder for whatever can be made again: DICU_CACHE, else XDG_CACHE_HOME/dicu, else ~/.cache/dicu."""
    if own := os.environ.get("DICU_CACHE"):
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "dicu"


def use_own_cache() -> Path:
    """Point numba at the folder of these kernels, and remove the oldest of the others.

    Called once, when `sim` is imported and before numba is; the environment is set so that processes started later
    find the same folder.
    """
    version = f"kernels-{kernels_sha256()[:16]}"
    given = os.environ.get("NUMBA_CACHE_DIR")
    base = Path(given) if given else cache_folder() / "numba"
    if base.name.startswith("kernels-"):  # set by a parent process
        base = base.parent
    folder = base / version
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = str(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
        others = sorted(base.glob("kernels-*"), key=lambda p: p.stat().st_mtime, reverse=True)
        for old in others[KEPT:]:
            shutil.rmtree(old, ignore_errors=True)
    except OSError:
        pass  # nowhere to write: numba compiles in memory, as it would anyway
    return folder
