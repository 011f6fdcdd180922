"""What is simulated before a run begins, so that it does not begin with the transient of a starting population.

Until `time.start` nothing is recorded and no programme or reform acts: scenarios that share the rest of their values
share this history to the bit. So it is kept in the user's cache, by all that decides it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dicu.compute.compiled import cache_folder
from dicu.execution.identity import inputs_of, model_version
from dicu.execution.progress import Progress, Silent
from dicu.execution.state import arrays_of, restore, shared
from dicu.model import Model
from dicu.observe.five_year import FiveYear
from dicu.observe.outputs import Unrecorded, lived, residence_of
from dicu.record.checkpoint import DamagedFile, read_archive, write_archive
from dicu.record.folder import write_bytes
from dicu.record.locks import locked
from dicu.scenario.calendar import parse_period
from dicu.scenario.dump import canonical_json
from dicu.scenario.parameters_city import Cities, Programme
from dicu.scenario.scenario import Scenario
from dicu.scenario.sections import Record, Reform

MOST_BYTES: Final = 4_000_000_000
"""Of all histories that are kept; those used least lately go first. One of all households takes 0.8 GB."""


def origin_of(scenario: Scenario) -> Scenario:
    """The scenario of the history alone: without what acts, or is written, from the start of the run on."""
    later = {"reform": Reform(), "programme": Programme(), "record": Record()}
    cities = scenario.cities
    if parse_period(cities.central_date) >= parse_period(scenario.time.start):
        # none in the history; not the default, which may act in it
        kept = {name: getattr(scenario.cities, name) for name in ("urban_status", "urban_quota")}
        later["cities"] = Cities(central=(), **kept)
    time_ = scenario.time.model_copy(update={"end": scenario.time.start})
    return scenario.model_copy(update={**later, "time": time_, "name": ""})


def key_of(scenario: Scenario, inputs: str) -> str:
    """What decides the state in which a history ends."""
    parts = (canonical_json(origin_of(scenario)), inputs, model_version())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def live_through(model: Model, spare: float, progress: Progress | None = None) -> FiveYear:
    """Bring a new model to the start of its run, by simulating its history or by reading where it ended.

    Parameters
    ----------
    model : Model
        As it was made, not solved yet; without an outcome.
    spare : float
        Room for new households, as a share.
    progress : Progress or None

    Returns
    -------
    FiveYear
        Where people lived at the last whole five years.
    """
    scenario, calendar = model.settings, model.calendar
    if calendar.first_step == 0:
        model.solve()
        return residence_of(model)
    tell = progress if progress is not None else Silent()
    began = time.perf_counter()
    span = f"{calendar.label(calendar.first_step)} to {calendar.label(-1)}"
    tell.phase(f"the history before the run, {span}")
    setting_up = dict(model.seconds)
    file = _folder() / f"{key_of(scenario, ''.join(inputs_of(model.world).values()))[:40]}.npz"
    shard = model.shard
    with _held(file, tell) if shard.first else contextlib.nullcontext():
        arrays = _read(file) if shard.first else None
        kept = np.array([arrays is not None], dtype=np.int64) if shard.first else None
        if shard.ranks.told("start", kept)[0]:
            residence = _go_on(model, shared(shard, arrays), spare)
            how = "read from the cache"
        else:
            model.solve()
            residence = _simulate(model, tell)
            state = {**arrays_of(model), **lived(residence, shard.ranks)}
            if shard.first:
                _keep(file, state, tell)
            how = "simulated"
    model.events = model.changes = None  # flows of the history are not those of a run
    spent = time.perf_counter() - began
    model.seconds = {**setting_up, "history": spent}
    tell.note(f"history {span} {how} in {spent:.1f} s, without a record")
    return residence


def _simulate(model: Model, tell: Progress) -> FiveYear:
    unrecorded = Unrecorded(model)
    model.outputs = unrecorded
    tell.start(-model.now, model.rows)
    while model.now < 0:
        label = model.calendar.label(model.now)
        model.advance()
        tell.step(label, model.rows)
    model.outputs = None
    return unrecorded.residence


def _go_on(model: Model, arrays: dict[str, NDArray[Any]], spare: float) -> FiveYear:
    restore(model, {k: a for k, a in arrays.items() if not k.startswith("outputs.")}, spare)
    residence = residence_of(model)
    residence.go_on(arrays["outputs.then"], arrays["outputs.joined"], model.households)
    return residence


# ---------------------------------------------------------------- the cache


def _folder() -> Path:
    return cache_folder() / "histories"


@contextlib.contextmanager
def _held(file: Path, tell: Progress) -> Iterator[None]:
    """Hold the lock of one history, so that processes of a sweep do not simulate it side by side."""
    lock = file.with_suffix(".lock")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        held = locked(lock, wait=lambda: tell.note("another process simulates this history; waiting for it"))
        held.__enter__()
    except OSError:
        yield  # nowhere to keep it
        return
    try:
        yield
    finally:
        held.__exit__(None, None, None)


def _read(file: Path) -> dict[str, NDArray[Any]] | None:
    """A history that is kept, whole as it was written; what is damaged is removed."""
    try:
        arrays = read_archive(file, file.with_suffix(".sha256").read_text()).arrays
        os.utime(file)
    except FileNotFoundError:
        return None
    except (DamagedFile, OSError):
        _remove(file)
        return None
    return arrays


def _keep(file: Path, arrays: dict[str, NDArray[Any]], tell: Progress) -> None:
    """Keep a history; a cache is a convenience, so a full disk only costs time."""
    try:
        digest = write_archive(file, arrays=arrays)
        write_bytes(file.with_suffix(".sha256"), digest.encode())  # last: without it there is no history
        _make_room(file)
    except OSError as error:
        _remove(file)
        tell.note(
            f"{file.parent}: the history cannot be kept ({error.strerror or error}); it is simulated each time"
        )


def _make_room(newest: Path) -> None:
    found = sorted(newest.parent.glob("*.npz"), key=lambda p: p.stat().st_mtime, reverse=True)
    total = 0
    for path in found:
        total += path.stat().st_size
        if total > MOST_BYTES and path != newest:
            _remove(path)


def _remove(file: Path) -> None:
    for path in (file.with_suffix(".sha256"), file):
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


__all__ = ["key_of", "live_through", "origin_of"]
