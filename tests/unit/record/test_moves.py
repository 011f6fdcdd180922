"""Table ``moves``: every move once, with who made it as they were before, the same bytes from both engines."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dicu.execution.execute import execute
from dicu.population.columns import BIRTH_YEAR_ZERO
from dicu.scenario.vocabulary import MOVE_KINDS


@pytest.fixture(scope="module")
def scenario() -> Any:
    from dicu.scenario.scenario import Scenario, with_values

    return with_values(
        Scenario(),
        {
            "name": "moves",
            "world.name": "monocentric",
            "population.weight": 40,
            "time.start": "2024Q3",
            "time.end": "2026Q2",
            "reform.policy": "actual",
            "consider.lambda0": 0.1,
            "record.moves": "all",
        },
    )


@pytest.fixture(scope="module")
def folder(scenario: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return execute(scenario, out=tmp_path_factory.mktemp("threads"))


def test_sums_are_those_of_the_country(folder: Path) -> None:
    moves, national = (pd.read_parquet(folder / f"{name}.parquet") for name in ("moves", "national"))
    national = national.iloc[1:]  # nobody can have moved at the start
    by_step = moves.groupby("step")[["households", "persons"]].sum().reindex(national["step"], fill_value=0)
    assert by_step["households"].tolist() == national["moves"].tolist()
    assert by_step["persons"].tolist() == national["moved_persons"].tolist()
    assert (moves["kind"] == "split").sum() * 40 == national["moves_split"].sum()
    for a, b in itertools.product(("urban", "rural"), repeat=2):
        some = moves[
            (moves["origin_urban"] == (a == "urban")) & (moves["destination_urban"] == (b == "urban"))
        ]
        assert some["households"].sum() == national[f"moves_{a}_to_{b}"].sum() > 0
        assert some["persons"].sum() == national[f"persons_{a}_to_{b}"].sum()
    assert set(moves["kind"]) == set(MOVE_KINDS)
    assert not moves.duplicated(["step", "uid", "destination_place", "age"]).any()


def test_engines_write_the_same_bytes(scenario: Any, folder: Path, tmp_path: Path) -> None:
    other = execute(scenario, out=tmp_path, engine="objects")
    assert (other / "moves.parquet").read_bytes() == (folder / "moves.parquet").read_bytes()


def test_without_moves_there_is_no_table(scenario: Any, folder: Path, tmp_path: Path) -> None:
    from dicu.scenario.scenario import with_values

    other = execute(with_values(scenario, {"record.moves": "none"}), out=tmp_path)
    assert not (other / "moves.parquet").exists()
    assert (other / "national.parquet").read_bytes() == (folder / "national.parquet").read_bytes()
    assert "moves.parquet" in (folder / "datapackage.json").read_text()


class Looking:
    """A recorder's stand-in that keeps what it is handed for table moves."""

    def __init__(self) -> None:
        self.given: dict[str, Any] = {}

    def moves(self, step: int, columns: dict[str, Any]) -> None:
        self.given = columns

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None


def test_movers_are_as_they_were_before(scenario: Any) -> None:
    """Whoever is said to have moved lived where the move began, with somebody of the age that is stated."""
    from dicu.observe.outputs import Outputs, residence_of
    from states import first_model

    model, seen = first_model(scenario), Looking()
    model.outputs = Outputs(model, seen, residence_of(model))  # type: ignore[arg-type]
    kinds: set[int] = set()
    for _ in range(scenario.calendar.n_steps):
        h = model.households
        before = h.take(np.arange(h.n))
        order = np.argsort(before.uid)
        model.step()
        given = seen.given
        row = order[np.searchsorted(before.uid[order], given["uid"])]
        assert np.array_equal(before.uid[row], given["uid"])
        assert np.array_equal(before.place[row], given["origin"])
        assert np.array_equal(before.income_quantile[row], given["income_quantile"])
        ages = model.year - BIRTH_YEAR_ZERO - (before.member[row].astype(int) >> 1)
        assert ((ages == given["age"][:, None]) & (before.member[row] != 0)).any(axis=1).all()
        whole = given["kind"] == MOVE_KINDS.index("whole")
        assert (ages[whole, 0] == given["age"][whole]).all()
        kinds |= set(given["kind"].tolist())
    assert kinds == set(range(len(MOVE_KINDS)))
