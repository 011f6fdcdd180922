"""H1 on made-up sweeps over a small world: the effects that were put in come out, by district, half and exposure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dicu.scenario.scenario import Scenario, with_values
from dicu_analysis.experiments import h1
from dicu_analysis.experiments.arms import FinishedSweep, Unfinished
from dicu_analysis.experiments.assemble import Facts, assemble
from dicu_analysis.experiments.h1.estimands import COLUMNS, exposure, shares_of
from dicu_analysis.experiments.h1.panel import Districts, panels, struggling, weighted_rank
from dicu_analysis.experiments.h1.words import named
from dicu_analysis.experiments.page import page
from made_up_sweeps import luck, make_sweep

SCENARIO = with_values(
    Scenario(), {"world.name": "monocentric", "time.start": "2020Q1", "time.end": "2024Q4"}
)
FACTS = Facts(SCENARIO, "0.0", False)
DISTRICTS, WORLD = Districts.open(SCENARIO)
RURAL = np.bincount(WORLD.district, WORLD.residents * ~WORLD.urban, len(DISTRICTS))
BASE, LOSS, CROSSED = 20.0, 3.0, 0.4
"""Per 1,000 a year: without anything, what lost farm income adds where it is lost, what both add beyond that."""
PULL = {True: 2.0, False: 1.0}
"""What growth adds, in struggling districts and elsewhere."""
POOR = np.flatnonzero(RURAL > 0)[:2]
"""Districts that earn least and have the worst access in the made-up runs."""


def rows(scenario: str, values: Mapping[str, Any], r: int) -> list[dict[str, Any]]:
    """Five years of every district."""
    arm, _, draw = scenario.partition("_")
    noise = luck(r, len(DISTRICTS), 0.5)
    made = []
    for year in range(6):
        for d, code in enumerate(DISTRICTS.code):
            poor = d in POOR
            rate = BASE + noise[d]
            grows = arm in ("urban", "both")
            loses = draw != "" and bool(DISTRICTS.halves[int(draw)][d])
            rate += PULL[poor] * grows + LOSS * loses + CROSSED * (grows and loses)
            rate += 0.01 * np.random.default_rng([r, len(scenario), d, year]).normal()
            jobs = 1000.0 * (1.1 if grows and DISTRICTS.urban[d] and year else 1.0)
            row = {"level": "district", "unit": code, "step": 4 * year} | dict.fromkeys(COLUMNS, 1.0)
            row |= {
                "rural_persons": RURAL[d], "rural_to_urban_persons": RURAL[d] * rate / 1000 if year else np.nan,
                "market_formal_jobs": jobs, "persons": 5000.0 + (60.0 if jobs > 1000.0 else 0.0),
                "market_output_mvnd_per_month": 1.0 if poor else 2.0, "access_health": 0.2 if poor else 0.8,
            }  # fmt: skip
            made.append(row)
    return made


def sweep_of(folder: Path, arms: list[str], replicates: int = 6) -> FinishedSweep:
    return FinishedSweep(make_sweep(folder, [(a, {}) for a in arms], replicates, rows, ("district",)))


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> FinishedSweep:
    arms = ["neither", "urban", "rural_1", "rural_2", "both_1", "both_2"]
    return sweep_of(tmp_path_factory.mktemp("runs") / "h1", arms)


def test_what_was_put_in_comes_out(core: FinishedSweep) -> None:
    found = h1.estimate({"h1": core}, FACTS)
    result = assemble(h1.SPEC, FACTS, found)
    assert result.effect == pytest.approx(PULL[True], abs=0.02)
    for name, truth in (
        ("struggling", PULL[True]),
        ("others", PULL[False]),
        ("difference", PULL[True] - PULL[False]),
        ("crossed", CROSSED),
        ("loss, same districts", LOSS),
        ("onset, struggling", PULL[True]),
    ):
        assert named(found.secondary, name).effect == pytest.approx(truth, abs=0.03), name
    ratio = named(found.secondary, "residents per new formal job").effect
    assert ratio == pytest.approx(60 / 100)
    assert result.sesoi == pytest.approx(0.05 * BASE, rel=0.05)
    assert result.verdict == "substantial"
    text = page(result)
    assert (
        "the 2 x 2 in the same districts (c-ii)" in text.lower() or "The 2 x 2 in the same districts" in text
    )
    assert "larger than that" in text
    for words in (result.plain_words.en, result.plain_words.vi):
        assert "nan" not in words


def test_nothing_is_said_where_nothing_is_known(core: FinishedSweep, tmp_path: Path) -> None:
    """Growth that does nothing: no sign, no "growth pulls", and the 2 x 2 says that it cannot decide."""
    placebo = sweep_of(tmp_path / "h1", ["neither", "urban"], 6)
    arms = h1.arms_from(core, DISTRICTS)
    same = panels(placebo, DISTRICTS, COLUMNS)[0]
    quiet = type(arms)(neither=same, urban=same, rural=arms.rural, both=arms.rural)
    weak = struggling(same, DISTRICTS, None)
    found = h1.main(quiet, DISTRICTS, weak)
    assert named(found, "struggling").effect == 0.0
    assert "cannot decide" in h1.crossed_verdict(found, 0.1)
    assert "told" in h1.plain(found, 20.0).en


def test_the_struggling_are_the_worst_third(core: FinishedSweep) -> None:
    start = h1.arms_from(core, DISTRICTS).neither
    weak = struggling(start, DISTRICTS, None)
    assert set(np.flatnonzero(weak)) <= set(POOR.tolist())
    assert weak.any()
    assert not weak[RURAL == 0].any()


def test_ranks_by_hand() -> None:
    rank = weighted_rank(np.array([3.0, 1.0, 2.0]), np.array([2.0, 1.0, 1.0]))
    assert rank.tolist() == [0.75, 0.125, 0.375]
    assert weighted_rank(np.zeros(4), np.ones(4)).tolist() == [0.5] * 4, (
        "ties are equal, whatever their codes"
    )
    assert np.isnan(weighted_rank(np.array([1.0, 2.0]), np.array([0.0, 1.0]))[0])


def test_exposure_by_hand() -> None:
    n, areas = len(DISTRICTS), len(DISTRICTS.area_name)
    flows = np.zeros((n, areas))
    away = [a for a in range(areas) if a != DISTRICTS.area[0]]
    flows[0, DISTRICTS.area[0]] = 100.0  # at home: on no share
    flows[0, away[0]], flows[0, away[1]] = 30.0, 10.0
    shares = shares_of(flows, DISTRICTS)
    assert shares[0, away[0]] == 0.75
    assert shares[1].sum() == 0
    jobs = np.ones(areas)
    jobs[away[0]] = np.e
    assert exposure(shares, jobs, np.ones(areas))[0] == pytest.approx(0.75)


def test_the_slope_on_exposure_is_found(tmp_path: Path) -> None:
    """Extra rate 30 per unit of exposure put in, in randomised areas: 3 per 10 %."""
    areas = len(DISTRICTS.area_name)
    rng = np.random.default_rng(1)
    flows = rng.uniform(1, 10, (len(DISTRICTS), areas))
    shares = shares_of(flows, DISTRICTS)
    treated = {k: rng.random(areas) < 0.5 for k in range(1, 9)}

    def made(scenario: str, values: Mapping[str, Any], r: int) -> list[dict[str, Any]]:
        grown = treated[int(scenario[5:])] if scenario.startswith("half_") else np.zeros(areas, dtype=bool)
        exposed = shares @ np.where(grown, np.log(1.2), 0.0)
        out = rows("neither", values, r)
        for k, row in enumerate(out):
            d = k % len(DISTRICTS)
            if row["step"]:
                row["rural_to_urban_persons"] += RURAL[d] * 30.0 * exposed[d] / 1000
                row["market_formal_jobs"] = 1000.0 * (1.2 if grown[DISTRICTS.area[d]] else 1.0)
        return out

    names = [("none", {}), *((f"half_{k}", {}) for k in treated)]
    sweep = FinishedSweep(make_sweep(tmp_path / "h1_areas", names, 2, made, ("district",)))
    weak = np.isin(np.arange(len(DISTRICTS)), POOR)
    for e in h1.by_exposure(sweep, shares, DISTRICTS, weak, RURAL > 0):
        assert e.effect == pytest.approx(30.0 * np.log(1.1), rel=0.02), e.name
        assert e.replicates == 4


def test_a_district_that_is_missing_is_told(tmp_path: Path) -> None:
    folder = make_sweep(
        tmp_path / "h1", [("neither", {})], 2, lambda s, v, r: rows(s, v, r)[:-1], ("district",)
    )
    with pytest.raises(Unfinished, match="rows of districts in arm 0"):
        panels(FinishedSweep(folder), DISTRICTS, COLUMNS)
