"""The cache of compiled kernels: any damage is noticed before anything of it runs, and mended by compiling again."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dicu.compute import kernel_store
from dicu.compute.kernel_store import cold, seal, unseal

CODE = """
import numpy as np
from dicu.compute.draws import exponential
print(exponential(np.uint32(3_000_000_000)), sum(exponential.stats.cache_hits.values()))
"""


def run(cache: Path) -> tuple[list[str], str]:
    environment = {**os.environ, "DICU_CACHE": str(cache)}
    environment.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run(
        [sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split(), done.stderr


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kernels")
    (_, hits), _ = run(folder)
    assert hits == "0"
    return folder


def flip(path: Path, bit: int) -> None:
    data = bytearray(path.read_bytes())
    data[(bit // 8) % len(data)] ^= 1 << (bit % 8)
    path.write_bytes(data)


def test_a_seal_notices_every_bit() -> None:
    whole = seal(b"compiled code")
    assert unseal(whole) == b"compiled code"
    for bit in range(8 * len(whole)):
        data = bytearray(whole)
        data[bit // 8] ^= 1 << (bit % 8)
        assert unseal(bytes(data)) is None
    assert unseal(b"") is unseal(whole[:-1]) is unseal(whole + b"x") is None


@pytest.mark.parametrize(
    "kinds", [("*.nbi", "*.nbc"), *(pytest.param((k,), marks=pytest.mark.slow) for k in ("*.nbi", "*.nbc"))]
)
def test_damaged_files_are_dropped_and_compiled_again(
    cache: Path, tmp_path: Path, kinds: tuple[str, ...]
) -> None:
    (value, hits), _ = run(cache)
    assert hits == "1"
    copy = tmp_path / "kernels"
    shutil.copytree(cache, copy)
    luck = random.Random(5)
    for path in (p for kind in kinds for p in sorted(copy.rglob(kind))):
        if luck.random() < 0.2:
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        else:
            flip(path, luck.randrange(8 * path.stat().st_size))
    assert run(copy)[0] == [value, "0"]
    assert run(copy)[0] == [value, "1"], "what was compiled again is kept"


@pytest.mark.skipif(sys.platform == "win32", reason="a file where a folder should be")
def test_without_a_place_to_write_kernels_stay_in_memory_and_that_is_said_once(
    cache: Path, tmp_path: Path
) -> None:
    (value, _), _ = run(cache)
    nowhere = tmp_path / "file"
    nowhere.write_text("no folder")
    (found, hits), said = run(nowhere)
    assert (found, hits) == (value, "0")
    assert said.count("cannot be kept") == 1
    beside = list((Path(__file__).parents[2] / "sim").rglob("*.nbi"))
    assert beside == [], "never in a cache that looks at one file only"


def test_a_cache_is_cold_while_most_files_have_nothing_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [tmp_path / name for name in "abcd"]
    monkeypatch.setattr(kernel_store, "_ours", set(map(str, folders)))
    assert cold(), "not even the folders are there"
    for folder in folders:
        folder.mkdir()
        (folder / "f.nbi").touch()
    assert not cold()
    (folders[0] / "f.nbi").unlink()
    assert not cold(), "some are needed by no run"
    monkeypatch.setattr(kernel_store, "_ours", set())
    assert not cold(), "without a compiler nothing is compiled"
