"""Number 10: new names on the map change no decision; counted migration falls by what became internal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dicu.execution.execute import execute
from dicu.scenario.scenario import Scenario, with_values
from dicu_analysis.flows import flows_between, moves_between
from dicu_analysis.load import Generation, Level, Run
from nests import fields_of
from states import first_difference, first_model, sha, tables_of

COLUMN = {
    ("commune", "legacy"): "legacy_commune",
    ("commune", "2025"): "new_commune",
    ("province", "legacy"): "legacy_province",
    ("province", "2025"): "new_province",
}
COUNTS = ["households", "persons"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Recorded runs of one world: without reform, relabelled, and relabelled with flows by district."""
    out = tmp_path_factory.mktemp("runs")
    made = {}
    for name, values in (
        ("none", {}),
        ("relabel", {"reform.policy": "relabel"}),
        ("relabel by district", {"reform.policy": "relabel", "record.flows": "district"}),
        ("actual", {"reform.policy": "actual"}),
    ):
        scenario = with_values(
            Scenario(),
            {
                "name": name,
                "world.name": "monocentric",
                "population.weight": 1,
                "time.start": "2024Q4",
                "time.end": "2026Q1",
                "consider.lambda0": 0.2,
                "record.flows": "place",
                "record.places": "step",
                "record.governments": "step",
                "choose.cost_other_district": 0.5,
                "choose.cost_other_province": 0.5,
                **values,
            },
        )
        made[name] = Run(execute(scenario, out=Path(out)))
    return made


@pytest.mark.parametrize("world", ["monocentric", "ring", "two_places"])
def test_no_household_decides_differently(
    world: str, small_scenario: Callable[..., Any], run_model: Callable[..., Any]
) -> None:
    values = {"consider.lambda0": 0.2, "population.weight": 10, "time.end": "2027Q4"}
    none = run_model(small_scenario(world, values))
    relabel = run_model(small_scenario(world, {**values, "reform.policy": "relabel"}))
    assert first_difference(none.households, relabel.households) == ""
    assert sha(none) == sha(relabel), "offices and budgets too are those of no reform"
    assert relabel.governments.generation == "2025"
    assert none.governments.generation == "legacy"


def test_step_by_step_every_table_that_households_see_is_the_same(
    small_scenario: Callable[..., Any],
) -> None:
    models = [
        first_model(small_scenario("monocentric", {"population.weight": 40, "reform.policy": policy}))
        for policy in ("none", "relabel")
    ]
    for _ in range(models[0].calendar.n_steps):
        one, two = (fields_of(tables_of(m)) for m in models)
        assert len(one) > 50
        for name, a in one.items():
            assert np.array_equal(a, two[name]), f"{name} differs before step {models[0].now}"
        for m in models:
            m.step()
        assert np.array_equal(models[0].events.row, models[1].events.row)


def test_a_real_merger_does_change_decisions(runs: dict[str, Run]) -> None:
    """Else the tests above would pass for a reform that does nothing at all."""
    states = {name: run.manifest["state_sha256"] for name, run in runs.items()}
    assert states["none"] == states["relabel"] == states["relabel by district"]
    assert states["actual"] != states["none"]


def test_recorded_places_flows_and_nation_are_the_same_files(runs: dict[str, Run]) -> None:
    for table in ("national", "places", "flows", "movers", "districts", "world_places", "world_units"):
        one, two = (pd.read_parquet(runs[name].folder / f"{table}.parquet") for name in ("none", "relabel"))
        pd.testing.assert_frame_equal(one, two)
    after = runs["relabel"].table("governments").query("step == step.max()")
    before = runs["none"].table("governments").query("step == step.max()")
    assert len(after) < len(before)
    assert set(after["generation"]) == {"2025"}
    assert set(before["generation"]) == {"legacy"}
    assert (
        after["posts"][after["level"] == "province"].sum()
        == before["posts"][before["level"] == "province"].sum()
    )


def by_step(flows: pd.DataFrame) -> pd.DataFrame:
    """Households and persons that moved in each step."""
    return flows.astype({"step": "int64"}).groupby("step")[COUNTS].sum()


