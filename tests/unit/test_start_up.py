"""What a command does before its work: Mesa is imported without a search through all sources, closures are kept."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dicu.compute import kernel_cache
from dicu.compute.kernel_cache import ROOT, closure_sha256

CODE = """
import inspect
before = inspect.getouterframes, inspect.getmodule, inspect.findsource
def refuse(*_):
    raise AssertionError("the source of a caller was read")
inspect.findsource = refuse
from dicu.compute.mesa_import import mesa
inspect.findsource = before[2]
assert (inspect.getouterframes, inspect.getmodule) == before[:2]
from mesa.mesa_logging import _module_loggers
print(sorted(logger.name for logger in _module_loggers.values()))
"""


def test_mesa_reads_no_source_while_it_is_imported_and_finds_its_names() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "['MESA.mesa.mesa_logging', 'MESA.mesa.model']"


def test_every_module_takes_mesa_from_where_it_is_imported_fast() -> None:
    plain = re.compile(r"^import mesa\b", re.MULTILINE)
    found = [p for p in ROOT.rglob("*.py") if plain.search(p.read_text())]
    assert found == []


def test_closures_are_kept_and_damage_is_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel_cache._checksums.cache_clear()
    try:
        first = kernel_cache._checksums(tmp_path)
        name = "compute/draws.py"
        assert first[name] == closure_sha256(ROOT / name)
        (kept,) = (tmp_path / "closures").iterdir()
        kernel_cache._checksums.cache_clear()

        def refuse(path: Path) -> str:
            raise AssertionError("parsed again")

        with monkeypatch.context() as patch:
            patch.setattr(kernel_cache, "closure_sha256", refuse)
            assert kernel_cache._checksums(tmp_path) == first
        data = bytearray(kept.read_bytes())
        data[-20] ^= 1
        kept.write_bytes(data)
        kernel_cache._checksums.cache_clear()
        assert kernel_cache._checksums(tmp_path) == first, "what is damaged is found out again"
    finally:
        kernel_cache._checksums.cache_clear()
