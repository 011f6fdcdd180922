"""Measure how far one run lies from another that differs in its seed alone, and write the table of `seed_spread`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import numpy as np
import pandas as pd
import typer
from numpy.typing import NDArray

from dicu.record.folder import write_bytes
from dicu_analysis.flows import flows_between, rates
from dicu_analysis.load import Run
from dicu_analysis.seed_spread import COLUMNS, PATH, RATES, STREAM, WAYS, Kind, coefficient

if TYPE_CHECKING:
    from dicu_analysis.report.measures import Sheet

DICU: Final = ("-c", "from dicu.cli import app; app()")
"""The program, for the interpreter that runs this."""
COMMAND: Final = "uv run python -m dicu_analysis.measure_spread measure"


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


def _fitted_means(
    values: NDArray[np.float64], residents: NDArray[np.float64], weight: int
) -> tuple[float, int]:
    """``c`` of the law of means from (R, U) values of R runs, and its degrees of freedom."""
    squares = (values - values.mean(axis=0)) ** 2 * (residents / weight)
    freedom = (len(values) - 1) * values.shape[1]
    return float(np.sqrt(squares.sum() / freedom)), freedom


def _means_of(
    pairs: Sequence[tuple[Sheet, Sheet]],
) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Means by province of the runs with the reform and their twins: values (R, U) and residents (U,) by quantity."""
    from dicu_analysis.figures.services_by_province import by_province
    from dicu_analysis.report.measures import ADMINISTRATION, changes_by_province, residents_by_province

    made = {}
    after = [by_province(treated.run)[1].sort_index() for treated, _ in pairs]
    for way in WAYS:
        values = np.stack([frame[way].to_numpy(dtype=np.float64) for frame in after])
        made[way] = (
            values,
            np.mean([frame["residents"].to_numpy(dtype=np.float64) for frame in after], axis=0),
        )
    people = np.mean([residents_by_province(treated).to_numpy() for treated, _ in pairs], axis=0)
    for service in ADMINISTRATION:
        changes = [changes_by_province(a, b, service, "end").to_numpy(dtype=np.float64) for a, b in pairs]
        made[f"access_change.{service}"] = np.stack(changes), people
    return made


def _fitted_streams(runs: Sequence[Run]) -> tuple[float, int]:
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


def _figure_numbers(run: Run) -> dict[str, float]:
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
    nation = run.governments[run.governments["level"].astype(str) == "nation"].set_index("step")
    soon = nation.loc[nation.index >= run.comparison_step + run.steps_per_year]
    for way in WAYS:
        made[f"{way}.soon"] = float(soon[way].iloc[0])
    made["posts_10k.soon"] = 1e4 * float(soon["posts"].iloc[0]) / float(soon["residents"].iloc[0])
    return made


def rows_of(
    runs: Mapping[tuple[str, int], Run], weight: int, command: str
) -> list[dict[str, str | int | float]]:
    """Rows of the table from the runs of one weight, by (policy, seed).

    Raises
    ------
    ValueError
        For runs of several versions of the model.
    """
    from dicu_analysis.report.measures import both, measure

    reform = {seed: run for (policy, seed), run in runs.items() if policy != "none"}
    without = {seed: run for (policy, seed), run in runs.items() if policy == "none"}
    made: list[dict[str, str | int | float]] = []
    versions = {str(run.manifest["model_version"]) for run in runs.values()}
    if len(versions) > 1:
        raise ValueError(
            f"runs of several versions of the model ({', '.join(sorted(versions))}): measure one at a time"
        )
    version = versions.pop()

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
    c, freedom = _fitted_streams(list(reform.values()))
    add(STREAM, "stream", "level", c, freedom, len(reform))
    pairs = sorted(reform.keys() & without.keys())
    sheets = {seed: both(reform[seed], without[seed]) for seed in pairs}
    for quantity, (values, people) in _means_of(list(sheets.values())).items():
        c, freedom = _fitted_means(values, people, weight)
        kind: Kind = "difference" if quantity.startswith("access_change") else "level"
        add(quantity, "province", kind, c, freedom, len(pairs))
    treated, base = (
        [measure(sheets[seed][k]) | _figure_numbers(sheets[seed][k].run) for seed in pairs] for k in (0, 1)
    )
    keys = [k for k in treated[0] if not k.startswith("province.") and all(k in m for m in [*treated, *base])]
    for key in keys:
        each = [m[key] for m in treated]
        add(key, "run", "level", float(np.std(each, ddof=1)), len(pairs) - 1, len(pairs))
    for key in keys:
        changes = [a[key] - b[key] for a, b in zip(treated, base, strict=True)]
        add(key, "run", "difference", float(np.std(changes, ddof=1)), len(pairs) - 1, len(pairs))
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
                        sys.executable,
                        *DICU,
                        "run",
                        policy,
                        *values,
                        "--no-figures",
                        "--out",
                        str(out),
                    ]
                    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                    found[policy, weight, seed] = Run(told.splitlines()[-1])
                made[policy, weight, seed] = found[policy, weight, seed]
    return made


app = typer.Typer(add_completion=False, help=__doc__)


@app.command()
def measure(
    weights: Annotated[list[int], typer.Option(help="Real households per row.")] = [1000, 100],  # noqa: B006
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
    kept = pd.read_csv(table) if table.is_file() else pd.DataFrame(columns=list(COLUMNS))
    made = pd.DataFrame(rows, columns=list(COLUMNS))
    made = pd.concat([made, kept[~kept["weight"].isin(weights)]]) if len(kept) else made
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
