"""H1, urban pull: does fast urban growth drain struggling rural areas, beyond the sum of the two?

Outcome: the yearly rate at which residents of rural places move to urban ones, years 3-10. On the log scale the two
shocks would add if they only multiplied the rate; what is beyond is the interaction. It is taken with all feedbacks,
and with none, and the difference is what feedbacks (networks, jobs, services) make of it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu_analysis.effects import paired
from dicu_analysis.experiments import gravity_opinion, pictures, surfaces
from dicu_analysis.experiments.arms import FinishedSweep, hazard
from dicu_analysis.experiments.assemble import Facts, Found, Spec, arms_of
from dicu_analysis.experiments.h1_parts import grid_part, surface
from dicu_analysis.experiments.households import COLUMNS, Which, groups, movers
from dicu_analysis.experiments.result import Estimate, Group
from dicu_analysis.experiments.statistics import second_difference, shared_luck
from dicu_analysis.language import Text
from dicu_analysis.scalars import floats

SPEC: Final = Spec(
    id="h1",
    question="Does fast urban growth drain struggling rural areas, beyond the sum of the two?",
    estimand="second difference of ln(rural outflow rate) over urban growth x rural distress, with feedbacks "
    "(networks, jobs, services) minus without; rural outflow = residents of rural places who move to urban places, "
    "per person-year, years 3-10",
    design="2 x 2: urban jobs +0.5 points a quarter for 40 quarters; farm income -20 % for 12 quarters; each with all "
    "feedbacks and with none; the arms of a replicate share their luck; beside it, which decide nothing, a grid of "
    "both shocks",
    unit="log points",
    held_fixed=(
        "the starting population (one synthesis for all replicates)",
        "borders and governments (no reform)",
        "parameters; amenities of places; rents follow people in all arms (the housing loop is not one of the three)",
        "which places are urban: wards and townships of the start",
    ),
    caveats=(
        "how many people a new formal job draws follows nearly from the share of jobs that is offered afar and taken, "
        "which is fitted to the share of moves for work",
        "the interaction in points a year is partly arithmetic: two factors that multiply a rate never add in points",
    ),
)
SWEEPS: Final = ("h1", "h1_loops", "h1_grid")
LOOPS: Final = ("network", "jobs", "services")
ARMS: Final = ("both", "urban", "rural", "neither")
FIRST, LAST = 9, 40
"""Steps of years 3-10 when a step is a quarter and the shocks begin with the first."""
SESOI_POINTS: Final = 0.1
PER_CENT: Final = 100.0

Rates = dict[str, NDArray[np.float64]]


def rates(sweep: FinishedSweep, loops: Mapping[str, bool], **values: float) -> Rates:
    """Rural outflow rate a year by arm, one a replicate; ``values`` of other keys with _ for the dot."""
    points = {arm: sweep.arm(arm, **{f"feedback_{k}": v for k, v in loops.items()}, **values) for arm in ARMS}
    found = all_rates(sweep)
    return {arm: found[point] for arm, point in points.items()}


def all_rates(sweep: FinishedSweep) -> dict[int, NDArray[np.float64]]:
    """Rural outflow rate a year by point, one a replicate."""
    return sweep.outcomes("nation", ["rural_persons", "persons_rural_to_urban"], _rate)


def _rate(run: pd.DataFrame) -> float:
    at = run.set_index("step")
    steps = np.arange(FIRST, LAST + 1)
    return hazard(floats(at.loc[steps, "persons_rural_to_urban"]), floats(at.loc[steps - 1, "rural_persons"]))


def log_interaction(rate: Rates) -> NDArray[np.float64]:
    """Second difference of ln(rate), (n,)."""
    return second_difference(*(np.log(rate[arm]) for arm in ARMS))


def additive(rate: Rates) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Interaction in rates, and the part of it that is arithmetic: two factors that multiply do not add, (n,) each."""
    both, urban, rural, neither = (rate[arm] for arm in ARMS)
    multiplied = urban * rural / neither
    return second_difference(both, urban, rural, neither), second_difference(
        multiplied, urban, rural, neither
    )


def log_sesoi(rate: Rates, points: float = SESOI_POINTS) -> float:
    """What ``points`` a year are in log points at the rate that both shocks would have without an interaction."""
    expected = float(np.mean(rate["urban"] * rate["rural"] / rate["neither"]))
    return math.log1p(points / PER_CENT / expected)


def main_effects(on: Rates, off: Rates) -> list[Estimate]:
    """Each shock alone, both, and the interactions on both scales."""
    made = []
    for label, rate in (("with feedbacks", on), ("without feedbacks", off)):
        for arm, text in (
            ("urban", "urban growth alone"),
            ("rural", "rural distress alone"),
            ("both", "both shocks"),
        ):
            made.append(
                Estimate.of(
                    paired(rate[arm] - rate["neither"]),
                    f"{arm}, {label}",
                    f"{text} against neither, {label}",
                    "points a year",
                    PER_CENT,
                )
            )
        made.append(
            Estimate.of(
                paired(log_interaction(rate)),
                f"log interaction, {label}",
                f"second difference of ln(rate), {label}",
                "log points",
            )
        )
        whole, arithmetic = additive(rate)
        for name, values, note in (
            ("additive interaction", whole, "partly arithmetic"),
            ("of it arithmetic", arithmetic, "what the two factors give by multiplication alone"),
            ("of it beyond arithmetic", whole - arithmetic, ""),
        ):
            made.append(
                Estimate.of(
                    paired(values), f"{name}, {label}", f"{name}, {label}", "points a year", PER_CENT, note
                )
            )
    return made


