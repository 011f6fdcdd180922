"""What a run is known by holds every file that it reads."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

from dicu.execution.identity import NO_DATA, NOT_THE_MODEL, ROOT, data_sha256, model_files, source_sha256

LOOKS_AT_SOURCES = ("identity.py", "kernel_cache.py", "manifest.py")


def test_every_byte_of_every_data_file_counts(tmp_path: Path) -> None:
    root = tmp_path / "sim"
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns("__pycache__"))
    data = [p for p in model_files(root) if p.suffix not in NO_DATA]
    assert {"standards.csv", "urban_standards.csv", "cities.csv"} <= {p.name for p in data}
    before = data_sha256.__wrapped__(root)
    source = source_sha256.__wrapped__(root)
    for path in data:
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        assert data_sha256.__wrapped__(root) != before, path
        assert source_sha256.__wrapped__(root) == source
        path.write_bytes(whole)
    assert data_sha256.__wrapped__(root) == before
    moved = data[0].with_name("renamed.csv")
    data[0].rename(moved)
    assert data_sha256.__wrapped__(root) != before


def test_rooms_of_the_model_read_no_file_of_the_package_outside_them() -> None:
    """Wherever a module builds a path from its own place, it stays in its own room; packages are named as text."""
    for path in sorted(ROOT.rglob("*.py")):
        if path.relative_to(ROOT).parts[0] in NOT_THE_MODEL or path.name in LOOKS_AT_SOURCES:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ("parents", "parent"):
                text = ast.unparse(node)
                if "__file__" in text:
                    assert text.endswith(".parent"), f"{path}: {text}"
                    assert ".parent.parent" not in text, f"{path}: {text}"
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("files") and node.args:
                named = ast.unparse(node.args[0]).strip("'\"")
                if named.startswith("sim."):
                    assert named.split(".")[1] not in NOT_THE_MODEL, f"{path}: {named}"
