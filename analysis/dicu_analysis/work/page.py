"""The tables of docs/labour_market.md, as Markdown, from finished sweeps and the rows of ``dicu.lab.rural_pay``."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from dicu_analysis.effects import Effect, estimate
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.scalars import as_int
from dicu_analysis.work.measures import (
    BASE,
    YEAR,
    Floats,
    Jobs,
    Response,
    accounts,
    by_income_quarter,
    by_wealth_quarter,
    drift,
    effects,
    elasticity,
    yearly,
)

BEGIN: Final = "<!-- generated: uv run python -m dicu_analysis.work runs docs/labour_market.md -->"
END: Final = "<!-- end of what is generated -->"
PAY: Final = "rural_pay.json"
AGES: Final = "ageing.json"
WEALTH: Final = "first_wealth.parquet"
PUBLISHED: Final = {"earnings": 0.72, "income_head": 0.65}
"""Rural over urban: earnings a worker, income a head (survey of 2024)."""
LINKS: Final = {
    "residents_there": "residents in the districts whose jobs grow, per extra job",
    "residents": "residents in the whole labour market, per extra job",
    "offers": "offers made, per extra job",
    "taken": "of these, taken",
    "outside": "of the takers, from outside of the labour market",
    "persons_per_taker": "persons per such taker",
    "arrived_work": "= persons who arrived for work, per extra job",
    "arrived_family": "+ families and partners, per extra job",
    "arrived_returns": "+ returners, per extra job",
    "arrived_other": "+ all other arrivals, per extra job",
    "departed": "- departures, per extra job",
    "rest": "+ births less deaths, and partners who meet, per extra job",
    "filled": "formal workers, per extra job",
    "base_taken": "share of offers taken without extra jobs",
    "extra_jobs": "extra jobs, thousands",
}
SHORT: Final = {
    "residents_there": "residents there",
    "residents": "residents in the labour market",
    "offers": "offers made",
    "taken": "taken",
    "outside": "from outside",
    "persons_per_taker": "persons per taker",
    "filled": "formal workers",
}
"""Links that stand in the tables of several variants."""
STEADY: Final = 2
"""Years before a response counts as steady: beliefs follow pay by a quarter of the gap per quarter."""


def number(effect: Effect, digits: int = 2) -> str:
    """A mean with its interval, where there are replicates enough for one; a dash for a ratio of nothing."""
    if math.isnan(effect.mean):
        return "-"
    mean = f"{effect.mean:.{digits}f}"
    return f"{mean} ({effect.low:.{digits}f} to {effect.high:.{digits}f})" if effect.known else mean


def percent(effect: Effect, digits: int = 1) -> str:
    """A share as a percentage with its sign, with its interval."""
    shown = effect.times(100.0)
    mean = f"{shown.mean:+.{digits}f} %"
    return f"{mean} ({shown.low:+.{digits}f} to {shown.high:+.{digits}f})" if effect.known else mean


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def about(sweep: FinishedSweep) -> str:
    """A sentence on what a sweep ran."""
    config = sweep.config
    return (
        f"{config['time']['start']} to {config['time']['end']}, one row for {config['population']['weight']} "
        f"households, {_seeds(sweep.replicates)}, dicu {sweep.manifest['model_version']}.\n\n"
    )


def _seeds(n: int) -> str:
    return "1 seed" if n == 1 else f"{n} seeds"


def _label(response: Response) -> str:
    values = ", ".join(f"{key} = {value:g}" for key, value in response.values)
    return " ".join(part for part in (response.variant, values) if part)


def _links_of(responses: Sequence[Response]) -> str:
    """Every link of the chain, by where jobs grow."""

    def cell(response: Response, name: str) -> str:
        effect = response.links[name]
        return number(effect.times(1e-3), 0) if name == "extra_jobs" else number(effect)

    rows = [[text, *(cell(r, name) for r in responses)] for name, text in LINKS.items()]
    return table(["", *(r.where for r in responses)], rows)


def curve(responses: Sequence[Response]) -> str:
    """Residents per extra job and the links that make them, by what else varies and by where jobs grow."""
    head = ["", "jobs grow in", *SHORT.values()]
    rows = [[_label(r), r.where, *(number(r.links[name]) for name in SHORT)] for r in responses]
    return table(head, rows)


def jobs_and_cities(jobs: FinishedSweep, cities: FinishedSweep | None) -> str:
    """The chain at the highest share of new jobs that recruit from afar, and the curve over that share."""
    found = list(Jobs(jobs).responses())
    top = max(value for r in found for _, value in r.values)
    chain = [r for r in found if all(value == top for _, value in r.values)]
    if cities is not None:
        chain += list(Jobs(cities).responses())
    text = f"### From jobs to residents\n\n{about(jobs)}{_links_of(chain)}\n"
    return text + f"### The curve over the share of new jobs offered afar\n\n{curve(found)}\n"


def cuts(sweep: FinishedSweep) -> str:
    """Residents per extra job with each channel cut."""
    return f"### With channels cut\n\n{about(sweep)}{curve(list(Jobs(sweep).responses()))}\n"


def years(sweep: FinishedSweep) -> str:
    """Formal workers over formal jobs, drift of moves, and accounts, over the years of runs without a push."""
    text = "### Years without a push\n\n" + about(sweep)
    flows = ["moves_between_provinces", "moves_for_work_between_provinces", "moves_within_district", "moves"]
    stocks = ["formal_workers", "market_formal_jobs", "households", "workers"]
    rows, moved = [], []
    scenarios = list(dict.fromkeys(sweep.arms["scenario"].astype(str)))
    for scenario in scenarios:
        held, flow = yearly(sweep, scenario, stocks, flow=False), yearly(sweep, scenario, flows, flow=True)
        filled = held["formal_workers"] / held["market_formal_jobs"]
        n = filled.shape[1] - 1
        growth = {
            name: np.log(held[name][:, -1] / held[name][:, 0]) / n
            for name in ("workers", "market_formal_jobs")
        }
        grew = [percent(estimate(growth[name].tolist()), 2) for name in growth]
        rows.append([scenario, *grew, *(number(effects(filled)[k], 3) for k in sorted({0, 1, n // 2, n}))])
        for name in flows:
            rate = 1000.0 * flow[name] / held["households"][:, 1:]
            shown = effects(rate)
            moved.append(
                [
                    scenario,
                    name.replace("_", " "),
                    *(number(shown[k]) for k in sorted({0, 1, n // 2, n - 1})),
                    percent(estimate(drift(rate).tolist())),
                ]
            )
    n = filled.shape[1] - 1
    marks = [f"after {k} years" for k in sorted({0, 1, n // 2, n})]
    text += "Growth a year, and formal workers over formal jobs:\n\n"
    text += table(["", "workers", "formal jobs", *marks], rows) + "\n"
    marks = [f"year {k + 1}" for k in sorted({0, 1, n // 2, n - 1})]
    text += "Moves per 1,000 households a year; drift is the last two years over the first two:\n\n"
    return text + table(["", "", *marks, "drift"], moved) + "\n" + conservation(sweep, scenarios[0])


def conservation(sweep: FinishedSweep, scenario: str) -> str:
    """Offers and formal workers of every replicate of one scenario, by district and for the nation."""
    point, columns = sweep.arm(scenario), ["reason_work", "formal_workers"]
    nation = sweep.rows("nation", columns).fillna(0)
    rows = []
    for replicate in range(sweep.replicates):
        here = nation[(nation["point"] == point) & (nation["replicate"] == replicate)]
        kept = sweep.kept(
            point, replicate, "districts", ["step", "offers_made", "offers_taken", "formal_workers"]
        )
        a = accounts(kept, here[["step", *columns]])
        rows.append(
            [str(replicate + 1), *(f"{n:,}" for n in (a.made, a.taken, a.lapsed))]
            + [str(n) for n in (a.taken_beyond_made, a.taken_not_moved, a.formal_not_counted)]
        )
    head = [
        "seed", "offers made", "taken", "lapsed", "taken but not made", "taken but not moved",
        "formal workers that districts and nation count differently",
    ]  # fmt: skip
    return f"Accounts of `{scenario}`, largest difference of any step:\n\n{table(head, rows)}\n"


def shocks(sweep: FinishedSweep, wealth: pd.DataFrame | None = None) -> str:
    """What moves from rural to urban places answer to urban pay and to farm income, by year, income and wealth.

    Parameters
    ----------
    wealth : DataFrame, optional
        ``seed, uid, quarter`` of `dicu.lab.first_wealth`.
    """
    columns = ["moves_rural_to_urban", "persons_rural_to_urban"]
    base = yearly(sweep, BASE, columns, flow=True)
    pay, loss = (yearly(sweep, arm, columns, flow=True) for arm in ("urban_pay", "farm_loss"))
    gain = 1.0 + float(_value(sweep, "urban_pay", "programme.urban_pay_gain"))
    n = base[columns[0]].shape[1]
    rows = []
    for name in columns:
        answer = elasticity(pay[name], base[name], gain)
        steady = np.log(pay[name][:, STEADY:].sum(axis=1) / base[name][:, STEADY:].sum(axis=1)) / np.log(gain)
        rows.append(
            [
                f"elasticity of {name.replace('_', ' ')} to urban pay",
                *(number(e) for e in [*effects(answer), estimate(steady.tolist())]),
            ]
        )
    for name in columns:
        lost = loss[name] / base[name] - 1.0
        steady = loss[name][:, STEADY:].sum(axis=1) / base[name][:, STEADY:].sum(axis=1) - 1.0
        rows.append(
            [
                f"{name.replace('_', ' ')} with farm income lower",
                *(percent(e) for e in [*effects(lost), estimate(steady.tolist())]),
            ]
        )
    head = ["", *(f"year {k + 1}" for k in range(n)), f"from year {STEADY + 1} on"]
    text = f"### Pay and farm income\n\n{about(sweep)}{table(head, rows)}\n"
    income = _percents(_by_quarter(sweep, "farm_loss", None))
    text += "Persons who moved from rural to urban places with farm income lower, by quarter of households (the first "
    text += f"has least), from year {STEADY + 1} on:\n\n"
    head, rows = ["", "by lasting luck in income"], [income]
    if wealth is not None:
        head.append("rural households of the start, by wealth then")
        rows.append(_percents(_by_quarter(sweep, "farm_loss", wealth)))
    text += (
        table(head, [[f"quarter {k + 1}", *cells] for k, cells in enumerate(zip(*rows, strict=True))]) + "\n"
    )
    if wealth is None:
        text += "By wealth: not measured; `python -m dicu.lab.first_wealth` makes what it needs.\n\n"
    return text


def _percents(values: Floats) -> list[str]:
    """Each column of (R, K) as a percentage."""
    return [percent(effect) for effect in effects(values)]


def _by_quarter(sweep: FinishedSweep, arm: str, wealth: pd.DataFrame | None) -> Floats:
    """(R, 4) change of persons moved by quarter of income, or of wealth before, treated over base, less 1."""
    columns = ["step", "uid", "origin_urban", "destination_urban", "persons", "income_quantile"]
    first = STEADY * YEAR + 1
    made = []
    for replicate in range(sweep.replicates):
        both = [sweep.kept(sweep.arm(name), replicate, "moves", columns) for name in (arm, BASE)]
        if wealth is None:
            treated, base = (by_income_quarter(moves, first) for moves in both)
        else:
            seed = sweep.plan.loc[sweep.plan["replicate"] == replicate, "seed"].iloc[0]
            mine = wealth[wealth["seed"] == seed].set_index("uid")["quarter"]
            treated, base = (by_wealth_quarter(moves, first, mine) for moves in both)
        made.append(treated / base - 1.0)
    return np.array(made)


def _value(sweep: FinishedSweep, scenario: str, key: str) -> Any:
    return sweep.arms.loc[sweep.arm(scenario), key]


_AGEING: Final = {"crude": "moved", "explained": "expected by ages", "rest": "moved over expected"}
PER: Final = 1000.0


def rural_pay(path: Path) -> str:
    """Rural beside urban pay, by year, from the rows of ``dicu.lab.rural_pay``."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    quarters = sorted({as_int(row["quarter"]) for row in rows})
    columns = ("highest_other", "highest_farming", "earnings", "income_head")

    def cells(quarter: int) -> list[str]:
        here = [row for row in rows if row["quarter"] == quarter]
        shown = [estimate([row[name] for row in here]) for name in columns]
        misfit = [
            f"{e.mean - PUBLISHED[name]:+.3f}"
            for name, e in zip(columns, shown, strict=True)
            if name in PUBLISHED
        ]
        most = [f"{max(row[name] for row in here):.4f}" for name in columns[:2]]
        return [str(quarter // YEAR), *most, number(shown[2], 3), misfit[0], number(shown[3], 3), misfit[1]]

    head = [
        "year", "highest rural over urban pay, same work outside farming", "same, farming",
        f"earnings a worker (published {PUBLISHED['earnings']})", "misfit",
        f"income a head (published {PUBLISHED['income_head']})", "misfit",
    ]  # fmt: skip
    first = rows[0]
    text = (
        f"One row for {first['weight']} households, {_seeds(len({row['seed'] for row in rows}))}; "
        f"{first['areas']} commuting areas and {first['districts']} districts have both rural and urban workers.\n\n"
    )
    return f"### Rural pay\n\n{text}{table(head, map(cells, quarters))}\n"


def ageing(path: Path) -> str:
    """Moves between provinces beside those that ages explain, by year, from the rows of ``dicu.lab.ageing``."""
    rows = pd.DataFrame(json.loads(path.read_text(encoding="utf-8")))
    rows["crude"] = PER * rows["moved"] / rows["persons"]
    rows["explained"] = PER * rows["expected"] / rows["persons"]
    rows["rest"] = rows["moved"] / rows["expected"]
    grids = {
        name: rows.pivot(index="seed", columns="year", values=name).to_numpy(np.float64) for name in _AGEING
    }
    lines = [
        [str(year + 1), *(number(estimate(grids[name][:, year].tolist())) for name in _AGEING)]
        for year in range(grids["crude"].shape[1])
    ]
    lines.append(["drift", *(percent(estimate(drift(grids[name]).tolist())) for name in _AGEING)])
    text = (
        "Persons who move between provinces per 1,000 a year where formal jobs grow as workers do; those expected if "
        "each age and sex moved as in the first two years; and what ages do not explain. Drift is the last two years "
        f"over the first two; {_seeds(grids['crude'].shape[0])}.\n\n"
    )
    return f"### What ages explain of the drift\n\n{text}{table(['year', *_AGEING.values()], lines)}\n"


def page(told: str, made: str) -> str:
    """A page with what stands between its marks replaced.

    Raises
    ------
    ValueError
        When a mark is missing.
    """
    before, begin, rest = told.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no lines {BEGIN!r} and {END!r}")
    return f"{before}{BEGIN}\n\n{made}{END}{after}"


__all__ = [
    "AGES",
    "BEGIN",
    "END",
    "PAY",
    "WEALTH",
    "ageing",
    "cuts",
    "jobs_and_cities",
    "page",
    "rural_pay",
    "shocks",
    "years",
]
