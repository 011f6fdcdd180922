"""Options by criteria on made-up sweeps whose answers are known: who is best, who is not, and what is regretted."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dicu_analysis.report import write
from dicu_analysis.report.comparison import Comparison
from dicu_analysis.report.criteria import CRITERIA, GROUPS, Options
from dicu_analysis.sweep import Sweep
from made_up_sweeps import YEARS, make_options

ARMS = ("none", "a", "b", "c")
ACCESS, PLAIN = "commune_administration.plain", "plain.access_commune_administration"
POSTS = "posts"
SHARED = (0.0, 0.03, -0.02, 0.01)
"""Luck of each replicate, in every scenario."""
OWN = (0.2, -0.2, 0.1, -0.1)
"""Luck that one scenario alone has, so that it does not go away in a difference."""

Found = Callable[..., Options]


@pytest.fixture
def found(tmp_path: Path) -> Found:
    """Options of a sweep: ``found(values of each scenario)``, a number or a function of member and replicate."""

    def make(column: str, of: dict[str, Any], replicates: int = 4, **made: Any) -> Options:
        def values(scenario: str, member: int, r: int, year: int) -> dict[str, float]:
            told = of[scenario]
            return {column: told(member, r) if callable(told) else told + SHARED[r % 4]}

        return Options(Comparison(Sweep(make_options(tmp_path / "s", tuple(of), replicates, values, **made))))

    return make


def standings(options: Options, criterion: str) -> dict[str, str | None]:
    return {o: options.standing(o, criterion) for o in options.labels}


def test_what_is_best_in_every_replicate_is_marked(found: Found) -> None:
    options = found(PLAIN, {"none": 0.5, "a": 0.45, "b": 0.4, "c": 0.3})
    assert standings(options, ACCESS) == {"a": "best", "b": None, "c": "worst"}
    assert options.effects["a"][ACCESS].mean == pytest.approx(-0.05)


def test_what_is_best_by_chance_is_not(found: Found) -> None:
    options = found(PLAIN, {"none": 0.5, "a": lambda m, r: 0.45 + OWN[r], "b": 0.44, "c": 0.43})
    assert options.effects["a"][ACCESS].mean > options.effects["b"][ACCESS].mean
    assert standings(options, ACCESS) == {"a": None, "b": None, "c": None}


def test_to_be_surely_above_some_is_not_to_be_best(found: Found) -> None:
    options = found(PLAIN, {"none": 0.9, "a": lambda m, r: 0.85 + OWN[r], "b": 0.8, "c": 0.1})
    assert standings(options, ACCESS) == {"a": None, "b": None, "c": "worst"}


def test_options_that_are_level_are_not_best(found: Found) -> None:
    options = found(PLAIN, {"none": 0.5, "a": 0.4, "b": 0.4, "c": 0.3})
    assert standings(options, ACCESS) == {"a": None, "b": None, "c": "worst"}


def test_no_mark_stands_between_numbers_that_look_the_same(found: Found) -> None:
    options = found(PLAIN, {"none": 0.5, "a": 0.4001, "b": 0.4, "c": 0.3})
    assert standings(options, ACCESS) == {"a": None, "b": None, "c": "worst"}


def test_where_less_is_better_the_lowest_is_best(found: Found) -> None:
    options = found("gov_travel_minutes", {"none": 5.0, "a": 30.0, "b": 20.0, "c": 40.0})
    assert standings(options, "office_minutes") == {"a": None, "b": "best", "c": "worst"}


@pytest.mark.parametrize(
    ("column", "criterion"),
    [("gov_posts", "posts"), ("gov_wages_mvnd", "wages"), ("gov_investment_mvnd", "investment")],
)
def test_where_it_is_a_matter_of_opinion_nothing_is_best(found: Found, column: str, criterion: str) -> None:
    options = found(column, {"none": 9e6, "a": 8e6, "b": 7e6, "c": 6e6})
    assert CRITERIA[criterion].better is None
    assert standings(options, criterion) == {"a": "highest", "b": None, "c": "lowest"}
    assert options.regrets == {}


def test_two_replicates_are_too_few_for_a_mark(found: Found) -> None:
    options = found(PLAIN, {"none": 0.5, "a": 0.45, "b": 0.4}, replicates=2)
    assert standings(options, ACCESS) == {"a": None, "b": None}
    assert "Too few replicates to call an option best or worst" in said(options)


def test_one_option_is_best_of_nothing(found: Found) -> None:
    options = found(PLAIN, {"none": 0.5, "a": 0.45})
    assert standings(options, ACCESS) == {"a": None}
    assert "There is one option only" in said(options)


def test_payback_is_told_as_it_is_for_the_baseline_has_none(found: Found) -> None:
    nothing = lambda m, r: math.nan  # noqa: E731
    options = found("gov_payback_years", {"none": nothing, "a": 5.0, "b": 3.0, "c": nothing})
    assert options.effects["a"]["payback"].mean == pytest.approx(5.005)
    assert options.effects["a"]["payback"].key == "level:a.payback"
    assert standings(options, "payback") == {"a": "worst", "b": "best", "c": None}
    assert "payback" not in options.effects["c"]
    assert "as it is, not a difference" in said(options)


def test_money_is_of_a_year_and_shares_are_in_percent(tmp_path: Path) -> None:
    gaps: list[int] = []

    def values(scenario: str, member: int, r: int, year: int) -> dict[str, float]:
        k = scenario == "a"
        return {
            "gov_severance_mvnd": math.nan if year in gaps else k * 1e6,
            "gov_severance_nation_mvnd": k * 5e5, "gov_balance_mvnd": -k * 1e6,
            "gov_commune_office_farther": k * 0.55, "gov_district_office_nearer": k * 0.1,
            "access_health": 0.9 - k * 0.1,
        }  # fmt: skip

    def told(every: str, name: str = "") -> dict[str, float]:
        folder = make_options(tmp_path / (name or every), ("none", "a"), 3, values, every=every)
        return {c: e.mean for c, e in Options(Comparison(Sweep(folder))).effects["a"].items()}

    at_the_end = {"health": -0.1, "farther": 55.0, "nearer": 10.0, "balance": -4.0}
    assert told("year") == pytest.approx(at_the_end), (
        "severance is paid over some years, of which one is no sum"
    )
    assert told("step") == pytest.approx(at_the_end | {"severance": 1.5 * (len(YEARS) - 1)})
    gaps.append(YEARS[1])
    assert told("step", "gaps") == pytest.approx(at_the_end), "governments were not recorded at every step"


@pytest.mark.parametrize("lacking", ["none", "some", "all"])
def test_nothing_is_best_while_one_option_lacks_a_number(found: Found, lacking: str) -> None:
    """An option without a number in one of its runs was not compared; one that has none at all stands aside."""

    def of(m: int, r: int) -> float:
        return math.nan if lacking == "all" or r == 1 else 0.6

    arms: Any = {"none": 0.5, "a": lambda m, r: 0.45 + r / 1e6, "b": lambda m, r: 0.4 + r / 1e6}
    marks = standings(found(PLAIN, arms if lacking == "none" else arms | {"c": of}), ACCESS)
    expected = {"a": None, "b": None} if lacking == "some" else {"a": "best", "b": "worst"}
    assert {o: marks[o] for o in ("a", "b")} == expected


REGRETTED = {
    "none": {1: (0.5, 0.7), 2: (0.6, 0.6), 3: (0.2, 0.2)},  # means 0.6, 0.6, 0.2
    "a": {1: (0.4, 0.4), 2: (0.9, 0.7), 3: (0.3, 0.5)},  # means 0.4, 0.8, 0.4
    "b": {1: (0.6, 0.6), 2: (0.5, 0.5), 3: (0.1, 0.1)},  # means 0.6, 0.5, 0.1
}


def by_member(found: Found, column: str = PLAIN, **made: Any) -> Options:
    of = {s: (lambda m, r, s=s: REGRETTED[s][m][r]) for s in REGRETTED}
    return found(column, of, replicates=2, members=(1, 2, 3), **made)


def test_regret_is_what_is_lost_against_the_best_of_each_set(found: Found) -> None:
    options = by_member(found)
    told = {
        s: (round(r.mean, 9), round(r.largest, 9), r.best, r.sets)
        for s, row in options.regrets.items()
        for r in row.values()
    }
    assert told == {
        "none": (round(0.4 / 3, 9), 0.2, 1, 3),  # loses 0, 0.2, 0.2; level with b in the first set
        "a": (round(0.2 / 3, 9), 0.2, 2, 3),  # 0.2, 0, 0
        "b": (0.2, 0.3, 1, 3),  # 0, 0.3, 0.3
    }


def test_where_less_is_better_the_least_is_not_regretted(found: Found) -> None:
    regrets = by_member(found, "gov_travel_minutes").regrets
    told = {s: (r["office_minutes"].largest, r["office_minutes"].best) for s, r in regrets.items()}
    assert told["none"] == (pytest.approx(0.2), 0)  # against 0.4, 0.5, 0.1
    assert told["a"] == (pytest.approx(0.3), 1)
    assert told["b"] == (pytest.approx(0.2), 2)


def test_a_set_that_an_option_has_not_run_is_not_counted(found: Found) -> None:
    # runs are scenario by scenario, member by member: without the first of b, one replicate of the first set is left
    regrets = by_member(found, missing=12).regrets
    assert regrets["none"][ACCESS].sets == 3
    assert regrets["none"][ACCESS].best == 1, "0.7 against 0.4 and 0.6"
    assert regrets["b"][ACCESS].best == 0


def test_the_page_has_regret_only_with_an_ensemble(found: Found) -> None:
    html = said(by_member(found))
    assert "largest 0.300" in html
    assert "best in 2 of 3" in html
    assert "sweep: {ensemble: 15}" not in html


def test_without_an_ensemble_the_page_says_what_gives_it(found: Found) -> None:
    options = found(PLAIN, {"none": 0.5, "a": 0.45, "b": 0.4})
    assert not options.members
    html = said(options)
    assert "sweep: {ensemble: 15}" in html
    assert "best in" not in html


def test_nothing_is_ranked_by_the_number_of_a_set(found: Found) -> None:
    options = by_member(found)
    assert options.members
    assert options.comparison.dependences("a") == []


def test_every_criterion_stands_in_one_table_and_cells_have_heads(found: Found) -> None:
    assert sorted(CRITERIA) == sorted(c for _, _, group in GROUPS for c in group)
    html = whole(by_member(found))
    tables = re.findall(r'<div class="scroll"([^>]*)><table class="options">(.*?)</table>', html, re.DOTALL)
    assert len(tables) == 4, "one of differences and one of regret, in two languages"
    for attributes, table in tables:
        assert 'role="region"' in attributes
        assert 'tabindex="0"' in attributes
        across = table.count('scope="col"')
        for row in re.findall(r"<tr>(.*?)</tr>", table.partition("<tbody>")[2], re.DOTALL):
            assert row.count('<th scope="row">') == 1
            assert row.count("<td") == across - 1


def whole(options: Options) -> str:
    """The page."""
    return write(options.sweep.folder).read_text(encoding="utf-8")


def said(options: Options) -> str:
    """Its English text without marks."""
    html = whole(options)
    return re.sub(r"</?(data|code)[^>]*>", "", html[html.index('<div class="body in-en"') :])
