"""H1 on made-up sweeps over a small world: the effects that were put in come out, by district, half and exposure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dicu_analysis.experiments import h1
from dicu_analysis.experiments.arms import FinishedSweep, Unfinished
from dicu_analysis.experiments.assemble import assemble
from dicu_analysis.experiments.h1.estimands import COLUMNS, exposure, shares_of
from dicu_analysis.experiments.h1.panel import (
    SERVICE_COLUMNS,
    Panel,
    panels,
    struggling,
    weighted_rank,
)
from dicu_analysis.experiments.h1.treatment import GROWTH, LOSS, Treatment
from dicu_analysis.experiments.h1.words import named
from dicu_analysis.experiments.page import page
from made_up_h1 import (
    ARMS,
    BASE,
    CROSSED,
    DISTRICTS,
    FACTS,
    LOST,
    POOR,
    PULL,
    RURAL,
    rows,
    sweep_of,
    values_of,
)
from made_up_sweeps import make_sweep


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> FinishedSweep:
    return sweep_of(tmp_path_factory.mktemp("runs") / "h1", ARMS)


def test_what_was_put_in_comes_out(core: FinishedSweep) -> None:
    found = h1.estimate({"h1": core}, FACTS)
    result = assemble(h1.SPEC, FACTS, found)
    assert result.effect == pytest.approx(PULL[True], abs=0.02)
    for name, truth in (
        ("struggling", PULL[True]),
        ("others", PULL[False]),
        ("difference", PULL[True] - PULL[False]),
        ("crossed", CROSSED),
        ("loss, same districts", LOST),
        ("onset, struggling", PULL[True]),
    ):
        assert named(found.secondary, name).effect == pytest.approx(truth, abs=0.03), name
    ratio = named(found.secondary, "residents per new formal job").effect
    assert ratio == pytest.approx(60 / 100)
    assert result.sesoi == pytest.approx(0.05 * BASE, rel=0.05)
    assert result.verdict == "substantial"
    text = page(result)
    assert "The 2 x 2 in the same districts (c-ii): +0.4" in text
    assert "larger than that" in text
    for words in (result.plain_words.en, result.plain_words.vi):
        assert "nan" not in words


def test_sizes_are_those_of_the_design(tmp_path: Path) -> None:
    """Dose, words, estimand and picture tell the growth and the loss that the arms were given, whatever they are."""
    arms = [(a, values_of(a, 0.0075, 0.3)) for a in ARMS]
    core = FinishedSweep(make_sweep(tmp_path / "h1", arms, 2, rows, ("district",)))
    small = [("none", {GROWTH: 0.0}), ("urban", {GROWTH: 0.0025})]
    dose = FinishedSweep(make_sweep(tmp_path / "h1_dose", small, 2, rows, ("district",)))
    found = h1.estimate({"h1": core, "h1_dose": dose}, FACTS)
    doses = [e.name for e in found.secondary if e.name.startswith("dose")]
    assert doses == ["dose +0.25 points", "dose +0.75 points"]
    assert named(found.secondary, "dose +0.75 points").effect == pytest.approx(PULL[True] / 0.75, abs=0.05)
    result = assemble(h1.SPEC, FACTS, found)
    quarters = FACTS.scenario.programme.urban_job_growth_quarters
    assert "grow 0.75 points a quarter" in result.plain_words.en
    assert "0,75 điểm phần trăm" in result.plain_words.vi
    for text in (result.estimand, result.design):
        assert "+0.75 points a quarter for" in text
    assert "30 % lower" in result.plain_words.en
    assert "giảm 30 %" in result.plain_words.vi
    assert f"for {quarters / 4:g} years; loss: -30 %" in result.design


def test_arms_of_several_sizes_are_refused(tmp_path: Path) -> None:
    uneven = [(a, values_of(a, 0.01 if a == "both_2" else 0.005)) for a in ARMS]
    none = [(a, values_of(a, loss=0.0)) for a in ARMS]
    for k, (arms, key) in enumerate(((uneven, GROWTH), (none, LOSS))):
        core = FinishedSweep(make_sweep(tmp_path / str(k), arms, 1, rows, ("district",)))
        with pytest.raises(Unfinished, match=f"{key}: not one size above 0 .*both_2 0"):
            Treatment.of(core, FACTS)


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
    assert "told" in h1.plain(found, 20.0, Treatment(0.005, 0.2, 20), 0.1, []).en


def test_the_struggling_are_the_worst_third(core: FinishedSweep) -> None:
    start = h1.arms_from(core, DISTRICTS).neither
    weak = struggling(start, DISTRICTS, None)
    assert set(np.flatnonzero(weak)) <= set(POOR.tolist())
    assert weak.any()
    assert not weak[RURAL == 0].any()


def start_of(persons: np.ndarray, earned: np.ndarray, access: np.ndarray) -> Panel:
    """The start of some districts, one worker each."""
    columns = {"rural_persons": persons, "market_workers_farm": np.ones(len(persons))}
    columns |= {"market_workers_other": np.zeros(len(persons)), "market_output_mvnd_per_month": earned}
    columns |= dict.fromkeys(SERVICE_COLUMNS, access)
    return Panel({name: values[None, None, :].astype(np.float64) for name, values in columns.items()})


def test_the_struggling_hold_a_third_of_the_rural_population() -> None:
    rng = np.random.default_rng(7)
    persons = rng.integers(1, 100, 200) * 1000.0
    start = start_of(persons, rng.random(200), rng.random(200))
    for net in (None, rng.random(200)):
        for share in (1 / 3, 0.1):
            held = persons[struggling(start, DISTRICTS, net, share)].sum() / persons.sum()
            assert held == pytest.approx(share, abs=persons.max() / persons.sum()), "to within one district"


def test_net_migration_is_a_third_of_the_index() -> None:
    """Ranks by earnings and access cancel, so that net migration decides; where both agree, it is one vote of three."""
    one = np.full(6, 1000.0)
    up = np.arange(6.0)
    net = np.array([3.0, -9.0, 4.0, 5.0, -8.0, 6.0])
    cancelled = start_of(one, up, up[::-1])
    assert np.flatnonzero(struggling(cancelled, DISTRICTS, net)).tolist() == [1, 4]
    assert np.flatnonzero(struggling(start_of(one, up, up), DISTRICTS, up[::-1])).tolist() == [0, 1]
    assert not struggling(cancelled, DISTRICTS, None).any(), "all alike, so none is among the worst third"


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


def test_a_district_of_elsewhere_or_twice_is_told(tmp_path: Path) -> None:
    def elsewhere(scenario: str, values: Mapping[str, Any], r: int) -> list[dict[str, Any]]:
        out = rows(scenario, values, r)
        out[-1]["unit"] = "nowhere"
        return out

    def twice(scenario: str, values: Mapping[str, Any], r: int) -> list[dict[str, Any]]:
        out = rows(scenario, values, r)
        return [*out, {**out[-1], "persons": 1.0}]

    for made, says in (
        (elsewhere, "district nowhere in arm 0 is not one of"),
        (twice, "98 rows of districts"),
    ):
        folder = make_sweep(tmp_path / made.__name__, [("neither", {})], 2, made, ("district",))
        with pytest.raises(Unfinished, match=says):
            panels(FinishedSweep(folder), DISTRICTS, COLUMNS)


def test_what_survives_is_told_over_mechanisms_and_members(core: FinishedSweep, tmp_path: Path) -> None:
    def of_arm(scenario: str, values: Mapping[str, Any], r: int) -> list[dict[str, Any]]:
        return rows(scenario.rpartition(" ")[2], values, r)

    arms = [(a, {**values_of(a), "ensemble.member": float(m)}) for m in range(1, 6) for a in ARMS]
    fitted = FinishedSweep(make_sweep(tmp_path / "h1_ensemble", arms, 1, of_arm, ("district",)))
    cut = [(f"offers {a}", values_of(a)) for a in ("neither", "urban")]
    cuts = FinishedSweep(make_sweep(tmp_path / "h1_cuts", cut, 6, of_arm, ("district",)))
    found = h1.estimate({"h1": core, "h1_cuts": cuts, "h1_ensemble": fitted}, FACTS)
    pulled, apart, harder = found.robust
    assert (pulled.verdict, pulled.sign) == ("holds", "up")
    assert [r.en for r in pulled.grids[0].rows] == ["all mechanisms", "without offers from afar"]
    assert pulled.members[0].up == pulled.members[0].n == 5
    assert pulled.members[0].middle == pytest.approx(PULL[True], abs=0.05)
    points = 100 * (PULL[True] - PULL[False]) / BASE
    assert apart.members[0].middle == pytest.approx(points, abs=0.5)
    without = named(found.secondary, "growth, same districts").effect
    assert harder.members[0].middle == pytest.approx(100 * CROSSED / without, abs=2.0)
    assert (harder.verdict, harder.sign) == ("holds", "up")
    words = assemble(h1.SPEC, FACTS, found).plain_words
    assert "more in 5 of 5" in words.en
    assert "tăng ở 5 trong 5 bộ" in words.vi


def test_nothing_holds_where_nothing_was_tried(core: FinishedSweep, tmp_path: Path) -> None:
    arms = [(a, {**values_of(a), "ensemble.member": float(m)}) for m in (1, 2) for a in ARMS]
    quick = FinishedSweep(make_sweep(tmp_path / "h1_ensemble", arms, 1, rows, ("district",)))
    assert h1.estimate({"h1": core}, FACTS).robust == []
    found = h1.estimate({"h1": core, "h1_ensemble": quick}, FACTS)
    assert [r.members for r in found.robust] == [[], []]
    assert "sets of parameters" not in found.plain.en


def test_small_is_not_unseen(core: FinishedSweep) -> None:
    """An interval inside a tenth of growth's own effect says that growth pulls about as hard, not that nobody knows."""
    arms = h1.arms_from(core, DISTRICTS)
    weak = struggling(arms.neither, DISTRICTS, None)
    additive = type(arms)(neither=arms.neither, urban=arms.urban, rural=arms.rural, both=arms.both)
    found = h1.main(additive, DISTRICTS, weak)
    given = Treatment(0.005, 0.2, 20)
    assert "pulls harder" in h1.plain(found, 20.0, given, 0.1, []).en
    assert "pulls about as hard" in h1.plain(found, 20.0, given, 1.0, []).en
