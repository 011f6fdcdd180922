"""Compiled kernels are kept by the source they contain: a changed callee recompiles its callers and nobody else."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dicu.compute.kernel_cache import ROOT, closure, closure_sha256

_FILES = {
    "__init__.py": "",
    "constants.py": "FACTOR = 3\nUNUSED = 1\n",
    "lowest.py": "from numba import njit\nfrom pkg.constants import FACTOR\n\n"
    "@njit(cache=True)\ndef low(x):\n    return FACTOR * x\n",
    "again.py": "from pkg.lowest import low\n",
    "caller.py": "from numba import njit\nfrom pkg.again import low\nfrom pkg.plain import helper\n\n"
    "@njit(cache=True)\ndef high(x):\n    return low(x) + 1\n\n\ndef outside(x):\n    return helper(x)\n",
    "plain.py": "def helper(x):\n    return x\n",
    "other.py": "from numba import njit\n\n@njit(cache=True)\ndef alone(x):\n    return x\n",
    "computed.py": "from numba import njit\nfrom pkg.plain import helper\n\nTABLE = helper(3)\n\n"
    "@njit(cache=True)\ndef reads(x):\n    return TABLE + x\n",
    "module.py": "from numba import njit\nfrom pkg import lowest as l\n\n"
    "@njit(cache=True)\ndef by_module(x):\n    return l.low(x)\n",
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A small package with kernels that call one another."""
    root = tmp_path / "pkg"
    root.mkdir()
    for name, source in _FILES.items():
        (root / name).write_text(source)
    return root


def _names(root: Path, name: str) -> set[str]:
    return {path.name for path in closure(root / name, root)}


def test_closure_follows_what_is_compiled_in(package: Path) -> None:
    assert _names(package, "lowest.py") == {"lowest.py", "constants.py"}
    assert _names(package, "caller.py") == {"caller.py", "again.py", "lowest.py", "constants.py"}
    assert _names(package, "module.py") == {"module.py", "lowest.py", "constants.py"}
    assert _names(package, "other.py") == {"other.py"}
    assert _names(package, "computed.py") == {"computed.py", "plain.py"}


@pytest.mark.parametrize("changed", ["constants.py", "lowest.py", "plain.py", "other.py"])
def test_a_change_reaches_those_who_contain_it_and_no_others(package: Path, changed: str) -> None:
    before = {name: closure_sha256(package / name, package) for name in _FILES}
    containing = {name for name in _FILES if changed in _names(package, name)}
    (package / changed).write_text(_FILES[changed] + "MORE = 1\n")
    after = {name: closure_sha256(package / name, package) for name in _FILES}
    assert {name for name in _FILES if before[name] != after[name]} == containing


def _kernels() -> list[tuple[Path, object]]:
    """Every compiled function of the package with the file it stands in."""
    from numba.core.dispatcher import Dispatcher

    found: list[tuple[Path, object]] = []
    for path in sorted(ROOT.rglob("*.py")):
        if b"@njit" in (source := path.read_bytes()) or b"@kernel" in source:
            module = importlib.import_module(
                ".".join(["dicu", *path.relative_to(ROOT).with_suffix("").parts])
            )
            kernels = [v for v in vars(module).values() if isinstance(v, Dispatcher)]
            found.extend((path, k) for k in kernels if Path(k.py_func.__code__.co_filename) == path)
    return found


def test_closure_holds_every_function_that_a_kernel_of_ours_calls() -> None:
    from numba.core.dispatcher import Dispatcher

    kernels = _kernels()
    assert len(kernels) > 100
    for path, kernel in kernels:
        files = set(closure(path))
        left, seen = [kernel], set()
        while left:
            here = left.pop()
            if id(here) in seen:
                continue
            seen.add(id(here))
            assert Path(here.py_func.__code__.co_filename) in files, (path, here)
            named = [here.py_func.__globals__.get(name) for name in here.py_func.__code__.co_names]
            left.extend(value for value in named if isinstance(value, Dispatcher))


def test_every_kernel_of_ours_is_kept_by_its_closure() -> None:
    for path, kernel in _kernels():
        where = kernel._cache.cache_path  # type: ignore[attr-defined]
        assert closure_sha256(path)[:20] in where


_RUN = """
import sys
sys.path.insert(0, {above!r})
import dicu
from dicu.compute.numeric import exp64
from dicu.compute.draws import exponential
import numpy as np
print(exponential(np.uint32(3_000_000_000)), *(len(f.stats.cache_hits) for f in (exponential,)))
"""


def test_a_changed_callee_is_compiled_anew_and_others_are_found(tmp_path: Path) -> None:
    """A copy of the package: after a change of `numeric`, its caller in `draws` must not go on with the old one."""
    root = tmp_path / "dicu"
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns("__pycache__", "data"))
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "kernels")}

    def run() -> list[str]:
        code = _RUN.format(above=str(tmp_path))
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.split()

    first, second = run(), run()
    assert (first[1], second[1]) == ("0", "1")
    numeric = root / "compute" / "numeric.py"
    source = numeric.read_text()
    changed = source.replace("p = p * z + 2.0 / 3.0", "p = p * z + 1.0 / 3.0")
    assert changed != source
    numeric.write_text(changed)
    third = run()
    assert third[1] == "0"
    assert third[0] != first[0]
    hashing = sorted((tmp_path / "kernels" / "compute.hashing").iterdir())
    assert len(hashing) == 1  # not touched by the change
    assert len(sorted((tmp_path / "kernels" / "compute.draws").iterdir())) == 2
