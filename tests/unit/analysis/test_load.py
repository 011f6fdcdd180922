from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from dicu_analysis.flows import flows_between, moves_between, net_migration, rates
from dicu_analysis.load import Run, UnfinishedRun
from dicu_analysis.reform_names import ReformName


@pytest.fixture(scope="module")
def runs(synthetic, tmp_path_factory):
    return {
        layout: Run(synthetic.make_run(tmp_path_factory.mktemp(layout), flows=layout))
        for layout in ("place", "district")
    }


def unit_codes(w, level, generation):
    return {
        ("commune", "legacy"): w.legacy_communes.code[w.legacy_commune],
        ("commune", "2025"): w.new_communes.code[w.new_commune],
        ("district", "legacy"): w.districts.code[w.district],
        ("province", "legacy"): w.legacy_provinces.code[w.province],
        ("province", "2025"): w.new_provinces.code[w.new_communes.parent[w.new_commune]],
        ("region", "legacy"): np.array(w.region_names)[w.region[w.province]],
    }[level, generation]


def by_hand(synthetic, level, generation, steps):
    """Moves from unit to unit, straight from the events."""
    w = synthetic.world()
    unit = unit_codes(w, level, generation)
    total: Counter = Counter()
    for step in steps:
        for o, d, p in zip(*synthetic.events(w, step), strict=True):
            total[step, str(unit[o]), str(unit[d])] += int(p) * synthetic.WEIGHT
    return total


PAIRS = [
    ("commune", "legacy"),
    ("commune", "2025"),
    ("district", "legacy"),
    ("province", "legacy"),
    ("province", "2025"),
    ("region", "legacy"),
]


@pytest.mark.parametrize("layout", ["place", "district"])
@pytest.mark.parametrize(("level", "generation"), PAIRS)
def test_flows_on_any_map_are_the_events(synthetic, runs, layout, level, generation) -> None:
    if layout == "district" and level == "commune":
        with pytest.raises(ValueError, match=r"known only in total: use moves_between.*record\.flows=place"):
            flows_between(runs[layout], level, generation)
        return
    want = by_hand(synthetic, level, generation, range(1, synthetic.STEPS + 1))
    got = flows_between(runs[layout], level, generation, internal=True)
    assert {(r.step, r.origin, r.destination): r.persons for r in got.itertuples()} == dict(want)
    crossing = flows_between(runs[layout], level, generation)
    assert crossing["persons"].sum() == sum(v for (_, o, d), v in want.items() if o != d)
    assert (crossing["origin"] != crossing["destination"]).all()


@pytest.mark.parametrize("layout", ["place", "district"])
@pytest.mark.parametrize(("level", "generation"), PAIRS)
def test_totals_are_the_same_from_either_layout(synthetic, runs, layout, level, generation) -> None:
    want = by_hand(synthetic, level, generation, range(1, synthetic.STEPS + 1))
    got = moves_between(runs[layout], level, generation)
    for step in range(1, synthetic.STEPS + 1):
        assert got.loc[step, "persons"] == sum(v for (s, o, d), v in want.items() if s == step and o != d)
        assert got.loc[step, "persons_within"] == sum(
            v for (s, o, d), v in want.items() if s == step and o == d
        )


def test_new_borders_lower_counted_migration_by_exactly_what_became_internal(runs) -> None:
    for run in runs.values():
        old, new = (moves_between(run, "commune", g) for g in ("legacy", "2025"))
        fall = old["persons"] - new["persons"]
        assert fall.sum() > 0
        assert (fall == new["persons_within"] - old["persons_within"]).all()


def test_period_is_inclusive_and_net_migration_sums_to_zero(synthetic, runs) -> None:
    want = by_hand(synthetic, "province", "legacy", [2, 3])
    table = net_migration(runs["place"], "province", "legacy", ("2024Q4", "2025Q1"))
    for unit in table.index:
        into = sum(v for (_, o, d), v in want.items() if d == unit and o != d)
        out = sum(v for (_, o, d), v in want.items() if o == unit and o != d)
        assert table.loc[unit].tolist() == [into, out, into - out]
    assert table["net_persons"].sum() == 0


