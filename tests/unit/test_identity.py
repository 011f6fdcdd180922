"""What a run is known by holds every file that it reads."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

from dicu.execution.identity import NO_DATA, NOT_THE_MODEL, ROOT, data_sha256, model_files, source_sha256

RUNS = """
import json, sys
from pathlib import Path

opened = set()

def hear(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        opened.add(arguments[0])

sys.addaudithook(hear)
from dicu.execution import identity

identity.data_sha256 = lambda root=None: "0" * 64  # it opens all of them, whether a run does or not
from dicu.execution.execute import execute
from dicu.scenario.scenario import Scenario, with_values

base = {"time.start": "2024Q3", "time.end": "2024Q3", "reform.date": "2024Q3", "population.weight": 20_000}
for i, values in enumerate(json.loads(sys.argv[2])):
    execute(with_values(Scenario(), base | values), out=Path(sys.argv[1]) / str(i))
print(json.dumps(sorted(opened)))
"""
"""Runs its scenarios and prints every file that Python opened on the way."""

LOOKS_AT_SOURCES = ("identity.py", "kernel_cache.py", "manifest.py", "shipped.py")
"""The last finds shipped scenarios, which are in the identity of a run as its configuration."""


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
                if named.startswith("dicu."):
                    assert named.split(".")[1] not in NOT_THE_MODEL, f"{path}: {named}"


def test_every_data_file_that_a_run_opens_is_in_its_identity(tmp_path: Path) -> None:
    """Whoever opens it and however its path was made: what a run reads below the package, the checksum holds."""
    scenarios = [
        {"reform.policy": "actual", "cities.central": ["Huế"]},
        {"world.name": "monocentric", "population.weight": 500, "reform.policy": "standard"},
    ]
    command = [sys.executable, "-c", RUNS, str(tmp_path), json.dumps(scenarios)]
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", cwd=ROOT.parent, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    opened = {Path(name).resolve() for name in json.loads(done.stdout.splitlines()[-1])}
    below = {
        p for p in opened if p.is_relative_to(ROOT) and "__pycache__" not in p.parts and p.suffix != ".py"
    }
    held = {p for p in model_files() if p.suffix not in NO_DATA}
    assert {"standards.csv", "urban_standards.csv", "cities.csv", "rates.csv"} <= {p.name for p in below}
    assert sorted(below - held) == []
