"""Scenarios and sweeps that come with the package and are known by name."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from dicu.scenario.suggest import suggest

Kind = Literal["scenario", "sweep"]
_FOLDERS: Final[dict[Kind, tuple[str, ...]]] = {"scenario": ("", "scenarios", "small"), "sweep": ("sweeps",)}
CONFIG: Final = "config.yaml"
"""The resolved configuration in the folder of a run."""


def configs() -> Path:
    """Folder of the shipped files: inside an installed package, at the root of a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "configs"
    return inside if inside.is_dir() else package.parents[1] / "configs"


def shipped(kind: Kind) -> dict[str, Path]:
    """Shipped files of a kind by name, in the order of the names.

    Parameters
    ----------
    kind : {"scenario", "sweep"}
    """
    found = (p for folder in _FOLDERS[kind] for p in (configs() / folder).glob("*.yaml"))
    return {p.stem: p for p in sorted(found, key=lambda p: p.stem)}


def find(config: str | Path, kind: Kind = "scenario") -> Path:
    """The file that is meant by a path, by the name of a shipped file or by the folder of a run.

    A path that exists is itself, the folder of a run its resolved configuration. A word without a folder and a
    suffix is a name.

    Raises
    ------
    LookupError
        For a word that is neither; the message lists the names.
    """
    path = Path(config)
    if path.is_dir() and (path / CONFIG).is_file() and kind == "scenario":
        return path / CONFIG
    if str(config) and (path.is_file() or path.suffix or len(path.parts) != 1):
        return path
    names = shipped(kind)
    if path.name in names:
        return names[path.name]
    near = suggest(path.name, names)
    hint = f"; did you mean {near}?" if near else ""
    other: Kind = "sweep" if kind == "scenario" else "scenario"
    if path.name in shipped(other):
        hint = f"; it is a shipped {other}: try dicu {'sweep' if other == 'sweep' else 'run'} {path.name}"
    raise LookupError(
        f"neither a file nor a shipped {kind} (got {path.name or repr('')}, allowed a path or {', '.join(names)}){hint}"
    )
