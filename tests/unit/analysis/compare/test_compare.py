"""Runs and sweeps beside each other: a run is the same from its folder and from a sweep; pairs share their luck."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import dicu
from dicu.cli import app
from dicu_analysis.compare.arms import Arm, CannotCompare, arm_of_run, differences, gather, summary
from dicu_analysis.compare.charts import FORMS, plot
from dicu_analysis.compare.comparison import Comparison
from dicu_analysis.compare.maps import edges_of
from dicu_analysis.compare.outcomes import NAMED, UnknownOutcome, outcome
from dicu_analysis.compare.sources import RunSource, SweepSource, UnknownUnit
from dicu_analysis.effects import counted, paired

VALUES = {"population.weight": 200, "time.start": "2024Q4", "time.end": "2026Q2", "record.places": "year"}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seeds with and without the reform, and the same as a sweep."""
    room = tmp_path_factory.mktemp("compare")
    for seed in (1, 2, 3):
        for policy in ("actual", "none"):
            dicu.run(
                "monocentric", {**VALUES, "reform.policy": policy, "name": policy, "seed": seed}, out=room
            )
    grid = room / "small.yaml"
    grid.write_text(
        "base: monocentric\nset:\n  population: {weight: 200}\n  time: {start: 2024Q4, end: 2026Q2}\n"
        "  record: {places: year}\nsweep:\n"
        "  scenarios: {none: {reform.policy: none}, actual: {reform.policy: actual}}\n"
        "  grid: {choose.theta: [0.4, 0.6]}\n  replications: 2\n  seed: 1\n",
        encoding="utf-8",
    )
    dicu.sweep(grid, out=room, workers=1)
    return room


def run_of(out: Path, name: str, seed: int) -> Any:
    return next(s for s in arm_of_run(dicu.open(name, out=out)).sources if s.seed == seed)


@pytest.mark.parametrize("level", ["nation", "province", "region"])
def test_a_run_is_the_same_from_its_folder_and_from_the_results_of_a_sweep(out: Path, level: str) -> None:
    from dicu_analysis.load import Run

    mine = RunSource(Run(run_of(out, "actual", 1).run.folder))
    sweep = dicu.open("small", out=out)
    theta = mine.config["choose.theta"]
    runs = sweep.runs
    same = runs[(runs["scenario"] == "actual") & (runs["seed"] == 1)]
    near = same[np.isclose(same["choose.theta"].astype(float), theta)]
    if not len(near):
        pytest.skip(f"no arm of the sweep has theta {theta}")
    theirs = SweepSource(sweep, int(near.index[0])).frame(level)
    frame = mine.frame(level)
    assert frame["period"].tolist() == theirs["period"].tolist()
    assert frame["unit"].astype(str).tolist() == theirs["unit"].astype(str).tolist()
    compared = 0
    for one in NAMED:
        if set(one.needs) <= set(frame.columns) & set(theirs.columns):
            assert np.allclose(one.of(frame), one.of(theirs), equal_nan=True), one.name
            compared += 1
    assert compared >= 12


def test_a_run_has_the_runs_of_other_seeds_beside_it_as_replicates(out: Path) -> None:
    arms = gather(["actual", "none"], out)
    assert [(a.label, a.seeds) for a in arms] == [("actual", [1, 2, 3]), ("none", [1, 2, 3])]
    assert Comparison.of(arms).configurations.index.tolist() == ["reform.policy"]


def test_differences_are_within_seeds(out: Path) -> None:
    treated, base = gather(["actual", "none"], out)
    found = differences(treated, base, "move_rate").iloc[-1]
    at = {
        a.label: a.values("move_rate").query("period == @found.period")["value"].to_numpy()
        for a in (treated, base)
    }
    by_hand = paired(at["actual"] - at["none"])
    assert (found["mean"], found["low"], found["high"]) == pytest.approx(
        (by_hand.mean, by_hand.low, by_hand.high)
    )


