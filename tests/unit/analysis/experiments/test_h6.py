"""H6 on made-up communes: classes by their cuts, stability, and what a programme keeps for a billion dong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from dicu.reform.opening import open_world
from dicu_analysis.experiments import h6
from dicu_analysis.experiments.arms import FinishedSweep, Unfinished
from dicu_analysis.experiments.assemble import Facts, assemble
from dicu_analysis.experiments.h6.responses import (
    Arm,
    Response,
    emptying_by_others,
    per_billion,
    programme_cost,
    spending,
)
from dicu_analysis.experiments.h6.responses import response as respond
from dicu_analysis.experiments.h6.typology import (
    AGEING,
    EMPTYING,
    GROWING,
    HOLDING,
    Communes,
    Run,
    agreement,
    classes,
    left_out,
    of_mean,
)
from made_up_h6 import LOST, SCENARIO, YEARS, make_h6
from made_up_sweeps import make_sweep


def test_classes_by_their_cuts() -> None:
    growth = np.array([-0.02, -0.01, -0.009, 0.0, 0.01, 0.0])
    aged = np.array([-0.9, 0.0, -0.003, -0.0029, -0.9, 0.5])
    assert classes(growth, aged).tolist() == [EMPTYING, EMPTYING, AGEING, HOLDING, GROWING, HOLDING]
    assert classes(growth, aged, cut=0.02, old=1.0).tolist() == [EMPTYING] + [HOLDING] * 5


def run(*ends: float) -> Run:
    n = len(ends)
    return Run(np.full(n, 100.0), np.array(ends), np.zeros(n), np.ones(n), float(YEARS))


def test_a_commune_is_sure_only_where_no_one_run_decides_it() -> None:
    """Of 100, 89 are left at -1.16 % a year; the second commune is emptying only by one run that lost everybody."""
    runs = [run(89.0, 100.0), run(89.0, 100.0), run(89.0, 20.0)]
    which = of_mean(runs)
    assert which.tolist() == [EMPTYING, EMPTYING]
    assert agreement(left_out(runs), which).tolist() == pytest.approx([1.0, 2 / 3])


def test_luck_alone_keeps_nobody_where_communes_were_picked_by_it() -> None:
    """Two arms that differ by luck alone: picked by their own replicate's luck, communes seem to be kept."""
    draw = np.random.default_rng(3)
    rural = np.ones(4000, dtype=bool)
    none, other = ([run(*(96.0 + 6.0 * draw.standard_normal(4000))) for _ in range(4)] for _ in range(2))
    nothing = np.zeros(4)
    arm, base = Arm(other, nothing), Arm(none, nothing)
    by_all = [rural & (of_mean(none) == EMPTYING)] * 4
    biased = respond(arm, base, by_all, rural).kept
    fair = respond(arm, base, emptying_by_others(none, rural), rural).kept
    error = fair.std(ddof=1) / 2.0
    assert biased.mean() > 0.5, "thousand: those that lost by luck did not lose again"
    assert abs(fair.mean()) < 4.0 * error
    assert abs(fair.mean()) < 0.2 * biased.mean()


def test_the_best_policy_is_named_with_those_that_luck_cannot_tell_from_it() -> None:
    luck = np.array([3.0, -2.0, 0.5, -1.5])
    kept = {
        "best": 10.0 + luck,
        "alike": 9.9 + luck + np.array([0.4, -0.3, -0.2, 0.1]),
        "less": 5.0 + luck + np.array([0.1, -0.1, 0.2, -0.2]),
        "none": np.array([0.2, -0.1, 0.1, -0.2]),
    }
    best, alike, effect = h6.most_kept(kept) or ("", [], None)
    assert (best, alike) == ("best", ["alike"])
    assert effect is not None
    assert effect.mean == pytest.approx(10.0)
    assert h6.most_kept({"none": kept["none"]}) is None


