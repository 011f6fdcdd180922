"""H1, urban pull: does fast urban growth draw people out of struggling rural areas, and what does it do to both ends?

The primary number is (a): what fast growth of formal jobs in the cities adds to the rate at which rural residents of
struggling districts move to towns. Beside it, the same elsewhere, the difference, whether lost farm income makes growth
pull harder, exposure, dose, mechanisms, and what becomes of both ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from dicu.world.world import World
from dicu_analysis.effects import estimate as effect_of
from dicu_analysis.effects import paired
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.experiments.assemble import Facts, Found, Spec, arms_of
from dicu_analysis.experiments.h1 import drawing
from dicu_analysis.experiments.h1.estimands import (
    COLUMNS,
    PER_CENT,
    RATE,
    Arms,
    ends,
    exposure_slopes,
    main,
    pull,
    shares_of,
)
from dicu_analysis.experiments.h1.panel import Bools, Districts, Floats, Panel, panels, struggling
from dicu_analysis.experiments.h1.robustness import BASE, FITTED, TREATED, robustness
from dicu_analysis.experiments.h1.treatment import GROWTH, Treatment
from dicu_analysis.experiments.h1.words import crossed_verdict, plain
from dicu_analysis.experiments.households import COLUMNS as MOVERS
from dicu_analysis.experiments.households import Which, groups, movers
from dicu_analysis.experiments.result import Arm, Estimate, Figure, Group
from dicu_analysis.experiments.statistics import shared_luck
from dicu_analysis.load import REAL
from dicu_analysis.validation.published import mean_rates

SPEC: Final = Spec(
    id="h1",
    question="Does fast urban growth draw people out of struggling rural areas, more than out of others, and what does "
    "it do to both ends?",
    estimand="(a) rural residents of struggling districts who move to towns, per 1,000 of them a year: formal jobs of "
    "all urban districts growing faster, less none",
    design="2 x 2 in which both treatments act throughout: growth of urban jobs x loss of farm income in a random half "
    "of the rural districts and then in the other half; arms of a replicate share their luck. Struggling: the "
    "worst third of the rural population by the mean rank of earnings per worker, access to services and net migration "
    "of the province in 2012-16 (in Viet Nam)",
    unit=RATE,
    held_fixed=(
        "the starting population (one synthesis for all replicates)",
        "borders and governments (no reform)",
        "parameters; amenities of places",
        "which districts are urban and which struggle: those of the start",
    ),
    caveats=(
        "how many people a new formal job draws follows nearly from the share of jobs that is offered afar and taken, "
        "which no figure fitted tells: see docs/labour_market.md for the curve over that share",
        "growth is what the programme adds; jobs that serve the new ones come on top (labour.multiplier, by default "
        ".3: .65 points a quarter in all), in the towns of the same area",
        "the 2 x 2 was not run with mechanisms cut; over the ensemble each set has one run an arm, so luck is part "
        "of the spread",
        "two areas draw most of the countryside, so randomisations over areas are few contrasts: the error of an "
        "exposure slope, over randomisations, is too small",
        "half of (a) - (b) is arithmetic: where fewer leave, the same growth moves fewer; per cent of the base rates "
        "and the 2 x 2 in the same districts do not have this",
        "intervals are over replicates, or over randomisations for exposure; the ensemble stands beside them, "
        "not in them",
    ),
)
SWEEPS: Final = ("h1", "h1_dose", "h1_areas", "h1_moves", "h1_cuts", FITTED)
SESOI_SHARE: Final = 0.05
"""Smallest effect of interest: this share of the base rate of struggling districts (assumption A125)."""
CROSSED_SHARE: Final = 0.1
"""Of the 2 x 2: this share of what growth does without the loss."""


def arms_from(sweep: FinishedSweep, districts: Districts) -> Arms:
    """The arms of ``h1.yaml``."""
    return Arms.of(sweep, panels(sweep, districts, COLUMNS))


def dose(
    sweep: FinishedSweep, arms: Arms, districts: Districts, weak: Bools, given: Treatment
) -> list[Estimate]:
    """(e) what each size of growth adds to the rate in struggling districts, per point a quarter."""
    found = panels(sweep, districts, COLUMNS)
    base = found[sweep.arm("none")].rate(weak)
    sizes = {str(row["scenario"]): float(row[GROWTH]) for _, row in sweep.arms.iterrows() if row[GROWTH] > 0}
    made = [(size, found[sweep.arm(name)].rate(weak) - base) for name, size in sizes.items()]
    made.append((given.growth, pull(arms, weak)[0]))
    return [
        Estimate.of(
            effect_of((extra / (PER_CENT * size)).tolist()),
            f"dose +{PER_CENT * size:g} points",
            f"(e) extra rate in struggling districts per point a quarter, at +{PER_CENT * size:g} points a quarter",
            f"{RATE} per point",
        )
        for size, extra in sorted(made, key=lambda pair: pair[0])
    ]


def mechanisms(sweep: FinishedSweep, arms: Arms, districts: Districts, weak: Bools) -> list[Estimate]:
    """(a) with each mechanism cut, and with all of them, as shares of the base rate under the same cut."""
    found = panels(sweep, districts, COLUMNS)
    extra, base = pull(arms, weak)
    made = [
        Estimate.of(
            effect_of((extra / base).tolist()), "all mechanisms", "(a) over the base rate", "%", PER_CENT
        )
    ]
    names = dict.fromkeys(str(s).rpartition(" ")[0] for s in sweep.arms["scenario"])
    for name in names:
        one, other = (found[sweep.arm(f"{name} {arm}")].rate(weak) for arm in (TREATED, BASE))
        made.append(
            Estimate.of(
                effect_of((one / other - 1.0).tolist()), f"without {name}", f"(a) with {name} cut in both arms", "%",
                PER_CENT,
            )
        )  # fmt: skip
    return made


def flows(sweep: FinishedSweep, world: World, districts: Districts) -> Floats:
    """(L, A) rural people who moved to towns in the base arm, by district they left and area they went to."""
    order = np.argsort(world.place_key)
    keys = world.place_key[order].astype(np.uint64)
    district = world.district[order].astype(np.int64)
    out = np.zeros((len(districts), len(districts.area_name)))
    point = sweep.arm(BASE)
    for r in range(sweep.replicates):
        columns = ["origin_place", "destination_place", "origin_urban", "destination_urban", "persons"]
        moves = sweep.kept(point, r, "moves", columns)
        moves = moves[~moves["origin_urban"] & moves["destination_urban"]]
        o, d = (
            district[np.searchsorted(keys, moves[f"{end}_place"].to_numpy().astype(np.uint64))]
            for end in ("origin", "destination")
        )
        np.add.at(out, (o, districts.area[d]), moves["persons"].to_numpy())
    return out


def who(sweep: FinishedSweep, last: int) -> list[Group]:
    """Households that moved from rural to urban places with growth and not without."""
    pairs = [
        tuple(
            movers(sweep.kept(sweep.arm(arm), r, "moves", list(MOVERS)), Which(1, last))
            for arm in (TREATED, BASE)
        )
        for r in range(sweep.replicates)
    ]
    return groups(pairs, "total")  # type: ignore[arg-type]


def by_exposure(
    sweep: FinishedSweep, shares: Floats, districts: Districts, weak: Bools, rural: Bools
) -> list[Estimate]:
    """(d) the slope on exposure over randomised areas: everywhere rural, in struggling districts, in the others."""
    found = panels(sweep, districts, COLUMNS)
    base = found[sweep.arm("none")]
    halves = {
        int(str(s).rpartition("_")[2]): found[sweep.arm(str(s))]
        for s in sweep.arms["scenario"]
        if str(s).startswith("half_")
    }
    made = []
    for name, where in (
        ("exposure slope", rural),
        ("exposure slope, struggling", weak),
        ("exposure slope, others", rural & ~weak),
    ):
        slopes = exposure_slopes(halves, base, shares, districts, where)
        made.append(
            Estimate.of(
                effect_of(slopes.tolist()), name,
                "(d) extra rate where formal jobs in the areas that movers look to are 10 % more",
                f"{RATE} per 10 % of jobs",
                note=f"over {len(slopes)} randomisations of areas, each with its complement",
            )
        )  # fmt: skip
    return made


def net_migration(world: World) -> Floats | None:
    """(L,) net migration of each district's province in 2012-16, per 1,000 a year; none for other countries."""
    if world.name != REAL:
        return None
    net = mean_rates(2012, 2016)["net"]
    code = world.legacy_provinces.code[world.districts.parent].astype(str)
    return net.reindex(code).to_numpy(dtype=np.float64)