def test_flows_are_per_year_whatever_the_length_of_the_first_period(out: Path) -> None:
    """The run begins with the last quarter of 2024: its moves are a quarter of a year's, not a dip."""
    source = run_of(out, "none", 1)
    national = source.run.national
    found = gather(["none"], out)[0].values("moves").query("seed == 1").set_index("period")["value"]
    assert found["2024Q4"] == 4 * national.loc[1, "moves"]
    assert found["2025Q4"] == national.loc[2:5, "moves"].sum()
    assert found["2026Q2"] == 2 * national.loc[6:7, "moves"].sum()
    assert "2024Q3" not in found, "nobody has moved at the start"


def test_units_of_a_level_add_up_to_the_country(out: Path) -> None:
    arm = gather(["actual"], out)[0]
    country = arm.values("residents").set_index(["seed", "period"])["value"]
    for level in ("province", "province_2025", "district"):
        parts = arm.values("residents", level).groupby(["seed", "period"])["value"].sum()
        pd.testing.assert_series_equal(parts.sort_index(), country.sort_index(), check_names=False)
        net = arm.values("net_migration", level).groupby(["seed", "period"])["value"].sum()
        assert np.allclose(net, 0)


def test_an_interval_needs_three_replicates() -> None:
    frame = pd.DataFrame(
        {"seed": [1, 2], "period": "2025Q4", "end": 2026.0, "unit": "all", "name": "x", "value": [1.0, 3.0]}
    )
    made = summary(frame).iloc[0]
    assert made["mean"] == 2
    assert np.isnan(made["low"])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_form_is_drawn_with_its_data_to_the_same_bytes(
    out: Path, tmp_path: Path, form: Any, language: Any
) -> None:
    arms = dicu.open("small", out=out).arms
    unit = "province" if form == "multiples" else "nation"
    first = plot(arms, "move_rate", form=form, unit=unit, language=language).save(tmp_path / "a")
    again = plot(arms, "move_rate", form=form, unit=unit, language=language).save(tmp_path / "b")
    assert [p.suffix for p in first] == [".svg", ".png", ".csv"]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in again]
    data = pd.read_csv(first[2])
    assert set(data["arm"]) == {a.label for a in arms}


def test_what_cannot_be_shown_is_refused_with_what_can(out: Path) -> None:
    arm = gather(["actual"], out)[0]
    with pytest.raises(
        UnknownOutcome, match=r"'movs' is not known of these units, allowed urban_share.*did you mean move"
    ):
        arm.values("movs")
    with pytest.raises(UnknownOutcome, match=r"it needs formal_workers, workers"):
        arm.values("formal_share", "province")
    with pytest.raises(UnknownUnit, match=r"no such province .got '99', there are 3: 01"):
        arm.values("moves", "province:99")
    with pytest.raises(UnknownUnit, match=r"no such level .got 'hamlet', allowed nation"):
        arm.values("moves", "hamlet")
    with pytest.raises(CannotCompare, match="at least two arms"):
        Comparison.of([arm])
    with pytest.raises(CannotCompare, match="two keys in which the arms differ"):
        plot([arm], "moves", form="heat")
    with pytest.raises(CannotCompare, match=r"fan shows one unit"):
        plot([arm], "moves", unit="province", form="fan")


def test_the_scale_of_a_map_is_of_the_outcome_not_of_the_runs() -> None:
    net = next(o for o in NAMED if o.name == "net_rate")
    assert edges_of(net, 0.1).tolist() == edges_of(net, 99.0).tolist()
    other = outcome("households", ["households", "years"])
    assert edges_of(other, 7.0).max() == 10.0


