"""Rural pay beside urban pay in a run: for the same work in the same labour market, by worker, and income by head.

    uv run python -m dicu.lab.rural_pay runs/rural_pay.json population.weight=300

Pay for the same work is that of a worker of one skill, sector and status in one market: the commuting area, for farmers
the district; nobody may earn more for it in rural than in urban places. The two ratios are those that surveys publish;
what is left between them and the figures is the misfit.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer
from numpy.typing import NDArray

from dicu.execution.starting import first_model
from dicu.lab.asked import asked_scenario
from dicu.model import Model
from dicu.record.folder import write_bytes
from dicu.reform.opening import open_world
from dicu.scenario.scenario import Scenario, with_values

YEAR: Final = 4
"""Quarters."""


@dataclass(frozen=True)
class Row:
    """What stood at the end of a quarter.

    Attributes
    ----------
    highest_other, highest_farming : float
        Largest rural over urban pay of a kind of work in a market, outside farming and in it; 0 where none has both
        sides.
    areas, districts : int
        Commuting areas, and districts, that have both.
    earnings : float
        Rural over urban earnings of a worker.
    income_head : float
        Rural over urban income of a person.
    """

    seed: int
    quarter: int
    weight: int
    highest_other: float
    areas: int
    highest_farming: float
    districts: int
    earnings: float
    income_head: float


def highest_same_work(
    earnings: NDArray[np.float64], urban: NDArray[np.bool_], market: NDArray[np.integer]
) -> tuple[float, int]:
    """Largest ratio of any rural to any urban pay for the same work, and how many markets have both sides.

    Parameters
    ----------
    earnings : (P, K) float64
        By place and kind of worker.
    urban : (P,) bool
    market : (P,) int
        Of each place.
    """
    n, kinds = int(market.max()) + 1, earnings.shape[1]
    most, least = np.full((n, kinds), -np.inf), np.full((n, kinds), np.inf)
    np.maximum.at(most, market[~urban], earnings[~urban])
    np.minimum.at(least, market[urban], earnings[urban])
    both = np.isfinite(most[:, 0]) & np.isfinite(least[:, 0])
    return float((most[both] / least[both]).max(initial=0.0)), int(both.sum())


def ratios(
    earnings: NDArray[np.float64],
    other: NDArray[np.float64],
    workers: NDArray[np.int64],
    persons: NDArray[np.int64],
    urban: NDArray[np.bool_],
) -> tuple[float, float]:
    """Rural over urban earnings of a worker, and income of a person.

    Parameters
    ----------
    earnings, workers : (P, 32)
        Pay and number of workers by place and kind.
    other, persons : (P,)
        Income of a person besides earnings, and persons.
    """
    earned = (earnings * workers).sum(axis=1)
    income = earned + other * persons
    pay, head = (
        [values[side].sum() / count[side].sum() for side in (~urban, urban)]
        for values, count in ((earned, workers.sum(axis=1)), (income, persons))
    )
    return float(pay[0] / pay[1]), float(head[0] / head[1])


def measured(model: Model) -> Row:
    """The row of a model as it stands."""
    world, markets = model.world, model.markets
    # types come in pairs, farming and other work
    other = highest_same_work(markets.earnings[:, 1::2], world.urban, model.commuting.area[world.district])
    farming = highest_same_work(markets.earnings[:, 0::2], world.urban, world.district)
    earnings, head = ratios(
        markets.earnings, markets.other_income_head, model.workers, model.residents, world.urban
    )
    settings = model.settings
    return Row(settings.seed, model.now, settings.population.weight, *other, *farming, earnings, head)


def followed(scenario: Scenario, quarters: int) -> list[Row]:
    """Rows at the start of a run and at the end of each year of so many quarters."""
    model, _ = first_model(scenario, open_world(scenario))
    made = [measured(model)]
    for now in range(1, quarters + 1):
        model.step()
        if now % YEAR == 0:
            made.append(measured(model))
    return made


def main(
    out: Annotated[Path, typer.Argument(help="The file to write.")],
    values: Annotated[list[str] | None, typer.Argument(metavar="[KEY=VALUE]...")] = None,
    config: Annotated[str, typer.Option(help="A scenario.")] = "none",
    seeds: Annotated[int, typer.Option(min=1, help="Seeds, from 1.")] = 3,
    quarters: Annotated[int, typer.Option(min=0)] = 20,
) -> None:
    """Measure rural beside urban pay over some years and seeds, and write one row a year and seed."""
    scenario = asked_scenario(config, values or [])
    rows = [
        row
        for seed in range(1, seeds + 1)
        for row in followed(with_values(scenario, {"seed": seed}), quarters)
    ]
    write_bytes(out, (json.dumps([asdict(row) for row in rows], indent=1) + "\n").encode())
    typer.echo(str(out))


if __name__ == "__main__":
    typer.run(main)
