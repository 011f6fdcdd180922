"""An observer: how many households are large, in urban and in rural places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dicu.model import Model
from dicu.plugins import Column
from dicu_example import settings


class LargeHouseholds:
    """Two rows per step."""

    columns = (
        Column("area", "code", "label", "urban or rural place", "world"),
        Column("households", "int64", "households", "households", "household columns", scaled=True),
        Column("large", "int64", "households", "of those, large ones", "household columns", scaled=True),
    )

    def __init__(self, told: settings.LargeHouseholds) -> None:
        self._members = told.members

    def observe(self, model: Model) -> Mapping[str, Any]:
        """Counts after the step just done; rows of the model, which the recorder multiplies by their weight."""
        h = model.households
        urban = model.world.urban[h.place[: h.n]].astype(np.int64)
        large = np.count_nonzero(h.member[: h.n], axis=1) >= self._members
        return {
            "area": np.array(["rural", "urban"]),
            "households": np.bincount(urban, minlength=2),
            "large": np.bincount(urban[large], minlength=2),
        }
