"""Ways to the seats before and after the merger of 2025, from the map alone: whom the new seats are nearer to.

Travel time as the model has it (`dicu.world.ways`), with the parameters of the run. Quality, disruption, desks and
population play no part here: this is geography under assumed speeds. What people meet at a step, desks counted, is the
way to the office or its nearest desk in the table of governments (`dicu_analysis.headlines`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from dicu.scenario.parameters import Access
from dicu.scenario.vocabulary import TERRAINS
from dicu.world.ways import farther, known_ways, mean_over, nearer, travel_minutes
from dicu.world.world import on_sphere_km
from dicu_analysis.load import Run

if TYPE_CHECKING:
    from dicu_analysis.report.measures import Sheet

PARAMETERS: Final = tuple(
    f"{what}_{t}{unit}" for what, unit in (("detour", ""), ("speed", "_kmh")) for t in TERRAINS
)
"""Keys of the section ``access`` that decide a way."""
SEAT: Final = ["seat_longitude", "seat_latitude"]
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
        and all(key in access for key in PARAMETERS)
    )


def minutes(run: Run) -> pd.DataFrame:
    """(P, 3) travel minutes from each place to its old commune seat, new commune seat and district seat."""
    places, units = run.world_places, run.world_units
    access = Access(**{key: run.config["access"][key] for key in PARAMETERS})
    here = on_sphere_km(places["longitude"].to_numpy(), places["latitude"].to_numpy())
    area = places["area_km2"].to_numpy(dtype=np.float64)
    code = {t: k for k, t in enumerate(TERRAINS)}
    terrain = np.asarray(places["terrain"].astype(str).map(code), dtype=np.uint8)
    known = known_ways(run.country.get("travel", []), places["place_key"].to_numpy(np.uint64), here)
    made = {}
    for name, (level, generation, column) in COLUMNS.items():
        mine = units[(units["level"] == level) & (units["generation"] == generation)].set_index("code")
        seat = mine.loc[places[column].astype(str).tolist(), SEAT].to_numpy(np.float64)
        seat_km = on_sphere_km(seat[:, 0], seat[:, 1])
        made[name] = known.put(travel_minutes(area, here, seat_km, terrain, access), seat_km)
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
        if not weight[mine].sum() > 0:
            continue
        at = way[mine]
        people = weight[mine]
        row = {c: mean_over(at[c].to_numpy(), people) for c in at.columns}
        for name, column in (("office", "old_commune"), ("district", "district")):
            before, after = at[column].to_numpy(), at["new_commune"].to_numpy()
            row[f"{name}_farther"] = 100 * mean_over(farther(before, after), people)
            row[f"{name}_nearer"] = 100 * mean_over(nearer(before, after), people)
        rows[group] = row
    return pd.DataFrame(rows).T
