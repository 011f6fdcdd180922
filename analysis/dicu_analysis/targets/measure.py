"""Each figure from a run, or from the two runs that a response needs: for calibration, validation and report alike.

A period that lies in the run is measured there. One of which less than half does is measured over the first five years
of the run (assumption A120): rates of the years before the start stand for what the start is fitted to.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu_analysis import labour
from dicu_analysis.figures.mover_ages import movers, share_of_ages
from dicu_analysis.load import Run
from dicu_analysis.targets.areas import LEGACY, NEW, Area, Areas
from dicu_analysis.targets.catalogue import CATALOGUE, FIVE_YEARS
from dicu_analysis.targets.geography import centres, distances
from dicu_analysis.targets.table import Figure

Floats = NDArray[np.float64]
PER: Final = 1000.0
YEARS: Final = 5
HALF: Final = 0.5
NEAR: Final = 0.13
"""Half a quarter: how far a recorded step may lie from a moment."""
SCOPES: Final = {
    "moved_within_district": "within a district",
    "moved_between_districts": "between districts",
    "moved_between_provinces": "between provinces",
}
WAYS: Final = {
    "rural_to_urban": ("rural_to_urban",), "urban_to_urban": ("urban_to_urban",), "urban_to_rural": ("urban_to_rural",),
    "to_rural": ("urban_to_rural", "rural_to_rural"),
}  # fmt: skip


SIZES_OF: Final = {"households_of_one": (1,), "households_of_two_to_four": (2, 3, 4)}


class NotInRun(ValueError):
    """The run does not have what the figure is measured on: it is too short, or a table was not recorded."""


class Measured:
    """A run of which figures are measured; what several figures share is made once.

    Raises NotInRun when moves were recorded between districts.
    """

    def __init__(self, run: Run) -> None:
        self.run, self.areas = run, Areas(run)
        self.codes = list(self.areas.provinces)
        self._flows: dict[tuple[int, int], Floats] = {}
        self._five_years: dict[float, tuple[Floats, Floats] | None] = {}
        self._stocks: dict[tuple[int, float], Floats] = {}
        self._residents: dict[tuple[int, int], Floats] = {}
        if run.flow_layout != "place":
            raise NotInRun(
                f"{run.folder}: moves were recorded between districts (allowed record.flows=place)"
            )

    # ---------------------------------------------------------------- time

    def steps(self, first: float, last: float) -> tuple[int, int]:
        """First and last step, both included, over which a period is measured.

        Raises
        ------
        NotInRun
            For a period that begins when the run has ended.
        """
        ends = self.run.year_at_end(np.arange(len(self.run.labels)))
        middle = (ends[1:] + ends[:-1]) / 2
        inside = np.flatnonzero((middle > first) & (middle < last))
        if len(inside) / self.run.steps_per_year >= HALF * (last - first) - NEAR:
            return int(inside[0]) + 1, int(inside[-1]) + 1
        if first >= ends[0]:
            raise NotInRun(f"the run ends in {self.run.labels[-1]}, before half of the period")
        return 1, min(len(middle), YEARS * self.run.steps_per_year)

    def years(self, first: int, last: int) -> float:
        """Years from the begin of one step to the end of another."""
        return (last - first + 1) / self.run.steps_per_year

    # ---------------------------------------------------------------- moves between provinces

    @cached_property
    def _ends(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Floats]:
        """Step, origin and destination province, persons of each row of flows."""
        places, moved = self.run.world_places, self.run.moved
        keys = places["place_key"].to_numpy()
        order = np.argsort(keys)
        number = {code: k for k, code in enumerate(self.codes)}
        of = places["legacy_province"].astype(str).map(number).to_numpy(dtype=np.int64)
        origin, destination = (
            of[order[np.searchsorted(keys, moved[f"{end}_place"].to_numpy(), sorter=order)]]
            for end in ("origin", "destination")
        )
        step, persons = (moved[name].to_numpy() for name in ("step", "persons"))
        return (
            step.astype(np.int64),
            origin.astype(np.int64),
            destination.astype(np.int64),
            persons.astype(np.float64),
        )

    def flows(self, first: int, last: int) -> Floats:
        """Persons who moved between former provinces (rows: origins) from one step to another, (R, R)."""
        if (first, last) not in self._flows:
            step, origin, destination, persons = self._ends
            keep = (step >= first) & (step <= last)
            n = len(self.codes)
            cell = origin[keep] * n + destination[keep]
            made = np.bincount(cell, weights=persons[keep], minlength=n * n).reshape(n, n)
            np.fill_diagonal(made, 0.0)
            self._flows[first, last] = made
        return self._flows[first, last]

    def five_years(self, last: float) -> tuple[Floats, Floats] | None:
        """Persons aged five and over by residence five years before; None where the run has none that end then.

        Returns
        -------
        moved : (R, R)
            Between former provinces, rows: where they lived; nobody on the diagonal, where those who stayed are.
        here : (R,)
            All who live in each now.
        """
        if not self.run.has_rows("five_year_flows"):
            return None
        if last not in self._five_years:
            table = self._five_year_table
            table = table[np.abs(self.run.year_at_end(table["step"].to_numpy()) - last) < NEAR]
            found = table.pivot_table(index="o", columns="d", values="persons", aggfunc="sum")
            moved = np.array(
                found.reindex(index=self.codes, columns=self.codes).fillna(0.0), dtype=np.float64
            )
            here = moved.sum(axis=0)
            np.fill_diagonal(moved, 0.0)
            self._five_years[last] = (moved, here) if len(table) else None
        return self._five_years[last]

    @cached_property
    def _five_year_table(self) -> pd.DataFrame:
        table = self.run.table("five_year_flows")
        return table.assign(
            o=table["origin_province"].astype(str), d=table["destination_province"].astype(str)
        )

    # ---------------------------------------------------------------- stocks

    @cached_property
    def _places(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Moments (S,), persons, urban persons and households by province (S, R)."""
        table, world = self.run.places, self.run.world_places
        steps = np.unique(table["step"].to_numpy())
        number = {code: k for k, code in enumerate(self.codes)}
        of = world["legacy_province"].astype(str).map(number).to_numpy(dtype=np.int64)
        urban: NDArray[np.bool_] = np.asarray(world["urban"].to_numpy(dtype=bool))
        if "urban" in table:  # places that became urban since
            urban = np.asarray(table["urban"].to_numpy(dtype=bool).reshape(len(steps), -1))
        persons = table["persons"].to_numpy(np.float64).reshape(len(steps), -1)
        households = table["households"].to_numpy(np.float64).reshape(len(steps), -1)

        def by(values: Floats) -> Floats:
            return np.array([np.bincount(of, weights=row, minlength=len(self.codes)) for row in values])

        return self.run.year_at_end(steps), by(persons), by(persons * urban), by(households)

    def stock(self, which: int, at: float) -> Floats:
        """Persons (1), urban persons (2) or households (3) by province (Q,) at a moment, between records on a line.

        Raises NotInRun where the run does not reach so far.
        """
        if (which, at) in self._stocks:
            return self._stocks[which, at]
        moments, values = self._places[0], self._places[which]
        if not moments[0] - NEAR <= at <= moments[-1] + NEAR:
            raise NotInRun(
                f"the run has no record of {at:.2f}: {self.run.labels[0]} to {self.run.labels[-1]}"
            )
        self._stocks[which, at] = np.array([np.interp(at, moments, column) for column in values.T])
        return self._stocks[which, at]

    def residents(self, first: int, last: int) -> Floats:
        """Mean residents by province from the begin of a step to the end of another."""
        if (first, last) not in self._residents:
            ends = self.run.year_at_end(np.array([first - 1, last]))
            at = np.linspace(ends[0], ends[1], 2 * YEARS + 1)
            last_known = self._places[0][-1]
            made = np.mean([self.stock(1, min(float(t), float(last_known))) for t in at], axis=0)
            self._residents[first, last] = made
        return self._residents[first, last]

    # ---------------------------------------------------------------- figures

    def rates(self, figure: Figure) -> tuple[Floats, Floats, Floats]:
        """Flows between provinces and the persons to whom they are related, (R, R), (R,); and the scale to a rate."""
        if figure.unit == FIVE_YEARS:
            found = self.five_years(figure.last)
            if found is not None:
                return *found, np.array(PER)
        first, last = self.steps(figure.first, figure.last)
        years = self.years(first, last)
        scale = PER / years * (YEARS if figure.unit == FIVE_YEARS else 1)
        return self.flows(first, last), self.residents(first, last), np.array(scale)

    def rows(self, area: Area) -> NDArray[np.int64]:
        """Numbers (k,) of the provinces of an area."""
        return np.array([self.codes.index(code) for code in area.provinces], dtype=np.int64)

    def national(self, column: str, first: int, last: int) -> float:
        """Sum of a flow of the nation over steps, both ends included; NotInRun when the run did not record it."""
        if column not in self.run.national:
            raise NotInRun(f"the run did not record {column}")
        return float(self.run.national.loc[first:last, column].sum())


