"""Parts of the pages beside the verdicts, on made-up sweeps: the grid of H1."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dicu.scenario.scenario import Scenario, with_values
from dicu_analysis.experiments import h1
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.experiments.assemble import Facts, assemble
from dicu_analysis.experiments.h1_parts import grid_part, surface
from dicu_analysis.experiments.page import page
from dicu_analysis.experiments.surfaces import surface as draw
from made_up_sweeps import luck, make_sweep

U, R, LOG = 0.10, 0.05, 0.04
"""Log effects of both shocks at their largest, and their interaction there."""
GROWTH, LOSS = (0.0, 0.0025, 0.005), (0.0, 0.1, 0.2)
FACTS = Facts(with_values(Scenario(), {"time.end": "2029Q1"}), "0.0", True)


def rows(u: float, r: float, crossed: float, replicate: int) -> list[dict[str, Any]]:
    """Rows of a run whose log rate is u U + r R + u r ``crossed``, luck and a little noise of its own."""
    noise, own = luck(replicate, 41), np.random.default_rng([replicate, int(100 * u + 7 * r)]).normal(0, 1e-4)
    made = []
    for step in range(41):
        rate = 0.01 * math.exp(U * u + R * r + crossed * u * r + noise[step] + own)
        made.append(
            {
                "level": "nation",
                "unit": "all",
                "step": step,
                "rural_persons": 1e6,
                "persons_rural_to_urban": 1e6 * rate / 4,
            }
        )
    return made


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> FinishedSweep:
    def of(scenario: str, values: Mapping[str, Any], replicate: int) -> list[dict[str, Any]]:
        u, r = (
            values["programme.urban_job_growth"] / GROWTH[-1],
            values["programme.farm_income_loss"] / LOSS[-1],
        )
        return rows(u, r, LOG, replicate)

    arms = [
        ("base", {"programme.urban_job_growth": u, "programme.farm_income_loss": r})
        for u in GROWTH
        for r in reversed(LOSS)
    ]
    return FinishedSweep(make_sweep(tmp_path_factory.mktemp("runs") / "h1_grid", arms, 4, of))


def test_the_surface_has_the_interaction_that_was_put_in(grid: FinishedSweep) -> None:
    s = surface(grid, h1.all_rates)
    assert (s.growth, s.loss) == ([0.0, 0.25, 0.5], [0.0, 10.0, 20.0])
    assert s.rate.shape == (3, 3, 4)
    assert s.log_interaction.mean(axis=2) == pytest.approx(
        np.array([[0.25, 0.5], [0.5, 1.0]]) * LOG, abs=4e-4
    )
    assert s.bilinear.mean() == pytest.approx(LOG, abs=4e-4)
    margins = 0.01 * (math.exp(U) - 1) * (math.exp(R) - 1)
    assert s.arithmetic[-1, -1].mean() == pytest.approx(margins, rel=0.05)
    beyond = s.additive - s.arithmetic
    assert beyond[-1, -1].mean() == pytest.approx(0.01 * math.exp(U + R) * (math.exp(LOG) - 1), rel=0.05)


def test_the_grid_in_words_tables_and_a_figure(grid: FinishedSweep, tmp_path: Path) -> None:
    s = surface(grid, h1.all_rates)
    part = grid_part(s)
    assert [len(t.rows) for t in part.tables] == [3, 2, 2, 2]
    assert part.tables[1].rows[-1].cells[-1].value == pytest.approx(LOG, abs=4e-4)
    assert all(c.error is not None and c.error > 0 for row in part.tables[1].rows for c in row.cells)
    assert "decides nothing" in part.words.en
    assert "4 of 4 are distinguishable" in part.words.en
    figure = draw(tmp_path, s, FACTS)
    assert (tmp_path / figure.svg).is_file()
    assert "farm income -20 %" in figure.alt


def test_a_grid_with_a_hole_is_refused(tmp_path: Path) -> None:
    arms = [
        ("base", {"programme.urban_job_growth": u, "programme.farm_income_loss": r})
        for u, r in ((0.0, 0.0), (0.0, 0.2), (0.005, 0.0))
    ]
    folder = make_sweep(tmp_path / "h1_grid", arms, 2, lambda s, v, r: rows(0.0, 0.0, 0.0, r))
    with pytest.raises(ValueError, match="a whole grid"):
        surface(FinishedSweep(folder), h1.all_rates)


def loops(on: bool) -> dict[str, bool]:
    return {f"feedback.{k}": on for k in h1.LOOPS}


def of_arm(scenario: str, values: Mapping[str, Any], replicate: int) -> list[dict[str, Any]]:
    """No interaction, with feedbacks or without."""
    u, r = scenario in ("urban", "both"), scenario in ("rural", "both")
    return rows(float(u), float(r), 0.0, replicate)


@pytest.fixture(scope="module")
def sweeps(grid: FinishedSweep, tmp_path_factory: pytest.TempPathFactory) -> dict[str, FinishedSweep]:
    out = tmp_path_factory.mktemp("runs")
    core = [(arm, loops(on)) for on in (True, False) for arm in h1.ARMS]
    return {
        "h1": FinishedSweep(make_sweep(out / "h1", core, 5, of_arm)),
        "h1_grid": grid,
    }


def test_the_grid_stands_beside_the_verdict_and_does_not_change_it(sweeps: dict[str, FinishedSweep]) -> None:
    alone = assemble(h1.SPEC, FACTS, h1.estimate({"h1": sweeps["h1"]}, FACTS))
    whole = assemble(h1.SPEC, FACTS, h1.estimate(sweeps, FACTS))
    assert (whole.effect, whole.p, whole.verdict) == (alone.effect, alone.p, alone.verdict)
    assert len(whole.figures) == len(alone.figures) + 1
    text = page(whole)
    for words in (whole.parts[0].title.en, "| −20 |", "±"):
        assert words in text
