"""A run that goes on from a saved state is the run that never stopped, to the byte."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from dicu.execution.execute import Saving, execute, state_at
from dicu.execution.progress import Silent
from dicu.execution.saved import CannotContinue, Saved, read_saved, saved_folder, saved_steps
from dicu.record.checkpoint import DamagedFile, read_archive, table_bytes, write_archive
from dicu.scenario.loader import load
from dicu.scenario.scenario import Scenario, with_values
from dicu.scenario.shipped import configs

VALUES: dict[str, object] = {
    "name": "small",
    "world.name": "monocentric",
    "world.size": 10,
    "population.weight": 100,
    "time.start": "2020Q2",
    "time.end": "2026Q3",
    "reform.policy": "actual",
    "record.moves": "all",
}
REFORM = 21
"""Step of the reform of 2025Q3."""


class Stop(Exception):
    """The run is stopped here."""


class Stopping(Silent):
    """Stops a run once so many steps are done and saved."""

    def __init__(self, after: int) -> None:
        object.__setattr__(self, "left", after)

    def step(self, label: str, households: int) -> None:
        object.__setattr__(self, "left", self.left - 1)  # type: ignore[attr-defined]
        if not self.left:  # type: ignore[attr-defined]
            raise Stop


def scenario(**values: object) -> Scenario:
    return with_values(Scenario(), {**VALUES, **{k.replace("__", "."): v for k, v in values.items()}})


def parquet(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.glob("*.parquet"))}


def manifest(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return told


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run that nothing happens to."""
    return execute(scenario(), out=tmp_path_factory.mktemp("undisturbed"))


def stopped(out: Path, after: int, every: int, undisturbed: Path, **options: Any) -> Saved:
    """A run that was stopped; its last saved state."""
    with pytest.raises(Stop):
        execute(scenario(), out=out, saving=Saving(every), progress=Stopping(after), **options)
    folder = saved_folder(out / "small" / undisturbed.name)
    assert not (out / "small" / undisturbed.name).exists()
    (path,) = saved_steps(folder).values()
    return read_saved(path)


@pytest.mark.parametrize(
    ("after", "every", "engines"),
    [
        (4, 3, ("threads", "threads")),  # in a year
        (REFORM, REFORM, ("threads", "objects")),  # the reform is due next
        (REFORM + 2, 1, ("objects", "threads")),  # two steps after it, many states before
    ],
)
def test_the_same_bytes_as_if_it_had_not_stopped(
    after: int, every: int, engines: tuple[Any, Any], undisturbed: Path, tmp_path: Path
) -> None:
    saved = stopped(tmp_path, after, every, undisturbed, engine=engines[0])
    assert saved.step == after - after % every
    again = execute(saved.scenario, out=tmp_path, saved=saved, saving=Saving(every), engine=engines[1])
    assert again.name == undisturbed.name
    assert manifest(again)["state_sha256"] == manifest(undisturbed)["state_sha256"]
    assert parquet(again) == parquet(undisturbed)
    assert (again / "codebook.csv").read_bytes() == (undisturbed / "codebook.csv").read_bytes()
    assert not saved.folder.exists(), "a run that has ended leaves no states unless they are to be kept"


def test_what_partners_add_to_streams_between_provinces_is_not_forgotten(tmp_path: Path) -> None:
    finer = scenario(population__weight=5, time__end="2025Q1", reform__policy="none", record__moves="none")
    whole = execute(finer, out=tmp_path / "whole")
    saved = state_at(finer, 14, tmp_path)
    joined = saved.arrays()["outputs.joined"]
    provinces = len(joined)
    assert joined.shape == (provinces, provinces + 4)
    assert joined[:, :provinces].any(), "the point of this run is that some pair up across provinces"
    assert not joined.sum(axis=1).any(), "who joins another row changes nothing of how many live where"
    again = execute(finer, out=tmp_path / "again", saved=saved)
    assert parquet(again) == parquet(whole)
    flows = pd.read_parquet(again / "five_year_flows.parquet").astype(
        {"origin_province": str, "destination_province": str}
    )
    assert (flows["origin_province"] != flows["destination_province"]).any()


