"""What is simulated before a run is simulated as the run itself would have been, kept, and never recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from dicu.execution.execute import Saving, execute, state_at
from dicu.execution.history import origin_of
from dicu.execution.saved import read_saved, saved_folder, saved_steps
from dicu.execution.starting import first_model, make_start
from dicu.model import Model
from dicu.reform.opening import open_world
from dicu.scenario.calendar import Calendar
from dicu.scenario.dump import canonical_json
from dicu.scenario.loader import ConfigurationErrors, load
from dicu.scenario.scenario import Scenario, with_values
from dicu.trace.replay import trace
from states import first_difference

LONG: dict[str, object] = {
    "name": "long",
    "world.name": "monocentric",
    "world.size": 10,
    "population.weight": 100,
    "time.start": "2018Q2",
    "time.end": "2024Q4",
    "record.moves": "all",
    "record.places": "step",
}
SHORT = LONG | {"name": "short", "time.start": "2021Q2", "time.history": "2018Q2"}
BEFORE = 12


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DICU_CACHE", str(tmp_path / "cache"))


def of(values: dict[str, object], **more: object) -> Scenario:
    return with_values(Scenario(), {**values, **{k.replace("__", "."): v for k, v in more.items()}})


def kept(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache" / "histories").glob("*.npz"))


def sha(run: Path) -> str:
    return str(json.loads((run / "manifest.json").read_text())["state_sha256"])


def rows(run: Path, table: str, since: int) -> list[dict[str, Any]]:
    """Rows of a table from a step on, its steps counted from there."""
    read = pq.read_table(run / f"{table}.parquet").to_pylist()
    return [{**row, "step": row["step"] - since} for row in read if row["step"] > since]


def test_a_run_with_a_history_is_the_rest_of_the_run_that_begins_there(tmp_path: Path) -> None:
    """To the byte in its households, and row by row in what is recorded; five years end where they would have."""
    whole, rest = execute(of(LONG), out=tmp_path), execute(of(SHORT), out=tmp_path)
    for table in ("national", "flows", "places", "moves", "five_year"):
        theirs, mine = rows(whole, table, BEFORE), rows(rest, table, 0)
        assert mine, table
        assert mine == theirs, table
    models = [first_model(s, open_world(s))[0] for s in (of(LONG), of(SHORT))]
    for model in models:
        model.run()
    assert first_difference(models[0].households, models[1].households) == ""
    assert np.array_equal(models[0].links.child, models[1].links.child)
    period = pq.read_table(rest / "national.parquet").column("period")[0].as_py()
    assert str(period).startswith("2021Q1"), "the start is the end of the history"


def test_scenarios_share_a_history_and_what_it_is_read_from_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = execute(of(SHORT), out=tmp_path / "a")
    (file,) = kept(tmp_path)
    reform = {"reform__policy": "actual", "reform__date": "2022Q3", "programme__urban_job_growth": 0.02}
    reform |= {"programme__urban_job_growth_start": "2021Q3"}
    read = execute(of(SHORT, **reform), out=tmp_path / "a")
    assert kept(tmp_path) == [file], "what acts after the start is none of the history"
    again = execute(of(SHORT, name="again"), out=tmp_path / "c")
    tables = {p.name: p.read_bytes() for p in none.glob("*.parquet")}
    assert {p.name: p.read_bytes() for p in again.glob("*.parquet")} == tables, "the start as well"
    monkeypatch.setenv("DICU_CACHE", str(tmp_path / "other"))
    alone = execute(of(SHORT, **reform), out=tmp_path / "b")
    assert sha(alone) == sha(read) != sha(none)
    monkeypatch.setenv("DICU_CACHE", str(tmp_path / "cache"))
    execute(of(SHORT, seed=8), out=tmp_path / "a")
    execute(of(SHORT, choose__theta=0.7), out=tmp_path / "a")
    assert len(kept(tmp_path)) == 3, "luck and parameters are"


@pytest.mark.parametrize("harm", ["flipped", "cut", "no sum"])
def test_a_damaged_history_is_simulated_again(harm: str, tmp_path: Path) -> None:
    first = sha(execute(of(SHORT), out=tmp_path / "a"))
    (file,) = kept(tmp_path)
    data = bytearray(file.read_bytes())
    if harm == "no sum":
        file.with_suffix(".sha256").unlink()
    else:
        data[len(data) // 2] ^= 1
        file.write_bytes(data if harm == "flipped" else data[: len(data) // 2])
    assert sha(execute(of(SHORT), out=tmp_path / "b")) == first
    assert bytes(kept(tmp_path)[0].read_bytes()) != bytes(data) or harm == "no sum"


def test_nowhere_to_keep_it_only_costs_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = sha(execute(of(SHORT), out=tmp_path / "a"))
    (tmp_path / "a file").write_text("")
    monkeypatch.setenv("DICU_CACHE", str(tmp_path / "a file"))
    assert sha(execute(of(SHORT), out=tmp_path / "b")) == first


def test_objects_resume_fork_and_trace(tmp_path: Path) -> None:
    run = execute(of(SHORT), out=tmp_path / "a")
    assert sha(execute(of(SHORT), out=tmp_path / "b", engine="objects")) == sha(run)
    on_the_way = execute(of(SHORT), out=tmp_path / "c", saving=Saving(4, keep=True))
    saved = read_saved(saved_steps(saved_folder(on_the_way))[8])
    assert sha(execute(of(SHORT), out=tmp_path / "d", saved=saved)) == sha(run)
    other = of(
        SHORT, name="fork", programme__farm_income_loss=0.2, programme__farm_income_loss_start="2023Q3"
    )
    at = state_at(of(SHORT), 8, tmp_path / "e")
    assert sha(execute(other, out=tmp_path / "f", saved=at)) == sha(execute(other, out=tmp_path / "g"))
    told = trace(run, "any", steps=3)
    assert len(told.chapters) == 3


def test_seconds_stand_apart_and_only_luck_of_the_quarter_counts(tmp_path: Path) -> None:
    run = execute(of(SHORT), out=tmp_path)
    seconds = json.loads((run / "manifest.json").read_text())["seconds"]
    assert seconds["history"] > 0
    early, late = Calendar("2014Q2", "2030Q4"), Calendar("2019Q2", "2030Q4", history="2014Q2")
    assert early.moment(early.step_of("2025Q3")) == late.moment(late.step_of("2025Q3")) == 4 * 30 + 2
    assert (late.first_step, late.label(-20), late.label(0)) == (-20, "2014Q2", "2019Q2")
    months = Calendar("2019-04", "2030-12", "month", "2014-04")
    assert (months.first_step, months.moment(0)) == (-60, 12 * 24 + 3)


def test_viet_nam_has_one_by_itself() -> None:
    assert of({}).history == "2014Q2"
    assert of({"time.start": "2014Q2"}).history is None
    assert of({"time.start": "2026Q1"}).history == "2014Q2", "later than the last official residents"
    assert of({"time.history": "none"}).history is None
    assert of({"world.name": "ring"}).history is None
    assert of({"time.step": "month"}).calendar.first_step == -60
    one = of({"reform.policy": "actual", "record.moves": "all", "name": "x", "cities.central": []})
    assert canonical_json(origin_of(one)) == canonical_json(origin_of(of({"time.end": "2025Q4"})))
    late = {"time.start": "2026Q1"}  # by default Hue is central from 2025Q1, within this history
    keys = {canonical_json(origin_of(of(late | {"cities.central_date": d}))) for d in ("2025Q1", "2026Q2")}
    assert len(keys) == 2, "a city that acts in the history is none that acts after it"
    assert canonical_json(origin_of(of({"seed": 7}))) != canonical_json(origin_of(of({})))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["time.history=2020Q1"], "not before the start"),
        (["time.history=soon"], "not a date"),
        (["time.history=2014-05"], "beginning of a quarter"),
        (["time.history=2010Q1"], "no official residents"),
        (["time.history=none", "time.start=2026Q1"], "no official residents"),
    ],
)
def test_a_history_that_cannot_be_is_refused(given: list[str], said: str) -> None:
    with pytest.raises(ConfigurationErrors, match=said):
        load("none", given)


def test_a_model_without_its_constants_takes_no_step() -> None:
    """Neither solved nor restored: it stops instead of moving people by constants that mean nothing."""
    scenario = of(SHORT)
    world = open_world(scenario)
    start = make_start(scenario, world)
    model = Model(scenario, world, start.households, start.links, solve=False)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="constants of moving are not known"):
            model.step()
    model.solve()
    start = make_start(scenario, world)
    solved = Model(scenario, world, start.households, start.links)
    assert (model.kappa, model.offer_cost) == (solved.kappa, solved.offer_cost), "nothing had changed before"
    model.step()
    assert model.now == model.calendar.first_step + 1
    with pytest.raises(RuntimeError, match="are those of the start, which is over"):
        model.solve()
