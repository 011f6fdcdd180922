"""A run of Viet Nam that was never made: its 63 provinces as one place each, with tables that a test fills in."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dicu.world import facts
from dicu_analysis.load import Run
from dicu_analysis.validation.published import residents


class MadeUp(Run):
    """Steps are quarters, the first one 2014Q2; ``tables`` by name."""

    def __init__(self, tables: dict[str, pd.DataFrame] | None = None, quarters: int = 20) -> None:
        self.folder = Path("made_up")
        self.given = tables or {}
        self.manifest: dict[str, Any] = {
            "name": "made up", "run_id": "0", "outputs": {f"{name}.parquet": {} for name in self.given},
            "config": {
                "world": {"name": "viet_nam", "places": None}, "reform": {"date": "2025Q3"},
                "population": {"weight": 1},
            },
        }  # fmt: skip
        self.quarters = quarters

    def table(self, name: str, columns: list[str] | None = None) -> pd.DataFrame:
        return self.given[name] if columns is None else self.given[name][columns]

    @property
    def flow_layout(self) -> Any:
        return "place"

    @cached_property
    def labels(self) -> list[str]:
        first = 2014 * 4  # the quarter before the first step
        return [f"{k // 4}Q{k % 4 + 1}" for k in range(first, first + self.quarters + 1)]

    @cached_property
    def world_places(self) -> pd.DataFrame:
        table = facts.provinces_legacy()
        n = len(table)
        return pd.DataFrame(
            {
                "place_key": np.arange(n),
                "legacy_province": table["code"],
                "new_province": table["code_2025"],
                "region": table["region"],
                "residents": residents(2014)["persons"].reindex(table["code"]).to_numpy(),
                "urban": False,
                "longitude": 105 + np.arange(n) % 7 / 3,
                "latitude": 9 + np.arange(n) / 5,
            }
        )

    def names(self, level: Any, borders: Any = "legacy") -> dict[str, str]:
        if borders == "2025":
            table = facts.provinces_2025()
            return dict(zip(table["code"], table["name"], strict=True))
        table = facts.provinces_legacy()
        return dict(zip(table["code"], table["name"], strict=True))
