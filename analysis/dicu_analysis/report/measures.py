"""The figures of one run that a report states, by name, so that pairs of runs can be subtracted.

Everything is counted on fixed places and on the borders of before the reform, so that no border is mistaken for a
change. Access is weighted with the people of the eve of the reform where they lived then: the same weights in both
arms, so a difference is what happened to those people's services, not who moved.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.scenario.vocabulary import TERRAINS
from dicu_analysis.effects import bounds, sizes
from dicu_analysis.flows import region_streams
from dicu_analysis.load import Run
from dicu_analysis.moments import Moments, moments
from dicu_analysis.scalars import as_float

Floats = NDArray[np.float64]
Measures = dict[str, float]

ADMINISTRATION: Final = ("commune_administration", "district_administration")
NEAR: Final = 0.05
"""Change of access (index) below which a place is counted as hardly changed."""
BUDGET: Final = (
    "revenue_local",
    "transfer",
    "reinvested",
    "wages",
    "running",
    "desks",
    "severance",
    "investment",
    "balance",
    "savings",
)
"""Columns of a budget without their unit, summed over provinces with their communes; runs of earlier versions lack some."""


class Sheet:
    """The tables of one run as arrays by place, read once.

    Parameters
    ----------
    run : Run
        A finished run.
    reform : int, optional
        First step counted as "after"; that of the run by default (so that a run without reform can be cut where its
        twin has one).
    steps : (S,) int64, optional
        Recorded steps that may be compared: those that the other arm recorded too.
    """

    def __init__(self, run: Run, reform: int | None = None, steps: NDArray[np.int64] | None = None) -> None:
        self.run = run
        self.reform = run.comparison_step if reform is None else reform
        self.compared = self.recorded if steps is None else steps

    @cached_property
    def recorded(self) -> NDArray[np.int64]:
        """Steps of the table of places, (k,) rising."""
        return np.unique(self.run.places["step"].to_numpy()).astype(np.int64)

    @cached_property
    def moments(self) -> Moments:
        """The steps that are compared, all of them recorded."""
        return moments(self.run, self.compared, self.reform)

    @property
    def years_after(self) -> float:
        """Years from the reform to the end."""
        return (len(self.run.labels) - self.reform) / self.run.steps_per_year

    def _table(self, column: str) -> Floats:
        n = len(self.run.world_places)
        return np.asarray(self.run.places[column].to_numpy(), dtype=np.float64).reshape(-1, n)

    def persons(self, step: int) -> Floats:
        """(P,) persons by place at a recorded step."""
        return np.asarray(self._table("persons")[int(np.flatnonzero(self.recorded == step)[0])])

    def access(self, service: str, step: int) -> Floats:
        """(P,) access by place at a recorded step, index."""
        return np.asarray(self._table(f"access_{service}")[int(np.flatnonzero(self.recorded == step)[0])])

    @cached_property
    def services(self) -> tuple[str, ...]:
        """Services of this run."""
        return tuple(c.removeprefix("access_") for c in self.run.places.columns if c.startswith("access_"))

    @cached_property
    def terrain(self) -> NDArray[np.str_]:
        """(P,) terrain of each place."""
        return np.asarray(self.run.world_places["terrain"].astype(str), dtype=np.str_)

    @cached_property
    def groups(self) -> dict[str, NDArray[np.bool_]]:
        """Places (P,) by terrain, from plain to island, and all of them."""
        present = [t for t in TERRAINS if (self.terrain == t).any()]
        return {t: self.terrain == t for t in present} | {"all": np.ones(len(self.terrain), dtype=np.bool_)}

    @cached_property
    def urban(self) -> NDArray[np.bool_]:
        """(P,) whether a place was a ward or township at the start."""
        return np.asarray(self.run.world_places["urban"].to_numpy(), dtype=np.bool_)

    @cached_property
    def regions(self) -> list[str]:
        """Regions from north to south."""
        north = self.run.world_places.groupby("region", observed=True)["latitude"].mean()
        return [str(r) for r in north.sort_values(ascending=False).index]

    @cached_property
    def mean_persons_after(self) -> Floats:
        """(P,) mean persons of the recorded steps from the eve to the end."""
        return np.asarray(
            self._table("persons")[
                np.isin(self.recorded, self.compared) & (self.recorded >= self.moments.eve)
            ].mean(axis=0)
        )

    @cached_property
    def moves(self) -> pd.DataFrame | None:
        """Moves after the reform between places (indices ``o``, ``d``, ``persons``, ``step``); None by district."""
        if self.run.flow_layout != "place":
            return None
        keys = self.run.world_places["place_key"].to_numpy()
        order = np.argsort(keys)
        flows = self.run.moved
        ends = {
            short: order[np.searchsorted(keys, flows[f"{name}_place"].to_numpy(), sorter=order)]
            for short, name in (("o", "origin"), ("d", "destination"))
        }
        return pd.DataFrame(
            {**ends, "persons": flows["persons"].to_numpy(), "step": flows["step"].to_numpy()}
        )


def both(run: Run, twin: Run) -> tuple[Sheet, Sheet]:
    """The sheets of a pair, cut at the reform of the first, compared where both recorded their places."""
    own, other = Sheet(run), Sheet(twin)
    steps = np.intersect1d(own.recorded, other.recorded)
    return Sheet(run, own.reform, steps), Sheet(twin, own.reform, steps)


def _access_measures(sheet: Sheet) -> Measures:
    """Mean access ``access.SERVICE.TERRAIN.MOMENT`` (index) of the people of the eve."""
    made: Measures = {}
    weight = sheet.persons(sheet.moments.eve)
    for moment, step in sheet.moments.named().items():
        for service in sheet.services:
            access = sheet.access(service, step)
            for group, mine in sheet.groups.items():
                total = weight[mine].sum()
                if total > 0:
                    made[f"access.{service}.{group}.{moment}"] = float(
                        (weight[mine] * access[mine]).sum() / total
                    )
    return made


def _people_measures(sheet: Sheet) -> Measures:
    """Persons by class, terrain and region at the end; moves a year and leaving per 1,000 residents a year after."""
    made: Measures = {}
    end = sheet.persons(sheet.moments.end)
    urban = sheet.urban
    made["persons.urban.end"] = float(end[urban].sum())
    made["persons.rural.end"] = float(end[~urban].sum())
    made["share.urban.end"] = 100 * made["persons.urban.end"] / max(float(end.sum()), 1.0)
    for group, mine in sheet.groups.items():
        made[f"persons.{group}.end"] = float(end[mine].sum())
    region = sheet.run.world_places["region"].astype(str).to_numpy()
    for r in sheet.regions:
        made[f"persons.region.{r}.end"] = float(end[region == r].sum())
    national = sheet.run.national
    after = national.index.to_numpy() >= sheet.reform
    years = sheet.years_after
    made["moves.persons"] = float(national.loc[after, "moved_persons"].sum()) / years
    reasons = [c for c in national.columns if c.startswith("reason_")]
    total = float(national.loc[after, reasons].to_numpy().sum())
    for c in reasons:
        if total:
            made[f"reason.{c.removeprefix('reason_')}"] = 100 * float(national.loc[after, c].sum()) / total
    moves = sheet.moves
    if moves is None:
        return made
    late = moves[moves["step"] >= sheet.reform]
    o, d = late["o"].to_numpy(), late["d"].to_numpy()
    persons = late["persons"].to_numpy().astype(np.float64)
    residents = sheet.mean_persons_after
    district = pd.Categorical(sheet.run.world_places["district"]).codes
    leaves = district[o] != district[d]
    counts = {
        "leaving.rural_to_urban": (~urban, ~urban[o] & urban[d]),
        "leaving.urban_to_rural": (urban, urban[o] & ~urban[d]),
        **{f"leaving.{g}": (mine, mine[o] & leaves) for g, mine in sheet.groups.items()},
    }
    for name, (base, counted) in counts.items():
        stock = float(residents[base].sum())
        made[f"{name}.persons"] = float(persons[counted].sum()) / years
        if stock > 0:
            made[f"{name}.rate"] = 1000 * made[f"{name}.persons"] / stock
    streams = region_streams(sheet.run, sheet.reform)
    for a in sheet.regions:
        for b in sheet.regions:
            made[f"flow.{a}.{b}"] = as_float(streams.loc[a, b])
    return made


def _province_measures(sheet: Sheet) -> Measures:
    """Persons at the end by province of 2025 and by that of before: ``province.GENERATION.CODE``."""
    end = sheet.persons(sheet.moments.end)
    made: Measures = {}
    for generation, column in (("legacy", "legacy_province"), ("2025", "new_province")):
        unit = pd.Categorical(sheet.run.world_places[column])
        sums = np.bincount(unit.codes, weights=end, minlength=len(unit.categories))
        made |= {f"province.{generation}.{c}": float(v) for c, v in zip(unit.categories, sums, strict=True)}
    return made


def _budget_measures(sheet: Sheet) -> Measures:
    """Public money a year in the unit of the country's sums (trillion dong) and posts, ``budget.COLUMN.MOMENT``: provinces with all their communes.

    Only columns that the run wrote are counted; a table without rows at a moment gives none.
    """
    run = sheet.run
    if "governments.parquet" not in run.manifest["outputs"]:
        return {}
    table = run.governments
    level = table["level"].astype(str)
    made: Measures = {}
    for moment, step in sheet.moments.named().items():
        at = table[(table["step"] == step) & (level == "province")]
        if at.empty:
            continue
        for column in BUDGET:
            if f"{column}_mvnd" in at.columns:
                yearly = float(at[f"{column}_mvnd"].sum()) * run.steps_per_year / run.terms.per_sum
                made[f"budget.{column}.{moment}"] = yearly
        made[f"posts.{moment}"] = float(at["posts"].sum())
        for column in ("satellites", "mobile_desks"):
            if column in at.columns:
                made[f"{column}.{moment}"] = float(at[column].sum())
        nation = table[(table["step"] == step) & (level == "nation")]
        if len(nation) == 1 and "severance_nation_mvnd" in nation.columns:
            for column in ("commune_office_farther", "district_office_nearer"):
                made[f"way.{column}.{moment}"] = 100 * float(nation[column].iloc[0])
            nation_pays = (
                float(nation["severance_nation_mvnd"].iloc[0]) * run.steps_per_year / run.terms.per_sum
            )
            made[f"budget.severance_nation.{moment}"] = nation_pays
            payback = float(nation["payback_years"].iloc[0])
            if math.isfinite(payback):
                made[f"payback.{moment}"] = payback
    return made


def measure(sheet: Sheet) -> Measures:
    """Every figure of one run."""
    return (
        _access_measures(sheet)
        | _people_measures(sheet)
        | _province_measures(sheet)
        | _budget_measures(sheet)
    )


OUTCOMES: Final = (
    "both_better",
    "office_worse_district_better",
    "both_worse",
    "office_better_district_worse",
    "little",
    "undecided",
)


def outcomes(pairs: Sequence[tuple[Sheet, Sheet]], moment: str) -> pd.DataFrame:
    """Percent of the people of the eve by what became of their access, a row a terrain, a column an outcome.

    A place is better or worse served in a service if its access differs by more than `NEAR` from that without the
    reform at the same moment: by all of its interval over the pairs, or by its mean where there are too few of them.
    A place whose interval holds a threshold is "undecided" unless what is decided of the other service settles it.
    """
    changes = {
        s: np.stack(
            [
                a.access(s, a.moments.named()[moment]) - b.access(s, a.moments.named()[moment])
                for a, b in pairs
            ]
        )
        for s in ADMINISTRATION
    }
    office, district = (sizes(*bounds(changes[s]), NEAR) for s in ADMINISTRATION)
    undecided = office["unclear"] | district["unclear"]
    kinds = {
        "both_better": ~undecided
        & ((office["more"] & ~district["less"]) | (district["more"] & ~office["less"])),
        "office_worse_district_better": office["less"] & district["more"],
        "both_worse": ~undecided
        & ((office["less"] & ~district["more"]) | (district["less"] & ~office["more"])),
        "office_better_district_worse": office["more"] & district["less"],
        "little": office["same"] & district["same"],
        "undecided": undecided,
    }
    sheet = pairs[0][0]
    weight = np.mean([a.persons(a.moments.eve) for a, _ in pairs], axis=0)
    rows = {
        group: {k: 100 * float(weight[mine & kinds[k]].sum() / weight[mine].sum()) for k in OUTCOMES}
        for group, mine in sheet.groups.items()
        if weight[mine].sum() > 0
    }
    return pd.DataFrame(rows).T


def administration(run: Run) -> tuple[str, ...]:
    """Services of administration that the run's country has offices for."""
    return ADMINISTRATION if run.districts_govern else ADMINISTRATION[:1]


