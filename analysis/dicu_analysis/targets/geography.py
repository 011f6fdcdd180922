"""Where former provinces lie, and how far they are from each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu_analysis.load import Run

Floats = NDArray[np.float64]


def centres(run: Run, codes: Sequence[str]) -> Floats:
    """Longitude and latitude of former provinces, weighted by residents, (R, 2)."""
    world = run.world_places
    weight = world["residents"].to_numpy(np.float64) + 1e-9
    table = pd.DataFrame({"p": world["legacy_province"].astype(str), "w": weight})
    for name in ("longitude", "latitude"):
        table[name] = world[name].to_numpy(np.float64) * weight
    total = table.groupby("p").sum().reindex(list(codes))
    at = total[["longitude", "latitude"]].to_numpy() / total[["w"]].to_numpy()
    return np.asarray(at, dtype=np.float64)


def distances(at: Floats) -> Floats:
    """Kilometres between centres, straight, (R, R)."""
    east = np.cos(np.radians(at[:, 1].mean())) * 111.32 * at[:, 0]
    north = 110.57 * at[:, 1]
    return np.asarray(
        np.hypot(east[:, None] - east[None, :], north[:, None] - north[None, :]), dtype=np.float64
    )


__all__ = ["centres", "distances"]
