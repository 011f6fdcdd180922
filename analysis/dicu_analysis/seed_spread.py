"""How far one run lies from another that differs in its seed alone: the standard table of it, and its measurement.

A run of the real country in one row for 1,000 households gives a province a net gain of 2 per 1,000 and year with
one seed and a net loss with the next. Figures and reports of one run use this table to leave out what luck decides.
Measured once (``uv run python -m dicu_analysis.seed_spread measure``), with the default years (2019Q2 to 2035Q4), and
kept in ``data/seed_spread.csv``; other weights follow by the law below, and are then called extrapolated.

Moves of households are nearly independent, so that the variance of a sum is that of one household times their number:
the standard deviation of a total goes with the root of the weight, that of a rate per 1,000 residents and year is
``c * sqrt(weight / (residents * years))``, that of the persons of one stream ``c * sqrt(weight * persons)``. The
coefficients are fitted at one weight and tried at another.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal

import numpy as np
import pandas as pd
import typer
from numpy.typing import ArrayLike, NDArray

from dicu.record.folder import write_bytes
from dicu_analysis.flows import flows_between, rates
from dicu_analysis.load import Run

PATH: Final = Path(__file__).parent / "data" / "seed_spread.csv"
COLUMNS: Final = (
    "quantity", "level", "kind", "weight", "sd", "low", "high", "seeds", "model_version", "command",
)  # fmt: skip
Kind = Literal["level", "difference"]
TIMES: Final = 2.0
"""Standard deviations within which a figure does not tell a value from 0, or one value from another."""
COMMAND: Final = "uv run python -m dicu_analysis.seed_spread measure"
RATES: Final = {
    "net_per_1000_a_year": ("province", "region"),
    "in_per_1000_a_year": ("province",),
    "out_per_1000_a_year": ("province",),
}
"""Rates that follow the law of residents, with the levels at which the coefficient is fitted."""
STREAM: Final = "persons_moved"


@dataclass(frozen=True)
class Spread:
    """Standard deviation of one quantity over seeds.

    Attributes
    ----------
    sd : float
        Of one run's value (kind ``level``), or of the difference of one pair with equal seeds (``difference``).
    weight : int
        Real households a row, of the run that is asked about.
    measured : int
        Weight at which it was measured; another than ``weight`` means that the law of the root was applied.
    seeds : int
        Runs that it was measured with.
    """

    sd: float
    weight: int
    measured: int
    seeds: int

    @property
    def extrapolated(self) -> bool:
        """Whether the table has no measurement at this weight."""
        return self.weight != self.measured


@cache
def table() -> pd.DataFrame:
    """The standard table; ``low`` and ``high`` bound ``sd`` with 95 % (chi square with the seeds less one).

    Raises
    ------
    ValueError
        When the file has other columns.
    """
    made = pd.read_csv(PATH)
    if tuple(made.columns) != COLUMNS:
        raise ValueError(f"{PATH}: columns must be {', '.join(COLUMNS)}, got {', '.join(made.columns)}")
    return made


def spread(quantity: str, weight: int, kind: Kind = "level") -> Spread | None:
    """Spread of a figure of the whole run (a key of `dicu_analysis.report.measures.measure`), None where not measured.

    Taken from the measurement at the nearest weight (in ratio), times the root of the ratio of weights.
    """
    rows = table()
    mine = rows[(rows["quantity"] == quantity) & (rows["kind"] == kind) & (rows["level"] == "run")]
    if mine.empty:
        return None
    near = mine.iloc[int(np.argmin(np.abs(np.log(mine["weight"].to_numpy() / weight))))]
    sd = float(near["sd"]) * float(np.sqrt(weight / near["weight"]))
    return Spread(sd, weight, int(near["weight"]), int(near["seeds"]))


def of_rates(
    residents: ArrayLike, weight: int, years: float, quantity: str = "net_per_1000_a_year",
    level: str = "province",
) -> NDArray[np.float64]:  # fmt: skip
    """Standard deviation over seeds of rates per 1,000 residents and year, by unit.

    Parameters
    ----------
    residents : (U,) float64
        Real persons, mean of the period.
    weight : int
        Real households a row.
    years : float
        Length of the period.

    Raises
    ------
    KeyError
        When the table has no coefficient for the quantity at this level.
    """
    people = np.asarray(residents, dtype=np.float64)
    scale = np.sqrt(weight / np.where(people > 0, people * years, np.nan))
    return np.asarray(coefficient(quantity, level, weight) * scale, dtype=np.float64)


def of_streams(persons: ArrayLike, weight: int) -> NDArray[np.float64]:
    """Standard deviation over seeds of the persons who moved from one unit to another in some time."""
    moved = np.asarray(persons, dtype=np.float64)
    return np.asarray(coefficient(STREAM, "stream", weight) * np.sqrt(weight * moved), dtype=np.float64)


def coefficient(quantity: str, level: str, weight: int) -> float:
    """``c`` of the law of residents, from the measurement at the nearest weight (in ratio)."""
    rows = table()
    mine = rows[(rows["quantity"] == quantity) & (rows["level"] == level)]
    if mine.empty:
        raise KeyError(f"{PATH}: no spread of {quantity!r} by {level}")
    near = mine.iloc[int(np.argmin(np.abs(np.log(mine["weight"].to_numpy() / weight))))]
    return float(near["sd"])


def measured_at(weight: int) -> bool:
    """Whether the table holds a measurement at this weight."""
    return weight in set(table()["weight"])


def digits_of(quantity: str, run: Run, most: int, factor: float = 1.0) -> int:
    """Decimals that a number of one run is told with; it is ``factor`` times the measured one."""
    found = spread(quantity, int(run.manifest["weight"]))
    return digits(None if found is None else found.sd * factor, most)


def digits(sd: float | None, most: int) -> int:
    """Decimals that a number of this spread is told with: none finer than its standard deviation, at most ``most``."""
    if sd is None or not sd > 0:
        return most
    return min(most, max(0, -int(np.ceil(np.log10(sd)))))


def unit_rates(run: Run, level: Literal["province", "region"]) -> pd.DataFrame:
    """Rates by unit before and after the middle of the run's comparison, with residents and years: a row each."""
    cut, labels = run.comparison_step, run.labels
    parts = []
    for first, last in ((1, cut - 1), (cut, len(labels) - 1)):
        part = rates(run, level, "legacy", (labels[first], labels[last]))
        part["years"] = (last - first + 1) / run.steps_per_year
        part["first"] = labels[first]
        parts.append(part.set_index("first", append=True))
    return pd.concat(parts)


