"""Shared by tests that change a finished run on purpose: its manifest states the files and values as they now are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sim.record.manifest import write_manifest


def reseal(folder: Path, **changes: Any) -> None:
    """Write the manifest anew, with some of its values changed."""
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    write_manifest(folder, {**told, **changes})