def above_one(sheet: Sheet) -> tuple[float, float]:
    """Percent of people with access above 1 to an administration at the end, and the highest access to one."""
    step = sheet.moments.end
    best = np.max([sheet.access(s, step) for s in administration(sheet.run)], axis=0)
    persons = sheet.persons(step)
    return 100 * float(persons[best > 1].sum() / max(persons.sum(), 1.0)), float(best[persons > 0].max())


def residents_by_province(sheet: Sheet) -> pd.Series[float]:
    """Persons of the eve by legacy province."""
    unit = pd.Categorical(sheet.run.world_places["legacy_province"])
    total = np.bincount(unit.codes, weights=sheet.persons(sheet.moments.eve), minlength=len(unit.categories))
    return pd.Series(total, index=[str(c) for c in unit.categories])


def changes_by_province(sheet: Sheet, twin: Sheet, service: str, moment: str) -> pd.Series[float]:
    """Mean paired change of access by legacy province, weighted with the people of the eve (index)."""
    step = sheet.moments.named()[moment]
    change = sheet.access(service, step) - twin.access(service, step)
    unit = pd.Categorical(sheet.run.world_places["legacy_province"])
    weight = sheet.persons(sheet.moments.eve)
    n = len(unit.categories)
    total = np.bincount(unit.codes, weights=weight, minlength=n)
    summed = np.bincount(unit.codes, weights=weight * change, minlength=n)
    mean = np.divide(summed, total, out=np.full(n, np.nan), where=total > 0)
    return pd.Series(mean, index=[str(c) for c in unit.categories])
