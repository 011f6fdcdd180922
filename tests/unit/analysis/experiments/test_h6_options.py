"""H6 over made-up sets of parameters: which signs hold, which communes are looked at, from sweeps to page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dicu.reform.opening import open_world
from dicu.scenario.scenario import Scenario, with_values
from dicu.scenario.vocabulary import MEMBER
from dicu_analysis.experiments import h6
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.experiments.assemble import Facts, assemble
from dicu_analysis.experiments.h6 import options
from dicu_analysis.experiments.h6.responses import PURSE, Response
from dicu_analysis.experiments.h6.typology import Communes, Run
from dicu_analysis.experiments.page import page
from dicu_analysis.experiments.result import Result
from made_up_sweeps import make_sweep

SETS = 10
LUCK = np.array([0.3, -0.2, 0.1, -0.2])


def changes(kept: Sequence[float] | np.ndarray, cost: float = 5.0) -> Response:
    """Residents as given, access falls, the countryside is left alone."""
    x = np.asarray(kept, dtype=np.float64)
    return Response(x, -2.0 + 0.01 * x, 0.0 * x, np.full(len(x), cost), 0.0 * x)


def over(up: int) -> np.ndarray:
    """One number per set, positive in so many of them."""
    return np.array([4.0] * up + [-4.0] * (SETS - up))


def words_of(name: str, best: Mapping[str, Response], sets: Mapping[str, Response]) -> str:
    robust = {r.name: r for r in options.robustness(best, sets)}
    return robust[name].words.en


def test_a_sign_holds_only_with_the_best_set_and_nine_in_ten_others() -> None:
    best = {
        "actual": changes(5.0 + LUCK),
        "random": changes(-5.0 + LUCK),
        "standard": changes(5.0 + LUCK),
        "optimised": changes(LUCK),
        "actual_in_half": changes(5.0 + LUCK),
    }
    sets = {
        "actual": changes(over(9)),
        "random": changes(over(1)),
        "standard": changes(over(8)),
        "optimised": changes(over(10)),
        "actual_in_half": changes(over(0)),
    }
    robust = {r.name: r for r in options.robustness(best, sets)}
    assert next(iter(robust)) == "emptying, reform", (
        "the primary number stands first: it may take the verdict"
    )
    found = robust["residents, policies"]
    assert found.words.en.endswith(
        "the sign holds for actual (rises in 9 of 10 sets), random (falls in 9 of 10 sets); turns for actual_in_half "
        "(rises in 0 of 10 sets); is open for standard (rises in 8 of 10 sets), optimised (rises in 10 of 10 sets)."
    )
    assert found.verdict == "flips", "that of actual_in_half does"
    assert (robust["access, policies"].verdict, robust["access, policies"].sign) == ("holds", "down")
    assert robust["countryside, policies"].verdict == "open"
    assert "residents, programmes" not in robust
    row = found.members[0]
    assert (row.case.en, row.n, row.up, row.middle) == ("actual", 10, 9, 4.0)
    assert "giữ nguyên với actual (tăng ở 9 trong 10 bộ)" in found.words.vi


def test_the_primary_number_is_that_of_the_reform_alone() -> None:
    turning = Response(*(np.full(4, x) for x in (0.0, 0.0, 1.5, 0.0, 0.0)))
    lower = Response(*(np.full(SETS, x) for x in (0.0, 0.0, -1.5, 0.0, 0.0)))
    best, sets = {"actual": turning, "random": lower}, {"actual": lower, "random": lower}
    first = options.robustness(best, sets)[0]
    assert first.verdict == "flips"
    assert [m.case.en for m in first.members] == ["actual"]
    assert "one run per arm" in first.words.en
    assert options.robustness(best, {}) == []


def test_programmes_are_told_apart_from_policies() -> None:
    best = {"actual": changes(5.0 + LUCK), "zones": changes(5.0 + LUCK), "housing": changes(-5.0 + LUCK)}
    sets = {"actual": changes(over(10)), "zones": changes(over(10)), "housing": changes(over(0))}
    assert "zones" not in words_of("residents, policies", best, sets)
    assert "added to the reform of 2025" in words_of("residents, programmes", best, sets)
    assert options.best_in(sets, "actual") == SETS, "zones are no policy"
    found = {r.name: r for r in options.robustness(best, sets)}["residents, programmes"]
    assert "holds for zones (rises in 10 of 10 sets), housing (falls in 10 of 10 sets)" in found.words.en
    assert (found.verdict, found.sign) == ("open", None), "two treatments on two sides: neither turns"


def test_the_best_policy_is_counted_over_sets() -> None:
    sets = {"actual": changes(over(6)), "random": changes([0.0] * SETS)}
    assert options.best_in(sets, "actual") == 6
    assert options.best_in(sets, "random") == 4
    assert options.same_sign(over(6), -3.0).en == "the same sign in 4 of 10 sets"


def test_residents_per_billion_only_where_every_set_pays() -> None:
    saves, pays = changes(over(10), cost=-3.0), changes(over(10), cost=8.0)
    (part,) = options.costs({"actual": saves, "zones": pays})
    rows = {row.name: [c.value for c in row.cells] for row in part.tables[0].rows}
    assert rows["actual"] == [-3.0, None, None, None]
    assert rows["zones"] == [8.0, 500.0, 500.0, 500.0]
    assert options.costs({}) == []


def test_communes_are_picked_by_luck_that_the_sets_do_not_have(tmp_path: Path) -> None:
    """The second commune empties by the luck of the first replicate alone, which is that of the sets."""

    def nothing(scenario: str, values: Mapping[str, Any], r: int) -> list[dict[str, Any]]:
        return [{"level": "nation", "unit": "all", "step": 0}]

    def run(*ends: float) -> Run:
        return Run(np.full(2, 100.0), np.array(ends), np.zeros(2), np.ones(2), 10.0)

    best, sets = (
        FinishedSweep(make_sweep(tmp_path / name, [("none", {})], n, nothing))
        for name, n in (("h6", 3), ("sets", 1))
    )
    runs = [run(80.0, 1.0), run(80.0, 100.0), run(80.0, 100.0)]
    rural = np.ones(2, dtype=bool)
    assert options.emptying_by_other_luck(best, runs, sets, rural).tolist() == [True, False]
    assert options.emptying_by_other_luck(best, runs, best, rural).tolist() == [True, True], "no other luck"
    assert options.emptying_by_other_luck(best, runs, sets, ~rural).tolist() == [False, False]


# ------------------------------------------------------------------ from sweeps to the page

KNOWN = Facts(
    with_values(Scenario(), {"world.name": "monocentric", "time.start": "2025Q1", "time.end": "2034Q4"}),
    "0.0",
    True,
)
LOST = {"none": 0.20, "actual": 0.16, "standard": 0.15, "zones": 0.12}
STEPS = 40


def _sweep(folder: Path, sets: int, replicates: int, more: Mapping[Any, float]) -> FinishedSweep:
    """Every second village loses people, in some sets more of them under the reform."""
    world = open_world(KNOWN.scenario)
    communes = Communes.of(world)
    shrink = (np.arange(len(communes)) % 2 == 0)[communes.of_place] & ~world.urban
    arms = [
        (a, {MEMBER: m} if sets else {"reform.policy": a}) for a in LOST for m in range(1, max(sets, 1) + 1)
    ]

    def rows(scenario: str, values: Mapping[str, Any], r: int) -> list[dict[str, Any]]:
        return [{"level": "nation", "unit": "all", "step": 1, **dict.fromkeys(PURSE, 1e3 + r)}]

    made = make_sweep(folder, arms, replicates, rows, config={"time": {"start": "2025Q1", "end": "2034Q4"}})
    sweep = FinishedSweep(made)
    codes = [str(c) for c in world.districts.code]
    for point, (arm, values) in enumerate(arms):
        lost = LOST[arm] + (more.get(values.get(MEMBER, 0), 0.0) if arm == "actual" else 0.0)
        for r in range(replicates):
            out = made / "tables" / sweep.run_of(point, r)
            out.mkdir(parents=True)
            luck = 1 + np.random.default_rng(r).normal(0, 0.001, world.n_places)
            end = 1e4 * np.where(shrink, 1 - lost, 1.0) * luck
            both = ((0, np.full(world.n_places, 1e4)), (STEPS, end))
            places = [
                pd.DataFrame({"step": s, "place_key": world.place_key, "persons": n.astype(np.int64),
                              "access_health": 0.5})
                for s, n in both
            ]  # fmt: skip
            districts = [
                pd.DataFrame({"step": s, "district": codes, "workers_other": 0.0,
                              "workers_farm": 0.6 * np.bincount(world.district, n, len(codes))})
                for s, n in both
            ]  # fmt: skip
            for name, table in (("places", places), ("districts", districts)):
                whole = pa.Table.from_pandas(pd.concat(table), preserve_index=False)
                pq.write_table(whole, out / f"{name}.parquet")
    return sweep


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The reform keeps people on the best set and on three of five others."""
    folder = tmp_path_factory.mktemp("h6_options")
    best = _sweep(folder / "h6", 0, 3, {})
    sets = _sweep(folder / options.ENSEMBLE, 5, 1, {2: 0.10, 4: 0.10})
    return assemble(h6.SPEC, KNOWN, h6.estimate({"h6": best, options.ENSEMBLE: sets}, KNOWN))