def response(kept: list[float], cost: list[float]) -> Response:
    nothing = np.zeros(len(kept))
    return Response(np.array(kept), nothing, nothing, np.array(cost), nothing)


def test_residents_per_billion_only_where_something_is_spent() -> None:
    costs = per_billion("zones", response([1.0, 1.1, 0.9], [100.0, 100.0, 100.1]))
    assert costs.effect == pytest.approx(10.0, abs=0.01), "a thousand people for a hundred billion"
    assert costs.unit == "persons per billion dong"
    saves = per_billion("actual", response([1.0, 1.1, 0.9], [-5.0, -5.1, -5.2]))
    assert saves.effect is None
    assert "saves public money" in saves.note
    unsure = per_billion("x", response([1.0, 1.1, 0.9], [-5.0, 9.0, 3.0]))
    assert "not told from nothing" in unsure.note


def test_programmes_cost_what_is_assumed() -> None:
    assert (
        programme_cost({"programme.social_housing": 1_000_000, "programme.industrial_zones": "()"}) == 800_000
    )
    assert programme_cost({"programme.industrial_zones": "('2025Q3 A', '2025Q3 B')"}) == 2000
    assert programme_cost({"reform.policy": "actual"}) == 0


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Half of the villages lose 20 % without a reform, the reform takes two points more, zones give 8 back."""
    world = open_world(SCENARIO)
    communes = Communes.of(world)
    shrink = (np.arange(len(communes)) % 2 == 0)[communes.of_place] & ~world.urban
    sweep = make_h6(tmp_path_factory.mktemp("h6") / "h6", LOST)
    known = Facts(SCENARIO, "0.0", True)
    result = assemble(h6.SPEC, known, h6.estimate({"h6": sweep}, known))
    share = communes.rural[communes.of_place] & shrink
    return result, communes, share, world


def test_the_whole_way_of_h6(found: Any) -> None:
    result, communes, _, _ = found
    assert result.id == "h6"
    assert result.effect == pytest.approx(0.0, abs=1e-9), "the same villages empty, only faster"
    rows = {row.name: [c.value for c in row.cells] for row in result.parts[0].tables[0].rows}
    assert rows["emptying"][0] == rows["emptying"][1], "luck of a thousandth leaves no village in doubt"
    assert rows["emptying"][0] + rows["holding"][0] == communes.rural.sum()
    assert rows["growing"][0] == 0
    assert (len(result.figures), result.figures[0].png) == (2, "figures/h6_where.png")


def test_a_programme_is_held_against_the_reform_that_it_is_added_to(found: Any) -> None:
    result, _, share, _ = found
    told = {e.name: e for e in result.secondary}
    people = share.sum() * 10.0  # thousand
    assert told["actual: residents"].effect == pytest.approx(-0.02 * people, rel=0.02)
    assert told["zones: residents"].effect == pytest.approx(0.08 * people, rel=0.02)
    assert told["actual: cost"].effect == pytest.approx(-20.0), "two steps, ten billion less each"
    assert told["zones: cost"].effect == pytest.approx(1000.0)
    assert told["zones: per billion"].effect == pytest.approx(0.08 * people, rel=0.02)
    assert "zones" in result.plain_words.en


def test_money_of_some_steps_alone_is_refused(tmp_path: Any) -> None:
    columns = ("wages", "running", "desks", "severance", "severance_nation", "investment")

    def rows(scenario: str, values: Mapping[str, Any], r: int) -> list[dict[str, Any]]:
        spent = {f"gov_{c}_mvnd": 1.0 for c in columns}
        return [
            {
                "level": "nation",
                "unit": "all",
                "step": s,
                **(spent if s != 2 else dict.fromkeys(spent, np.nan)),
            }
            for s in range(4)
        ]

    sweep = FinishedSweep(make_sweep(tmp_path / "h6", [("none", {"reform.policy": "none"})], 2, rows))
    with pytest.raises(Unfinished, match=r"record\.governments: step"):
        spending(sweep)
