"""Saved states: everything from which a run goes on to the same bytes as if it had never stopped.

While a run with ``--checkpoint-every`` works, ``runs/<name>/saved/<run id>/`` holds for each saved step

- ``state-<step>.npz``: household columns in the order of their rows, links, stocks, markets, governments;
- ``tables-<step>.zip``: what was recorded since the state before;
- ``saved-<step>.json``, written last: which files belong together, with their checksums, and of which run.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from numpy.typing import NDArray

from dicu.execution.state import arrays_of, restore, shared, state_of
from dicu.model import Model
from dicu.observe.outputs import Outputs, residence_of
from dicu.record.checkpoint import DamagedFile, read_archive, write_archive
from dicu.record.folder import sweep, write_bytes
from dicu.record.manifest import file_sha256
from dicu.record.recorder import Recorder
from dicu.scenario.dump import dump, run_id
from dicu.scenario.loader import ConfigurationErrors, load
from dicu.scenario.scenario import Scenario

FORMAT: Final = 3
SCENARIOS: Final = ("origin.yaml", "config.yaml")
"""The scenario whose start a state had, and the one that was being run."""


class CannotContinue(ValueError):
    """There is no state to go on from, or not for this program or these values."""


@dataclass(frozen=True)
class Saved:
    """One saved state, read but for its arrays.

    Attributes
    ----------
    step : int
        Steps that are done.
    label : str
        The last of them.
    origin : Scenario
        The scenario whose start the run had; the state before any fork came from it.
    scenario : Scenario
        The scenario that was being run.
    after : dict of str to str, or None
        What the run itself had been forked from.
    """

    folder: Path
    step: int
    label: str
    run_id: str
    version: str
    origin: Scenario
    scenario: Scenario
    state: dict[str, str]
    tables: tuple[dict[str, str], ...]
    after: dict[str, str] | None

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays of the state."""
        return read_archive(self.folder / self.state["file"], self.state["sha256"]).arrays

    def recorded(self) -> tuple[list[tuple[str, Any]], dict[str, Any]]:
        """All tables that were written until then, and what the recorder held in memory."""
        tables: list[tuple[str, Any]] = []
        memory: dict[str, Any] = {"steps": {}, "national": []}
        for part in self.tables:
            archive = read_archive(self.folder / part["file"], part["sha256"])
            tables += archive.tables
            memory = archive.header
        return tables, memory

    @property
    def file(self) -> Path:
        """The file that tells of it."""
        return self.folder / f"saved-{self.step:05d}.json"

    @property
    def identity(self) -> str:
        """What a run from here comes after, as a text for its id."""
        return follows({"run_id": self.run_id, "at": self.label})

    def made_of(self, inputs: str) -> bool:
        """Whether the state was made of these inputs: checksums, one after the other, as in ids of runs."""
        return run_id(self.scenario, inputs, self.version, follows(self.after)) == self.run_id


def follows(after: dict[str, str] | None) -> str:
    """What a run comes after, as a text for its id; "" for one that begins at the start."""
    return "" if after is None else f"{after['run_id']} {after['at']}"


@dataclass
class Saves:
    """Writes the states of one run into its folder.

    Parameters
    ----------
    folder : Path
    run_id, version : str
    origin, scenario : Scenario
        See `Saved`.
    every : int
        Steps between two states; 0: only when asked.
    keep : bool
        Keep all states; otherwise the last one, and none when the run has ended.
    """

    folder: Path
    run_id: str
    version: str
    origin: Scenario
    scenario: Scenario
    every: int = 0
    keep: bool = False
    after: dict[str, str] | None = None
    tables: list[dict[str, str]] = field(default_factory=list)

    def begin(self) -> None:
        """Make the folder, remove what is half written, and write the scenarios."""
        self.folder.mkdir(parents=True, exist_ok=True)
        sweep(self.folder, held=True)
        write_bytes(self.folder / "origin.yaml", dump(_named(self.origin)).encode())
        write_bytes(self.folder / "config.yaml", dump(_named(self.scenario)).encode())

    def due(self, model: Model) -> bool:
        """Whether a state is to be saved after the step just done."""
        return due(model, self.every)

    def clear(self) -> None:
        """Remove all states; the run has ended."""
        for path in saved_steps(
            self.folder
        ).values():  # first, so that no state is found whose files are gone
            path.unlink()
        shutil.rmtree(self.folder)

    def save(self, model: Model, recorder: Recorder) -> None:
        """Save the state as it is between two steps."""
        assert isinstance(model.outputs, Outputs)
        arrays = state_of(model, model.outputs)
        tables, memory = recorder.written()
        name = f"{model.now:05d}"
        state, part = f"state-{name}.npz", f"tables-{name}.zip"
        digest = write_archive(self.folder / state, arrays=arrays)
        self.tables.append(
            {"file": part, "sha256": write_archive(self.folder / part, header=memory, tables=tables)}
        )
        told = {
            "format": FORMAT,
            "run_id": self.run_id,
            "version": self.version,
            "step": model.now,
            "label": model.calendar.label(model.now - 1),
            "state": {"file": state, "sha256": digest},
            "tables": self.tables,
            "after": self.after,
            "scenarios": {name: file_sha256(self.folder / name) for name in SCENARIOS},
        }
        write_bytes(self.folder / f"saved-{name}.json", _sealed(told))
        if not self.keep:
            for kind in ("saved-*.json", "state-*.npz"):  # a state without its json is no state
                for path in self.folder.glob(kind):
                    if name not in path.name:
                        path.unlink()