def test_stopped_twice(undisturbed: Path, tmp_path: Path) -> None:
    saved = stopped(tmp_path, 6, 5, undisturbed)
    with pytest.raises(Stop):
        execute(saved.scenario, out=tmp_path, saved=saved, saving=Saving(5), progress=Stopping(11))
    (path,) = saved_steps(saved.folder).values()
    later = read_saved(path)
    assert (later.step, len(later.tables)) == (15, 3)
    again = execute(later.scenario, out=tmp_path, saved=later)
    assert parquet(again) == parquet(undisturbed)
    assert manifest(again)["state_sha256"] == manifest(undisturbed)["state_sha256"]


def test_states_that_are_kept_are_those_of_a_replay(undisturbed: Path, tmp_path: Path) -> None:
    """Equal states are equal files."""
    run = execute(scenario(), out=tmp_path / "a", saving=Saving(8, keep=True))
    steps = saved_steps(saved_folder(run))
    assert list(steps) == [8, 16, 24]
    replayed = state_at(scenario(), 16, tmp_path / "b")
    assert replayed.state["sha256"] == read_saved(steps[16]).state["sha256"]
    onwards = state_at(scenario(), 24, tmp_path / "b", saved=replayed)
    assert onwards.state["sha256"] == read_saved(steps[24]).state["sha256"]
    assert parquet(run) == parquet(undisturbed)


def test_two_futures_of_one_past(undisturbed: Path, tmp_path: Path) -> None:
    """A fork without the reform is, until then, the run; afterwards it is the run that never had it."""
    saved = state_at(scenario(), REFORM, tmp_path)
    none = scenario(reform__policy="none", name="small-fork")
    fork = execute(none, out=tmp_path, saved=saved)
    plain = execute(scenario(reform__policy="none"), out=tmp_path)
    assert manifest(fork)["forked_from"] == {"run_id": undisturbed.name, "at": "2025Q2"}
    assert manifest(plain)["forked_from"] is None
    assert fork.name != plain.name
    assert manifest(fork)["state_sha256"] == manifest(plain)["state_sha256"]
    same = {"national", "flows", "movers", "five_year", "five_year_flows", "districts", "moves", "lineage"}
    one, two = parquet(fork), parquet(plain)
    # around a reform that is planned, places are recorded more often: so not all tables are the same
    assert {name for name in same if one[f"{name}.parquet"] != two[f"{name}.parquet"]} <= {"districts"}
    assert one["governments.parquet"] != parquet(undisturbed)["governments.parquet"]


def test_a_fork_that_is_stopped_goes_on(tmp_path: Path) -> None:
    saved = state_at(scenario(), 10, tmp_path)
    other = scenario(seed=7, name="other")
    whole = execute(other, out=tmp_path / "whole", saved=saved)
    with pytest.raises(Stop):
        execute(other, out=tmp_path, saved=saved, saving=Saving(4), progress=Stopping(8))
    (path,) = saved_steps(saved_folder(tmp_path / "other" / whole.name)).values()
    mine = read_saved(path)
    assert (mine.step, mine.after) == (16, {"run_id": saved.run_id, "at": "2022Q3"})
    again = execute(mine.scenario, out=tmp_path, saved=mine)
    assert again.name == whole.name
    assert parquet(again) == parquet(whole)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"population__weight": 50}, "population.weight: it shaped the state"),
        ({"time__start": "2020Q3"}, "time.start: it shaped the state"),
        ({"time__end": "2025Q4", "reform__policy": "none"}, "time.end: the state is that of 2025Q4 already"),
        ({"reform__policy": "none"}, "reform: the run had a reform in 2025Q3, before the state of 2025Q4"),
        ({"reform__date": "2025Q1"}, "reform: it would have a reform in 2025Q1"),
    ],
)
def test_what_cannot_follow_on_a_state(
    values: dict[str, object], text: str, late: Saved, tmp_path: Path
) -> None:
    with pytest.raises(CannotContinue, match=text):
        execute(scenario(name="fork", **values), out=tmp_path, saved=late)
    assert not (tmp_path / "fork").exists()


