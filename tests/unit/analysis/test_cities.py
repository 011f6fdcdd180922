"""Cities of a run: groups, sums and shares against what the tables hold, and a figure of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dicu.execution.execute import execute
from dicu.scenario.scenario import Scenario, with_values
from dicu_analysis.cities import GROUPS, by_group, groups, urban_shares
from dicu_analysis.figures import cities, style
from dicu_analysis.load import Run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    values: dict[str, Any] = {
        "name": "towns",
        "world.name": "monocentric",
        "population.weight": 40,
        "time.start": "2024Q3",
        "time.end": "2026Q2",
        "reform.policy": "actual",
    }
    return Run(execute(with_values(Scenario(), values), out=tmp_path_factory.mktemp("runs")))


def test_groups_are_by_the_class_of_the_city(run: Run) -> None:
    found = groups(run)
    units = run.world_units.query("level == 'district'").set_index("code")["kind"].astype(str)
    assert set(found.index) == set(units.index)
    assert set(found[units == "rural district"]) == {GROUPS[3]}
    assert GROUPS[3] not in set(found[units == "urban district"])


def test_sums_are_those_of_the_country(run: Run) -> None:
    table, markets = by_group(run), run.table("districts")
    for step in (0, int(markets["step"].max())):
        here, rows = table.xs(step, level="step"), markets[markets["step"] == step]
        assert here["formal_jobs"].sum() == pytest.approx(rows["formal_jobs"].sum(), rel=1e-12)
        assert here["persons"].sum() == run.national.loc[step, "persons"]
    assert table.xs(0, level="step")["rent_ratio"].tolist() == pytest.approx([1.0] * len(here), rel=1e-12)


def test_both_urban_shares(run: Run) -> None:
    """Alike until the merger; then a place in a new ward is urban though nobody moved."""
    shares = urban_shares(run)
    step = run.reform_step
    assert step is not None
    before = shares[shares.index < step]
    assert before["fixed"].to_numpy() == pytest.approx(before["of_the_day"].to_numpy(), rel=1e-12)
    new = run.world_places.merge(
        run.world_units.query("level == 'commune' and generation == '2025'")[["code", "kind"]].astype(str),
        left_on=run.world_places["new_commune"].astype(str),
        right_on="code",
    )
    ward = new.set_index("place_key")["kind"].eq("ward")
    people = run.places[run.places["step"] == step - 1].set_index("place_key")["persons"]
    expected = people[ward.reindex(people.index)].sum() / people.sum()
    assert shares.loc[step, "of_the_day"] == pytest.approx(expected, rel=1e-12)


def test_the_figure_is_drawn_from_it_and_says_where_from(run: Run) -> None:
    with style.styled():
        fig = cities.draw(run)
    texts = [t.get_text() for t in fig.texts] + [ax.get_title(loc="left") for ax in fig.axes]
    assert any(t.startswith("Rents by ") for t in texts)
    assert any("1210/2016" in t for t in texts)
    assert [t for t in texts if t.startswith("Formal jobs")]
    assert len(fig.axes) == 4
    assert all(np.isfinite(line.get_ydata()).all() for ax in fig.axes for line in ax.lines[:2])


def test_in_vietnamese_nothing_is_english(run: Run, vietnamese: Any) -> None:
    assert "ở huyện nông thôn" in vietnamese(cities, run)