def _rate(m: Measured, f: Figure) -> float:
    flows, residents, scale = m.rates(f)
    area = m.areas.find(f.area, f.last)
    inside = m.rows(area)
    out_of = np.setdiff1d(np.arange(len(m.codes)), inside)
    if area.level == "nation":  # moves between its provinces, as they are then
        of = m.areas.province_at(f.last)
        arrived = departed = flows[of[:, None] != of[None, :]].sum()
    else:
        arrived, departed = flows[np.ix_(out_of, inside)].sum(), flows[np.ix_(inside, out_of)].sum()
    counted = {"in_rate": arrived, "out_rate": departed, "net_migration_rate": arrived - departed}[f.figure]
    return float(counted * scale / residents[inside].sum())


def _region_flow(m: Measured, f: Figure) -> float:
    origin, destination = m.areas.pair(f.area, f.last)
    cells = np.ix_(m.rows(origin), m.rows(destination))
    if f.unit != "persons a year":
        found = m.five_years(f.last)
        if found is not None:
            return float(found[0][cells].sum())
    first, last = m.steps(f.first, f.last)
    years = YEARS if f.unit != "persons a year" else 1
    return float(m.flows(first, last)[cells].sum() / m.years(first, last) * years)


def _five_year_share(m: Measured, f: Figure) -> float:
    if not m.run.has_rows("five_year"):
        raise NotInRun("the run is shorter than five years")
    table = m.run.table("five_year")
    steps = np.unique(table["step"].to_numpy())
    at = steps[np.argmin(np.abs(m.run.year_at_end(steps) - f.last))]
    if abs(float(m.run.year_at_end(int(at))) - f.last) >= NEAR:
        raise NotInRun(f"the run has no whole five years that end in {f.until}")
    now = table[table["step"] == at]
    return float(
        100 * now.loc[now["scope"].astype(str) == SCOPES[f.figure], "persons"].sum() / now["persons"].sum()
    )