def fitted(runs: Sequence[Run], level: Literal["province", "region"], quantity: str) -> tuple[float, int]:
    """``c`` of the law from runs that differ in their seed alone, and the degrees of freedom it rests on.

    Sums the squares of each unit's deviations from its own mean, each over its own weight / (residents * years).
    """
    parts = [unit_rates(run, level) for run in runs]
    values = np.stack([p[quantity].to_numpy(dtype=np.float64) for p in parts])
    residents = np.mean([p["residents"].to_numpy(dtype=np.float64) for p in parts], axis=0)
    years = parts[0]["years"].to_numpy(dtype=np.float64)
    weight = int(runs[0].manifest["weight"])
    squares = (values - values.mean(axis=0)) ** 2 * (residents * years / weight)
    freedom = (len(runs) - 1) * values.shape[1]
    return float(np.sqrt(squares.sum() / freedom)), freedom


def fitted_streams(runs: Sequence[Run]) -> tuple[float, int]:
    """``c`` of the law of streams from the moves between regions in the whole run, and its degrees of freedom."""
    each = [
        flows_between(run, "region").groupby(["origin", "destination"])["persons"].sum().rename(k)
        for k, run in enumerate(runs)
    ]
    values = pd.concat(each, axis=1).fillna(0).to_numpy(dtype=np.float64)
    mean = values.mean(axis=1, keepdims=True)
    squares = (values - mean) ** 2 / (mean * int(runs[0].manifest["weight"]))
    freedom = (len(runs) - 1) * len(values)
    return float(np.sqrt(squares.sum() / freedom)), freedom


def figure_numbers(run: Run) -> dict[str, float]:
    """Numbers that titles of figures state and the report does not measure."""
    from dicu_analysis.cities import by_group
    from dicu_analysis.figures import five_year, mover_ages

    last = run.national.iloc[-1]
    made = {
        "households.end": float(last["households"]),
        "persons_per_household.end": float(last["persons"] / last["households"]),
    }
    counts = mover_ages.movers(run).sum(axis=1).to_numpy()
    made["movers.20-39"] = mover_ages.share_of_ages(counts, 20, 39)
    made["movers.children"] = mover_ages.children(counts)
    for scope, share in five_year.shares(run).iloc[0].items():
        made[f"five_year.{scope}"] = float(share)
    groups = by_group(run)
    end = groups.xs(groups.index.get_level_values("step").max(), level="step")
    made |= {f"rent_ratio.{group}.end": float(value) for group, value in end["rent_ratio"].items()}
    return made


