"""The small sweep that tests of several rooms run."""

from __future__ import annotations

from pathlib import Path

BASE = """
time: {start: 2025Q1, end: 2026Q1}
world: {name: monocentric, size: 10}
population: {weight: 500}
reform: {policy: actual}
"""
SWEEP = """
base: base.yaml
sweep:
  scenarios:
    none: {reform.policy: none}
    actual: {reform: {policy: actual}}
  grid:
    choose.theta: [0.4, 0.6]
  replications: 2
  seed: 5
"""


def write_files(folder: Path, sweep: str = SWEEP, base: str = BASE, name: str = "small") -> Path:
    """Write a base scenario and the file of a sweep beside it; returns the latter."""
    (folder / "base.yaml").write_text(base, encoding="utf-8")
    path = folder / f"{name}.yaml"
    path.write_text(sweep, encoding="utf-8")
    return path