def _ages(m: Measured, f: Figure) -> float:
    return share_of_ages(movers(m.run).sum(axis=1).to_numpy(), 20, 39)


def _crossing(m: Measured, f: Figure) -> float:
    flows = m.flows(*m.steps(f.first, f.last))
    region = np.array([m.areas.region_of[code] for code in m.codes])
    return float(100 * flows[region[:, None] != region[None, :]].sum() / flows.sum())


def _way(m: Measured, f: Figure) -> float:
    first, last = m.steps(f.first, f.last)
    every = {way: m.national(f"persons_{way}", first, last) for way in labour.STREAMS}
    mine = sum(every[way] for way in WAYS[f.figure])
    if f.unit != "percent of migrants":
        return mine / every["rural_to_urban"]
    return 100 * mine / sum(every.values())


def _for_work(m: Measured, f: Figure) -> float:
    first, last = m.steps(f.first, f.last)
    work = m.national("moves_for_work_between_provinces", first, last)
    return 100 * work / m.national("moves_between_provinces", first, last)


def slope(x: Floats, y: Floats) -> float:
    """Slope of a straight line by least squares, over the pairs of (n,) that are finite.

    Raises NotInRun for fewer than three of them, or one value alone.
    """
    known = np.isfinite(x) & np.isfinite(y)
    if known.sum() < 3 or np.ptp(x[known]) == 0:
        raise NotInRun("fewer than three provinces with different values")
    return float(np.polyfit(x[known], y[known], 1)[0])


def log_rates(m: Measured, f: Figure, axis: int) -> Floats:
    """Logarithms of arrivals (axis 0) or departures (axis 1) between provinces over residents, (R,)."""
    first, last = m.steps(f.first, f.last)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(m.flows(first, last).sum(axis=axis) / m.residents(first, last)))


def formal_share(m: Measured) -> Floats:
    """Formal workers of all workers at the start, by province, (R,)."""
    table = labour.summed(m.run, labour.provinces(m.run)).reset_index()
    first = table[table["step"] == table["step"].min()].set_index("province")
    share = first["formal_workers"] / (first["workers_other"] + first["workers_farm"])
    return np.asarray(share.reindex(m.codes), dtype=np.float64)