def test_signs_over_sets_stand_on_the_page(result: Result) -> None:
    robust = {r.name: r for r in result.robust}
    assert "is open for actual (rises in 3 of 5 sets)" in robust["residents, policies"].words.en
    assert "holds for standard (rises in 5 of 5 sets)" in robust["residents, policies"].words.en
    gained = {m.case.en: m.middle for m in robust["residents, policies"].members}
    assert gained["standard"] == pytest.approx(5 / 4 * (gained["actual"] or 0.0), rel=0.01), (
        "five and four points"
    )
    zones = robust["residents, programmes"].members[0]
    assert (zones.case.en, zones.up) == ("zones", 5)
    text = page(result)
    assert "One set of parameters and one set of assumptions" not in text
    assert "- **open**: residents of the communes that empty, policies against no reform" in text


def test_the_answer_says_in_how_many_sets_it_is_the_same(result: Result) -> None:
    said = result.plain_words
    assert "Of the policies standard keeps most people there" in said.en
    assert (
        "Over 5 sets of parameters that fit about equally, one run each: the same sign in 5 of 5 sets"
        in said.en
    )
    assert "and it keeps the most in 5." in said.en
    assert "cùng dấu ở 5 trong 5 bộ" in said.vi


def test_the_spread_over_sets_is_that_of_no_reform(result: Result) -> None:
    (part,) = (p for p in result.parts if p.title.en.startswith("Over sets of parameters"))
    assert "Over 5 sets" in part.words.en