def test_rates_are_per_thousand_mean_residents_and_year(synthetic, runs) -> None:
    run = runs["place"]
    table = rates(run, "province", "2025", ("2025Q3", "2026Q2"))
    places = run.places
    w = synthetic.world()
    unit = unit_codes(w, "province", "2025")
    for code in table.index:
        persons = [
            places.loc[places["step"] == s, "persons"].to_numpy()[unit == code].sum() for s in range(4, 9)
        ]
        assert table.loc[code, "residents"] == pytest.approx(np.mean(persons))
        assert table.loc[code, "net_per_1000_a_year"] == pytest.approx(
            1000 * table.loc[code, "net_persons"] / np.mean(persons) / 1.0
        )
    half = rates(run, "province", "2025", ("2026Q1", "2026Q2"))
    code = half.index[0]
    assert half.loc[code, "out_per_1000_a_year"] == pytest.approx(
        2000 * half.loc[code, "out_persons"] / half.loc[code, "residents"]
    )


def test_places_lose_and_gain_what_the_flows_say(synthetic, runs) -> None:
    """The stock of each province changes by its net migration: there is no other way in this made-up run."""
    run = runs["district"]
    table = net_migration(run, "province", "legacy")
    unit = unit_codes(synthetic.world(), "province", "legacy")
    places = run.places
    first, last = (places.loc[places["step"] == s, "persons"].to_numpy() for s in (0, synthetic.STEPS))
    for code in table.index:
        assert table.loc[code, "net_persons"] == (last - first)[unit == code].sum()


def test_when_the_reform_is(synthetic, runs, tmp_path) -> None:
    run = runs["place"]
    assert run.reform_step == run.comparison_step == 5
    assert run.labels[5] == "2025Q3"
    assert run.year_at_end(4) == 2025.5
    assert run.year_at_end(0) == 2024.5
    none = Run(synthetic.make_run(tmp_path, policy="none"))
    assert none.reform_step is None
    assert none.comparison_step == 5


def test_errors_say_what_is_allowed(runs, tmp_path) -> None:
    run = runs["place"]
    with pytest.raises(ValueError, match=r"no units 'district' of generation '2025'.*commune \(2025\)"):
        flows_between(run, "district", "2025")
    with pytest.raises(ValueError, match=r"no step '2019Q1' in this run: 2024Q3 to 2026Q2"):
        net_migration(run, "province", "legacy", ("2019Q1", "2025Q1"))
    with pytest.raises(ValueError, match="ends before it begins"):
        rates(run, "province", "legacy", ("2025Q2", "2025Q1"))
    with pytest.raises(KeyError, match="no table 'birds'"):
        run.table("birds")
    with pytest.raises(UnfinishedRun, match="no such run folder"):
        Run(tmp_path / "nowhere")
    with pytest.raises(UnfinishedRun, match="not a finished run"):
        Run(tmp_path)


def test_importing_analysis_does_not_import_the_engine_or_matplotlib() -> None:
    import subprocess
    import sys

    code = (
        "import sys, dicu_analysis.load, dicu_analysis.figures\n"
        "bad = [m for m in sys.modules if m.startswith(('matplotlib', 'dicu.engine', 'dicu.model', "
        "'dicu.population', 'dicu.behaviour', 'dicu.government', 'dicu.reform'))]\n"
        "assert not bad, bad"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_one_notion_of_the_real_country(runs) -> None:
    """Property: figures, report and reform names ask the run, whose own table of places makes it another country."""
    run = Run(runs["place"].folder)
    for world, real in (
        ({"name": "viet_nam"}, True),
        ({"name": "viet_nam", "places": None}, True),
        ({"name": "viet_nam", "places": "mine.csv"}, False),
        ({"name": "ring"}, False),
        ({}, False),
    ):
        run.manifest["config"]["world"] = world
        assert run.is_real is real, world
        if "name" in world:
            config = {"world": world, "reform": {"policy": "actual", "date": "2025Q3"}}
            assert ReformName.of(config).historical is real, world
