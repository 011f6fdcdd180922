"""Every number and mark of the options by criteria is worked out again from ``results.parquet``, by code of this file.

Nothing here reads `dicu_analysis.report.criteria`: what a criterion is, which direction is good, what is sure and what
is regretted is written down a second time, run by run.
"""

from __future__ import annotations

import html as entities
import re
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from dicu_analysis.report import write
from made_up_sweeps import YEARS, make_options
from report_recompute import near, numbers

ARMS = ("none", "half", "full", "desks")
MEMBERS = (1, 2, 3)
REPLICATES = 4
SERVICES = ("commune_administration", "district_administration")
COLUMNS = {
    "health": ("access_health", 1, 3, "more"),
    "education": ("access_education", 1, 3, "more"),
    "office_minutes": ("gov_travel_minutes", 1, 1, "less"),
    "district_minutes": ("gov_district_minutes", 1, 1, "less"),
    "farther": ("gov_commune_office_farther", 100, 1, "less"),
    "nearer": ("gov_district_office_nearer", 100, 1, "more"),
    "posts": ("gov_posts", 1e-3, 1, ""),
    "wages": ("gov_wages_mvnd", 4e-6, 1, ""),
    "investment": ("gov_investment_mvnd", 4e-6, 1, ""),
    "balance": ("gov_balance_mvnd", 4e-6, 1, "more"),
    "payback": ("gov_payback_years", 1, 1, "less"),
}
"""Column of the nation, factor to the unit of the page (money is of a quarter), decimals, good direction."""
OTHER = {
    "severance": (1, "less"),
    "rural_to_urban": (2, ""),
    "urban_to_rural": (2, ""),
    "urban_share": (2, ""),
    **{f"{s}.{t}": (3, "more") for s in SERVICES for t in ("plain", "mountain")},
}
DIGITS = {c: v[2] for c, v in COLUMNS.items()} | {c: v[0] for c, v in OTHER.items()}
GOOD = {c: v[3] for c, v in COLUMNS.items()} | {c: v[1] for c, v in OTHER.items()}
WORDS = {
    "en": {"best": "best", "worst": "worst", "highest": "highest", "lowest": "lowest"},
    "vi": {"tốt nhất": "best", "kém nhất": "worst", "cao nhất": "highest", "thấp nhất": "lowest"},
}


def drawn(scenario: str, member: int, replicate: int, year: int) -> dict[str, float]:
    """Values without a pattern but for a shift of each option, sure in some columns and lost in luck in others."""
    at = (ARMS.index(scenario), member, replicate, year)
    own, shared = np.random.default_rng(at), np.random.default_rng(at[1:])
    step = at[0] - 1.5

    def value(level: float, shift: float, luck: float) -> float:
        return level + 0.2 * level * shared.random() + shift * step + luck * (own.random() - 0.5)

    made = {
        f"{t}.access_{s}": value(0.5, -0.05, 0.02 + 0.3 * (t == "mountain"))
        for t in ("plain", "mountain")
        for s in SERVICES
    }
    made |= {"access_health": value(0.7, 0.004, 0.002), "access_education": value(0.8, 0.001, 0.05)}
    made |= {"gov_travel_minutes": value(20, 6, 3), "gov_district_minutes": value(60, -0.01, 0.01)}
    made |= {
        "gov_commune_office_farther": value(0.4, 0.1, 0.05),
        "gov_district_office_nearer": value(0.2, 0.01, 0.1),
    }
    made |= {"gov_posts": value(9e4, -9e3, 4e3), "gov_wages_mvnd": value(8e6, -8e5, 3e6)}
    made |= {"gov_severance_mvnd": value(4e5, 3e5, 1e5), "gov_severance_nation_mvnd": value(1e6, -3e5, 1e5)}
    made |= {"gov_investment_mvnd": value(5e6, 4e5, 2e5), "gov_balance_mvnd": value(-1e5, 9e5, 6e6)}
    made["gov_payback_years"] = float("nan") if scenario == "none" else value(5, -0.7, 0.4)
    urban = value(40, 2, 1)
    moved = {"rural_to_urban_persons": value(0.4, 0.1, 0.02), "urban_to_rural_persons": value(0.1, 0.0, 0.05)}
    return made | moved | {"urban_persons": urban, "rural_persons": 100 - urban}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_options(tmp_path_factory.mktemp("options") / "s", ARMS, REPLICATES, drawn, MEMBERS, "step")


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return write(folder).read_text(encoding="utf-8")


