from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow.parquet as pq
import pytest

from dicu.record.recorder import Recorder, period_labels
from dicu.record.sums import sum_by
from dicu.scenario.calendar import Calendar
from dicu.scenario.vocabulary import RESIDENCE_SCOPES, SERVICES


def open_recorder(synthetic, folder, flows="place", weight=10, services=tuple(SERVICES)):
    return Recorder(
        folder, synthetic.world(), synthetic.calendar(), weight=weight, flows=flows, services=services
    )


def test_step_0_carries_the_period_before_the_first() -> None:
    assert period_labels(Calendar("2019Q2", "2019Q4")) == ["2019Q1", "2019Q2", "2019Q3", "2019Q4"]
    assert period_labels(Calendar("2019Q1", "2019Q1")) == ["2018Q4", "2019Q1"]
    assert period_labels(Calendar("2019-01", "2019-02", "month")) == ["2018-12", "2019-01", "2019-02"]


def test_sum_by_is_exact_beyond_the_reach_of_floats() -> None:
    key, (total,) = sum_by(np.array([7, 3, 7]), np.array([2**60, 5, 1]))
    assert key.tolist() == [3, 7]
    assert total.tolist() == [5, 2**60 + 1]


def test_sum_by_is_the_same_with_and_without_sorting() -> None:
    rng = np.random.default_rng(3)
    key, value = rng.integers(0, 40, 300), rng.integers(0, 2**40, 300)
    close, (sums,) = sum_by(key, value)
    far, (sorted_sums,) = sum_by(key * 10**9, value)
    assert np.array_equal(close * 10**9, far)
    assert np.array_equal(sums, sorted_sums)
    assert sums.dtype == sorted_sums.dtype == close.dtype == far.dtype == np.int64
    nobody, (nothing,) = sum_by(key[:0], value[:0])
    assert len(nobody) == len(nothing) == 0


def test_flows_between_places_are_the_events_times_weight(synthetic, tmp_path) -> None:
    w = synthetic.world()
    flows = pq.read_table(synthetic.make_run(tmp_path) / "flows.parquet").to_pylist()
    want: Counter[tuple[int, int, int]] = Counter()
    people: Counter[tuple[int, int, int]] = Counter()
    for step in range(1, synthetic.STEPS + 1):
        for o, d, p in zip(*synthetic.events(w, step), strict=True):
            key = (step, int(w.place_key[o]), int(w.place_key[d]))
            want[key] += synthetic.WEIGHT
            people[key] += int(p) * synthetic.WEIGHT
    got = {
        (r["step"], r["origin_place"], r["destination_place"]): (r["households"], r["persons"]) for r in flows
    }
    assert got == {k: (want[k], people[k]) for k in want}


def test_flows_between_districts_keep_what_is_internal_to_each_generation(synthetic, tmp_path) -> None:
    w = synthetic.world()
    flows = pq.read_table(synthetic.make_run(tmp_path, flows="district") / "flows.parquet").to_pandas()
    want = {"legacy": [0, 0], "2025": [0, 0]}
    pairs = Counter()
    for step in range(1, synthetic.STEPS + 1):
        for o, d, p in zip(*synthetic.events(w, step), strict=True):
            pairs[step, w.districts.code[w.district[o]], w.districts.code[w.district[d]]] += (
                int(p) * synthetic.WEIGHT
            )
            for generation, commune in (("legacy", w.legacy_commune), ("2025", w.new_commune)):
                if commune[o] == commune[d]:
                    want[generation][0] += synthetic.WEIGHT
                    want[generation][1] += int(p) * synthetic.WEIGHT
    assert want["2025"][0] > want["legacy"][0], "the made-up moves must exercise the merger"
    for generation, (households, persons) in want.items():
        assert flows[f"households_within_{generation}_commune"].sum() == households
        assert flows[f"persons_within_{generation}_commune"].sum() == persons
    columns = ("step", "origin_district", "destination_district", "persons")
    assert {r[:3]: r[3] for r in flows[list(columns)].itertuples(index=False, name=None)} == dict(pairs)


@pytest.mark.parametrize("layout", ["place", "district"])
def test_order_of_events_does_not_change_a_byte(synthetic, tmp_path, layout) -> None:
    made = []
    for shuffle in (False, True):
        folder = tmp_path / str(shuffle)
        folder.mkdir()
        with open_recorder(synthetic, folder, layout) as recorder:
            synthetic.fill(recorder, synthetic.world(), shuffle=shuffle)
            recorder.finish()
        made.append({p.name: p.read_bytes() for p in folder.iterdir()})
    assert made[0].keys() == made[1].keys()
    assert made[0] == made[1]


