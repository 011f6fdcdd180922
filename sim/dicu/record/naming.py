"""Runs by name: ``actual/latest`` is the latest run of that name, ``8678e9`` is the one whose id begins so.

``runs/<name>/latest`` is a file with the id of the run that was asked for last. It is no link, so that Windows writes
it as other systems do, and so that no run is found twice by those who look through the folder.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dicu.record.folder import is_finished, write_bytes
from dicu.record.reading import NotARun
from dicu.scenario.suggest import suggest
from dicu.scenario.wording import some

LATEST: Final = "latest"
RUNS: Final = Path("runs")
"""Parent folder of runs where none is named."""
SHORTEST: Final = 4
"""Digits that a short id has at least."""
MOST_NAMED: Final = 12
"""Runs or names that a message lists."""


class NoSuchRun(NotARun):
    """A word that names no run, or several; the message says what there is.

    Attributes
    ----------
    several : bool
        Whether several runs are meant.
    """

    def __init__(self, text: str, *, several: bool = False) -> None:
        super().__init__(text)
        self.several = several


@dataclass(frozen=True)
class Standing:
    """A finished run or sweep that stands in the folder of runs.

    Attributes
    ----------
    folder : Path
    name : str
        Of the scenario, or of the sweep.
    id : str
        Whole id of a run; empty for a sweep.
    manifest : dict
        What its manifest says; neither its seal nor its files are checked.
    latest : bool
        Whether ``<name>/latest`` names it.
    """

    folder: Path
    name: str
    id: str
    manifest: dict[str, Any]
    latest: bool = False

    @property
    def ended(self) -> str:
        """When it ended (UTC), or an empty text where the manifest does not say."""
        return str(self.manifest.get("ended") or self.manifest.get("written") or "")


def point_latest(folder: Path) -> Path:
    """Make a finished run the latest of its name; the file is whole at every moment.

    Parameters
    ----------
    folder : Path
        ``<out>/<name>/<run id>``.

    Returns
    -------
    Path
        The file ``<out>/<name>/latest``.
    """
    return write_bytes(folder.parent / LATEST, f"{folder.name}\n".encode())


def latest_of(parent: Path) -> Path | None:
    """The latest run of a name, by its folder ``<out>/<name>``; None where none was marked, or it is gone."""
    path = parent / LATEST
    if not path.is_file():
        return None
    word = path.read_text(encoding="utf-8", errors="replace").strip()
    named = parent / word
    return named if word and named.parent == parent and is_finished(named) else None


def find_run(asked: str | Path, out: str | Path = RUNS) -> Path:
    """The folder of a run or sweep by its path, its name or the beginning of its id.

    Parameters
    ----------
    asked : str or Path
        A folder; ``<folder>/latest`` or ``<folder>/<beginning of an id>``; below ``out`` a name (of a sweep, or of
        runs: the latest of them), ``<name>/<beginning of an id>``, or the beginning of an id alone; ``latest`` for the
        latest of all.
    out : str or Path
        Parent folder of runs.

    Returns
    -------
    Path
        A folder that exists; whether a finished run stands there is for the caller to read.

    Raises
    ------
    NoSuchRun
        When there is none, or an id begins so in several; the message names what there is.
    """
    path, out = Path(asked), Path(out)
    for place in (path, out / path):
        if place.is_dir():
            found = place if _holds_something(place) else latest_of(place)
            if found is not None:
                return found
        if place.name == LATEST and place.is_file():
            found = latest_of(place.parent)
            if found is None:
                raise NoSuchRun(f"{place}: the run that it names is gone")
            return found
    if path.is_dir() and (len(path.parts) > 1 or not path.name):
        return path  # the reader says what it lacks
    if str(asked) == LATEST:
        return _latest_of_all(out)
    beginning = path.name
    if len(path.parts) > 1:
        parents = [p for p in (path.parent, out / path.parent) if p.is_dir()]
        if not parents:
            raise NoSuchRun(f"{asked}: no such run folder")
        among = list({p.resolve(): p for parent in parents for p in _ids(parent)}.values())
        return _one(asked, [p for p in among if p.name.startswith(beginning)], among)
    return _by_word(beginning, out)


def _by_word(word: str, out: Path) -> Path:
    """A name without a latest run, or the beginning of an id, among all runs of ``out``."""
    every = [p for name in _names(out) for p in _ids(name)]
    begun = [p for p in every if len(word) >= SHORTEST and p.name.startswith(word)]
    if (out / word).is_dir() and word:
        return _one(word, _ids(out / word), _ids(out / word))
    if begun:
        return _one(word, begun, every)
    names = [p.name for p in _names(out)]
    if not names:
        raise NoSuchRun(f"{word}: no such run folder, and there are no runs in {out}")
    near = suggest(word, names)
    hint = f"; did you mean {near}?" if near else ""
    raise NoSuchRun(
        f"no run is called so, and no id begins so (got {word!r}; in {out} there are {some(names, MOST_NAMED)}; "
        f"allowed a folder, a name, or the first {SHORTEST} or more digits of an id{hint})"
    )


def _one(asked: str | Path, found: list[Path], among: list[Path]) -> Path:
    if len(found) == 1:
        return found[0]
    short = [f"{p.parent.name}/{p.name}" for p in found or among]
    ids = some(short if len(set(short)) == len(short) else [str(p) for p in found or among], MOST_NAMED)
    if found:
        raise NoSuchRun(f"several runs are meant (got {asked}; there are {ids})", several=True)
    beside = f", and no id begins so (there are {ids})" if ids else ""
    raise NoSuchRun(f"{asked}: no such run folder{beside}")


def _latest_of_all(out: Path) -> Path:
    marked = [p / LATEST for p in _names(out) if latest_of(p) is not None]
    newest = max(marked, key=lambda p: p.stat().st_mtime_ns, default=None)
    found = None if newest is None else latest_of(newest.parent)
    if found is None:
        raise NoSuchRun(f"no run in {out} is marked as the latest; `dicu ls` lists what there is")
    return found


def _holds_something(folder: Path) -> bool:
    """Whether a folder is that of a run or a sweep, finished or not."""
    return any((folder / name).is_file() for name in ("manifest.json", "plan.parquet", "config.yaml"))


def _names(out: Path) -> list[Path]:
    """Folders of a name below the parent folder of runs, in their order."""
    if not out.is_dir():
        return []
    return sorted(p for p in out.iterdir() if p.is_dir() and not p.name.startswith("."))


def _ids(name: Path) -> list[Path]:
    """Folders of finished runs of a name, in the order of their ids; none for a sweep."""
    return sorted(p for p in name.iterdir() if p.is_dir() and not p.name.startswith(".") and is_finished(p))


class OddManifest(UserWarning):
    """A folder of runs holds a manifest that is not one of dicu; what it belongs to is left out."""


def standing(out: str | Path = RUNS) -> list[Standing]:
    """Finished runs and sweeps in a folder of runs, the latest first.

    Folders whose manifest cannot be read, or is not one of dicu, are left out with a warning (`OddManifest`):
    `dicu.record.reading.read_manifest` says in full what is wrong with one.
    """
    made = list(_standing(Path(out)))
    return sorted(made, key=lambda s: (s.ended, s.name, s.id), reverse=True)


def _standing(out: Path) -> Iterator[Standing]:
    for name in _names(out):
        latest = latest_of(name)
        for folder in [name] if is_finished(name) else _ids(name):
            path = folder / "manifest.json"
            try:
                told = json.loads(path.read_bytes())
                odd = _odd(told)
            except (OSError, ValueError, RecursionError) as error:
                odd = f"cannot be read ({error})"
            if odd:
                warnings.warn(f"{path}: {odd}; left out", OddManifest, stacklevel=2)
                continue
            run = folder != name
            label = name.name if run else told["name"]
            yield Standing(folder, label, folder.name if run else "", told, folder == latest)


def _odd(told: Any) -> str:
    """What keeps a manifest from being that of a run or a sweep; empty for one that is right."""
    if not isinstance(told, dict):
        return f"not a mapping (got {type(told).__name__})"
    if not isinstance(told.get("name"), str):
        return f"name: not a text (got {told.get('name')!r})"
    config = told.get("config") or {}
    if not isinstance(config, dict):
        return f"config: not a mapping (got {type(config).__name__})"
    for part in _PARTS:
        if not isinstance(config.get(part) or {}, dict):
            return f"config.{part}: not a mapping (got {type(config[part]).__name__})"
    return ""


_PARTS: Final = ("world", "reform", "time", "population")
"""Sections of a configuration of which a list of runs shows something."""


def listed(out: str | Path = RUNS) -> dict[str, list[Any]]:
    """What stands in a folder of runs, column by column, the latest first; a sweep has no id of its own.

    Returns
    -------
    dict of str to list
        ``name, id, kind, seed, world, policy, weight, start, end, ended, latest, folder``.
    """
    columns: dict[str, list[Any]] = {key: [] for key in _LISTED}
    for one in standing(out):
        config = one.manifest.get("config") or {}
        world, reform, time, population = (config.get(part) or {} for part in _PARTS)
        sweep = not one.id
        row = {
            "name": one.name,
            "id": one.id,
            "kind": "sweep" if sweep else "run",
            "seed": one.manifest.get("seed") if sweep else config.get("seed"),
            "world": world.get("tables") or world.get("name", ""),
            "policy": reform.get("policy", ""),
            "weight": population.get("weight"),
            "start": time.get("start", ""),
            "end": time.get("end", ""),
            "ended": one.ended,
            "latest": one.latest,
            "folder": str(one.folder),
        }
        for key, value in row.items():
            columns[key].append(value)
    return columns


_LISTED: Final = (
    "name", "id", "kind", "seed", "world", "policy", "weight", "start", "end", "ended", "latest", "folder",
)  # fmt: skip


def short_ids(ids: list[str], least: int = 6) -> dict[str, str]:
    """The shortest beginnings, of at least so many digits, that tell ids from each other."""
    length = least
    while len({i[:length] for i in ids}) < len(set(ids)):
        length += 1
    return {i: i[:length] for i in ids}
