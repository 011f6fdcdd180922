"""Experiments on made-up sweeps with known effects: what was put in comes out, with the right words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dicu.scenario.scenario import Scenario, with_values
from dicu_analysis.effects import paired
from dicu_analysis.experiments import h3, h4, h5
from dicu_analysis.experiments.arms import FinishedSweep, Unfinished, hazard
from dicu_analysis.experiments.assemble import Facts, assemble, with_family
from dicu_analysis.experiments.catalogue import CATALOGUE, conclude
from dicu_analysis.experiments.households import Which, compare, groups, movers
from dicu_analysis.experiments.page import copy_page, write_page
from dicu_analysis.experiments.result import EXPERIMENTS, read_result
from dicu_analysis.experiments.statistics import replicates_for
from made_up_shocks import LOST, h4_rows, h4_sweep, h5_rows
from made_up_sweeps import luck, make_sweep


def facts(**values: Any) -> Facts:
    return Facts(with_values(Scenario(), {"time.end": "2029Q1", **values}), "0.0", True)


def plain_rows(scenario: str, values: Mapping[str, Any], r: int) -> list[dict[str, Any]]:
    return [{"level": "nation", "unit": "all", "step": step, "persons": 1.0} for step in range(3)]


def two_by_two() -> list[tuple[str, dict[str, Any]]]:
    return [(arm, {"feedback.network": on}) for on in (True, False) for arm in ("urban", "neither")]


def test_sweeps_that_are_not_whole_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="dicu experiment"):
        FinishedSweep(tmp_path)
    folder = make_sweep(tmp_path / "h1", two_by_two(), 2, plain_rows, missing=3)
    with pytest.raises(
        Unfinished, match="1 of 8 runs have no result, the first of them scenario neither, replicate 1"
    ):
        FinishedSweep(folder)


def test_arms_by_name(tmp_path: Path) -> None:
    sweep = FinishedSweep(make_sweep(tmp_path / "h1", two_by_two(), 2, plain_rows))
    assert sweep.arm("urban", feedback_network=False) == 2
    with pytest.raises(KeyError, match="2 arms are urban"):
        sweep.arm("urban")
    with pytest.raises(KeyError, match="unknown keys"):
        sweep.arm("urban", nothing=1)


def test_hazard_by_hand() -> None:
    assert hazard(np.array([5, 15]), np.array([1000, 1000])) == pytest.approx(20 / 500)


def test_h5_and_the_whole_way_to_a_page(tmp_path: Path) -> None:
    arms = [(name, {"programme.urban_job_loss": abs(v)}) for name, v in LOST.items()]
    folder = make_sweep(tmp_path / "h5_quick", arms, 5, h5_rows)
    page = conclude("h5", {"h5": folder}, facts(**{"time.end": "2032Q1"}), tmp_path)
    result = read_result(folder)
    assert result.effect == pytest.approx(-1.0 / 16, abs=0.02)
    assert {e.name: e.effect for e in result.mechanism}["feedbacks cut"] == pytest.approx(-1.0, abs=0.02)
    then = {e.name: e.effect for e in result.secondary}
    assert then["urban jobs -40 %, when it ends"] == pytest.approx(-2.0, abs=0.02)
    text = page.read_text()
    assert "Not for citing" in text
    assert "94%" in text, "of the change is undone"
    copied = copy_page(folder, tmp_path / "docs", "h5")
    assert copied.read_text() == text.replace(".svg)", ".png)")
    for figure in result.figures:
        assert (tmp_path / "docs" / figure.png).is_file()
        assert (folder / figure.svg).is_file()
        assert (folder / figure.png).is_file()


def h3_rows(loss: float, gain: float) -> Any:
    def rows(scenario: str, values: Mapping[str, Any], r: int) -> list[dict[str, Any]]:
        effect = {"none": 0.0, "merged": -loss, "half": gain / 2 - loss, "full": gain - loss}[scenario]
        own = np.random.default_rng([r, len(scenario)]).normal(0, 2e-4, 24)
        made = []
        for step in range(24):
            access = 0.6 + luck(r, 24)[step] + own[step] + (effect if step >= 5 else 0.0)
            for level, unit in (("area", "rural"), ("terrain_area", "plain rural")):
                made.append(
                    {
                        "level": level,
                        "unit": unit,
                        "step": step,
                        "persons": 1e6,
                        "out_persons": 1e3,
                        "within_persons": 2e3,
                        **{f"access_{s}": access for s in h3_services},
                    }
                )
        return made

    return rows


h3_services = ("commune_administration", "district_administration", "health", "education", "water")


def h3_result(tmp_path: Path, loss: float, gain: float) -> Any:
    arms = [(a, {"government.reinvest_share": float(k)}) for k, a in enumerate(h3.ARMS)]
    sweep = FinishedSweep(
        make_sweep(tmp_path / "h3", arms, 6, h3_rows(loss, gain), levels=("area", "terrain_area"))
    )
    known = facts(**{"time.start": "2024Q3", "time.end": "2030Q1", "reform.policy": "actual"})
    return assemble(h3.SPEC, known, h3.estimate({"h3": sweep}, known))


def test_h3_is_the_share_made_up_for(tmp_path: Path) -> None:
    result = h3_result(tmp_path, loss=0.05, gain=0.03)
    assert result.unit == "ratio"
    assert result.effect == pytest.approx(0.6, abs=0.02)
    assert result.interval[0] < 0.6 < result.interval[1]
    assert result.verdict == "substantial"


def test_h3_without_a_loss_says_so(tmp_path: Path) -> None:
    result = h3_result(tmp_path, loss=-0.02, gain=0.03)
    assert result.unit == "points of access"
    assert result.effect == pytest.approx(3.0, abs=0.1)
    assert any("no meaning" in c for c in result.caveats)
    assert "nothing to make up for" in result.plain_words.en


def test_h4_who_gains_and_who_loses(tmp_path: Path) -> None:
    sweeps = {
        "h4": h4_sweep(tmp_path / "h4", ("nobody", "Hue"), 6),
        "h4_placebos": h4_sweep(tmp_path / "h4_placebos", tuple(h4.PLACEBOS), 3),
    }
    known = facts(**{"time.start": "2024Q1", "time.end": "2031Q4"})
    result = assemble(h4.SPEC, known, h4.estimate(sweeps, known))
    assert result.effect == pytest.approx(3_000 / 6_000, abs=0.02), (
        "six other provinces lose 500 each in towns"
    )
    found = {e.name: e.effect for e in result.secondary}
    assert found["its own countryside, Huế"] == pytest.approx(-3.0, abs=0.02)
    assert found["displacement, jobs, Huế"] == pytest.approx(600 / 10_000, abs=0.01)
    truth = result.second_opinion[0]
    assert truth.truth == pytest.approx(100 * 6_000 / 1e6, abs=0.05)
    (placebos,) = result.parts
    others = {e.name: e for e in placebos.estimates}
    assert others["displacement, residents, Bắc Ninh"].effect == pytest.approx(0.5, abs=0.02)
    assert others["displacement, residents, Bắc Ninh"].replicates == 3, "those that both sweeps have"
    assert len(result.second_opinion) == 1 + len(h4.PLACEBOS)
    assert "Khánh Hòa +6.0 thousand, 50%" in placebos.words.en


def test_h4_by_parts_of_the_package_and_over_the_ensemble(tmp_path: Path) -> None:
    """Towns elsewhere lose 500 each to whoever gets jobs, revenue alone draws nobody; all members agree."""

    def rows(scenario: str, values: Mapping[str, Any], r: int) -> list[dict[str, Any]]:
        return h4_rows("Hue" if scenario in ("package", "jobs", "Hue") else "nobody", values, r)

    arms = [(arm, {"feedback.offers": kept}) for kept in (True, False) for arm in ("nobody", *h4.PARTS)]
    fitted = [(arm, {"ensemble.member": m}) for m in range(1, 6) for arm in ("nobody", "Hue")]
    sweeps = {
        name: FinishedSweep(make_sweep(tmp_path / name, some, n, rows, levels=("province",)))
        for name, some, n in ((h4.PACKAGE, arms, 3), (h4.FITTED, fitted, 1))
    }
    towns, own = h4.robustness(sweeps)
    assert [t.effect for t in towns.grids[0].tiles[0] if t] == pytest.approx([-3.0, -3.0], abs=0.1)
    assert [t.sign for g in towns.grids for row in g.tiles[:1] for t in row if t] == ["down"] * 4, (
        "and jobs alone"
    )
    assert (towns.verdict, own.verdict) == ("holds", "holds"), (
        "revenue alone is another treatment, and decides nothing"
    )
    assert [(m.up, m.down) for m in (*towns.members, *own.members)] == [(0, 5), (5, 0)]
    assert not own.decides, "offers move nothing here"


def test_h4_compares_with_the_same_luck_only(tmp_path: Path) -> None:
    core = h4.panel_of(h4_sweep(tmp_path / "h4", ("nobody", "Hue"), 3))
    values = {k: v + 1.0 for k, v in core.values.items()}
    with pytest.raises(ValueError, match="do not begin with the same people"):
        h4.with_placebos(core, h4.Panel(core.names, core.steps, values))


def test_what_is_undecided_says_what_would_decide_it(tmp_path: Path) -> None:
    """Two replicates that disagree: the page gives the replicates for the effect found, and for the smallest."""
    known = facts(**{"time.start": "2024Q1", "time.end": "2031Q4"})
    found = h4.estimate({"h4": h4_sweep(tmp_path / "h4", ("nobody", "Hue"), 3)}, known)
    found.effect = paired([0.2, -0.1, 0.6])
    result = assemble(h4.SPEC, known, found)
    assert result.verdict == "undecided"
    sd = float(np.std([0.2, -0.1, 0.6], ddof=1))
    assert result.power.as_found == replicates_for(float(np.mean([0.2, -0.1, 0.6])) / sd)
    assert result.power.needed == replicates_for(0.1 / sd)
    text = write_page(result, tmp_path).read_text()
    assert f"{result.power.as_found:,} replicates if the effect is as large as the one found" in text


def moves(uids: list[int], **columns: Any) -> pd.DataFrame:
    n = len(uids)
    given = {
        "step": 10,
        "origin_terrain": "plain",
        "origin_urban": False,
        "destination_urban": True,
        "households": 100,
        "age": 30,
        "income_quantile": 10,
    } | columns
    return pd.DataFrame(
        {"uid": np.array(uids, dtype=np.uint64)}
        | {k: v if isinstance(v, list) else [v] * n for k, v in given.items()}
    )


def test_households_that_moved_in_one_arm_only() -> None:
    which = Which(9, 40)
    a = movers(moves([1, 2, 3, 3, 9], step=[10, 10, 10, 11, 50], age=[20, 40, 70, 20, 30]), which)
    assert a["uid"].tolist() == [1, 2, 3], "the first move counts, and only those in time"
    assert a["age"].tolist() == ["below 25", "35-59", "60 and over"]
    b = movers(moves([2, 4], origin_terrain=["plain", "mountain"], income_quantile=[0, 255]), which)
    table = compare(a, b)
    assert table.loc[("all", "all")].tolist() == [200.0, 100.0, 100.0]
    assert table.loc[("terrain", "mountain")].tolist() == [0.0, 100.0, 0.0]
    assert table.loc[("income quarter", "4")].tolist() == [0.0, 100.0, 0.0]
    made = {(g.by, g.group): g for g in groups([(a, b), (a, a)], "total")}
    assert made["all", "all"].net == 50.0
    assert made["all", "all"].mc_error == pytest.approx(50.0)
    assert made["terrain", "mountain"].net == -50.0


def test_holm_over_the_family(tmp_path: Path) -> None:
    known = facts(**{"time.end": "2032Q1"})
    arms = [(name, {"programme.urban_job_loss": abs(v)}) for name, v in LOST.items()]
    sweep = FinishedSweep(make_sweep(tmp_path / "h5", arms, 5, h5_rows))
    one = assemble(h5.SPEC, known, h5.estimate({"h5": sweep}, known))
    assert one.p is not None
    assert one.p_holm == pytest.approx(min(1, 6 * one.p)), "those that are missing count as smaller"
    others = {
        name: one.model_copy(update={"id": name, "p": 0.001 * k}) for k, name in enumerate(EXPERIMENTS, 1)
    }
    adjusted = with_family(others)
    assert [adjusted[n].p_holm for n in EXPERIMENTS] == pytest.approx(
        [0.006, 0.010, 0.012, 0.012, 0.012, 0.012]
    )
    assert adjusted["h1"].holm_family == list(EXPERIMENTS)


def test_catalogue_has_all_six_and_their_sweeps() -> None:
    assert tuple(CATALOGUE) == EXPERIMENTS
    for experiment in CATALOGUE.values():
        for name in experiment.sweeps:
            assert Path(f"configs/sweeps/{name}.yaml").is_file()
