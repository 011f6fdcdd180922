"""Which quarter of rural households by wealth each belongs to when the record of a run begins.

    uv run python -m dicu.lab.first_wealth runs/first_wealth.parquet population.weight=300

Tables of runs do not hold wealth by household, and a shock changes it: responses by wealth need it as it was before.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import typer
from numpy.typing import NDArray

from dicu.execution.starting import first_model
from dicu.lab.asked import asked_scenario
from dicu.reform.opening import open_world
from dicu.scenario.scenario import with_values

QUARTERS: Final = 4


def quarter_of(wealth: NDArray[np.integer], uid: NDArray[np.uint64]) -> NDArray[np.int8]:
    """Quarter of each of N households by rank of wealth, 1 the poorest; equally wealthy ones in the order of their uid.

    Parameters
    ----------
    wealth : (N,) integers
    uid : (N,) uint64

    Returns
    -------
    (N,) int8
    """
    n = len(wealth)
    rank = np.empty(n, dtype=np.int64)
    rank[np.lexsort((uid, wealth))] = np.arange(n)
    return np.asarray(1 + QUARTERS * rank // max(n, 1), dtype=np.int8)


def main(
    out: Annotated[Path, typer.Argument(help="The file to write.")],
    values: Annotated[list[str] | None, typer.Argument(metavar="[KEY=VALUE]...")] = None,
    config: Annotated[str, typer.Option(help="A scenario.")] = "none",
    seeds: Annotated[int, typer.Option(min=1, help="Seeds, from 1.")] = 3,
) -> None:
    """Write seed, uid and quarter of wealth of every rural household at the start of the runs of a scenario."""
    scenario = asked_scenario(config, values or [])
    parts = []
    for seed in range(1, seeds + 1):
        model, _ = first_model(with_values(scenario, {"seed": seed}), open_world(scenario))
        h, n = model.households, model.households.n
        rural = ~model.world.urban[h.place[:n]]
        uid, wealth = h.uid[:n][rural], h.wealth[:n][rural]
        columns = {"seed": np.full(len(uid), seed), "uid": uid, "quarter": quarter_of(wealth, uid)}
        parts.append(pa.table(columns))
    pq.write_table(pa.concat_tables(parts), out)
    typer.echo(str(out))


if __name__ == "__main__":
    typer.run(main)
