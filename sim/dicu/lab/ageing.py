"""Moves between provinces year by year, and how many there would be if each age moved as in the first years.

    uv run python -m dicu.lab.ageing runs/ageing.json population.weight=300 \
        time.start=2019Q2 time.end=2029Q1 labour.formal_growth=0.0078 labour.growth_kept=0

What a population that grows older does to moves is no drift of the model: the rest is what remains.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer
from numpy.typing import NDArray

from dicu.execution.starting import first_model
from dicu.lab.asked import asked_scenario
from dicu.model import Model
from dicu.population.columns import BIRTH_YEAR_ZERO
from dicu.record.folder import write_bytes
from dicu.reform.opening import open_world
from dicu.scenario.scenario import Scenario, with_values
from dicu.scenario.vocabulary import SCOPES

QUARTERS: Final = 4
FIRST: Final = 2
"""Years whose rates by age are kept."""
AGES: Final = 128


@dataclass(frozen=True)
class Year:
    """Persons at the middle of a year, those who moved between provinces, and those expected by age."""

    seed: int
    year: int
    persons: int
    moved: int
    expected: float


def expected(
    moved: NDArray[np.float64], persons: NDArray[np.float64], first: int = FIRST
) -> NDArray[np.float64]:
    """Movers of each year if every age and sex moved as it did in the first years.

    Parameters
    ----------
    moved, persons : (Y, ...) float64
        By year, then by sex and age.
    first : int

    Returns
    -------
    (Y,) float64
        In the first years their sum is that of ``moved``.
    """
    there = persons[:first].sum(axis=0)
    rate = np.divide(moved[:first].sum(axis=0), there, out=np.zeros_like(there), where=there > 0)
    return np.asarray((persons * rate).reshape(len(persons), -1).sum(axis=1))


def by_age(model: Model) -> NDArray[np.float64]:
    """Persons by sex (0 male) and age at the end of the last step, (2, AGES)."""
    h = model.households
    member = h.member[: h.n].reshape(-1)
    member = member[member > 0].astype(np.int64)
    age = np.clip(model.calendar.age_year(model.now - 1) - BIRTH_YEAR_ZERO - (member >> 1), 0, AGES - 1)
    made = np.bincount((member & 1) * AGES + age, minlength=2 * AGES)
    return made.reshape(2, AGES).astype(np.float64)


def followed(scenario: Scenario, years: int) -> Iterator[Year]:
    """Years of a run, from its start on."""
    model, _ = first_model(scenario, open_world(scenario))
    weight, between = scenario.population.weight, SCOPES.index("between provinces")
    moved, persons = np.zeros((years, 2, AGES)), np.zeros((years, 2, AGES))
    for now in range(years * QUARTERS):
        model.step()
        assert model.changes is not None
        moved[now // QUARTERS] += model.changes.movers_by_age[between]
        persons[now // QUARTERS] += by_age(model) / QUARTERS
    for year, would in enumerate(expected(moved, persons)):
        yield Year(
            scenario.seed,
            year + 1,
            weight * round(float(persons[year].sum())),
            weight * int(moved[year].sum()),
            weight * float(would),
        )


def main(
    out: Annotated[Path, typer.Argument(help="The file to write.")],
    values: Annotated[list[str] | None, typer.Argument(metavar="[KEY=VALUE]...")] = None,
    config: Annotated[str, typer.Option(help="A scenario.")] = "none",
    seeds: Annotated[int, typer.Option(min=1, help="Seeds, from 1.")] = 3,
    years: Annotated[int, typer.Option(min=FIRST)] = 10,
) -> None:
    """Tell growth of moves between provinces from a population that grows older, and write one row a year and seed."""
    scenario = asked_scenario(config, values or [])
    rows = [
        row for seed in range(1, seeds + 1) for row in followed(with_values(scenario, {"seed": seed}), years)
    ]
    write_bytes(out, (json.dumps([asdict(row) for row in rows], indent=1) + "\n").encode())
    typer.echo(str(out))


if __name__ == "__main__":
    typer.run(main)
