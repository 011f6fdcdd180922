"""The folder of a forecast: written once, never again, and known by its checksum."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.record.manifest import sealed
from dicu_analysis.forecasts.make import KEY, Forecast
from dicu_analysis.forecasts.outlook import WORDS
from dicu_analysis.forecasts.page import PAGE, page

TABLE, MEMBERS, TOLD = "predictions.csv", "members.csv", "forecast.json"
DIGITS: Final = 6
FORMAT: Final = 1
SEAL: Final = "manifest_sha256"


class NotFrozen(ValueError):
    """The folder is no forecast, or something in it is not what was written."""


class AlreadyFrozen(ValueError):
    """The folder holds a forecast, which is never written again."""


@dataclass(frozen=True)
class Frozen:
    """A forecast as it was written.

    Attributes
    ----------
    told : dict
        What ``forecast.json`` says.
    table : DataFrame
        As of `Forecast`.
    members : (figures, runs)
    """

    folder: Path
    told: dict[str, Any]
    table: pd.DataFrame
    members: NDArray[np.float64]

    @property
    def seal(self) -> str:
        """Checksum of everything that the forecast says, its tables included."""
        return str(self.told[SEAL])

    @property
    def made(self) -> datetime.date:
        """Day on which it was frozen."""
        return datetime.date.fromisoformat(self.told["made"])


def freeze(forecast: Forecast, folder: Path, about: Mapping[str, Any], made: datetime.date) -> Frozen:
    """Write tables, page and seal into a folder that does not hold a forecast yet.

    Parameters
    ----------
    about : mapping
        Where it comes from: sweep, plan, program, weight, runs.

    Raises
    ------
    AlreadyFrozen
        When there is one.
    """
    if (folder / TOLD).exists():
        raise AlreadyFrozen(
            f"{folder}: holds a forecast already, which is never written again (allowed another folder)"
        )
    folder.mkdir(parents=True, exist_ok=True)
    number = f"%.{DIGITS}g"
    forecast.table.to_csv(folder / TABLE, index=False, float_format=number, lineterminator="\n")
    runs = pd.DataFrame(forecast.members, columns=[f"run_{k + 1}" for k in range(forecast.members.shape[1])])
    keys = forecast.table[[c for c in KEY if c != "name"]]
    pd.concat([keys, runs], axis=1).to_csv(
        folder / MEMBERS, index=False, float_format=number, lineterminator="\n"
    )
    told = sealed(
        {
            "format": FORMAT,
            "made": made.isoformat(),
            **about,
            "methods": {name: WORDS[name] for name in WORDS},
            "files": {name: _sha256(folder / name) for name in (TABLE, MEMBERS)},
        }
    )
    (folder / TOLD).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    frozen = read(folder)
    (folder / PAGE).write_text(page(frozen.table, told), encoding="utf-8")
    return frozen


def read(folder: Path) -> Frozen:
    """Read a forecast, once every byte of its tables is found to be what was written.

    Raises
    ------
    NotFrozen
        Otherwise; the message names the file.
    """
    path = folder / TOLD
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        seal = sealed(told)[SEAL]
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise NotFrozen(f"{path}: cannot be read ({error}); allowed the folder of a forecast") from error
    if told.get(SEAL) != seal:
        raise NotFrozen(
            f"{path}: changed since it was frozen (its checksum is {seal}, it says {told.get(SEAL)})"
        )
    if told.get("format") != FORMAT or set(told.get("files", {})) != {TABLE, MEMBERS}:
        raise NotFrozen(f"{path}: not a forecast of this format (allowed {FORMAT})")
    for name, digest in told["files"].items():
        found = _sha256(folder / name) if (folder / name).is_file() else "missing"
        if found != digest:
            raise NotFrozen(f"{folder / name}: changed since it was frozen (sha256 {found}, frozen {digest})")
    table = pd.read_csv(folder / TABLE, dtype=dict.fromkeys(KEY, str))
    members = pd.read_csv(folder / MEMBERS, dtype=dict.fromkeys(KEY, str))
    values = members[[c for c in members if str(c).startswith("run_")]].to_numpy(np.float64)
    return Frozen(folder, told, table, values)


def newest(parent: Path) -> Path:
    """The latest forecast below a folder, by the day it was frozen.

    Raises
    ------
    NotFrozen
        When there is none.
    """
    found = [read(path.parent) for path in sorted(parent.glob(f"*/{TOLD}"))]
    if not found:
        raise NotFrozen(
            f"{parent}: holds no forecast (allowed --forecast FOLDER, as `dicu forecast` writes one)"
        )
    return max(found, key=lambda f: (f.made, f.folder.name)).folder


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


__all__ = ["AlreadyFrozen", "Frozen", "NotFrozen", "freeze", "newest", "read"]