def test_dicu_compare_says_what_differs_first_and_writes_tables_figures_and_maps(
    out: Path, tmp_path: Path
) -> None:
    folders = [str(gather([name], out)[0].run.folder) for name in ("none", "actual")]  # type: ignore[union-attr]
    done = CliRunner().invoke(
        app, ["compare", *folders, "--outcome", "net_rate", "--unit", "province", "--out", str(tmp_path)]
    )
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[0] == "differs in configuration:"
    said = done.output.splitlines()
    assert [
        line.split()[:2] for line in said if line.startswith(" net_rate") or line.startswith("net_rate")
    ] == [["net_rate", "actual"]] * 3, "a line per province"
    assert said[-1] == f"12 files in {tmp_path}"
    assert (tmp_path / "configuration.csv").read_text() == "key,none,actual\nreform.policy,none,actual\n"
    pictures = {
        f"{kind}_net_rate.{end}" for kind in ("levels", "difference", "map") for end in ("png", "svg", "csv")
    }
    assert pictures | {"configuration.csv", "levels.csv", "differences.csv"} == {
        p.name for p in tmp_path.iterdir()
    }
    assert set(pd.read_csv(tmp_path / "differences.csv")["n"]) == {3}


def test_numbers_are_printed_whatever_is_asked(out: Path, tmp_path: Path) -> None:
    """With too few replicates there is no column of intervals, and a line says why."""
    found = dicu.compare("none", "actual", out=out)
    assert str(found).splitlines()[0] == repr(found)
    assert found.table.to_string(index=False) in str(found)
    assert "no interval" not in str(found)
    alone = Comparison.of([Arm(arm.label, arm.sources[:1]) for arm in found.arms])
    assert "low" not in str(alone).splitlines()[2].split()
    assert str(alone).endswith("one replicate: no interval; use more seeds (at least 3)")
    folders = [str(gather([name], out)[0].run.folder) for name in ("none", "actual")]  # type: ignore[union-attr]
    done = CliRunner().invoke(app, ["compare", *folders, "--outcome", "moves", "--out", str(tmp_path)])
    last = found.at_end(["moves"])
    assert last.drop(columns=["unit", "name"]).to_string(index=False) in done.stdout


def test_one_is_a_replicate_and_more_are_replicates() -> None:
    assert [counted(1), counted(3), counted("2-3", "seeds"), counted("1", "seeds")] == [
        "1 replicate", "3 replicates", "2-3 replicates (seeds)", "1 replicate (seed)",
    ]  # fmt: skip


def test_dicu_plot_and_the_names_of_runs(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "runs").symlink_to(out)
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    run_id = dicu.open("actual", out=out).id
    for asked in ("actual", "actual/latest", run_id[:6]):
        assert run_id in runner.invoke(app, ["show", asked]).stdout, asked
    listed = runner.invoke(app, ["ls", "actual"]).stdout.splitlines()
    assert len(listed) == 4
    assert sum("*" in line for line in listed) == 1
    done = runner.invoke(app, ["plot", "small", "--outcome", "moves", "--by", "scenario", "--out", "p"])
    assert done.exit_code == 0, done.output
    assert sorted(p.name for p in Path("p").iterdir()) == ["moves_fan.csv", "moves_fan.png", "moves_fan.svg"]
    refused = runner.invoke(app, ["plot", "actual", "--outcome", "movs"])
    assert refused.exit_code == 2
    assert "did you mean" in refused.stderr


def test_a_table_for_other_programs_is_the_table(out: Path, tmp_path: Path) -> None:
    run = dicu.open("actual", out=out)
    from dicu_analysis.export import CannotExport, export_tables

    (csv,) = export_tables(run, "national", "csv", tmp_path)
    (book,) = export_tables(run, "flows", "xlsx", tmp_path)
    assert pd.read_csv(csv)["moves"].fillna(0).tolist() == run.national["moves"].fillna(0).tolist()
    sheets = pd.read_excel(book, sheet_name=None, dtype={"origin_place": str})
    assert sheets["flows"]["persons"].tolist() == run.flow_table["persons"].tolist()
    assert set(sheets["codebook"]["column"]) == set(run.flow_table.columns)
    with pytest.raises(CannotExport, match=r"no such table .got 'natoinal'.*did you mean national"):
        export_tables(run, "natoinal", "csv", tmp_path)
    with pytest.raises(CannotExport, match="no such kind of file"):
        export_tables(run, "national", "ods", tmp_path)
