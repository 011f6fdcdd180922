"""The tutorial does what it says: every block is executed in order, in an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from docs_blocks import blocks

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"


def test_every_block_of_the_tutorial_works(tmp_path: Path) -> None:
    scripts = Path(sys.executable).parent
    env = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}
    found = blocks(PAGE)
    assert {b.language for b in found} == {"sh", "python", "yaml"}
    for block in found:
        if block.file:
            (tmp_path / block.file).write_text(block.text, encoding="utf-8")
            continue
        command = ["bash", "-euo", "pipefail", "-c"] if block.language == "sh" else [sys.executable, "-c"]
        done = subprocess.run(
            [*command, block.text],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, f"{block.text}\n{done.stdout}\n{done.stderr}"
    assert (tmp_path / "study.html").is_file()