def due(model: Model, every: int) -> bool:
    """Whether a state is to be saved after the step just done, of those every so many steps."""
    return every > 0 and model.now % every == 0 and model.now < model.calendar.n_steps


def _named(scenario: Scenario) -> Scenario:
    return scenario if scenario.name else scenario.model_copy(update={"name": "run"})


def _sealed(told: dict[str, Any]) -> bytes:
    body = json.dumps(told, sort_keys=True)
    return json.dumps({"saved": told, "sha256": hashlib.sha256(body.encode()).hexdigest()}, indent=1).encode()


def saved_folder(run: Path) -> Path:
    """Where the states of the run in folder ``runs/<name>/<run id>`` are, if ``run`` is not that folder itself."""
    return run if run.parent.name == "saved" else run.parent / "saved" / run.name


def saved_steps(folder: Path) -> dict[int, Path]:
    """Saved states of a run by step, the first one first."""
    return {int(p.stem.removeprefix("saved-")): p for p in sorted(folder.glob("saved-[0-9]*.json"))}


def last_saved(folder: Path) -> Saved | None:
    """The last saved state of a run, None where there is none; another process may save and remove them meanwhile.

    Raises
    ------
    DamagedFile
        When it is there and is not what was written.
    """
    while steps := saved_steps(folder):
        path = steps[max(steps)]
        try:
            return read_saved(path)
        except DamagedFile as error:
            if not path.exists():
                continue
            older = [steps[step] for step in sorted(steps)[:-1]]
            if not older:
                raise
            raise DamagedFile(f"{error}; remove it, and the run goes on from {older[-1].name}") from error
    return None


def read_saved(path: Path) -> Saved:
    """Read what ``saved-<step>.json`` says.

    Raises
    ------
    DamagedFile
        When it, or a scenario beside it, is not what was written.
    """
    try:
        outer = json.loads(path.read_bytes())
        told = outer["saved"]
        body = json.dumps(told, sort_keys=True)
        if hashlib.sha256(body.encode()).hexdigest() != outer["sha256"]:
            raise DamagedFile(f"{path}: damaged (its checksum differs)")
        if told["format"] != FORMAT:
            raise DamagedFile(f"{path}: format {told['format']}, this program reads {FORMAT}")
        for name in SCENARIOS:
            if file_sha256(path.parent / name) != told["scenarios"][name]:
                raise DamagedFile(f"{path.parent / name}: damaged (its checksum differs)")
        origin, scenario = (load(path.parent / name).scenario for name in SCENARIOS)
        return Saved(
            path.parent,
            int(told["step"]),
            told["label"],
            told["run_id"],
            told["version"],
            origin,
            scenario,
            told["state"],
            tuple(told["tables"]),
            told["after"],
        )
    except DamagedFile:
        raise
    except ConfigurationErrors as errors:
        raise DamagedFile("\n".join(errors.messages)) from errors
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedFile(f"{path}: cannot be read as a saved state ({error})") from error


def go_on(model: Model, recorder: Recorder, saved: Saved, spare: float, *, again: bool = False) -> None:
    """Bring a model at the start of ``saved.origin`` and a fresh recorder to the saved state.

    ``again``: keep what was recorded before once more, for states of another run.
    """
    first = model.shard.first
    arrays = shared(model.shard, saved.arrays() if first else None)
    restore(model, arrays, spare)
    if first:
        recorder.go_on(*saved.recorded(), again=again)
    outputs = Outputs(model, recorder, residence_of(model))
    outputs.go_on(arrays)
    model.outputs = outputs


__all__ = [
    "CannotContinue", "DamagedFile", "Saved", "Saves", "arrays_of", "due", "follows", "go_on", "last_saved",
    "read_saved", "restore", "saved_folder", "saved_steps", "shared", "state_of",
]  # fmt: skip
