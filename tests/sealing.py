"""Shared by tests that change a finished run on purpose: its manifest states the files and values as they now are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dicu.record.manifest import file_sha256, sealed, write_manifest


def reseal(folder: Path, **changes: Any) -> None:
    """Write the manifest anew, with some of its values changed."""
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    write_manifest(folder, {**told, **changes})


def seal_sweep(folder: Path, told: dict[str, Any] | None = None, **changes: Any) -> None:
    """Write the manifest of a made-up sweep, or write it anew, with the files and some values as they now are."""
    path = folder / "manifest.json"
    told = json.loads(path.read_text(encoding="utf-8")) if told is None else told
    files = [p for p in (folder / "plan.parquet", folder / "results.parquet") if p.is_file()]
    outputs = {p.name: {"bytes": p.stat().st_size, "sha256": file_sha256(p)} for p in files}
    whole = {"plan_sha256": "0", "varied": [], "results": {}, **told, **changes, "outputs": outputs}
    path.write_text(json.dumps(sealed(whole)), encoding="utf-8")
