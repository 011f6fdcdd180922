"""Second opinion on H1 by Poisson gravity between provinces: with the arms known, and as an observer of one history."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.reform.opening import open_world
from dicu.scenario.scenario import Scenario
from dicu_analysis.estimators.gravity import Coefficient, ppml
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.experiments.assemble import opinion
from dicu_analysis.experiments.result import Opinion
from dicu_analysis.experiments.statistics import second_difference

ARMS: Final = {"both": (1, 1), "urban": (1, 0), "rural": (0, 1), "neither": (0, 0)}
FIRST, LAST = 9, 40
YEAR: Final = 4
LOOPS: Final = {"feedback_network": True, "feedback_jobs": True, "feedback_services": True}
REPLICATES: Final = 2
"""Replicates that the pooled regression uses: its errors come from provinces, not from replicates."""


def province_flows(sweep: FinishedSweep, point: int, replicate: int, province: pd.Series) -> pd.DataFrame:
    """Persons who moved from rural to urban places by pair of provinces and year (last step of it), zeros included."""
    columns = ["step", "origin_place", "destination_place", "origin_urban", "destination_urban", "persons"]
    moves = sweep.kept(point, replicate, "moves", columns)
    moves = moves[~moves["origin_urban"] & moves["destination_urban"]]
    year = (moves["step"].to_numpy() // YEAR) * YEAR + YEAR - 1
    made = pd.DataFrame(
        {
            "o": province[moves["origin_place"]].to_numpy(),
            "d": province[moves["destination_place"]].to_numpy(),
            "step": year,
            "flow": moves["persons"].to_numpy(),
        }
    )
    made = made[made["o"] != made["d"]]
    units = sorted(set(province))
    years = np.arange(FIRST // YEAR * YEAR + YEAR - 1, LAST, YEAR)
    index = pd.MultiIndex.from_product([units, units, years], names=["o", "d", "step"])
    flows = made.groupby(["o", "d", "step"])["flow"].sum().reindex(index, fill_value=0).reset_index()
    return flows[flows["o"] != flows["d"]].reset_index(drop=True)


def place_province(scenario: Scenario) -> pd.Series:
    """Code of the legacy province of each place, by place key: the world of the sweep's runs, opened again."""
    world = open_world(scenario)
    code = world.legacy_provinces.code[world.province].astype(str)
    return pd.Series(code, index=world.place_key.astype(np.uint64))


def place_district(scenario: Scenario) -> pd.Series:
    """Code of the legacy district of each place, by place key."""
    world = open_world(scenario)
    return pd.Series(
        world.districts.code[world.district].astype(str), index=world.place_key.astype(np.uint64)
    )


def with_state(sweep: FinishedSweep, point: int, replicate: int, province: pd.Series) -> pd.DataFrame:
    """`province_flows` with rural residents and farm income of the origin, jobs of the destination, a year before."""
    flows = province_flows(sweep, point, replicate, province)
    state = sweep.rows(
        "province", ["rural_persons", "market_formal_jobs", "market_farm_income_mvnd_per_month"]
    )
    state = state[(state["point"] == point) & (state["replicate"] == replicate)].dropna(
        subset=["market_formal_jobs"]
    )
    state = state.assign(step=state["step"] + YEAR)
    origin = state.rename(
        columns={"unit": "o", "market_farm_income_mvnd_per_month": "farm", "rural_persons": "at_risk"}
    )
    target = state.rename(columns={"unit": "d", "market_formal_jobs": "jobs"})
    made = flows.merge(origin[["o", "step", "farm", "at_risk"]], on=["o", "step"])
    made = made.merge(target[["d", "step", "jobs"]], on=["d", "step"])
    made = made[made["at_risk"] > 0].copy()
    made["rate"] = made["flow"] / made["at_risk"] * float(made["at_risk"].mean())
    made["pair"] = made["o"] + "-" + made["d"]
    made["lnjobs"], made["lnfarm"] = np.log(made["jobs"]), np.log(made["farm"])
    return made


def pooled(sweep: FinishedSweep, province: pd.Series) -> Coefficient:
    """All four arms, shocks as dummies: the coefficient of U x R is the second difference of the log rate."""
    parts = []
    for arm, (u, r) in ARMS.items():
        for replicate in range(min(REPLICATES, sweep.replicates)):
            flows = with_state(sweep, sweep.arm(arm, **LOOPS), replicate, province)
            parts.append(flows.assign(U=u, R=r))
    data = pd.concat(parts, ignore_index=True)
    data["rate"] = data["flow"] / data["at_risk"] * float(data["at_risk"].mean())
    return ppml(data, "rate", "U + R + U:R", fixed=("pair", "step"), cluster="o")["U:R"]


def observer(sweep: FinishedSweep, province: pd.Series) -> tuple[Coefficient, float]:
    """One history with both shocks: elasticity of the interaction of log jobs there and log farm income here.

    Returns the coefficient, and the product of the changes of both logs that the shocks made (from the arms), which
    turns it into a second difference.
    """
    flows = {arm: with_state(sweep, sweep.arm(arm, **LOOPS), 0, province) for arm in ARMS}
    data = flows["both"].copy()
    data["x"] = (data["lnjobs"] - data["lnjobs"].mean()) * (data["lnfarm"] - data["lnfarm"].mean())
    found = ppml(data, "rate", "lnjobs + lnfarm + x", fixed=("pair", "step"), cluster="o")["x"]
    jobs = float((flows["urban"]["lnjobs"] - flows["neither"]["lnjobs"]).mean())
    farm = float((flows["rural"]["lnfarm"] - flows["neither"]["lnfarm"]).mean())
    return found, jobs * farm


def h1(sweep: FinishedSweep, rate: dict[str, NDArray[np.float64]], scenario: Scenario) -> list[Opinion]:
    """Both opinions beside the truth: the mean second difference of ln(rate) with feedbacks on."""
    if not sweep.keeps("moves"):
        return []
    truth = float(
        np.mean(second_difference(*(np.log(rate[arm]) for arm in ("both", "urban", "rural", "neither"))))
    )
    province = place_province(scenario)
    a = pooled(sweep, province)
    b, change = observer(sweep, province)
    low, high = sorted((b.low * change, b.high * change))
    return [
        opinion(
            "Poisson gravity, arms known", "flows between provinces, rural to urban, all four arms", a.estimate, a.se,
            (a.low, a.high), truth, "log points",
            "flows between provinces only, and each pair by its own size: another average than the national rate",
        ),
        opinion(
            "Poisson gravity, one history", "the same flows of the arm with both shocks, as an observer has them",
            b.estimate * change, b.se * abs(change), (low, high), truth, "log points",
            "identified by differences between provinces and years only, since both shocks are national",
        ),
    ]  # fmt: skip