def rows_of(
    runs: Mapping[tuple[str, int], Run], weight: int, command: str
) -> list[dict[str, str | int | float]]:
    """Rows of the table from the runs of one weight, by (policy, seed)."""
    from dicu_analysis.report.measures import both, measure

    reform = {seed: run for (policy, seed), run in runs.items() if policy != "none"}
    without = {seed: run for (policy, seed), run in runs.items() if policy == "none"}
    made: list[dict[str, str | int | float]] = []
    version = str(next(iter(reform.values())).manifest["model_version"])

    def add(quantity: str, level: str, kind: Kind, sd: float, freedom: int, seeds: int) -> None:
        low, high = bounds(sd, freedom)
        made.append({
            "quantity": quantity, "level": level, "kind": kind, "weight": weight, "sd": sd, "low": low, "high": high,
            "seeds": seeds, "model_version": version, "command": command,
        })  # fmt: skip

    for quantity, levels in RATES.items():
        for level in levels:
            c, freedom = fitted(list(reform.values()), level, quantity)  # type: ignore[arg-type]
            add(quantity, level, "level", c, freedom, len(reform))
    c, freedom = fitted_streams(list(reform.values()))
    add(STREAM, "stream", "level", c, freedom, len(reform))
    pairs = sorted(reform.keys() & without.keys())
    sheets = {seed: both(reform[seed], without[seed]) for seed in pairs}
    treated, base = (
        [measure(sheets[seed][k]) | figure_numbers(sheets[seed][k].run) for seed in pairs] for k in (0, 1)
    )
    keys = [k for k in treated[0] if not k.startswith("province.") and all(k in m for m in [*treated, *base])]
    for kind, values in (
        ("level", [[m[k] for m in treated] for k in keys]),
        ("difference", [[a[k] - b[k] for a, b in zip(treated, base, strict=True)] for k in keys]),
    ):
        for key, each in zip(keys, values, strict=True):
            sd = float(np.std(each, ddof=1))
            add(key, "run", kind, sd, len(pairs) - 1, len(pairs))  # type: ignore[arg-type]
    return made


def bounds(sd: float, freedom: int) -> tuple[float, float]:
    """95 % bounds of a standard deviation with so many degrees of freedom."""
    from scipy.stats import chi2

    low, high = (sd * float(np.sqrt(freedom / chi2.ppf(p, freedom))) for p in (0.975, 0.025))
    return low, high


def simulated(out: Path, weights: Iterable[int], seeds: Iterable[int]) -> dict[tuple[str, int, int], Run]:
    """Runs by (policy, weight, seed) in a folder, those that are missing made by ``dicu run``."""
    found = {}
    for path in sorted(out.glob("spread/*/manifest.json")):
        run = Run(path.parent)
        found[run.config["reform"]["policy"], run.manifest["weight"], run.config["seed"]] = run
    made = {}
    for weight in weights:
        for seed in seeds:
            for policy in ("none", "actual"):
                if (policy, weight, seed) not in found:
                    values = [f"population.weight={weight}", f"seed={seed}", "name=spread"]
                    command = [
                        sys.executable, "-m", "dicu.cli", "run", f"configs/scenarios/{policy}.yaml", *values,
                        "--no-figures", "--out", str(out),
                    ]  # fmt: skip
                    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                    found[policy, weight, seed] = Run(told.split()[-1])
                made[policy, weight, seed] = found[policy, weight, seed]
    return made


app = typer.Typer(add_completion=False, help=__doc__)


@app.command()
def measure(
    weights: Annotated[list[int], typer.Option(help="Real households a row.")] = [1000, 100],  # noqa: B006
    seeds: Annotated[int, typer.Option(help="Seeds of the largest weight, from 1.", min=3)] = 8,
    fewer: Annotated[int, typer.Option(help="Seeds of the other weights, from 1.", min=3)] = 5,
    out: Annotated[Path, typer.Option(help="Folder of the runs; finished ones there are used.")] = Path(
        "runs"
    ),
    table: Annotated[Path, typer.Option(help="The table that is written.")] = PATH,
) -> None:
    """Run the real country with several seeds, with and without the reform, and write the table anew."""
    rows: list[dict[str, str | int | float]] = []
    for weight in sorted(weights, reverse=True):
        n = seeds if weight == max(weights) else fewer
        command = f"{COMMAND} --weights {weight} --seeds {n}"
        runs = simulated(out, [weight], range(1, n + 1))
        rows += rows_of({(p, s): run for (p, _, s), run in runs.items()}, weight, command)
    made = pd.DataFrame(rows, columns=list(COLUMNS))
    write_bytes(table, made.to_csv(index=False, float_format="%.6g", lineterminator="\n").encode())
    law = made[made["level"] != "run"]
    typer.echo(law.drop(columns=["command", "model_version"]).to_string(index=False))
    typer.echo(str(table))


@app.command()
def check(
    weight: Annotated[int, typer.Option(help="Weight at which the law is tried.")] = 100,
    seeds: Annotated[int, typer.Option(help="Seeds, from 1.", min=3)] = 5,
    out: Annotated[Path, typer.Option(help="Folder of the runs.")] = Path("runs"),
) -> None:
    """Compare the spread of runs at one weight with what the table foretells."""
    runs = simulated(out, [weight], range(1, seeds + 1))
    own = [run for (policy, _, _), run in runs.items() if policy != "none"]
    for quantity, levels in RATES.items():
        for level in levels:
            c, freedom = fitted(own, level, quantity)  # type: ignore[arg-type]
            low, high = bounds(c, freedom)
            typer.echo(
                f"{quantity} by {level}: c = {c:.3g} ({low:.3g} to {high:.3g}) at weight {weight}; "
                f"table: {coefficient(quantity, level, 1000):.3g} at weight 1000"
            )


if __name__ == "__main__":
    app()
