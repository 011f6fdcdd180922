from __future__ import annotations

import numpy as np
import pytest

from dicu_analysis.flows import flows_between
from dicu_analysis.load import Run
from dicu_analysis.report.arms import collect
from dicu_analysis.report.measures import NEAR, Sheet, both, measure, outcomes
from dicu_analysis.report.subject import gather


@pytest.fixture(scope="module")
def pair(made, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs")
    return Run(made(out, "actual")), Run(made(out, "none"))


def test_the_reform_is_the_whole_difference_in_access(pair) -> None:
    run, twin = (measure(s) for s in both(*pair))
    for terrain, level in (("plain", 0.5), ("mountain", 0.3)):
        for service, factor in (
            ("commune_administration", 0.8),
            ("district_administration", 1.2),
            ("health", 1),
        ):
            key = f"access.{service}.{terrain}"
            assert run[f"{key}.eve"] == pytest.approx(twin[f"{key}.eve"]) == pytest.approx(level)
            assert run[f"{key}.end"] == pytest.approx(factor * level)
            assert twin[f"{key}.end"] == pytest.approx(level)


def test_people_and_flows_add_up(pair) -> None:
    run = pair[0]
    sheet = Sheet(run)
    made = measure(sheet)
    end = float(run.national["persons"].iloc[-1])
    assert made["persons.urban.end"] + made["persons.rural.end"] == end
    assert sum(made[f"persons.{t}.end"] for t in sheet.groups if t != "all") == end
    assert sum(v for k, v in made.items() if k.startswith("persons.region.")) == end
    assert sum(v for k, v in made.items() if k.startswith("province.2025.")) == end
    after = flows_between(run, "region", period=(run.labels[5], run.labels[-1]), internal=True)[
        "persons"
    ].sum()
    flows = sum(v for k, v in made.items() if k.startswith("flow."))
    assert flows * sheet.years_after == pytest.approx(after)


def test_leaving_is_counted_from_the_flows(pair) -> None:
    run = pair[0]
    sheet = Sheet(run)
    urban = set(run.world_places.loc[run.world_places["urban"], "place_key"])
    late = run.flow_table[run.flow_table["step"] >= sheet.reform]
    out = late[~late["origin_place"].isin(urban) & late["destination_place"].isin(urban)]["persons"].sum()
    assert measure(sheet)["leaving.rural_to_urban.persons"] == pytest.approx(out / sheet.years_after)


def test_outcomes_are_whole_and_tell_winners_from_losers(pair) -> None:
    table = outcomes([both(*pair)], "end")
    assert np.allclose(table.sum(axis=1), 100)
    # 0.5 * 0.2 and 0.3 * 0.2 both exceed the limit, down for the office and up for district business
    assert NEAR < 0.3 * 0.2
    assert np.allclose(table["office_worse_district_better"], 100)
    same = outcomes([(Sheet(pair[1], 5), Sheet(pair[1], 5))], "end")
    assert np.allclose(same["little"], 100)


def test_only_moments_that_both_arms_recorded_are_compared(pair) -> None:
    run, twin = pair
    sparse = Run(twin.folder)
    sparse.places = twin.places[twin.places["step"].isin([0, 3, 8])]
    a, b = both(run, sparse)
    assert a.moments == b.moments
    assert (a.moments.eve, a.moments.soon, a.moments.end) == (3, 8, 8)


def test_the_reported_difference_is_the_mean_over_pairs(made, tmp_path) -> None:
    for seed in (42, 43):
        for policy in ("actual", "none"):
            run = made(tmp_path, policy, seed)
    arms = collect(gather(tmp_path / "synthetic" / "actual42"))
    assert run.exists()
    assert arms.n == 2
    e = arms.relative("access.commune_administration.plain.end")
    assert e.mean == pytest.approx(-20)
    assert e.n == 2