def mechanism(core: FinishedSweep, loops: FinishedSweep | None) -> list[Estimate]:
    """Log interaction under each combination of feedbacks, and what each feedback adds on average over the others.

    Replicates are those that all combinations have.
    """
    found: dict[tuple[bool, ...], NDArray[np.float64]] = {}
    for combination in itertools.product((True, False), repeat=len(LOOPS)):
        values = dict(zip(LOOPS, combination, strict=True))
        sweep = core if len(set(combination)) == 1 else loops
        if sweep is not None:
            found[combination] = log_interaction(rates(sweep, values))
    made = []
    for combination, shown in found.items():
        on = [name for name, v in zip(LOOPS, combination, strict=True) if v]
        label = " + ".join(on) if on else "none"
        made.append(
            Estimate.of(paired(shown), f"feedbacks: {label}", "log interaction with these on", "log points")
        )
    if len(found) == 2 ** len(LOOPS):
        n = min(len(v) for v in found.values())
        for k, name in enumerate(LOOPS):
            parts = []
            for combination, shown in found.items():
                if combination[k]:
                    without = tuple(v and j != k for j, v in enumerate(combination))
                    parts.append(shown[:n] - found[without][:n])
            effect = paired(np.mean(parts, axis=0))
            made.append(
                Estimate.of(
                    effect,
                    f"main effect: {name}",
                    f"what {name} adds to the log interaction, mean over the others",
                    "log points",
                )
            )
    return made


def household_groups(sweep: FinishedSweep, most: int = 4) -> list[Group]:
    """Who moved from rural to urban in `both` but not in `neither`: total effect, and direct with feedbacks cut."""
    made = []
    for kind, on in (("total", True), ("direct", False)):
        loops = {f"feedback_{k}": on for k in LOOPS}
        pair = [sweep.arm(arm, **loops) for arm in ("both", "neither")]
        found = [
            tuple(movers(sweep.kept(p, r, "moves", list(COLUMNS)), Which(FIRST, LAST)) for p in pair)
            for r in range(min(most, sweep.replicates))
        ]
        made += groups(found, kind)  # type: ignore[arg-type]
    return made


def estimate(sweeps: Mapping[str, FinishedSweep], facts: Facts) -> Found:
    """Everything H1 says."""
    core = sweeps["h1"]
    on, off = (rates(core, dict.fromkeys(LOOPS, v)) for v in (True, False))
    difference = log_interaction(on) - log_interaction(off)
    sesoi = log_sesoi(on)
    effect = paired(difference)
    points = {
        f"{arm}, {label}": core.arm(arm, **{f"feedback_{k}": v for k in LOOPS})
        for label, v in (("feedbacks on", True), ("feedbacks off", False))
        for arm in ARMS
    }
    outcomes = {
        points[f"{arm}, {label}"]: rate[arm]
        for label, rate in (("feedbacks on", on), ("feedbacks off", off))
        for arm in ARMS
    }
    values = {name: core.arms.loc[point, core.varied].to_dict() for name, point in points.items()}
    found = Found(
        effect=effect,
        sesoi=sesoi,
        plain=_plain(on, off, effect.mean, sesoi),
        luck_shared=shared_luck(on["both"], on["neither"]),
        replicates=core.replicates,
        arms=arms_of(points, outcomes, values, PER_CENT),
        secondary=main_effects(on, off),
        mechanism=mechanism(core, sweeps.get("h1_loops")),
        groups=household_groups(core) if core.keeps("moves") else [],
        second_opinion=gravity_opinion.h1(core, on, facts.scenario),
        caveats=[
            f"the smallest effect of interest, {SESOI_POINTS} points a year, is {sesoi:.3f} log points at the rate "
            "that both shocks would have without an interaction"
        ],
    )
    found.figures = [pictures.interaction(core.folder, on, off, found.mechanism, facts)]
    if "h1_grid" in sweeps:
        over = surface(sweeps["h1_grid"], all_rates)
        found.parts.append(grid_part(over))
        found.figures.append(surfaces.surface(core.folder, over, facts))
    return found


def _plain(on: Rates, off: Rates, effect: float, sesoi: float) -> Text:
    mean = {arm: float(np.mean(on[arm])) * PER_CENT for arm in ARMS}
    whole = float(np.mean(log_interaction(on)))
    percent = (math.exp(whole) - 1) * PER_CENT
    size_en = "too small to matter" if abs(whole) < sesoi else "large enough to matter"
    size_vi = "quá nhỏ để có ý nghĩa" if abs(whole) < sesoi else "đủ lớn để có ý nghĩa"
    return Text(
        en=f"Of 100 people in the countryside, {mean['neither']:.2f} a year move to towns without either shock, "
        f"{mean['urban']:.2f} with fast urban growth, {mean['rural']:.2f} with rural distress, {mean['both']:.2f} with "
        f"both. Beyond what the two do separately, both together change the rate by {percent:+.1f} %, "
        f"which is {size_en}; feedbacks account for {(math.exp(effect) - 1) * PER_CENT:+.1f} points of that.",
        vi=f"Cứ 100 người ở nông thôn, mỗi năm có {mean['neither']:.2f} người ra đô thị khi không có cú sốc nào, "
        f"{mean['urban']:.2f} khi đô thị tăng trưởng nhanh, {mean['rural']:.2f} khi nông thôn khó khăn, "
        f"{mean['both']:.2f} khi có cả hai. Ngoài phần của từng cú sốc, tác động kết hợp làm tỷ lệ này thay đổi "
        f"{percent:+.1f} %, {size_vi}; các vòng phản hồi đóng góp {(math.exp(effect) - 1) * PER_CENT:+.1f} điểm.",
    )
