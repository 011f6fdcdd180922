"""Sweeps from their file to their results."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from dicu.execution.execute import execute, state_at
from dicu.record.codebook import tables
from dicu.reform.opening import open_world
from dicu.scenario.loader import ConfigurationErrors
from dicu.sweeps import store
from dicu.sweeps.drive import Summary, run_sweep, standing
from dicu.sweeps.executors import serial
from dicu.sweeps.plan import Plan, make_plan
from dicu.sweeps.store import Busy, opened
from dicu.sweeps.work import Status, Task, run_task
from dicu_analysis.flows import net_migration
from dicu_analysis.load import Run as Folder

Write = Callable[..., Path]


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Summary]:
    """A finished sweep: none and actual, two thetas, two replications."""
    from sweeps import write_files

    folder = tmp_path_factory.mktemp("sweep")
    plan = make_plan(write_files(folder))
    return plan, run_sweep(plan, folder / "runs", executor=serial, argv=["test"])


@pytest.fixture
def results(swept: tuple[Plan, Summary]) -> pd.DataFrame:
    return pd.read_parquet(swept[1].folder / "results.parquet")


def test_every_run_is_there_once(swept: tuple[Plan, Summary], results: pd.DataFrame) -> None:
    plan, summary = swept
    assert (summary.total, summary.finished, summary.done_now, summary.failed) == (8, 8, 8, {})
    assert summary.complete
    assert list(results["run_id"].unique()) == [run.run_id for run in plan.runs]
    assert not results.duplicated(["run", "step", "level", "unit"]).any()
    assert {p.name for p in summary.folder.iterdir()} == {
        "plan.parquet",
        "sweep.yaml",
        "results.parquet",
        "manifest.json",
        "log.jsonl",
        "runs",
        "failed",
    }
    assert list((summary.folder / "runs").glob(".tmp-*")) == []


def test_the_manifest_says_what_was_run(swept: tuple[Plan, Summary]) -> None:
    manifest = json.loads((swept[1].folder / "manifest.json").read_text())
    assert manifest["complete"] is True
    assert (manifest["runs"], manifest["finished"], manifest["failed"]) == (8, 8, {})
    assert manifest["model_version"] == swept[0].version
    assert len(manifest["outputs"]["results.parquet"]["sha256"]) == 64


def test_the_manifest_keeps_what_all_runs_share(swept: tuple[Plan, Summary]) -> None:
    """With the columns of the plan, the configuration of every run is known without the files it came from."""
    plan, summary = swept
    shared = json.loads((summary.folder / "manifest.json").read_text())["config"]
    table = pq.read_table(summary.folder / "plan.parquet").to_pylist()
    for run, row in zip(plan.runs, table, strict=True):
        whole = json.loads(json.dumps(shared))
        for path in (*plan.paths, "seed"):
            *above, key = path.split(".")
            section = whole
            for name in above:
                section = section[name]
            assert key not in section
            section[key] = row[path]
        assert whole | {"name": plan.name} == run.scenario.model_dump(mode="json")
    assert shared["reform"]["date"] == "2025Q3"


def test_one_line_of_pandas_or_duckdb(swept: tuple[Plan, Summary], results: pd.DataFrame) -> None:
    path = swept[1].folder / "results.parquet"
    found = duckdb.sql(
        f"select scenario, avg(rural_to_urban_persons) from '{path}' where level = 'nation' and step > 0 group by 1"
    ).fetchall()
    nation = results[(results["level"] == "nation") & (results["step"] > 0)]
    means = nation.groupby("scenario", observed=True)["rural_to_urban_persons"].mean()
    assert dict(found) == pytest.approx(dict(means))


def test_results_are_joined_a_few_rows_at_a_time(
    swept: tuple[Plan, Summary], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What the driver holds does not grow with the runs: a group of rows, and the run that makes it full."""
    plan, summary = swept
    folder = tmp_path / "again"
    shutil.copytree(summary.folder, folder)
    whole = pd.read_parquet(folder / "results.parquet")
    rows = len(whole) // len(plan.runs)
    monkeypatch.setattr(store, "ROWS_A_GROUP", rows + 1)
    path = store.compact(folder, plan, {run.run_id for run in plan.runs})
    groups = pq.ParquetFile(path).metadata
    sizes = [groups.row_group(k).num_rows for k in range(groups.num_row_groups)]
    assert sizes == [2 * rows] * (len(plan.runs) // 2)
    pd.testing.assert_frame_equal(pd.read_parquet(path), whole, check_categorical=False)


def test_the_same_as_a_run_of_its_own(swept: tuple[Plan, Summary], tmp_path: Path) -> None:
    """One truth: outcomes of a sweep are those of `dicu run` with the same configuration, and have its id."""
    plan, summary = swept
    run = plan.runs[-1]
    folder = execute(run.scenario, out=tmp_path, threads=1)
    assert folder.name == run.run_id
    alone = Folder(folder)
    path = summary.folder / "runs" / f"{run.run_id}.parquet"
    told = pq.read_schema(path).metadata
    assert told[b"dicu.state_sha256"].decode() == alone.manifest["state_sha256"]
    mine = pq.read_table(path).to_pandas()

    nation = mine[mine["level"] == "nation"].set_index("step")
    national = alone.national
    ends = nation.index.tolist()
    for stock in ("households", "persons", "urban_persons", "workers", "wealth_mvnd"):
        assert nation[stock].tolist() == national.loc[ends, stock].tolist(), stock
    for flow in ("moves", "births", "deaths", "remittances_mvnd", "considered"):
        assert round(nation[flow].sum(), 1) == round(national[flow].sum(), 1), flow
        assert nation[flow].isna().tolist() == [True] + [False] * (len(nation) - 1), (
            "nothing happened at the start"
        )
    provinces = mine[mine["level"] == "province_2025"]
    net = net_migration(alone, "province", "2025")
    moved = provinces.groupby("unit", observed=True)[["in_persons", "out_persons"]].sum()
    assert moved.loc[net.index].to_numpy().tolist() == net[["in_persons", "out_persons"]].to_numpy().tolist()

    last = alone.places[alone.places["step"] == ends[-1]]
    terrain = alone.world_places["terrain"].to_numpy()
    for unit in ("plain", "mountain"):
        here = last[terrain == unit]
        row = mine[(mine["level"] == "terrain") & (mine["unit"] == unit) & (mine["step"] == ends[-1])].iloc[0]
        assert row["persons"] == here["persons"].sum()
        mean = np.average(here["access_health"].astype(float), weights=here["persons"])
        assert row["access_health"] == pytest.approx(mean, rel=1e-12)
    governments = alone.table("governments")
    at_end = governments[(governments["step"] == ends[-1]) & (governments["level"] == "province")]
    assert nation.loc[ends[-1], "gov_posts"] == at_end["posts"].sum()
    by_code = at_end.set_index(at_end["code"].astype(str))["capital_mvnd"]
    ours = provinces[provinces["step"] == ends[-1]].set_index("unit")["gov_capital_mvnd"]
    assert ours.loc[by_code.index].tolist() == by_code.tolist()


def test_levels_add_up(results: pd.DataFrame) -> None:
    sums = results.groupby(["run", "step", "level"], observed=True)[
        ["persons", "households", "rural_to_urban_persons", "urban_persons"]
    ].sum()
    nation = sums.xs("nation", level="level")
    for level in ("area", "terrain", "terrain_area", "region", "province", "province_2025"):
        assert sums.xs(level, level="level").equals(nation), level
    ends = results.groupby(["run", "step", "level"], observed=True)[["in_persons", "out_persons"]].sum()
    assert (ends["in_persons"] == ends["out_persons"]).all()


def test_nothing_is_counted_before_the_first_step(results: pd.DataFrame) -> None:
    """A flow at the start is null, not 0: a pivot by year prints no year without moves; later it is a number."""
    start, later = results["step"] == 0, results["step"] > 0
    counted = ("in_persons", "out_households", "within_persons", "rural_to_urban_persons")
    for column in counted:
        assert results.loc[start, column].isna().all(), column
        assert results.loc[later, column].notna().all(), column
    nation = results["level"] == "nation"
    for column in ("moves", "births", "deaths", "income_mvnd"):
        assert results.loc[nation & start, column].isna().all(), column
        assert results.loc[nation & later, column].notna().all(), column
    for column in ("persons", "workers"):
        assert results.loc[nation & start, column].notna().all(), column


def test_the_same_command_does_nothing_twice(swept: tuple[Plan, Summary]) -> None:
    plan, summary = swept
    before = (summary.folder / "results.parquet").read_bytes()

    def never(task: Task) -> Status:
        raise AssertionError(task.run_id)

    again = run_sweep(plan, summary.folder.parent, executor=serial, work=never)
    assert (again.done_now, again.finished) == (0, 8)
    assert (summary.folder / "results.parquet").read_bytes() == before


def test_a_longer_sweep_does_only_what_is_new(swept: tuple[Plan, Summary]) -> None:
    plan, summary = swept
    longer = make_plan(plan.path, ["sweep.replications=3"])
    done = standing(longer, summary.folder)
    assert done == {run.run_id for run in plan.runs}


def test_shared_starts_change_nothing(swept: tuple[Plan, Summary], tmp_path: Path) -> None:
    """The last run of a process, on copies of what others began with, is what it is in a process of its own."""
    import dicu.sweeps.work as work

    plan, summary = swept
    run = plan.runs[-1]
    work._starts = None
    (tmp_path / "runs").mkdir()
    form = work.layout(plan.results)
    status = run_task(Task(run.run_id, run.scenario, tmp_path, plan.results, plan.version, form))
    assert status.state == "done", status.detail
    name = f"runs/{run.run_id}.parquet"
    assert (tmp_path / name).read_bytes() == (summary.folder / name).read_bytes()


def test_two_drivers_at_once_are_refused(swept: tuple[Plan, Summary]) -> None:
    plan, summary = swept
    with opened(summary.folder), pytest.raises(Busy, match="another process works on this sweep"):
        run_sweep(plan, summary.folder.parent, executor=serial)


def test_steps_and_whole_tables_can_be_kept(write: Write, tmp_path: Path) -> None:
    path = write(
        "base: base.yaml\nset: {record: {places: step, governments: step}}\nsweep: {seed: 1}\n"
        "results: {every: step, levels: [nation, district], keep: [flows, movers]}\n"
    )
    plan = make_plan(path)
    summary = run_sweep(plan, tmp_path / "runs", executor=serial)
    assert summary.complete, summary.failed
    table = pd.read_parquet(summary.folder / "results.parquet")
    assert table[table["level"] == "nation"]["step"].tolist() == [0, 1, 2, 3, 4, 5]
    assert set(table["level"]) == {"nation", "district"}
    kept = {p.name for p in (summary.folder / "tables" / plan.runs[0].run_id).iterdir()}
    assert kept == {"flows.parquet", "movers.parquet"}


def test_a_run_that_fails_is_told_and_the_sweep_goes_on(write: Write, tmp_path: Path) -> None:
    plan = make_plan(write())
    bad = plan.runs[2].run_id

    def failing(task: Task) -> Status:
        if task.run_id == bad:
            return Status(task.run_id, "failed", error="ValueError: by hand", detail="trace")
        return run_task(task)

    first = run_sweep(plan, tmp_path / "runs", executor=serial, work=failing)
    assert (first.finished, first.failed) == (7, {bad: "ValueError: by hand"})
    assert not first.complete
    told = json.loads((first.folder / "failed" / f"{bad}.json").read_text())
    assert (told["error"], told["detail"]) == ("ValueError: by hand", "trace")
    assert json.loads((first.folder / "manifest.json").read_text())["failed"] == first.failed

    again = run_sweep(plan, tmp_path / "runs", executor=serial)
    assert (again.done_now, again.failed) == (0, first.failed), (
        "a failed run is done again only when asked for"
    )
    healed = run_sweep(plan, tmp_path / "runs", executor=serial, retry_failed=True)
    assert (healed.done_now, healed.failed) == (1, {})
    assert healed.complete
    assert not (first.folder / "failed" / f"{bad}.json").exists()


def test_runs_begin_with_a_saved_state(write: Write, tmp_path: Path) -> None:
    """Each is the fork of the one past, and repeated runs of the past are not needed."""
    path = write()
    base = make_plan(path, ["sweep.replications=1"]).runs[-1].scenario
    saved = state_at(base, 2, tmp_path / "runs")
    text = f"""base: base.yaml
sweep:
  from: {{run: {saved.folder}, at: {saved.label}}}
  scenarios: {{none: {{reform.policy: none}}, actual: null}}
  replications: 2
"""
    config = write(text, name="forked")
    plan = make_plan(config)
    summary = run_sweep(plan, tmp_path / "runs", executor=serial)
    assert summary.complete, summary.failed
    run = plan.runs[1]
    alone = execute(run.scenario, out=tmp_path / "alone", saved=saved)
    assert alone.name == run.run_id
    told = pq.read_schema(summary.folder / "runs" / f"{run.run_id}.parquet").metadata
    assert told[b"dicu.state_sha256"].decode() == Folder(alone).manifest["state_sha256"]
    for change, message in (
        ({saved.label: "2027Q1"}, "no saved state of 2027Q1"),
        ({"replications: 2": "grid: {population.weight: [100]}"}, "population.weight: it shaped the state"),
        ({"at: ": "att: "}, "sweep.from.att: unknown key"),
    ):
        wrong = text
        for old, new in change.items():
            wrong = wrong.replace(old, new)
        with pytest.raises(ConfigurationErrors, match=message):
            make_plan(write(wrong, name="wrong"))


def test_a_world_is_known_by_all_that_opens_it(swept: tuple[Plan, Summary]) -> None:
    """Worlds are shared within a process under what `open_world` reads: it may read nothing else of a scenario."""
    scenario = swept[0].runs[0].scenario

    class Sparing:
        world = scenario.world
        calendar = scenario.calendar

    assert open_world(Sparing()).n_places == open_world(scenario).n_places  # type: ignore[arg-type]


def test_what_is_summed_over_a_year_is_no_stock() -> None:
    """A column added to the national table must be placed: a stock, or a flow that is known here."""
    flows = {
        "considered", "moved_persons", "couples", "partners_exchanged", "births", "deaths", "orphans_taken_in",
        "orphans_alone", "returns_to_parents", "income_mvnd", "consumption_mvnd", "move_costs_mvnd",
        "remittances_mvnd", "estates_mvnd", "urban_natural", "urban_net_moves", "urban_reclassified",
        "families_parted",
    }  # fmt: skip
    for column in tables()["national"].columns[2:]:
        known = column.name in flows or column.name.startswith(("moves", "persons_", "reason_"))
        assert column.flow == known, column.name


def test_periods_of_results_sort_by_time(swept: tuple[Plan, Summary]) -> None:
    """As text, since the calendars of a sweep's runs may differ."""
    import pandas as pd

    results = pd.read_parquet(swept[1].folder / "results.parquet")
    assert results["period"].max() == results.loc[results["step"].idxmax(), "period"]
    assert results.sort_values("period", kind="stable")["step"].is_monotonic_increasing
