"""Ways to the offices before and after the merger of 2025, from the map alone: whom the new seats are nearer to.

Travel time as the model has it, tau = 60 kappa_g hypot(0.3826 sqrt(area), distance to the seat) / speed, with the
parameters of the run. Quality, disruption and population play no part here: this is geography under assumed speeds.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.scenario.vocabulary import TERRAINS
from dicu.world.world import on_sphere_km
from dicu_analysis.load import Run
from dicu_analysis.report.measures import Sheet

Floats = NDArray[np.float64]

ALIKE_MINUTES: Final = 1.0
"""Ways that differ by less are counted as alike."""
MEAN_DISTANCE_TO_CENTRE: Final = 0.3826
"""Mean distance from the points of a square of side 1 to its centre (geometry)."""
MINUTES_AN_HOUR: Final = 60.0
COLUMNS: Final = {
    "old_commune": ("commune", "legacy", "legacy_commune"),
    "new_commune": ("commune", "2025", "new_commune"),
    "district": ("district", "legacy", "district"),
}


def applies(run: Run) -> bool:
    """Whether the run's offices are the seats of the two maps that its world knows (the merger as it was done)."""
    access = run.config.get("access", {})
    return (
        run.config.get("reform", {}).get("policy") == "actual"
        and run.reform_step is not None
        and "speed_plain_kmh" in access
        and "detour_plain" in access
    )


def minutes(run: Run) -> pd.DataFrame:
    """(P, 3) travel minutes from each place to its old commune seat, new commune seat and district seat."""
    places, units, access = run.world_places, run.world_units, run.config["access"]
    here = on_sphere_km(places["longitude"].to_numpy(), places["latitude"].to_numpy())
    area = places["area_km2"].to_numpy(dtype=np.float64)
    terrain = places["terrain"].astype(str)
    detour, speed = (
        terrain.map({t: access[name.format(t)] for t in TERRAINS}).to_numpy(np.float64)
        for name in ("detour_{}", "speed_{}_kmh")
    )
    made = {}
    for name, (level, generation, column) in COLUMNS.items():
        mine = units[(units["level"] == level) & (units["generation"] == generation)].set_index("code")
        seat = mine.loc[places[column].astype(str).tolist(), ["seat_longitude", "seat_latitude"]].to_numpy(
            np.float64
        )
        straight = np.sqrt(((here - on_sphere_km(seat[:, 0], seat[:, 1])) ** 2).sum(axis=1))
        way = np.hypot(MEAN_DISTANCE_TO_CENTRE * np.sqrt(area), straight)
        made[name] = MINUTES_AN_HOUR * detour * way / speed
    return pd.DataFrame(made)


def by_terrain(sheet: Sheet) -> pd.DataFrame:
    """Mean minutes by terrain of the people of the eve, and percent of them who are nearer or farther.

    Returns
    -------
    pandas.DataFrame
        Indexed by terrain: ``old_commune, new_commune, district`` (minutes), ``office_farther, office_nearer,
        district_farther, district_nearer`` (percent).
    """
    way = minutes(sheet.run)
    weight = sheet.persons(sheet.moments.eve)
    rows = {}
    for group, mine in sheet.groups.items():
        total = weight[mine].sum()
        if not total > 0:
            continue
        at = way[mine]
        row = {c: float((at[c] * weight[mine]).sum() / total) for c in at.columns}
        for name, before in (("office", "old_commune"), ("district", "district")):
            change = (at["new_commune"] - at[before]).to_numpy()
            row[f"{name}_farther"] = 100 * float(weight[mine][change > ALIKE_MINUTES].sum() / total)
            row[f"{name}_nearer"] = 100 * float(weight[mine][change < -ALIKE_MINUTES].sum() / total)
        rows[group] = row
    return pd.DataFrame(rows).T