def estimate(sweeps: Mapping[str, FinishedSweep], facts: Facts) -> Found:
    """Everything H1 says; the sweeps beside the first are estimated where they are there."""
    core = sweeps["h1"]
    districts, world = Districts.open(facts.scenario)
    arms = arms_from(core, districts)
    weak = struggling(arms.neither, districts, net_migration(world))
    rural = arms.neither["rural_persons"][:, 0].sum(axis=0) > 0
    given = Treatment.of(core, facts)
    extra, base = pull(arms, weak)
    secondary = main(arms, districts, weak)
    robust = robustness(sweeps, arms, districts, weak, rural)
    found = Found(
        effect=paired(extra),
        sesoi=SESOI_SHARE * float(base.mean()),
        plain=plain(secondary, float(base.mean()), given, CROSSED_SHARE, robust[0].members),
        robust=robust if {"h1_cuts", FITTED} & set(sweeps) else [],
        estimand=f"{SPEC.estimand} (+{given.points} points a quarter for {given.years} years)",
        design=f"{SPEC.design}. Growth: +{given.points} points a quarter for {given.years} years; loss: "
        f"-{given.lost} %",
        luck_shared=shared_luck(arms.urban.rate(weak), base),
        replicates=core.replicates,
        arms=_arms(core, arms, weak),
        secondary=[*secondary, *ends(arms, districts, weak)],
        caveats=[crossed_verdict(secondary, CROSSED_SHARE)],
    )
    if "h1_dose" in sweeps:
        found.secondary += dose(sweeps["h1_dose"], arms, districts, weak, given)
    if "h1_cuts" in sweeps:
        found.mechanism = mechanisms(sweeps["h1_cuts"], arms, districts, weak)
    shares: Floats | None = None
    if "h1_moves" in sweeps:
        moves = sweeps["h1_moves"]
        shares = shares_of(flows(moves, world, districts), districts)
        found.groups = who(moves, facts.scenario.calendar.n_steps)
        if "h1_areas" in sweeps:
            found.secondary += by_exposure(sweeps["h1_areas"], shares, districts, weak, rural)

    def draw(facts: Facts) -> list[Figure]:
        drawn = [drawing.effects(core.folder, secondary, found.mechanism, facts, core.replicates, given)]
        if shares is not None:
            drawn.append(drawing.looked_to(core.folder, world, districts, shares, arms.neither, weak, facts))
        return drawn

    found.draw = draw
    return found


def _arms(core: FinishedSweep, arms: Arms, weak: Bools) -> list[Arm]:
    points: dict[str, tuple[str, Panel]] = {
        "neither": ("neither", arms.neither),
        "urban": ("urban", arms.urban),
    }
    points |= {f"rural_{d}": (f"rural_{d}", p) for d, p in arms.rural.items()}
    points |= {f"both_{d}": (f"both_{d}", p) for d, p in arms.both.items()}
    at = {name: core.arm(scenario) for name, (scenario, _) in points.items()}
    return arms_of(
        at,
        {at[name]: panel.rate(weak) for name, (_, panel) in points.items()},
        {name: core.arms.loc[at[name], core.varied].to_dict() for name in points},
        1.0,
    )
