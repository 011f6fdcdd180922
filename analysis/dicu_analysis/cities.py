"""Cities of a run: districts by the class of the city they belong to, output a worker, two definitions of urban."""

from __future__ import annotations

from typing import Final

import pandas as pd

from dicu_analysis.load import Run

GROUPS: Final = ("special cities", "class I", "other cities", "rural districts")
WHOLE: Final = "the country"
"""The one group of another country."""
CITY_KINDS: Final = ("municipality", "provincial city", "town")


def groups(run: Run) -> pd.Series:
    """Group of each legacy district, by the class of its city at the start; indexed by code of district.

    Urban districts take the class of their municipality, cities and towns their own; all other districts, those of
    municipalities too, are rural districts, with the townships in them. Those of another country are one group.
    """
    units = run.world_units.query("level == 'district'").astype({"code": str, "kind": str, "parent": str})
    if (
        run.terms.own
    ):  # which kinds of units make up a city of a class is known for the package's country alone
        return pd.Series(WHOLE, index=units["code"].tolist(), name="group")
    areas = run.table("cities").query("step == 0").astype({"code": str, "class": str, "kind": str})
    class_of = areas[areas["kind"].isin(CITY_KINDS)].set_index("code")["class"]
    found = {}
    for code, kind, parent in units[["code", "kind", "parent"]].itertuples(index=False):
        of = class_of.get(parent if kind == "urban district" else code)
        found[code] = {None: GROUPS[3], "special": GROUPS[0], "I": GROUPS[1]}.get(of, GROUPS[2])
    return pd.Series(found, name="group")


def by_group(run: Run) -> pd.DataFrame:
    """Districts added up by step and group: formal jobs, output a worker, rents over the start's, floor area a person.

    Returns
    -------
    DataFrame
        Indexed by (step, group): ``formal_jobs``, ``output_mvnd_per_month`` (per worker), ``rent_ratio`` (of the mean
        dwelling), ``floor_area_m2`` (a person), ``persons``.
    """
    markets = run.table("districts").astype({"district": str})
    people = run.places.merge(run.world_places[["place_key", "district"]], on="place_key")
    people["district"] = people["district"].astype(str)
    persons = people.groupby(["step", "district"])["persons"].sum().rename("persons").reset_index()
    table = markets.merge(persons, on=["step", "district"])
    table["group"] = table["district"].map(groups(run))
    table["rents"] = table["rent_ratio"] * table["dwellings"]
    table["floor"] = table["floor_area_m2"] * table["persons"]
    table["workers"] = table["workers_other"] + table["workers_farm"]
    names = ["formal_jobs", "output_mvnd_per_month", "workers", "rents", "dwellings", "floor", "persons"]
    total = table.groupby(["step", "group"])[names].sum()
    return pd.DataFrame(
        {
            "formal_jobs": total["formal_jobs"],
            "output_mvnd_per_month": total["output_mvnd_per_month"] / total["workers"],
            "rent_ratio": total["rents"] / total["dwellings"],
            "floor_area_m2": total["floor"] / total["persons"],
            "persons": total["persons"],
        }
    )


def urban_shares(run: Run) -> pd.DataFrame:
    """Share of persons who are urban, by places of the start and by the wards and townships of the day, by step.

    The first changes by births, deaths and moves alone; the second also when communes become wards or stop being
    ones, as a published series does. Both are of the beginning of a step, when governments count their residents.
    """
    national = run.national
    fixed = (national["urban_persons"] / national["persons"]).shift(1).bfill()
    units = run.governments.query("level == 'commune'").astype({"kind": str})
    urban = units["residents"].where(units["kind"].isin(("ward", "township")), 0)
    of_the_day = urban.groupby(units["step"]).sum() / units.groupby("step")["residents"].sum()
    return pd.DataFrame({"fixed": fixed.reindex(of_the_day.index), "of_the_day": of_the_day})
