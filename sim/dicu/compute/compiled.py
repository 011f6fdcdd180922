"""Where what can be made again is kept, and how numba is told to keep compiled kernels.

Numba's own cache looks at the file of a function only, not at the functions it calls: after a change of one rule,
callers in other files would silently go on with the old one, and results would depend on what was compiled when. So
kernels are kept by a checksum over all the source they contain, see `dicu.compute.kernel_cache`.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

LOCATORS: Final = (
    "dicu.compute.kernel_cache.ClosureLocator,UserProvidedCacheLocator,InTreeCacheLocator,UserWideCacheLocator,"
    "IPythonCacheLocator,ZipCacheLocator"
)
"""Ours for the files of `sim`, then numba's own in their order."""


def cache_folder() -> Path:
    """Folder for whatever can be made again: DICU_CACHE, else XDG_CACHE_HOME/dicu, else ~/.cache/dicu.

    Without a home it is made for this process and the ones it starts, and removed at its end.
    """
    if own := os.environ.get("DICU_CACHE"):
        return Path(own)
    if base := os.environ.get("XDG_CACHE_HOME"):
        return Path(base) / "dicu"
    try:
        return Path.home() / ".cache" / "dicu"
    except RuntimeError:  # neither HOME nor an entry in passwd
        return _of_this_process()


@cache
def _of_this_process() -> Path:
    """A folder that nobody else can write to and that goes with the process: what it holds is executed."""
    folder = tempfile.mkdtemp(prefix="dicu-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def use_own_cache() -> Path:
    """Tell numba where to keep kernels: NUMBA_CACHE_DIR, else a folder of ours.

    Called once, when `sim` is imported and before numba is; the environment is set so that processes started later
    do the same.
    """
    given = os.environ.get("NUMBA_CACHE_DIR")
    folder = Path(given) if given else cache_folder() / "kernels"
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    os.environ["NUMBA_CACHE_LOCATOR_CLASSES"] = LOCATORS
    if "numba" in sys.modules:
        config = sys.modules["numba"].config
        config.CACHE_DIR, config.CACHE_LOCATOR_CLASSES = str(folder), LOCATORS
    return folder
