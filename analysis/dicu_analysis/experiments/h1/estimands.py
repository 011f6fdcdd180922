"""The estimands of H1: what fast urban growth does to leaving, where, for how much exposure, and at both ends.

Rates are rural residents who move to towns per 1,000 of them a year. Arms of a replicate share their luck, so each
difference is taken within replicates.

- (a), (b): growth against none, in struggling districts and in the others; also in per cent of the rate without it.
- (c-i): (a) and (b) as shares of their own base rates, one less the other.
- (c-ii): in the districts whose farm income is lost, growth with the loss less growth without it. Draws 1 and 2 are
  complements, so every rural district is once among the treated.
- (d): the extra rate per unit of exposure, where growth is given to a random half of the commuting areas. Exposure of
  a district is the share of its movers to each area times what formal jobs there have grown by (a shift-share;
  Borusyak, Hull and Jaravel 2022: errors over randomisations).
- (e): the dose response; (f), (g): the ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dicu_analysis.effects import Effect, estimate
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.experiments.h1.panel import MOVED, PER_THOUSAND, RURAL, Bools, Districts, Floats, Panel
from dicu_analysis.experiments.result import Estimate

RATE: Final = "per 1,000 rural residents a year"
PER_CENT: Final = 100.0
DRAWS: Final = (1, 2)


@dataclass(frozen=True, eq=False)
class Arms:
    """The arms of the 2 x 2, loss given to each half in turn.

    Attributes
    ----------
    neither, urban : Panel
    rural, both : {draw: Panel}
    """

    neither: Panel
    urban: Panel
    rural: Mapping[int, Panel]
    both: Mapping[int, Panel]

    @classmethod
    def of(cls, sweep: FinishedSweep, found: Mapping[int, Panel], **at: int) -> Arms:
        """The six arms among the panels of a sweep, where keys (with _ for the dot) have these values."""
        return cls(
            neither=found[sweep.arm("neither", **at)],
            urban=found[sweep.arm("urban", **at)],
            rural={d: found[sweep.arm(f"rural_{d}", **at)] for d in DRAWS},
            both={d: found[sweep.arm(f"both_{d}", **at)] for d in DRAWS},
        )


def pull(arms: Arms, where: Bools | None, years: slice = slice(None)) -> tuple[Floats, Floats]:
    """(n,) what growth adds to the rate, and the rate without it."""
    base = arms.neither.rate(where, years)
    return arms.urban.rate(where, years) - base, base


def _over_halves(panels: Mapping[int, Panel], districts: Districts, among: Bools | None = None) -> Floats:
    """(n,) rate over the districts of each draw in the arm in which they lost their farm income."""
    moved = there = np.zeros(1)
    for draw, panel in panels.items():
        where = districts.halves[draw] if among is None else districts.halves[draw] & among
        m, t = panel.moved_at_risk(where)
        moved, there = moved + m, there + t
    return np.asarray(PER_THOUSAND * moved / there)


def crossed(arms: Arms, districts: Districts) -> tuple[Floats, Floats, Floats]:
    """(n,) each: growth with the loss less growth without it in the same districts; growth without; loss alone."""
    plain = {
        arm: _over_halves(dict.fromkeys(DRAWS, panel), districts)
        for arm, panel in (("neither", arms.neither), ("urban", arms.urban))
    }
    rural, both = _over_halves(arms.rural, districts), _over_halves(arms.both, districts)
    without = plain["urban"] - plain["neither"]
    return (both - rural) - without, without, rural - plain["neither"]


def main(arms: Arms, districts: Districts, weak: Bools) -> list[Estimate]:
    """(a) to (c), in rates and in per cent of the base."""
    rural = arms.neither[RURAL][:, 0].sum(axis=0) > 0
    a, base_a = pull(arms, weak)
    b, base_b = pull(arms, rural & ~weak)
    c, without, loss = crossed(arms, districts)

    def rate(name: str, values: Floats, text: str, note: str = "") -> Estimate:
        return Estimate.of(estimate(values.tolist()), name, text, RATE, note=note)

    def percent(name: str, values: Floats, text: str, note: str = "") -> Estimate:
        return Estimate.of(estimate(values.tolist()), name, text, "%", PER_CENT, note)

    return [
        rate("struggling", a, "(a) fast growth against none, in struggling districts"),
        rate("others", b, "(b) the same in all other rural areas"),
        rate("difference", a - b, "(a) - (b)", "partly arithmetic: where fewer leave, the same growth moves fewer"),
        percent("struggling, % of base", a / base_a, "(a) over the rate without growth"),
        percent("others, % of base", b / base_b, "(b) over the rate without growth"),
        percent("difference, % of base", a / base_a - b / base_b, "(c-i) (a) and (b) over their own bases"),
        rate("crossed", c, "(c-ii) growth with farm income lost less growth without, in the same districts"),
        rate("growth, same districts", without, "growth without the loss in these districts"),
        rate("loss, same districts", loss, "farm income lost, without growth, in these districts"),
        rate("onset, struggling", pull(arms, weak, slice(0, 1))[0], "(a) in the first year"),
        rate("steady, struggling", pull(arms, weak, slice(1, None))[0], "(a) from the second year on"),
    ]  # fmt: skip


# ------------------------------------------------------------------ exposure


def exposure(shares: Floats, jobs: Floats, base: Floats) -> Floats:
    """(L,) sum over areas of a district's share of movers times the log growth of formal jobs beyond the base.

    Parameters
    ----------
    shares : (L, A) float64
        Of the rural movers of each district who left for another area, the share to each; rows of 0 where nobody did.
    jobs, base : (A,) float64
        Formal jobs at the end with growth and without.
    """
    known = (jobs > 0) & (base > 0)
    made: Floats = shares @ np.log(np.divide(jobs, base, out=np.ones_like(jobs), where=known))
    return made


def by_area(values: Floats, districts: Districts) -> Floats:
    """(A,) sums over the districts of each area."""
    return np.bincount(districts.area, values, len(districts.area_name))


def slope(extra: Floats, exposed: Floats, weight: Floats, where: Bools) -> float:
    """Weighted least squares of the extra rate on exposure over some districts, with a constant."""
    w, x, y = weight[where], exposed[where], extra[where]
    x = x - np.average(x, weights=w)
    return float((w * x * y).sum() / (w * x * x).sum())


def exposure_slopes(
    treated: Mapping[int, Panel], base: Panel, shares: Floats, districts: Districts, where: Bools
) -> Floats:
    """(pairs,) slope of the extra rate on exposure in each randomisation, mean over its replicates and its complement.

    The unit of error is the randomisation: draws 2m - 1 and 2m treat complements, so they are one; per 0.1
    of exposure (jobs in the areas looked to 10 % larger).
    """
    made: dict[int, list[float]] = {}
    for draw, panel in treated.items():
        found = made.setdefault((draw + 1) // 2, [])
        for r in range(panel[MOVED].shape[0]):
            there = panel[RURAL][r, :-1].sum(axis=0)
            usual = base[RURAL][r, :-1].sum(axis=0)
            some = where & (there > 0) & (usual > 0) & (shares.sum(axis=1) > 0)
            safe = np.maximum(np.stack([there, usual]), 1.0)
            extra = panel[MOVED][r, 1:].sum(axis=0) / safe[0] - base[MOVED][r, 1:].sum(axis=0) / safe[1]
            jobs = [by_area(p["market_formal_jobs"][r, -1], districts) for p in (panel, base)]
            found.append(slope(PER_THOUSAND * extra, exposure(shares, *jobs), base[RURAL][r, 0], some))
    return np.asarray(np.array([np.mean(found) for found in made.values()]) * np.log(1.1))


# ------------------------------------------------------------------ both ends

Ratio = tuple[str, str, str | None, str]
"""Name, column over which column (none: the mean by district), text."""


def ends(arms: Arms, districts: Districts, weak: Bools) -> list[Estimate]:
    """(f) the flood where jobs grow, (g) those who stay in struggling districts: growth less none at the end."""
    urban = districts.urban
    a, b = arms.urban, arms.neither
    jobs = a.end("market_formal_jobs", urban) - b.end("market_formal_jobs", urban)
    people = a.end("persons", urban) - b.end("persons", urban)

    def share(panel: Panel, top: str, of: tuple[str, ...], where: Bools) -> Floats:
        below = np.sum([panel.end(c, where) for c in of], axis=0)
        return np.asarray(panel.end(top, where) / below)

    def change(top: str, of: tuple[str, ...], where: Bools) -> Floats:
        return share(a, top, of, where) - share(b, top, of, where)

    def mean(column: str, weight: str, where: Bools) -> Floats:
        """Relative change of a mean weighted by the people of the base run."""
        x, y, w = (p[c][:, -1][:, where] for p, c in ((a, column), (b, column), (b, weight)))
        w = np.where(np.isnan(x) | np.isnan(y), 0.0, w)  # a district without farm workers has no farm income
        return np.asarray((np.nan_to_num(x) * w).sum(axis=1) / (np.nan_to_num(y) * w).sum(axis=1) - 1.0)

    others = ("market_informal_workers", "market_formal_workers")
    everyone = ("market_workers_farm", "market_workers_other")
    workers = (
        np.sum([a.end(c, weak) for c in everyone], axis=0),
        np.sum([b.end(c, weak) for c in everyone], axis=0),
    )
    rows: list[tuple[str, Floats, str, str, float]] = [
        ("residents per new formal job", people / jobs, "(f) extra residents of urban districts over extra jobs",
         "persons per job", 1.0),
        ("informality", change("market_informal_workers", others, urban),
         "(f) informal share of workers outside farming in urban districts", "points", PER_CENT),
        ("formal pay", mean("market_pay_formal_mvnd_per_month", "market_formal_workers", urban),
         "(f) pay of a formal worker in urban districts", "%", PER_CENT),
        ("informal pay", mean("market_pay_informal_mvnd_per_month", "market_informal_workers", urban),
         "(f) pay of an informal worker in urban districts", "%", PER_CENT),
        ("rent", mean("market_rent_mvnd_per_month", "households", urban), "(f) rent in urban districts", "%",
         PER_CENT),
        ("crowding", mean("market_households_per_dwelling", "households", urban),
         "(f) households per dwelling in urban districts", "%", PER_CENT),
        ("rural people left", a.end(RURAL, weak) / b.end(RURAL, weak) - 1.0,
         "(g) rural residents of struggling districts", "%", PER_CENT),
        ("workers left", workers[0] / workers[1] - 1.0, "(g) workers of struggling districts", "%", PER_CENT),
        ("non-workers per worker", a.end("persons", weak) / workers[0] - b.end("persons", weak) / workers[1],
         "(g) dependency in struggling districts", "persons", 1.0),
        ("farm income", mean("market_farm_income_mvnd_per_month", "market_workers_farm", weak),
         "(g) income of a farm worker in struggling districts", "%", PER_CENT),
        ("access to health", mean("access_health", "persons", weak), "(g) access to health in struggling districts",
         "%", PER_CENT),
        ("access to the commune office", mean("access_commune_administration", "persons", weak),
         "(g) access to commune administration in struggling districts", "%", PER_CENT),
    ]  # fmt: skip
    return [Estimate.of(estimate(v.tolist()), name, text, unit, scale) for name, v, text, unit, scale in rows]


COLUMNS: Final = (
    "persons", "households", RURAL, MOVED, "access_commune_administration", "access_district_administration",
    "access_health", "access_education", "access_water", "market_workers_farm", "market_workers_other",
    "market_informal_workers", "market_formal_workers", "market_formal_jobs", "market_pay_formal_mvnd_per_month",
    "market_pay_informal_mvnd_per_month", "market_farm_income_mvnd_per_month", "market_output_mvnd_per_month",
    "market_rent_mvnd_per_month", "market_households_per_dwelling",
)  # fmt: skip
"""Columns of districts that H1 reads."""


def shares_of(flows: NDArray[np.float64], districts: Districts) -> Floats:
    """(L, A) of the movers of a district who left for another commuting area, the share to each.

    Parameters
    ----------
    flows : (L, A) float64
        Rural people who moved to towns, by district they left and area they went to.
    """
    away = flows.copy()
    away[np.arange(len(districts)), districts.area] = 0.0
    total = away.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(away, total, out=np.zeros_like(away), where=total > 0))


__all__ = ["COLUMNS", "DRAWS", "RATE", "Arms", "Effect", "by_area", "crossed", "ends", "exposure", "exposure_slopes",
           "main", "pull", "shares_of", "slope"]  # fmt: skip
