"""Every figure is drawn of every run that can be made, however small: it never fails and never says "nan"."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from dicu.execution.execute import execute
from dicu.scenario.scenario import Scenario, with_values
from dicu_analysis import figures
from dicu_analysis.figures import draw_all, net_migration_map, style
from dicu_analysis.load import Run

BASE = {"world.name": "monocentric", "population.weight": 100, "time.start": "2025Q1", "time.end": "2026Q4"}
RUNS: dict[str, dict[str, Any]] = {
    "one step": {"time.start": "2025Q3", "time.end": "2025Q3"},
    "one step and the reform in it": {
        "time.start": "2025Q3",
        "time.end": "2025Q3",
        "reform.policy": "actual",
        "reform.date": "2025Q3",
    },
    "one year": {"time.start": "2025Q1", "time.end": "2025Q4", "reform.policy": "actual"},
    "monthly": {
        "time.start": "2025-06",
        "time.end": "2025-09",
        "time.step": "month",
        "reform.policy": "actual",
        "reform.date": "2025-07",
    },
    "no reform": {},
    "a reform on paper": {"reform.policy": "relabel"},
    "a reform after the end": {"time.end": "2025Q2", "time.start": "2024Q4", "reform.policy": "none"},
    "one place": {"world.name": "one_place"},
    "a ring": {"world.name": "ring"},
}


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("runs")


QUICK = ("one step and the reform in it", "monthly", "one place")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in RUNS]
)
def test_all_figures_survive(out: Path, name: str) -> None:
    scenario = with_values(Scenario(), BASE | {"name": re.sub(r"\W", "_", name)} | RUNS[name])
    folder = execute(scenario, out=out)
    made = draw_all(folder)
    assert made.failed == []
    drawn = {path.stem for path in made.files}
    assert {"urban_rural", "net_migration_map"} <= drawn
    regions = Run(folder).world_places["region"].nunique()
    assert ("region_flows" in drawn) == (regions > 1), (
        "nobody moves from one region to another where there is one"
    )
    for path in (folder / "figures").glob("*.svg"):
        assert not re.search(r">[^<]*\bnan\b", path.read_text(encoding="utf-8")), path.name


def test_a_table_of_ones_own_is_drawn_on_its_own_borders(out: Path, tmp_path: Path) -> None:
    """Two communes merge and nothing else: the map keeps every province, whatever the world's second map says."""
    from dicu.reform.opening import open_world

    plain = with_values(Scenario(), BASE)
    communes = open_world(plain).legacy_communes
    a, b = (k for k in range(2) if communes.parent[k] == communes.parent[0])
    table = tmp_path / "own.csv"
    table.write_text(
        f"date,from,to\n2025Q3,{communes.code[a]},{communes.code[a]}\n2025Q3,{communes.code[b]},{communes.code[a]}\n"
    )
    values = {"name": "own", "reform.policy": "table", "reform.table": str(table)}
    run = Run(execute(with_values(Scenario(), BASE | values), out=out))
    assert draw_all(run.folder).failed == []
    legacy, second = (len(set(run.unit_of_place("province", g))) for g in ("legacy", "2025"))
    assert legacy != second, "else the test proves nothing"
    before, after = net_migration_map.panels(run)
    assert len(before.table) == len(after.table) == legacy
    assert run.redrawn == (run.labels.index("2025Q3"),)
    assert len(set(run.in_force("commune", 0).of_place)) == len(set(run.in_force("commune", 5).of_place)) + 1


def test_a_run_without_moves_says_so(synthetic, tmp_path, monkeypatch) -> None:
    import numpy as np

    none = np.zeros(0, dtype=np.int64)
    monkeypatch.setattr(synthetic, "events", lambda w, step: (none, none, none))
    run = Run(synthetic.make_run(tmp_path, policy="none"))
    assert draw_all(run.folder).failed == []
    assert net_migration_map.finding(run, net_migration_map.panels(run)).startswith("Nobody moved")


def test_figures_know_every_module_that_draws() -> None:
    """A figure that nobody draws would not be tested above."""
    folder = Path(figures.__file__).parent
    drawing = {p.stem for p in folder.glob("*.py") if "\ndef draw(run: Run)" in p.read_text(encoding="utf-8")}
    assert drawing == set(figures.FIGURES)
    assert style.NothingToDraw