def test_a_state_of_tables_that_were_changed_since_is_gone_on_with_by_nobody(tmp_path: Path) -> None:
    country = Path(shutil.copytree(configs() / "world", tmp_path / "country"))
    values = [f"world.tables={country}", "population.weight=100", "time.end=2020Q4"]
    one = load("none", values).scenario
    saved = state_at(one, 2, tmp_path)
    other = load("none", [*values, "name=fork", "seed=7"]).scenario
    fork = execute(other, out=tmp_path, saved=saved)
    assert manifest(fork)["forked_from"]["run_id"] == saved.run_id
    places = country / "places.csv"
    places.write_text(places.read_text().replace("62000", "52000"))
    for scenario_ in (one, other):  # the run itself, and a fork
        with pytest.raises(CannotContinue, match="the inputs of this run have changed"):
            execute(scenario_, out=tmp_path, saved=saved)
    assert [path.name for path in (tmp_path / "fork").iterdir() if path.is_dir()] == [fork.name]


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    """A state after the reform."""
    return state_at(scenario(), REFORM + 2, tmp_path_factory.mktemp("late"))


def test_another_version_is_refused(late: Saved, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dicu.execution.forks.model_version", lambda: "another")
    with pytest.raises(CannotContinue, match="saved by another version of the program"):
        execute(late.scenario, out=tmp_path, saved=late)


@pytest.mark.parametrize("kind", ["state-*.npz", "tables-*.zip", "saved-*.json"])
@pytest.mark.parametrize("how", ["flip", "cut", "gone"])
def test_a_damaged_file_is_refused_with_its_name(kind: str, how: str, late: Saved, tmp_path: Path) -> None:
    import shutil

    folder = Path(shutil.copytree(late.folder, tmp_path / "small" / "saved" / late.folder.name))
    (path,) = folder.glob(kind)
    data = bytearray(path.read_bytes())
    if how == "flip":
        data[len(data) // 2] ^= 1
        path.write_bytes(bytes(data))
    elif how == "cut":
        path.write_bytes(bytes(data[:-9]))
    else:
        path.unlink()

    def go_on() -> None:
        saved = read_saved(folder / f"saved-{late.step:05d}.json")
        execute(saved.scenario, out=tmp_path, saved=saved)

    with pytest.raises(DamagedFile, match=path.name):
        go_on()
    assert not (tmp_path / "small" / late.run_id).exists()


def test_archives_hold_what_they_are_given(tmp_path: Path) -> None:
    table = pa.table(
        {"a": pa.array(["x", "y", "x"]).dictionary_encode(), "b": pa.array([1, 2, 3], pa.int32())}
    )
    arrays = {
        "f": np.asfortranarray(np.arange(12, dtype=np.uint8).reshape(4, 3)),
        "empty": np.zeros((0, 2)),
        "big": np.arange(3, dtype=">i8"),
    }
    given = {
        "header": {"n": 1},
        "arrays": arrays,
        "tables": [("t", table_bytes(table)), ("none", table_bytes(table.slice(0, 0)))],
    }
    digest = write_archive(tmp_path / "a.zip", **given)  # type: ignore[arg-type]
    found = read_archive(tmp_path / "a.zip", digest)
    assert found.header == {"n": 1}
    assert all(np.array_equal(found.arrays[name], arrays[name]) for name in arrays)
    assert [
        (name, t.equals(table.slice(0, n))) for (name, t), n in zip(found.tables, (3, 0), strict=True)
    ] == [
        ("t", True),
        ("none", True),
    ]
    assert write_archive(tmp_path / "b.zip", **given) == digest, "equal contents are equal bytes"  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="holds objects"):
        write_archive(tmp_path / "c.zip", arrays={"o": np.array([object()])})
    assert not (tmp_path / "c.zip").exists()
