"""A finished run's folder, opened: its manifest is read, checked and sealed, and files are what it says they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

from dicu.record.manifest import FORMAT, file_sha256, sealed

_KINDS: Final[dict[str, type | tuple[type, ...]]] = {
    "name": str, "run_id": str, "config_sha256": str, "inputs_sha256": dict, "state_sha256": str, "households": int,
    "persons": int, "weight": int, "steps": int, "seconds": dict, "engine": str, "threads": int, "started": str,
    "ended": str, "argv": list, "versions": dict, "machine": dict, "config": dict, "outputs": dict,
}  # fmt: skip
"""What every manifest says, and of which kind it is."""


class NotARun(ValueError):
    """The folder is not that of a finished run of this program's format; the message says why."""


class DamagedRun(NotARun):
    """A file of a finished run is missing, or is not what was written; the message names it."""


def read_manifest(folder: Path) -> dict[str, Any]:
    """What the manifest of a finished run says.

    Raises
    ------
    NotARun
        When there is no such folder, it did not finish, or its format is another one.
    DamagedRun
        When the manifest is not what was written.
    """
    path = folder / "manifest.json"
    if not folder.is_dir():
        raise NotARun(f"{folder}: no such run folder")
    if not path.is_file():
        sweep = " (it is the folder of a sweep)" if (folder / "plan.parquet").is_file() else ""
        raise NotARun(f"{folder}: no manifest.json, so this is not a finished run{sweep}; run it again")
    told = _object(path)
    if "plan_sha256" in told:
        raise NotARun(f"{folder}: the folder of a sweep, where that of a run is needed")
    if told.get("format") != FORMAT:
        raise NotARun(
            f"{path}: format {told.get('format')!r}, this program reads {FORMAT}; run its config.yaml again"
        )
    _check_seal(path, told)
    for key, kind in _KINDS.items():
        if not isinstance(told.get(key), kind) or isinstance(told[key], bool):
            raise DamagedRun(f"{path}: not a manifest of a run ({key} is missing or of another kind)")
    _check_outputs(path, told["outputs"])
    return told


def _object(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise DamagedRun(f"{path}: not readable as JSON ({error}); run it again") from error
    if not isinstance(told, dict):
        raise DamagedRun(f"{path}: not a manifest (got {type(told).__name__}, a JSON object is needed)")
    return told


def _check_seal(path: Path, told: dict[str, Any]) -> None:
    try:
        seal = sealed(told)["manifest_sha256"]
    except (ValueError, UnicodeEncodeError) as error:
        raise DamagedRun(f"{path}: damaged ({error}); run it again") from error
    if told.get("manifest_sha256") != seal:
        raise DamagedRun(f"{path}: damaged (its checksum differs from what it says); run it again")


def read_sweep_manifest(folder: Path) -> dict[str, Any]:
    """What the manifest of a sweep says.

    Raises
    ------
    NotARun
        When there is none, or it is that of a run.
    DamagedRun
        When it is not what was written.
    """
    path = folder / "manifest.json"
    if not folder.is_dir():
        raise NotARun(f"{folder}: no such folder of a sweep")
    if not path.is_file():
        raise NotARun(f"{folder}: no manifest.json, so this is not a sweep that wrote its results")
    told = _object(path)
    if "plan_sha256" not in told:
        raise NotARun(f"{folder}: not the folder of a sweep")
    _check_seal(path, told)
    for key, kind in (("name", str), ("varied", list), ("outputs", dict), ("results", dict)):
        if not isinstance(told.get(key), kind):
            raise DamagedRun(f"{path}: not a manifest of a sweep ({key} is missing or of another kind)")
    _check_outputs(path, told["outputs"])
    return told


def _check_outputs(path: Path, outputs: Mapping[str, Any]) -> None:
    for name, stated in outputs.items():
        parts = PurePosixPath(name).parts
        whole = isinstance(stated, dict) and isinstance(stated.get("bytes"), int)
        if not parts or ".." in parts or PurePosixPath(name).is_absolute() or not whole:
            raise DamagedRun(f"{path}: outputs: {name!r} is no file of this folder with its size and sha256")
        if not isinstance(stated.get("sha256"), str):
            raise DamagedRun(f"{path}: outputs: {name!r} has no sha256")


def inside(folder: Path, name: str) -> Path:
    """The file of that name in a folder, if it is one: no other folder, no symbolic link on the way.

    Raises
    ------
    DamagedRun
        When the name leads out of the folder or over a symbolic link.
    """
    path = folder
    for part in PurePosixPath(name).parts:
        path = path / part
        if part in ("..", "/") or path.is_symlink():
            raise DamagedRun(f"{folder}: {name!r} leads out of the folder")
    return path


class Files:
    """The files of a finished run, each checked against the manifest the first time it is asked for.

    Parameters
    ----------
    folder : Path
    outputs : mapping
        Of the manifest: name -> {bytes, sha256}.
    """

    def __init__(self, folder: Path, outputs: Mapping[str, Mapping[str, Any]]) -> None:
        self.folder, self.outputs = folder, outputs
        self._checked: set[str] = set()

    def path(self, name: str) -> Path:
        """Where a file is, after its bytes were found to be those that were written.

        Raises
        ------
        DamagedRun
            When the run wrote no such file, or it is missing, cut short or changed.
        """
        if name not in self.outputs:
            raise DamagedRun(f"{self.folder / name}: this run wrote no such file")
        path = inside(self.folder, name)
        if name not in self._checked:
            found = self.fault(name)
            if found:
                raise DamagedRun(f"{path}: {found}; run it again")
            self._checked.add(name)
        return path

    def fault(self, name: str) -> str:
        """What is wrong with a file, in words; empty when nothing is."""
        path, stated = self.folder / name, self.outputs[name]
        if not path.is_file():
            return "missing, but the manifest lists it"
        try:
            size = path.stat().st_size
            if size != stated["bytes"]:
                return f"{size} bytes, but the manifest states {stated['bytes']}"
            digest = file_sha256(path)
        except OSError as error:
            return f"cannot be read ({error})"
        if digest != stated["sha256"]:
            return f"damaged (sha256 {digest[:16]}..., the manifest states {str(stated['sha256'])[:16]}...)"
        return ""

    def faults(self) -> list[str]:
        """Names of files that are missing or not what was written; all are read."""
        return [name for name in self.outputs if self.fault(name)]