def counted_by_hand(run: Run, level: Level, generation: Generation) -> pd.DataFrame:
    """Moves that cross a border of one map, from the raw flows, by step."""
    unit = run.world_places.set_index("place_key")[COLUMN[level, generation]].astype(str)
    flows = run.flow_table
    crosses = unit[flows["origin_place"]].to_numpy() != unit[flows["destination_place"]].to_numpy()
    return by_step(flows[crosses])


@pytest.mark.parametrize("level", ["commune", "province"])
def test_counted_migration_falls_by_exactly_what_became_internal(runs: dict[str, Run], level: Level) -> None:
    """Old map minus new map = moves inside a new unit between old ones, minus those the new borders cut."""
    run = runs["relabel"]
    unit = run.world_places.set_index("place_key")
    old, new = (unit[COLUMN[level, g]].astype(str) for g in ("legacy", "2025"))
    o, d = run.flow_table["origin_place"], run.flow_table["destination_place"]
    within_old = old[o].to_numpy() == old[d].to_numpy()
    within_new = new[o].to_numpy() == new[d].to_numpy()
    became_internal = by_step(run.flow_table[~within_old & within_new])
    became_external = by_step(run.flow_table[within_old & ~within_new])
    assert (became_internal > 0).all().all()
    if level == "commune":
        assert became_external["households"].sum() > 0, "the split commune of this world has moves across"

    steps = moves_between(run, level, "legacy").index
    fall = moves_between(run, level, "legacy")[COUNTS] - moves_between(run, level, "2025")[COUNTS]
    expected = became_internal.reindex(steps, fill_value=0) - became_external.reindex(steps, fill_value=0)
    pd.testing.assert_frame_equal(fall, expected.astype(np.int64), check_names=False)

    for generation in ("legacy", "2025"):
        between = by_step(flows_between(run, level, generation))
        pd.testing.assert_frame_equal(between, counted_by_hand(run, level, generation))
        everything = by_step(flows_between(run, level, generation, internal=True))
        pd.testing.assert_frame_equal(everything, by_step(run.flow_table))


def test_a_published_series_that_changes_maps_falls_though_nobody_moves_less(runs: dict[str, Run]) -> None:
    """What a statistics office would print: old borders until the reform, new ones from then on."""
    none, relabel = runs["none"], runs["relabel"]
    step = relabel.reform_step
    assert step is not None
    old = moves_between(none, "commune", "legacy")["households"]
    printed = old.where(old.index < step, moves_between(relabel, "commune", "2025")["households"])
    assert (printed[: step - 1] == old[: step - 1]).all()
    assert (printed[step - 1 :] < old[step - 1 :]).all()


@pytest.mark.parametrize("generation", ["legacy", "2025"])
def test_flows_by_district_keep_what_is_internal_to_either_generation(
    runs: dict[str, Run], generation: Generation
) -> None:
    places, districts = runs["relabel"], runs["relabel by district"]
    assert (places.flow_layout, districts.flow_layout) == ("place", "district")
    pd.testing.assert_frame_equal(
        moves_between(districts, "commune", generation), moves_between(places, "commune", generation)
    )
    pd.testing.assert_frame_equal(
        flows_between(districts, "province", generation), flows_between(places, "province", generation)
    )
    pd.testing.assert_frame_equal(
        flows_between(districts, "district", internal=True), flows_between(places, "district", internal=True)
    )


@pytest.mark.slow
def test_the_real_country(run_model: Callable[..., Any]) -> None:
    """10,035 communes become 3,321 and no household of Viet Nam does anything else."""
    values = {"population.weight": 100, "time.start": "2024Q4", "time.end": "2028Q4"}
    none = run_model(with_values(Scenario(), values))
    relabel = run_model(with_values(Scenario(), {**values, "reform.policy": "relabel"}))
    assert first_difference(none.households, relabel.households) == ""
    assert sha(none) == sha(relabel)
    assert len(relabel.governments.communes) == 3321
