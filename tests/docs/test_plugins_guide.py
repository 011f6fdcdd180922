"""The plug-in of docs/plugins.md, written as the page says, acts as the page says."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd

from docs_blocks import blocks

PAGE = Path(__file__).parents[2] / "docs" / "plugins.md"


def test_the_plugin_of_the_guide_acts(tmp_path: Path) -> None:
    for block in blocks(PAGE):
        if block.file:
            path = tmp_path / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
    source = tmp_path / "quiet" / "src"
    project = tomllib.loads((tmp_path / "quiet" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = source / f"dicu_quiet-{project['version']}.dist-info"  # what an installer leaves
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    (info / "entry_points.txt").write_text(
        "\n".join(
            f"[{group}]\n" + "\n".join(f"{name} = {value}" for name, value in found.items())
            for group, found in project["entry-points"].items()
        )
    )

    def dicu(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "dicu", *words],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(source)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "plugins.quiet.weight" in dicu("parameters")
    dicu("sweep", "quiet.yaml")
    said = dicu("compare", "quiet")
    assert [line.split()[0] for line in said.splitlines()[1:4]] == ["plain", "key", "plugins.quiet.use"], said
    found = pd.read_csv(tmp_path / "compared" / "differences.csv")
    last = found[found["period"] == found["period"].max()].set_index("outcome")["mean"]
    assert last["urban_share"] < 0
