"""A calibration of a small world whose true parameters are known: figures are simulated with them and other luck."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dicu.execution.execute import execute
from dicu.scenario.scenario import Scenario, with_values
from dicu_analysis.load import Run
from dicu_analysis.targets.measure import Measured, measure
from dicu_analysis.targets.table import COLUMNS, read_figures

WORLD: dict[str, Any] = {
    "world.name": "ring", "world.size": 24, "population.weight": 4, "time.start": "2014Q2", "time.end": "2016Q1",
    "record.flows": "place",
}  # fmt: skip
SET = """\
base: none
set:
  world: {name: ring, size: 24}
  population: {weight: 4}
  time: {start: 2014Q2, end: 2016Q1}
  record: {flows: place}
"""


def figures_of(run: Run, path: Path, provinces: list[str], weights: tuple[float, float]) -> Path:
    """In- and out-rates of every province, and moves between regions, as a table of figures with values of a run."""
    rows = [("in_rate", code) for code in provinces] + [("out_rate", code) for code in provinces]
    head = ",".join((*COLUMNS, "weight"))
    lines = [f'{name},"per 1,000 a year",{code},2014,2016,0,simulated,fit,1' for name, code in rows]
    path.write_text("\n".join([head, *lines]) + "\n")
    measured = Measured(run)
    values = [measure(measured, figure) for figure in read_figures(path)]
    lines = [
        f'{name},"per 1,000 a year",{code},2014,2016,{value!r},simulated,fit,{weights[0]}'
        for (name, code), value in zip(rows, values, strict=True)
    ]
    path.write_text("\n".join([head, *lines]) + "\n")
    return path


def simulated(values: dict[str, Any], folder: Path) -> Run:
    """A run of the small world with these values."""
    return Run(execute(with_values(Scenario(), {**WORLD, **values}), out=folder, threads=1))
