"""What the synthesis was fitted to, and what it missed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from dicu.population import kernels
from dicu.population.archetypes import archetypes
from dicu.population.columns import MEMBERS, SECTORS
from dicu.population.margins import AGE_GROUPS, Margins, mean_sizes
from dicu.population.origins import Origins
from dicu.population.place_rates import UNIT, PlaceRates, stage_shares
from dicu.population.province_ages import Groups
from dicu.population.raking import Raked
from dicu.scenario.sections import Population
from dicu.scenario.vocabulary import STAGES
from dicu.world.world import World

if TYPE_CHECKING:
    from rich.table import Table


TOO_SMALL: Final = 0.05
"""Share by which households are smaller than those aimed at from which it is worth saying."""
MANY_RICH: Final = 0.001
"""Share of households at the end of the scale of wealth from which it is worth saying."""
AGES = slice(kernels.AGE, kernels.AGE + 2 * AGE_GROUPS)


@dataclass(frozen=True)
class Margin:
    """One margin: the share or mean aimed at, and what the rows have.

    ``noise`` is the standard error that a sample of this many rows would have by luck alone (binomial,
    persons of a household taken as independent); 0 where none is meant.
    """

    group: str
    name: str
    target: float
    realised: float
    noise: float

    @property
    def misfit(self) -> float:
        """Realised minus target."""
        return self.realised - self.target


@dataclass(frozen=True)
class SynthesisReport:
    """How the first households fit.

    Attributes
    ----------
    households, persons : int
        Rows, and members in them.
    weight : int
        Households that a row stands for.
    residents : int
        Official residents; ``persons * weight`` differs from them by ``rounding``.
    worst_province : int
        Largest difference of a province, in residents; at most weight/2.
    margins : tuple of Margin
    raking_iterations : int
    raking_misfit : float
        Largest gap of the archetypes' weights, persons or households per household.
    region_misfit : float
        Largest gap in where the migrants of a region came from; nan where no regional figures apply.
    provinces_without_figures : tuple of str
        Legacy province codes for which the national rates stand in.
    uids_rehashed : int
    seconds : float
    richest : float
        Share of households whose wealth is the most that can be held (`dicu.population.columns`).
    """

    households: int
    persons: int
    weight: int
    residents: int
    worst_province: int
    margins: tuple[Margin, ...]
    raking_iterations: int
    raking_misfit: float
    region_misfit: float
    provinces_without_figures: tuple[str, ...]
    uids_rehashed: int
    seconds: float
    richest: float = 0.0

    @property
    def rounding(self) -> int:
        """Residents that the rows stand for, minus the official ones."""
        return self.persons * self.weight - self.residents

    def margin(self, group: str, name: str) -> Margin:
        """One margin by its group and name; KeyError lists what there is."""
        for margin in self.margins:
            if (margin.group, margin.name) == (group, name):
                return margin
        raise KeyError(f"no margin {group!r} {name!r}; there are {[(m.group, m.name) for m in self.margins]}")

    def table(self) -> Table:
        """The margins as a table for the terminal (rich)."""
        from rich.table import Table

        table = Table(title=self.summary(), title_justify="left")
        for name in ("margin", "", "target", "realised", "misfit", "sampling"):
            table.add_column(name, justify="left" if name in ("margin", "") else "right")
        before = ""
        for m in self.margins:
            head, before = ("" if m.group == before else m.group), m.group
            noise = f"±{m.noise:.4f}" if m.noise else ""
            table.add_row(head, m.name, f"{m.target:.4f}", f"{m.realised:.4f}", f"{m.misfit:+.4f}", noise)
        return table

    def summary(self) -> str:
        """Rows, persons and the fit in a few lines."""
        region = "" if math.isnan(self.region_misfit) else f", regional origins {self.region_misfit:.1e}"
        lines = [
            f"{self.households:,} households, {self.persons:,} persons (x {self.weight}); "
            f"{self.rounding:+,} of {self.residents:,} residents by rounding, "
            f"at most {self.worst_province:,} in a province",
            f"raked in {self.raking_iterations} steps, misfit {self.raking_misfit:.1e}{region}; "
            f"{self.uids_rehashed} uids rehashed",
        ]
        if self.provinces_without_figures:
            lines.append(
                f"national rates stand in for {len(self.provinces_without_figures)} provinces without figures"
            )
        sizes = [m for m in self.margins if m.group.startswith("household size") and m.name == "mean"]
        small = [m for m in sizes if m.realised < (1.0 - TOO_SMALL) * m.target]
        if small:
            told = ", ".join(f"{m.realised:.2f} for {m.target:.2f} ({m.group})" for m in small)
            lines.append(
                f"a row stands for so many households that they come out too small and too many: {told}; read no "
                "numbers of households, and take a smaller population.weight"
            )
        if self.richest > MANY_RICH:
            lines.append(
                f"{self.richest:.1%} of the households have the most wealth that can be held: incomes of provinces lie "
                "far apart, or are not in the unit of the country"
            )
        return "\n".join(lines)

    def text(self) -> str:
        """Summary and margins as plain text."""
        rows = [
            f"{m.group:<28}{m.name:<22}{m.target:>10.4f}{m.realised:>10.4f}{m.misfit:>+10.4f}"
            for m in self.margins
        ]
        return "\n".join([self.summary(), *rows])


def _line(group: str, name: str, target: float, part: float, whole: float, design: float = 1.0) -> Margin:
    share = part / whole if whole else 0.0
    noise = math.sqrt(max(target * (1 - target), 0.0) * design / whole) if whole else 0.0
    return Margin(group, name, float(target), float(share), noise)


def make_report(
    *,
    world: World,
    population: Population,
    start_year: int,
    households: int,
    persons: NDArray[np.int64],
    tally: NDArray[np.int64],
    margins: Margins,
    raked: Raked,
    groups: Groups,
    origins: Origins,
    rates: PlaceRates,
    rehashed: int,
    seconds: float,
    richest: float = 0.0,
) -> SynthesisReport:
    """Compare the tallies of the places, (P, TALLY) integers, with the margins and rates aimed at."""
    lines: list[Margin] = []
    total = tally.sum(axis=0)
    size_of = np.arange(1, MEMBERS + 1)
    means = mean_sizes(population, start_year)
    for area, name in ((0, "rural"), (1, "urban")):
        part = tally[world.urban == bool(area)].sum(axis=0)
        sizes = part[kernels.SIZE : kernels.SIZE + MEMBERS]
        if not sizes.sum():
            continue
        for s in range(MEMBERS):
            lines.append(
                _line(
                    f"household size, {name}", str(s + 1), raked.size_target[area, s], sizes[s], sizes.sum()
                )
            )
        mean = float((sizes * size_of).sum() / sizes.sum())
        lines.append(Margin(f"household size, {name}", "mean", means[area], mean, 0.0))
    ages = total[AGES].reshape(AGE_GROUPS, 2)
    people = int(ages.sum())
    group = groups.of(world.urban, world.province.astype(np.int64))
    of_group = np.bincount(group, weights=tally[:, AGES].sum(axis=1), minlength=len(groups.weight))
    pyramid = (groups.pyramid * of_group[:, None, None]).sum(axis=0) / people
    for g in range(AGE_GROUPS):
        band = "80+" if g == AGE_GROUPS - 1 else f"{5 * g}-{5 * g + 4}"
        for sex, word in ((0, "men"), (1, "women")):
            lines.append(_line("age and sex", f"{band} {word}", pyramid[g, sex], ages[g, sex], people))
    stage_target = stage_shares(archetypes(), groups)[0]
    in_group = np.bincount(group, weights=tally[:, :MEMBERS].sum(axis=1), minlength=len(groups.weight))
    for t, name in enumerate(STAGES):
        target = float((stage_target[:, t] * in_group).sum() / in_group.sum())
        lines.append(_line("life stage", name, target, total[kernels.STAGE + t], households))

    rows = tally[:, kernels.SIZE : kernels.SIZE + MEMBERS].sum(axis=1)
    stages = tally[:, kernels.STAGE : kernels.STAGE + len(STAGES)]
    target = float((stages * rates.migrant).sum() / UNIT / households)
    lines.append(_line("households", "from another province", target, total[kernels.MIGRANTS], households))
    lines.append(Margin("households", "renting", math.nan, float(total[kernels.RENTERS] / households), 0.0))
    adults = total[kernels.ADULTS]
    skilled = total[kernels.ADULTS_SKILLED]
    trained = float((tally[:, kernels.ADULTS] * rates.trained).sum() / max(int(adults), 1))
    lines.append(_line("adults 15+", "in trained households", trained, skilled, adults, 2.5))
    workers = total[kernels.WORKERS : kernels.WORKERS + 3]
    farm = [margins.rates("agriculture_rural"), margins.rates("agriculture_urban")]
    by_area_workers = [
        tally[world.urban == bool(a), kernels.WORKERS : kernels.WORKERS + 3].sum() for a in (0, 1)
    ]
    aim = sum(f * w for f, w in zip(farm, by_area_workers, strict=True)) / max(int(workers.sum()), 1)
    for k, name in enumerate(SECTORS[:3]):
        goal = float(aim) if k == 0 else math.nan
        share = float(workers[k] / max(int(workers.sum()), 1))
        lines.append(Margin("persons 15-64 by sector", name, goal, share, 0.0))

    residents_off = np.bincount(
        world.province,
        weights=(persons * population.weight - world.residents).astype(np.float64),
        minlength=len(world.legacy_provinces),
    )
    assert int(rows.sum()) == households
    return SynthesisReport(
        households=households,
        persons=int(persons.sum()),
        weight=population.weight,
        residents=int(world.residents.sum()),
        worst_province=int(np.abs(residents_off).max()),
        margins=tuple(lines),
        raking_iterations=raked.iterations,
        raking_misfit=max(float(np.abs(raked.target - raked.fitted).max()), groups.misfit),
        region_misfit=origins.region_misfit,
        provinces_without_figures=origins.without_figures,
        uids_rehashed=rehashed,
        seconds=seconds,
        richest=richest,
    )