def market_access(m: Measured) -> Floats:
    """Logarithm of residents of other provinces over their distance, at the start, (R,)."""
    far = distances(centres(m.run, m.codes))
    np.fill_diagonal(far, np.inf)
    persons = m.stock(1, float(m._places[0][0]))
    return np.asarray(np.log((persons[None, :] / far).sum(axis=1)))


def _on_formal(m: Measured, f: Figure) -> float:
    return slope(formal_share(m), log_rates(m, f, 0))


def _on_access(m: Measured, f: Figure) -> float:
    return slope(market_access(m), log_rates(m, f, 1))


def _posts(m: Measured, f: Figure) -> float:
    """Of the last record before the moment: posts change with budgets, once a year and at a reform."""
    area = m.areas.find(f.area, f.last)
    table = m.run.governments
    at = m.run.year_at_end(table["step"].to_numpy())
    if not table.size or not at.min() - NEAR <= f.first <= at.max() + 1 + NEAR:
        raise NotInRun(f"the run has no record of governments of {f.first:.2f}")
    last = at[at <= f.first + NEAR].max()
    now = table[(at == last) & (table["level"].astype(str) == "province")]
    if area.level == "nation":
        return float(now["posts"].sum())
    generation = NEW if area.level == f"province_{NEW}" else LEGACY
    codes = area.provinces if generation == LEGACY else (area.code,)
    mine = now[(now["generation"].astype(str) == generation) & now["code"].astype(str).isin(codes)]
    if len(mine) != len(codes):
        raise NotInRun(f"{area.name} is no government of the run in {f.first:.2f}")
    return float(mine["posts"].sum())


def _stock(m: Measured, f: Figure) -> float:
    inside = m.rows(m.areas.find(f.area, f.last))
    if f.figure == "urban_share":
        return float(100 * m.stock(2, f.first)[inside].sum() / m.stock(1, f.first)[inside].sum())
    return float(m.stock(1 if f.figure == "population" else 3, f.first)[inside].sum())


def _of_size(m: Measured, f: Figure) -> float:
    """Share of the country's households by number of members, at the end of the step nearest to a moment."""
    sizes = SIZES_OF[f.figure]
    columns = [f"households_of_{k}" for k in sizes]
    table = m.run.national
    if not set(columns) <= set(table.columns):
        raise NotInRun("the run did not record households by size")
    ends = m.run.year_at_end(table.index.to_numpy(np.int64))
    at = int(np.abs(ends - f.first).argmin())
    if abs(float(ends[at]) - f.first) > 2 * NEAR:
        raise NotInRun(f"no step of the run ends near {f.first:.2f}")
    return float(100 * table[columns].iloc[at].sum() / table["households"].iloc[at])


_ONE: Final[dict[str, Callable[[Measured, Figure], float]]] = {
    "in_rate": _rate, "out_rate": _rate, "net_migration_rate": _rate, "region_flow": _region_flow,
    **dict.fromkeys(SCOPES, _five_year_share), "movers_aged_20_39": _ages, "crossing_regions": _crossing,
    **dict.fromkeys(WAYS, _way), "moved_for_work": _for_work, "in_rate_on_formal_share": _on_formal,
    "out_rate_on_access": _on_access, "population": _stock, "urban_share": _stock, "households": _stock,
    "posts": _posts, **dict.fromkeys(SIZES_OF, _of_size),
}  # fmt: skip


def measure(measured: Measured, figure: Figure, treated: Measured | None = None) -> float:
    """A figure from a run.

    Parameters
    ----------
    measured : Measured
    figure : Figure
    treated : Measured, optional
        The second run of a response: the same with the settings of its kind (`Kind.response`).

    Raises
    ------
    NotInRun
        When the run does not have it.
    dicu_analysis.targets.areas.UnknownArea
        For an area that the run's country does not have.
    """
    kind = CATALOGUE[figure.figure]
    if not kind.response:
        return _ONE[figure.figure](measured, figure)
    if treated is None:
        raise NotInRun(f"{figure.figure} needs a second run")
    first, last = measured.steps(figure.first, figure.last)
    base, other = (m.national("persons_rural_to_urban", first, last) for m in (measured, treated))
    if base <= 0 or other <= 0:
        raise NotInRun("nobody moved from rural to urban places")
    if figure.figure == "moves_after_farm_loss":
        return 100 * (other / base - 1)
    gain = float(str(dict(kind.response)["programme.urban_pay_gain"]))
    return float(np.log(other / base) / np.log1p(gain))


__all__ = ["Measured", "NotInRun", "formal_share", "log_rates", "market_access", "measure", "slope"]
