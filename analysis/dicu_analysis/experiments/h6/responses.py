"""What each policy and programme changes for the communes that empty, and what it costs the public purse.

Policies are held against no reform, programmes against the reform that they are added to. All arms of a replicate share
their luck. Which communes empty without a reform is told, for each replicate, by the mean of the *other* replicates: a
commune that was picked because luck emptied it in the runs that are compared would seem to be kept by whatever changes
that luck (regression to the mean).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from dicu_analysis.effects import Effect
from dicu_analysis.effects import estimate as effect_of
from dicu_analysis.experiments.arms import FinishedSweep, Unfinished
from dicu_analysis.experiments.h6.typology import EMPTYING, Bools, Floats, Ints, Run, left_out, of_run
from dicu_analysis.experiments.result import Estimate
from dicu_analysis.experiments.statistics import fieller

NONE, ACTUAL, SATELLITES = "none", "actual", "actual_with_satellites"
ZONES, HOUSING = "zones", "housing"
PROGRAMMES: Final = (SATELLITES, HOUSING, ZONES)
"""Arms that add something to the reform."""
PURSE: Final = (
    "gov_wages_mvnd",
    "gov_running_mvnd",
    "gov_desks_mvnd",
    "gov_severance_mvnd",
    "gov_severance_nation_mvnd",
    "gov_investment_mvnd",
)
"""What local governments and the nation spend, by step."""
DWELLING_BN: Final = 0.8
"""Billion dong per social dwelling (assumption A144)."""
ZONE_BN: Final = 1000.0
"""Billion dong per industrial zone of 10,000 jobs (assumption A144)."""
BN: Final = 1e-3
"""Billion dong in a million."""
PER_CENT: Final = 100.0


@dataclass(frozen=True, eq=False)
class Arm:
    """An arm's runs, replicates in order, and what it costs.

    Attributes
    ----------
    runs : list of Run
    spent : (n,) float64
        Billion dong spent over the whole run by local governments and the nation, programmes left out.
    programme : float
        Billion dong that its programme costs besides.
    """

    runs: Sequence[Run]
    spent: Floats
    programme: float = 0.0

    @property
    def cost(self) -> Floats:
        """(n,) all of it."""
        return self.spent + self.programme


def programme_cost(values: Mapping[str, object]) -> float:
    """Billion dong of the programmes that an arm sets, by its varied keys."""
    dwellings, zones = values.get("programme.social_housing"), values.get("programme.industrial_zones")
    built = float(dwellings) if isinstance(dwellings, int | float | np.integer | np.floating) else 0.0
    listed = ast.literal_eval(zones) if isinstance(zones, str) else zones  # plans hold a list as its text
    return DWELLING_BN * built + ZONE_BN * (len(listed) if isinstance(listed, list | tuple) else 0)


def spending(sweep: FinishedSweep) -> dict[int, Floats]:
    """Billion dong spent over the whole run, by point.

    Raises
    ------
    Unfinished
        When money is missing for a step: its flows are those of a step, so none may be left out.
    """

    def total(run: pd.DataFrame) -> float:
        spent = run.loc[run["step"] > 0, list(PURSE)].to_numpy(np.float64)
        if np.isnan(spent).any():
            raise Unfinished(
                f"{sweep.folder}: public money is not there for every step (results.every and record.governments: step)"
            )
        return round(float(spent.sum()) * BN, 6)  # a thousand dong: sums of doubles are no finer

    return sweep.outcomes("nation", list(PURSE), total)


@dataclass(frozen=True, eq=False)
class Response:
    """One arm against its base, one number per replicate each.

    Attributes
    ----------
    kept : (n,) float64
        Residents at the end in the communes that empty, thousand.
    access : (n,) float64
        Mean access there, points.
    emptying : (n,) float64
        Rural people of the start in communes that empty in the arm, percentage points.
    cost : (n,) float64
        Billion dong.
    countryside : (n,) float64
        Residents at the end in all rural communes, thousand.
    """

    kept: Floats
    access: Floats
    emptying: Floats
    cost: Floats
    countryside: Floats


def emptying_by_others(runs: Sequence[Run], rural: Bools) -> list[Bools]:
    """(U,) for each replicate: rural communes that empty by the mean of the other replicates; its own of one alone."""
    return [rural & (which == EMPTYING) for which in left_out(runs)]


def response(arm: Arm, base: Arm, emptying: Sequence[Bools], rural: Bools) -> Response:
    """What an arm changes for the communes that empty, paired by replicate, those of each replicate in turn."""

    def reach(run: Run, here: Bools) -> float:
        people = run.end[here]
        return float((run.access[here] * people).sum() / max(people.sum(), 1.0))

    def share(run: Run, _: Bools) -> float:
        which: Ints = of_run(run)
        return float(run.start[rural & (which == EMPTYING)].sum() / max(run.start[rural].sum(), 1.0))

    def change(of: Callable[[Run, Bools], float]) -> Floats:
        made = [of(a, here) - of(b, here) for a, b, here in zip(arm.runs, base.runs, emptying, strict=True)]
        return np.array(made, dtype=np.float64)

    return Response(
        kept=change(lambda r, here: float(r.end[here].sum()) / 1e3),
        access=change(reach) * PER_CENT,
        emptying=change(share) * PER_CENT,
        cost=arm.cost - base.cost,
        countryside=change(lambda r, _: float(r.end[rural].sum()) / 1e3),
    )


def changes_of(arms: Mapping[str, Arm], emptying: Sequence[Bools], rural: Bools) -> dict[str, Response]:
    """What each arm changes by name, against no reform or the reform that it is added to; nothing where none empty."""
    if not emptying or not all(here.any() for here in emptying):
        return {}
    return {
        name: response(arm, arms[ACTUAL if name in PROGRAMMES else NONE], emptying, rural)
        for name, arm in arms.items()
        if name != NONE
    }


def told(name: str, r: Response) -> list[Estimate]:
    """Numbers of one arm: residents, access, cost, and residents per billion where it costs anything."""
    against = f"against {ACTUAL if name in PROGRAMMES else NONE}"

    def of(effect: Effect, what: str, text: str, unit: str) -> Estimate:
        return Estimate.of(effect, f"{name}: {what}", text, unit, note=against)

    made = [
        of(effect_of(r.kept.tolist()), "residents", "residents of the communes that empty, ten years on", "thousands"),
        of(effect_of(r.countryside.tolist()), "countryside", "residents of all rural communes then", "thousands"),
        of(effect_of(r.access.tolist()), "access", "access there, after ten years", "points of access"),
        of(effect_of(r.emptying.tolist()), "emptying", "rural people in communes that empty", "points"),
        of(effect_of(r.cost.tolist()), "cost", "public money over ten years", "billion dong"),
    ]  # fmt: skip
    made.append(per_billion(name, r))
    return made


def per_billion(name: str, r: Response) -> Estimate:
    """Residents kept per billion dong; an arm that saves money has no such number and says so."""
    text = "residents of the communes that empty, per billion dong"
    cost = effect_of(r.cost.tolist())
    if cost.mean <= 0:
        note = "it saves public money, so there is nothing to divide by"
    elif cost.known and cost.low <= 0:
        note = "its cost is not told from nothing"
    elif len(r.cost) >= 2:
        return Estimate.ratio(fieller(r.kept * 1e3, r.cost), f"{name}: per billion", text).model_copy(
            update={"unit": "persons per billion dong"}
        )
    else:
        note = "one replicate has no interval"
    return Estimate(
        name=f"{name}: per billion", text=text, unit="persons per billion dong", effect=None, mc_error=None,
        interval=(None, None), p=None, replicates=len(r.cost), note=note,
    )  # fmt: skip


__all__ = ["ACTUAL", "DWELLING_BN", "HOUSING", "NONE", "PROGRAMMES", "SATELLITES", "ZONES", "ZONE_BN", "Arm",
           "Response", "changes_of", "emptying_by_others", "per_billion", "programme_cost", "response", "spending",
           "told"]  # fmt: skip
