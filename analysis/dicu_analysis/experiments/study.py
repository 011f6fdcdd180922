"""What a study of the data of H2 would say: event study where half of the provinces are reformed, and a dose panel."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from dicu.scenario.vocabulary import SERVICES
from dicu_analysis.estimators.event_study import EventStudy, event_study
from dicu_analysis.estimators.panel import panel
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.experiments.assemble import Facts, opinion
from dicu_analysis.experiments.place_units import place_province
from dicu_analysis.experiments.result import Opinion

PER_CENT: Final = 100.0
MOST: Final = 5
"""Replicates (histories) that a study is made of; each is a country of its own for the student."""
FEWEST: Final = 10
"""Provinces below which clustered errors mean nothing."""


def rates(
    sweep: FinishedSweep, facts: Facts, point: int, replicate: int, province: pd.Series
) -> pd.DataFrame:
    """Yearly rate (%) at which rural residents left their place, by legacy province and year since the reform."""
    per_year = facts.scenario.calendar.steps_per_year
    first = facts.scenario.calendar.step_of(facts.scenario.reform.date) + 1
    moves = sweep.kept(point, replicate, "moves", ["step", "origin_place", "origin_urban", "persons"])
    moves = moves[~moves["origin_urban"]]
    since = (moves["step"].to_numpy() - first) // per_year
    left = pd.DataFrame(
        {"p": province[moves["origin_place"]].to_numpy(), "since": since, "left": moves["persons"]}
    )
    sums = left.groupby(["p", "since"])["left"].sum()
    state = sweep.rows("province", ["rural_persons"])
    state = state[(state["point"] == point) & (state["replicate"] == replicate)].dropna(
        subset=["rural_persons"]
    )
    at_risk = state.groupby("unit")["rural_persons"].mean()
    whole = range(-(first - 1) // per_year, (facts.scenario.calendar.n_steps - first + 1) // per_year)
    index = pd.MultiIndex.from_product([at_risk.index[at_risk > 0], whole], names=["p", "since"])
    made: pd.DataFrame = sums.reindex(index, fill_value=0).rename("left").reset_index()
    # residents of the province over the whole run: the same in all years, so that fixed effects take it out
    made["y"] = made["left"] / made["p"].map(at_risk) * PER_CENT
    return made


def reached(sweep: FinishedSweep, facts: Facts, point: int, replicate: int) -> pd.Series:
    """Whether the reform reached each legacy province: its access differs from that of `none` once it is made.

    Nobody has moved because of it yet, so where it changes nothing access is the same to the bit.
    """
    first = facts.scenario.calendar.step_of(facts.scenario.reform.date) + 1
    columns = [f"access_{s}" for s in SERVICES]
    state = sweep.rows("province", columns)
    state = state[(state["step"] == first) & (state["replicate"] == replicate)].set_index(["point", "unit"])[
        columns
    ]
    one, other = (pd.DataFrame(state.loc[p]) for p in (point, sweep.arm("none")))
    return (one != other).any(axis=1)


def dose(sweep: FinishedSweep, facts: Facts, point: int, replicate: int) -> pd.Series:
    """Change of mean access at the reform by legacy province, points."""
    first = facts.scenario.calendar.step_of(facts.scenario.reform.date) + 1
    columns = [f"access_{s}" for s in SERVICES]
    state = sweep.rows("province", columns)
    state = state[(state["point"] == point) & (state["replicate"] == replicate)]
    mean = state.set_index(["step", "unit"])[columns].mean(axis=1)
    change: pd.Series = (mean.loc[first] - mean.loc[first - 1]) * PER_CENT
    return change


def _after(data: pd.DataFrame) -> pd.Series:
    """Mean rate after the reform by province."""
    return data[data["since"] >= 0].groupby("p")["y"].mean()


def opinions(sweep: FinishedSweep, facts: Facts, steps: tuple[int, int]) -> list[Opinion]:
    """Second opinions that the arms of the sweep allow."""
    if not sweep.keeps("moves"):
        return []
    scenarios = set(sweep.arms["scenario"].astype(str))
    province = place_province(facts.scenario)
    if province.nunique() < FEWEST:
        return []
    some = range(min(MOST, sweep.replicates))
    none = {r: rates(sweep, facts, sweep.arm("none"), r, province) for r in some}
    made = [_dose_panel(sweep, facts, none, province)]
    if "half" in scenarios:
        made += half_country(sweep, facts, none, province)
    return made


def _dose_panel(
    sweep: FinishedSweep, facts: Facts, none: dict[int, pd.DataFrame], province: pd.Series
) -> Opinion:
    """All reformed: leaving on the change of access, with province and year fixed effects; against the true slope."""
    point = sweep.arm("actual")
    estimates, truths = [], []
    for r, without in none.items():
        data = rates(sweep, facts, point, r, province)
        change = dose(sweep, facts, point, r)
        data["x"] = data["p"].map(change).astype(float) * (data["since"] >= 0)
        estimates.append(panel(data, "y", "x", "p", "since")["x"])
        true = (_after(data) - _after(without)).dropna()
        x = change.reindex(true.index).to_numpy(dtype=np.float64)
        truths.append(float(np.polyfit(x, true.to_numpy(), 1)[0]))
    truth = float(np.mean(truths))
    held = sum(e.covers(t) for e, t in zip(estimates, truths, strict=True))
    return opinion(
        "panel, province and year fixed effects, dose",
        "rural leaving by province and year, all provinces reformed",
        float(np.mean([e.estimate for e in estimates])),
        float(np.mean([e.se for e in estimates])),
        (float(np.mean([e.low for e in estimates])), float(np.mean([e.high for e in estimates]))),
        truth,
        "points a year a point of access",
        f"mean over {len(estimates)} histories; {held} of their intervals hold the truth; what all provinces share is "
        "taken out with the years, and moves from one to another count in both",
    )


def half_country(
    sweep: FinishedSweep, facts: Facts, none: dict[int, pd.DataFrame], province: pd.Series
) -> list[Opinion]:
    """Half of the provinces reformed: difference in differences with event study; truth is half against none."""
    point = sweep.arm("half")
    studies: list[EventStudy] = []
    truths, spills = [], []
    for r, without in none.items():
        data = rates(sweep, facts, point, r, province)
        treated = reached(sweep, facts, point, r)
        data["treated"] = data["p"].map(treated).astype(int)
        studies.append(event_study(data, "y", unit="p", since="since", treated="treated"))
        true = (_after(data) - _after(without)).dropna()
        is_treated = treated.reindex(true.index).astype(bool)
        truths.append(float(true[is_treated].mean()))
        spills.append(float(true[~is_treated].mean()))
    did = [s.did for s in studies]
    held = sum(e.covers(t) for e, t in zip(did, truths, strict=True))
    far = max(s.pre_trend for s in studies)
    return [
        opinion(
            "difference in differences, event study",
            "rural leaving by province and year, half of the provinces "
            "reformed at random; errors clustered by province",
            float(np.mean([d.estimate for d in did])),
            float(np.mean([d.se for d in did])),
            (float(np.mean([d.low for d in did])), float(np.mean([d.high for d in did]))),
            float(np.mean(truths)),
            "points a year",
            "here commune offices close where the reform is made, districts stay and no posts are cut; "
            f"mean over {len(did)} histories; {held} of their intervals hold the truth; the reform changes leaving in "
            f"unreformed provinces by {np.mean(spills):+.4f}; farthest year before the reform {far:.1f} s.e. from none",
        )
    ]
