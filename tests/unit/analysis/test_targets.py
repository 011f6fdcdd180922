"""Tables of figures: what is read, what is refused and where; figures of a run are plain counts of its tables."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from calibrations import simulated
from dicu_analysis.flows import net_migration
from dicu_analysis.load import Run
from dicu_analysis.targets.areas import Areas, UnknownArea, folded
from dicu_analysis.targets.measure import Measured, NotInRun, measure
from dicu_analysis.targets.table import BadFigures, Figure, read_figures, targets

HEAD = "figure,unit,area,from,to,value,source,role\n"
YEARLY = '"per 1,000 a year"'


def table(path: Path, *rows: str) -> list[Figure]:
    path.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return read_figures(path)


def test_the_packages_targets_are_sound_and_fit_no_population() -> None:
    every = targets()
    assert not [f for f in every if f.figure == "population" and f.role != "shown"]
    assert sum(f.value for f in every if f.figure == "region_flow") == pytest.approx(535_178)
    net = [f for f in every if f.figure == "net_migration_rate"]
    assert sorted(Counter((f.since, f.until) for f in net).items()) == [
        (("2009-07-01", "2014-04-01"), 63),
        (("2012", "2016"), 63),
    ]
    assert max(f.last for f in net) <= 2017.0, "nothing derived from later counts"
    assert all(f.source and f.weight > 0 for f in every)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (f"in_rates,{YEARLY},VN,2014,2015,1,s,fit", r":2: column figure: .*did you mean in_rate"),
        ("in_rate,households,VN,2014,2015,1,s,fit", r":2: column unit: .*allowed per 1,000 a year"),
        (f"in_rate,{YEARLY},VN,2014,2015,many,s,fit", r":2: column value: not a number \(got 'many'"),
        (f"in_rate,{YEARLY},VN,2014,2013,1,s,fit", r":2: column to: the period ends before it begins"),
        ("population,persons,VN,2014-13-01,,1,s,fit", r":2: column from: not a date \(got '2014-13-01'"),
        (f"in_rate,{YEARLY},VN,2014,2015,1,s,", r":2: column role: nothing there"),
        (f"in_rate,{YEARLY},VN,2014,2015,1,s", r":2: 7 cells \(allowed 8"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(BadFigures, match=message):
        table(tmp_path / "f.csv", row)


def test_units_and_times_are_read_as_people_write_them(tmp_path: Path) -> None:
    made = table(
        tmp_path / "f.csv",
        "net_migration_rate,per 1000,VN,2014,2019,1,s,held out",
        "net_migration_rate,per mille per year,VN,2012,2016,1,s,shown",
        "net_migration_rate,‰,VN,2014-04-01,2015-04-01,1,s,shown",
        "urban_share,%,VN,2019-04-01,,1,s,shown",
    )
    assert [f.unit for f in made] == [
        "per 1,000 in five years", "per 1,000 a year", "per 1,000 a year", "percent",
    ]  # fmt: skip
    # five years end on the day of the census, calendar years on their last day
    assert [(round(f.first, 3), round(f.last, 3)) for f in made[:2]] == [(2014.25, 2019.25), (2012.0, 2017.0)]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return simulated({"seed": 5}, tmp_path_factory.mktemp("run"))


def test_rates_are_counts_of_moves_over_residents(run: Run, tmp_path: Path) -> None:
    """Against `net_migration`, which counts the same table another way."""
    counted = net_migration(run)
    m = Measured(run)
    years = (len(run.labels) - 1) / run.steps_per_year
    first, last = run.year_at_end(np.array([0, len(run.labels) - 1]))
    for name, column in (("in_rate", "in"), ("out_rate", "out"), ("net_migration_rate", "net")):
        for code in m.codes:
            f = Figure(name, "per 1,000 a year", code, "", "", first, last, 0.0, 1.0, "", "fit", 1)
            rate = measure(m, f)
            persons = m.residents(1, len(run.labels) - 1)[m.codes.index(code)]
            assert rate * persons * years / 1000 == pytest.approx(counted.loc[code, f"{column}_persons"])
    national = run.national
    assert (sum(national[f"households_of_{k}"] for k in range(1, 7)) == national["households"]).all()
    assert (sum(k * national[f"households_of_{k}"] for k in range(1, 7)) == national["persons"]).all()
    for name, sizes in (("households_of_one", (1,)), ("households_of_two_to_four", (2, 3, 4))):
        share = Figure(name, "percent of households", "VN", "", "", last, last, 0.0, 1.0, "", "shown", 1)
        end = national.iloc[-1]
        counted = 100 * sum(end[f"households_of_{k}"] for k in sizes) / end["households"]
        assert measure(m, share) == pytest.approx(counted)
        with pytest.raises(NotInRun, match="no step"):
            measure(
                m,
                Figure(name, "percent of households", "VN", "", "", 1999.0, 1999.0, 0.0, 1.0, "", "shown", 1),
            )
    total = Figure("population", "persons", "VN", "", "", last, last, 0.0, 1.0, "", "shown", 1)
    assert measure(m, total) == run.national["persons"].iloc[-1]


def test_a_period_before_the_run_is_measured_over_its_first_years_and_one_after_it_is_refused(
    run: Run,
) -> None:
    m = Measured(run)
    assert m.steps(2005.0, 2006.0) == (1, len(run.labels) - 1)
    with pytest.raises(NotInRun, match="ends in"):
        m.steps(2030.0, 2031.0)
    assert m.steps(2014.25, 2014.75) == (1, 2)


def test_areas_are_found_whatever_the_accents(run: Run) -> None:
    assert folded("Thành phố Hồ Chí Minh") == folded("TP. Ho Chi Minh") == folded("HCMC") == "ho chi minh"
    assert folded("Bà Rịa - Vũng Tàu") == folded("ba ria vung tau")
    areas = Areas(run)
    assert areas.find("arc 2").code == areas.find("2").code == "02"
    origin, destination = areas.pair("Arc 1>Arc 3")
    assert (origin.code, destination.code) == ("01", "03")
    with pytest.raises(UnknownArea, match="did you mean arc"):
        areas.find("Arcc 1")


def test_a_response_needs_its_second_run(run: Run) -> None:
    f = Figure("elasticity_to_urban_pay", "1", "VN", "", "", 2014.25, 2016.25, 2.0, 1.0, "", "response", 1)
    with pytest.raises(NotInRun, match="second run"):
        measure(Measured(run), f)
    with pytest.raises(NotInRun, match="nobody moved"):  # a ring has no towns
        measure(Measured(run), f, Measured(run))