@cache
def outcomes(folder: Path) -> dict[tuple[str, str, int, int], float]:
    """Each criterion of each scenario, member and replicate, from the rows of its run."""
    table = pd.read_parquet(folder / "results.parquet")
    made = {}
    for (scenario, member, replicate), run in table.groupby(["scenario", "ensemble.member", "replicate"]):
        nation = run[run["level"] == "nation"].sort_values("year")
        end, late = nation.iloc[-1], nation.iloc[-5:]
        assert end["year"] == YEARS[-1]
        told = {c: factor * end[column] for c, (column, factor, _, _) in COLUMNS.items()}
        paid = nation.iloc[1:]
        told["severance"] = 1e-6 * (paid["gov_severance_mvnd"] + paid["gov_severance_nation_mvnd"]).sum()
        told["urban_share"] = end["urban_persons"]
        for a, b in (("rural", "urban"), ("urban", "rural")):
            told[f"{a}_to_{b}"] = 1000 * late[f"{a}_to_{b}_persons"].sum() / late[f"{a}_persons"].sum()
        for row in run[(run["level"] == "terrain") & (run["year"] == YEARS[-1])].itertuples():
            told |= {f"{s}.{row.unit}": getattr(row, f"access_{s}") for s in SERVICES}
        made |= {(c, scenario, member, replicate): float(v) for c, v in told.items()}
    return made


def by_replicate(folder: Path, criterion: str, scenario: str, other: str = "") -> np.ndarray:
    """A scenario, less another, replicate by replicate: the mean over members."""
    x = outcomes(folder)
    return np.array(
        [
            np.mean(
                [
                    x[criterion, scenario, m, r] - (x[criterion, other, m, r] if other else 0.0)
                    for m in MEMBERS
                ]
            )
            for r in range(REPLICATES)
        ]
    )


def interval(x: np.ndarray) -> tuple[float, float]:
    return stats.t.interval(0.95, len(x) - 1, loc=x.mean(), scale=stats.sem(x))


def value(folder: Path, key: str) -> float:
    """The number that a key stands for."""
    what, part, factor = key.split("|")
    assert factor == "1"
    kind, rest = what.split(":")
    scenario, criterion = rest.split(".", maxsplit=1)
    if kind == "regret":
        return regret(folder, scenario, criterion)[part]
    x = by_replicate(folder, criterion, scenario, "none" if kind == "effect" else "")
    return float({"value": x.mean(), "low": interval(x)[0], "high": interval(x)[1]}[part])


def regret(folder: Path, scenario: str, criterion: str) -> dict[str, float]:
    """What a scenario loses against the best of each member."""
    x, lost = outcomes(folder), []
    for m in MEMBERS:
        mean = {s: np.mean([x[criterion, s, m, r] for r in range(REPLICATES)]) for s in ARMS}
        there = [v for v in mean.values() if not np.isnan(v)]
        more = GOOD[criterion] == "more"
        lost.append(max(there) - mean[scenario] if more else mean[scenario] - min(there))
    best = sum(abs(v) < 1e-12 for v in lost)
    return {"mean": float(np.mean(lost)), "largest": max(lost), "best": best, "sets": len(MEMBERS)}


def standing(folder: Path, option: str, criterion: str) -> str:
    """The mark that an option deserves, from all pairs."""
    base = "" if criterion == "payback" else "none"
    shown = {o: f"{by_replicate(folder, criterion, o, base).mean():.{DIGITS[criterion]}f}" for o in ARMS[1:]}
    signs = set()
    for other in ARMS[1:]:
        if other != option:
            low, high = interval(by_replicate(folder, criterion, option, other))
            sure = (low > 0 or high < 0) and shown[option] != shown[other]
            signs.add(np.sign(low) if sure else 0)
    if signs not in ({1.0}, {-1.0}):
        return ""
    above = signs == {1.0}
    if not GOOD[criterion]:
        return "highest" if above else "lowest"
    return "best" if above == (GOOD[criterion] == "more") else "worst"