def test_counts_are_weighted_and_steps_labelled(synthetic, tmp_path) -> None:
    folder = synthetic.make_run(tmp_path)
    w = synthetic.world()
    places = pq.read_table(folder / "places.parquet").to_pandas()
    start = places[places["step"] == 0]
    assert (start["place_key"].to_numpy() == w.place_key).all()
    assert (start["households"].to_numpy() == w.residents // 35 * synthetic.WEIGHT).all()
    assert set(start["period"]) == {"2024Q2"}
    national = pq.read_table(folder / "national.parquet").to_pandas()
    assert national["step"].tolist() == list(range(synthetic.STEPS + 1))
    assert (national["persons"] == places.groupby("step")["persons"].sum()).all()
    lineage = pq.read_table(folder / "lineage.parquet").to_pylist()
    assert {(r["step"], r["period"]) for r in lineage} == {(5, "2025Q3")}
    assert [r["persons"] for r in lineage] == synthetic.lineage_columns(w)["persons"], "never weighted"
    assert pq.ParquetFile(folder / "places.parquet").num_row_groups == synthetic.STEPS + 1


def test_static_tables_hold_the_world(synthetic, tmp_path) -> None:
    w = synthetic.world()
    folder = synthetic.make_run(tmp_path)
    places = pq.read_table(folder / "world_places.parquet").to_pandas()
    assert places["new_commune"].tolist() == w.new_communes.code[w.new_commune].tolist()
    assert places["legacy_province"].tolist() == w.legacy_provinces.code[w.province].tolist()
    assert places["region"].tolist() == [w.region_names[w.region[p]] for p in w.province]
    units = pq.read_table(folder / "world_units.parquet").to_pandas()
    new = units[(units["level"] == "commune") & (units["generation"] == "2025")]
    assert new["code"].tolist() == w.new_communes.code.tolist()
    seat = {k: (x, y) for k, x, y in zip(w.place_key, w.longitude, w.latitude, strict=True)}
    for r in new.itertuples():
        assert (r.seat_longitude, r.seat_latitude) == pytest.approx(seat[r.seat_place], abs=1e-4)


def test_misuse_is_refused_with_what_is_wrong(synthetic, tmp_path) -> None:
    w = synthetic.world()
    with open_recorder(synthetic, tmp_path) as r:
        one = np.ones(w.n_places, dtype=np.int64)
        access = np.full((w.n_places, len(SERVICES)), 0.5)
        with pytest.raises(ValueError, match="flows begin with step 1"):
            r.flows(0, one, one, one)
        with pytest.raises(ValueError, match=r"origin must be 0 to \d+, got 0 to \d+"):
            r.flows(1, np.array([0, w.n_places]), np.array([1, 1]), np.array([1, 1]))
        with pytest.raises(ValueError, match="at least one person"):
            r.flows(2, np.array([0]), np.array([1]), np.array([0]))
        with pytest.raises(ValueError, match="must have shape"):
            r.places(0, one[:-1], one, access)
        access[3, 2] = np.nan
        with pytest.raises(ValueError, match="access to health in place 3 is nan"):
            r.places(1, one, one, access)
        with pytest.raises(ValueError, match=r"missing columns \['households'"):
            r.national(0, {"considered": 1})
        with pytest.raises(ValueError, match="no such step 9"):
            r.governments(9, {})
        with pytest.raises(ValueError, match="comes after step 2"):
            r.flows(2, one[:0], one[:0], one[:0])
        with pytest.raises(ValueError, match="table 'national' is not complete"):
            r.finish()
    assert list(tmp_path.iterdir()) == [], "nothing is left of a record that was not finished"


def test_a_run_without_moves_still_has_a_table_of_flows(synthetic, tmp_path) -> None:
    w = synthetic.world()
    none = np.zeros(0, dtype=np.int64)
    with open_recorder(synthetic, tmp_path) as r:
        for step in range(synthetic.STEPS + 1):
            r.national(step, dict.fromkeys(synthetic.COUNTS, 0))
            if step:
                r.flows(step, none, none, none)
        access = np.ones((w.n_places, len(SERVICES)))
        for step in (0, synthetic.STEPS):
            r.places(step, w.residents, w.residents, access)
            r.governments(step, synthetic.government_columns(w))
        r.finish()
    assert pq.read_table(tmp_path / "flows.parquet").num_rows == 0
    assert pq.read_table(tmp_path / "lineage.parquet").num_rows == 0


def test_five_year_residence_is_weighted_and_of_five_scopes(synthetic, tmp_path) -> None:
    folder = synthetic.make_run(tmp_path, lives=True)
    table = pq.read_table(folder / "five_year.parquet").to_pandas()
    assert table["step"].tolist() == [4] * 5 + [8] * 5
    assert table.loc[table["step"] == 4, "scope"].astype(str).tolist() == list(RESIDENCE_SCOPES)
    assert table.loc[table["step"] == 4, "persons"].tolist() == [
        synthetic.WEIGHT * k for k in (900, 10, 30, 20, 40)
    ]
    pairs = pq.read_table(folder / "five_year_flows.parquet").to_pandas()
    codes = synthetic.world().legacy_provinces.code.tolist()
    here = pairs[pairs["step"] == 4].astype({"origin_province": str, "destination_province": str})
    assert here[["origin_province", "destination_province", "persons"]].to_numpy().tolist() == [
        [codes[0], codes[0], synthetic.WEIGHT * 960],
        [codes[-1], codes[0], synthetic.WEIGHT * 40],
    ]


@pytest.mark.parametrize(
    ("scopes", "pairs", "text"),
    [
        ([0] * 4, None, r"five_year, step 4: by_scope must be \(5,\), got \(4,\)"),
        ([0] * 5, [[0]], r"five_year, step 4: between must be \(3, 3\), got \(1, 1\)"),
        ([900, 10, 30, 20, 41], None, r"\(41, 960\) by scope, but \(40, 960\) by pairs of provinces"),
    ],
)
def test_five_year_residence_that_contradicts_itself_is_refused(
    scopes, pairs, text, synthetic, tmp_path
) -> None:
    given = synthetic.between(synthetic.world()) if pairs is None else np.array(pairs)
    with open_recorder(synthetic, tmp_path) as recorder, pytest.raises(ValueError, match=text):
        recorder.five_year(4, np.array(scopes), given)
