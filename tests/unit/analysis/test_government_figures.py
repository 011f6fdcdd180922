"""Figures of budgets and services: numbers of the run in the words of the title, politely left out where none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dicu.execution.execute import execute
from dicu.scenario.scenario import Scenario, with_values
from dicu_analysis.figures import budgets, services_by_province, style
from dicu_analysis.load import Run


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> dict[str, Run]:
    out = tmp_path_factory.mktemp("runs")
    values = {
        "world.name": "monocentric",
        "population.weight": 100,
        "time.start": "2025Q1",
        "time.end": "2026Q4",
        "record.governments": "step",
    }
    made = {}
    for policy in ("none", "actual"):
        scenario = with_values(Scenario(), {"name": policy, **values, "reform.policy": policy})
        made[policy] = Run(execute(scenario, out=out))
    return made


def texts(figure) -> str:
    from matplotlib.text import Text

    return " ".join(t.get_text() for t in figure.findobj(Text)).replace("\n", " ")


def drawn(figure, run: Run) -> str:
    with style.styled():
        return texts(figure.draw(run))


@pytest.mark.parametrize("figure", [budgets, services_by_province])
def test_the_same_bytes_twice(runs, tmp_path: Path, figure) -> None:
    made = []
    for name in ("once", "again"):
        with style.styled():
            made.append([p.read_bytes() for p in style.save(figure.draw(runs["actual"]), tmp_path, name)])
    assert made[0] == made[1]


def test_budgets_say_what_the_nations_row_says(runs) -> None:
    run = runs["actual"]
    nation = run.table("governments").query("level == 'nation'").set_index("step")
    before, after = nation.loc[2], nation.loc[3 + 4]  # 2025Q2, and a year after 2025Q3
    shown = drawn(budgets, run)
    assert run.labels[3] == "2025Q3"
    assert f"wages {before['wages_mvnd'] * 4 / 1e6:.1f} to {after['wages_mvnd'] * 4 / 1e6:.1f}" in shown
    way = f"from {before['travel_minutes']:.0f} to {after['travel_minutes']:.0f} minutes"
    assert f"way to the commune office or its nearest desk {way}" in shown
    assert "severance" in shown
    assert "No reform" in drawn(budgets, runs["none"])
    assert "savings kept" not in drawn(budgets, runs["none"]), "what is nothing has no line"


def test_provinces_before_are_their_members_together(runs) -> None:
    run = runs["actual"]
    one, two, labels = services_by_province.by_province(run)
    assert labels == ("2025Q2", "2026Q3")
    rows = run.table("governments").query("level == 'province'")
    before, after = rows[rows["step"] == 2], rows[rows["step"] == 7]
    assert len(one) == len(two) == len(after) < len(before)
    assert one["residents"].sum() == before["residents"].sum()
    assert one["posts"].sum() == before["posts"].sum()
    people = before["residents"].to_numpy(np.float64)
    mean = (before["travel_minutes"] * people).sum() / people.sum()
    assert (one["travel_minutes"] * one["residents"]).sum() / one["residents"].sum() == pytest.approx(mean)
    assert f"of {len(two)} provinces" in drawn(services_by_province, run)
    with pytest.raises(style.NothingToDraw):
        services_by_province.by_province(runs["none"])


@pytest.mark.parametrize("figure", [budgets, services_by_province])
def test_in_vietnamese_nothing_is_english(runs, vietnamese, figure) -> None:
    text = vietnamese(figure, runs["actual"])
    assert "quý II/2025" in text
    assert "triệu đồng" in text or "nghìn tỷ đồng" in text


def test_without_a_reform_budgets_say_so_in_vietnamese(runs, vietnamese) -> None:
    assert "Không sắp xếp, quý I/2025 đến quý IV/2026: tiền lương" in vietnamese(budgets, runs["none"])