def section(page: str, code: str) -> str:
    """The options of one language."""
    body = page[page.index(f'<div class="body in-{code}"') :]
    return body[body.index(f'id="options-{code}"') :].partition("</section>")[0]


MARK = re.compile(r'<data value="([^"]*)" data-key="([^"]*)"[^>]*>(.*?)</data>', re.DOTALL)
CELL = re.compile(r'<td data-cell="([^"]*)"[^>]*>(.*?)</td>', re.DOTALL)


def complaints(page: str, folder: Path, code: str) -> list[str]:
    """Numbers that are not what their key says, and marks that are not deserved or not given."""
    text, wrong = section(page, code), []
    found = MARK.findall(text)
    for stated, key, shown in found:
        true = value(folder, key)
        (read,) = numbers(entities.unescape(shown), code)
        if not (near(read, true) and float(stated) == pytest.approx(true, rel=1e-9, abs=1e-12)):
            wrong.append(f"{key}: {shown} for {true}")
    kinds = {(k.split(":")[0], k.split("|")[1]) for _, k, _ in found}
    assert kinds == {
        *product(("effect", "level"), ("value", "low", "high")),
        *product(("regret",), ("mean", "largest", "best", "sets")),
    }
    for cell, inside in CELL.findall(text):
        option, criterion = cell.split(".", maxsplit=1)
        told = re.findall(r'<span class="standing">(.*?)</span>', inside)
        mark = WORDS[code][told[0]] if told else ""
        if mark != standing(folder, option, criterion):
            wrong.append(f"{cell}: {mark!r} for {standing(folder, option, criterion)!r}")
    return wrong


@pytest.mark.parametrize("code", ["en", "vi"])
def test_every_number_and_mark_is_what_the_runs_say(folder: Path, page: str, code: str) -> None:
    assert complaints(page, folder, code) == []


@pytest.mark.parametrize("code", ["en", "vi"])
def test_every_option_has_a_cell_for_every_criterion(folder: Path, page: str, code: str) -> None:
    cells = [cell for cell, _ in CELL.findall(section(page, code))]
    assert sorted(cells) == sorted(f"{o}.{c}" for o in ARMS[1:] for c in DIGITS)
    regrets = {k.split("|")[0] for _, k, _ in MARK.findall(section(page, code)) if k.startswith("regret")}
    due = {f"regret:{s}.{c}" for s in ARMS for c in DIGITS if GOOD[c] and c != "payback"}
    assert regrets == due


def test_the_made_up_sweep_has_marks_of_every_kind_and_cells_without(folder: Path) -> None:
    found = [standing(folder, o, c) for o in ARMS[1:] for c in DIGITS]
    assert {"best", "worst", "highest", "lowest", ""} == set(found)
    assert 10 < found.count("") < len(found) - 10


@pytest.mark.parametrize("code", ["en", "vi"])
@pytest.mark.parametrize(
    ("pattern", "other"),
    [
        (r'(data-key="regret:full.farther\|largest[^>]*>)[^<]*', r"\g<1>77.7"),
        (r'(<data value=")[^"]*(" data-key="regret:none)', r"\g<1>0.123\2"),
        (r'(<data value=")[^"]*(" data-key="level:full.payback)', r"\g<1>0.123\2"),
        (r'<span class="standing">[^<]*</span>', ""),
        (r'(class="standing">)(best|tốt nhất)', None),
    ],
)
def test_a_wrong_number_or_mark_is_seen(
    folder: Path, page: str, code: str, pattern: str, other: str | None
) -> None:
    worst = {"best": "worst", "tốt nhất": "kém nhất"}
    altered, n = re.subn(pattern, other if other is not None else lambda m: m[1] + worst[m[2]], page)
    assert n >= 2, "one for each language"
    assert complaints(altered, folder, code)


@pytest.mark.parametrize("code", ["en", "vi"])
def test_no_number_of_the_tables_is_unmarked(page: str, code: str) -> None:
    left = re.sub(
        r"<[^>]+>",
        " ",
        " ".join(re.findall(r"<tbody>.*?</tbody>", MARK.sub(" ", section(page, code)), re.DOTALL)),
    )
    left = re.sub(r"\((Merger|Sáp nhập)[^)]*\)", " ", left)
    assert re.findall(r"\d+", left) == []
