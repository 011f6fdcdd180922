"""One number, one period, one place: what two pages or commands tell of one pair of runs is the same number."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from dicu.cli import app
from dicu.world.ways import farther, mean_over
from dicu_analysis.figures import budgets, region_flows, services_by_province, style
from dicu_analysis.headlines import HEADLINES, nation, values
from dicu_analysis.load import Run
from dicu_analysis.report import ways, write
from dicu_analysis.report.measures import Sheet, both

SETTINGS = [
    "population.weight=5000",
    "government.earlier_waves=merged",
    "time.start=2024Q4",
    "time.end=2026Q4",
    "time.history=none",  # residents of the same year as the commands that run nothing
    "record.places=step",
    "record.governments=step",
    "seed=7",
    "--no-figures",
]
METRES = 1e-2
"""Minutes by which a way may differ because a run keeps the coordinates of places and seats rounded."""
TRAVEL = {
    "seat.old": "old_commune",
    "seat.new": "new_commune",
    "seat.district": "district",
    "seat.farther": "office_farther",
}


def command(*words: str) -> str:
    done = CliRunner().invoke(app, list(words), env={"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"})
    assert done.exit_code in (0, 1), done.output
    return done.output


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> tuple[Sheet, Sheet]:
    """One short pair of runs of the country."""
    out = tmp_path_factory.mktemp("runs")
    runs = []
    for policy in ("actual", "none"):
        words = (f"reform.policy={policy}", f"name={policy}", *SETTINGS, "--out", str(out))
        runs.append(Run(Path(command("run", "configs/base.yaml", *words).split()[-1])))
    return both(*runs)


@pytest.fixture(scope="module")
def told(pair) -> dict[str, float]:
    return values(pair[0])


@pytest.fixture(scope="module")
def compared(tmp_path_factory) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """`reform compare`: summary, places, and what it prints."""
    out = tmp_path_factory.mktemp("compared")
    printed = command("reform", "compare", "none", "actual", "--draws", "0", "--out", str(out))
    summary = pd.read_parquet(out / "summary.parquet").set_index("policy")
    return summary, pd.read_parquet(out / "places.parquet"), printed


def near(text: str, pattern: str, *values: float) -> bool:
    """Whether a text states these numbers, each rounded to the decimals in which it is written."""
    found = re.search(pattern, text)
    assert found is not None, text
    return all(
        abs(float(said) - value) <= 0.5000001 * 10.0 ** -len(said.partition(".")[2])
        for said, value in zip(found.groups(), values, strict=True)
    )


def title(figure, run: Run) -> str:
    with style.styled():
        return " ".join(" ".join(t.get_text() for t in figure.draw(run).texts).split())


def test_every_headline_is_declared_once_with_unit_and_period(told) -> None:
    assert len({h.key for h in HEADLINES}) == len(HEADLINES)
    named = [(h.name, h.unit, h.period) for h in HEADLINES]
    assert len(set(named)) == len(named), "two quantities of one name"
    assert all(np.isfinite(v) for v in told.values())


def test_the_report_tells_the_headlines(pair, told) -> None:
    html = write(pair[0].run.folder, against=pair[1].run.folder).read_text(encoding="utf-8")
    marks = {k: float(v) for v, k in re.findall(r'<data value="([^"]*)" data-key="([^"]*)"', html)}
    for key, column in TRAVEL.items():
        assert marks[f"travel:all.{column}|value|1"] == pytest.approx(told[key])
    assert marks["level:posts.soon|value|0.001"] == pytest.approx(told["posts.soon"] / 1e3)
    for key in ("wages", "investment"):
        assert marks[f"level:budget.{key}.soon|value|1"] == pytest.approx(told[f"{key}.soon"])
    assert marks["level:leaving.rural_to_urban.rate|value|1"] == pytest.approx(told["leaving"])
    assert marks["level:persons.urban.end|value|0.001"] == pytest.approx(told["urban"] / 1e3)
    ends = {k: k.split("|")[0].split(".")[1:] for k in marks if k.startswith("level:flow.")}
    streams = [marks[k] for k, (origin, destination) in ends.items() if origin != destination]
    assert max(streams) == pytest.approx(told["stream"] / 1e3)


def test_titles_of_figures_tell_the_headlines(pair, told) -> None:
    run = pair[0].run
    money = title(budgets, run)
    for key in ("wages", "investment"):
        assert near(money, rf"{key} ([\d.]+) to ([\d.]+)", told[f"{key}.eve"], told[f"{key}.soon"])
    way = "or its nearest desk from ([\\d.]+) to ([\\d.]+)"
    assert near(money, f"office {way} minutes", told["office.eve"], told["office.soon"])
    assert near(money, f"work {way}", told["district_work.eve"], told["district_work.soon"])
    one, two, _ = services_by_province.by_province(run)
    for moment, frame in (("eve", one), ("soon", two)):
        assert frame["posts"].sum() == told[f"posts.{moment}"]
        for column, key in (("travel_minutes", "office"), ("district_minutes", "district_work")):
            mean = mean_over(frame[column].to_numpy(), frame["residents"].to_numpy())
            assert mean == pytest.approx(told[f"{key}.{moment}"])
    moments = pair[0].moments.named()
    posts = [1e4 * told[f"posts.{m}"] / nation(run, moments[m])["residents"] for m in ("eve", "soon")]
    assert f"went from {posts[0]:.0f} to {posts[1]:.0f}" in title(services_by_province, run)
    with style.styled():
        cells = region_flows.draw(run).axes[0].texts
    between = [t.get_text() for t in cells if t.get_fontstyle() != "italic"]  # within a region: in italics
    largest = max(float(x.replace(",", "")) for x in between if re.fullmatch(r"[\d,.]+", x))
    assert largest == pytest.approx(told["stream"] / 1e3, abs=0.5)
    assert f"mean of {run.labels[run.comparison_step]} to {run.labels[-1]}" in title(region_flows, run)


def test_without_desks_the_ways_differ_in_whose_they_are_alone(pair, told) -> None:
    """On the eve no desk stands: for the residents as the step begins the map gives what the governments met."""
    sheet = pair[0]
    eve = sheet.moments.eve
    assert nation(sheet.run, eve)["satellites"] == 0
    seats, people = ways.minutes(sheet.run), sheet.persons(eve - 1)
    for column, key in (("old_commune", "office.eve"), ("district", "district_work.eve")):
        assert mean_over(seats[column].to_numpy(), people) == pytest.approx(told[key], abs=METRES)


def test_reform_compare_has_the_same_way_from_every_place(pair, told, compared) -> None:
    """Place by place the same minutes; the means differ only in whose they are, which both say."""
    summary, places, printed = compared
    run = pair[0].run
    mine = places.set_index("place_key").loc[run.world_places["place_key"]]
    seats = ways.minutes(run)
    for column, made in (
        ("none:commune_minutes", "old_commune"),
        ("actual:commune_minutes", "new_commune"),
        ("none:district_minutes", "district"),
    ):
        assert mine[column].to_numpy() == pytest.approx(seats[made].to_numpy(), abs=METRES)
    eve = pair[0].persons(pair[0].moments.eve)
    before, after = (mine[f"{p}:commune_minutes"].to_numpy() for p in ("none", "actual"))
    assert mean_over(before, eve) == pytest.approx(told["seat.old"], abs=METRES)
    assert mean_over(after, eve) == pytest.approx(told["seat.new"], abs=METRES)
    assert 100 * mean_over(farther(before, after), eve) == pytest.approx(told["seat.farther"], abs=0.05)
    people = mine["residents"].to_numpy()
    assert summary.loc["actual", "commune_minutes"] == pytest.approx(mean_over(after, people))
    assert summary.loc["actual", "commune_farther_share"] == pytest.approx(
        mean_over(farther(before, after), people)
    )
    assert "for the residents of 2024" in printed
    assert "Way to the commune office or its nearest desk, min" in printed


def test_posts_and_savings_are_the_same_in_both_commands_and_in_a_run(told, compared) -> None:
    summary, _, printed = compared
    check = command("governments", "check")
    actual = summary.loc["actual"]
    assert summary.loc["none", "posts"] == told["posts.eve"]
    for number in (
        told["posts.eve"],
        actual["posts"],
        actual["posts_cut"],
        actual["savings_bn_vnd_per_year"],
        actual["severance_bn_vnd"],
    ):
        assert f"{number:,.0f}" in printed
        assert f"{number:,.0f}" in check
