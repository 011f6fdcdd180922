"""Every number of a sweep's page is recomputed from ``results.parquet``, by sums and means written out here.

Marked numbers, in prose and tables, are compared with their key's value in both languages; what is not marked may
only be a date, a count, a threshold or a value of the plan. Drawings have their values as a table beside them.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from dicu_analysis.report import write
from report_recompute import near, numbers
from sealing import seal_sweep

THETAS = (0.4, 0.6)
REPLICATES = 4
YEARS = range(2024, 2031)
TERRAINS = ("plain", "mountain")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of a sweep whose numbers have no pattern, so that one taken for another is seen."""
    rng = np.random.default_rng(7)
    rows: list[dict[str, Any]] = []
    for run, (scenario, theta, replicate) in enumerate(
        (s, t, r) for s in ("none", "actual") for t in THETAS for r in range(REPLICATES)
    ):
        shift = 0.0 if scenario == "none" else -0.05
        head = {
            "run": run,
            "run_id": f"r{run}",
            "scenario": scenario,
            "point": run // REPLICATES,
            "seed": 1 + replicate,
            "replicate": replicate,
            "choose.theta": theta,
            "reform.policy": scenario,
        }
        for k, year in enumerate(YEARS):
            body = head | {"step": 4 * k, "period": f"{year}Q4", "year": year}
            for terrain in TERRAINS:
                access = {
                    f"access_{s}": 0.4 + shift + 0.1 * rng.random()
                    for s in ("commune_administration", "district_administration")
                }
                rows.append(
                    body | {"level": "terrain", "unit": terrain, "name": terrain, "persons": 100} | access
                )
            urban = 38e6 + 1e6 * rng.random()
            moved = {f"{a}_persons": 4e5 * (1 + rng.random()) for a in ("rural_to_urban", "urban_to_rural")}
            rows.append(
                body
                | moved
                | {
                    "level": "nation",
                    "unit": "all",
                    "name": "viet_nam",
                    "persons": 1e8,
                    "urban_persons": urban,
                    "rural_persons": 1e8 - urban,
                    "gov_posts": 130_000 + 500 * rng.random(),
                    "gov_wages_mvnd": (8 + rng.random()) * 1e6,
                }
            )
    made = tmp_path_factory.mktemp("numbers") / "sweep"
    made.mkdir()
    pd.DataFrame(rows).to_parquet(made / "results.parquet")
    runs = 2 * len(THETAS) * REPLICATES
    stated = {
        "name": "sweep",
        "plan_sha256": "0",
        "runs": runs,
        "distinct": runs,
        "finished": runs,
        "failed": {},
        "complete": True,
        "replications": REPLICATES,
        "seed": 1,
        "varied": ["choose.theta", "reform.policy"],
        "model_version": "0.1.0",
        "argv": ["dicu", "sweep"],
    }
    seal_sweep(made, stated)
    return made


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return write(folder).read_text(encoding="utf-8")


def outcome(table: pd.DataFrame, name: str, run: int) -> float:
    """One outcome of one run, at the end of its last year."""
    mine = table[table["run"] == run]
    last = mine[mine["year"] == YEARS[-1]]
    if "." in name:
        service, terrain = name.split(".")
        return float(last.loc[last["unit"] == terrain, f"access_{service}"].iloc[0])
    nation = mine[mine["level"] == "nation"].sort_values("year")
    end = nation.iloc[-1]
    if name == "urban_share":
        return float(100 * end["urban_persons"] / 1e8)
    if name == "posts":
        return float(end["gov_posts"] / 1000)
    if name == "wages":
        return float(end["gov_wages_mvnd"] * 4 / 1e6)  # recorded per quarter, told per year
    five = nation.iloc[-5:]
    origin = name.split("_", maxsplit=1)[0]
    return float(1000 * five[f"{name}_persons"].sum() / five[f"{origin}_persons"].sum())


@cache
def results(folder: Path) -> pd.DataFrame:
    """The table, read once."""
    return pd.read_parquet(folder / "results.parquet")


@cache
def replicates(folder: Path, key: str) -> list[float]:
    """What a key is a mean of, replicate by replicate; worked out once, for it is the same for every page."""
    table = results(folder)
    kind, rest = key.split(":")
    scenario, name = rest.split(".", maxsplit=1)
    dependence = name.startswith("choose.theta.")
    name = name.removeprefix("choose.theta.")
    plan = table.drop_duplicates("run")

    def of(arm: str, theta: float, r: int) -> float:
        chosen = plan[(plan["scenario"] == arm) & (plan["choose.theta"] == theta) & (plan["replicate"] == r)]
        return outcome(table, name, int(chosen["run"].iloc[0]))

    def told(theta: float, r: int) -> float:
        own = of(scenario, theta, r)
        return own if kind == "level" else own - of("none", theta, r)

    if dependence:
        return [told(THETAS[-1], r) - told(THETAS[0], r) for r in range(REPLICATES)]
    return [sum(told(theta, r) for theta in THETAS) / len(THETAS) for r in range(REPLICATES)]


def value(folder: Path, key: str) -> float:
    """The number that a key stands for: mean or bound of the 95 % interval, times its factor."""
    what, part, factor = key.split("|")
    x = np.array(replicates(folder, what))
    reach = stats.t.ppf(0.975, len(x) - 1) * x.std(ddof=1) / np.sqrt(len(x))
    return float(factor) * float(x.mean() + {"value": 0.0, "low": -reach, "high": reach}[part])


MARK = re.compile(r'<data value="([^"]*)" data-key="([^"]*)"[^>]*>(.*?)</data>', re.DOTALL)


def complaints(page: str, folder: Path, code: str) -> list[tuple[str, str, float]]:
    """Marked numbers of one language that are not what their key says."""
    begin = page.index(f'<div class="body in-{code}"')
    end = page.find('<div class="body in-', begin + 1)
    found = MARK.findall(page[begin : end if end > 0 else None])
    assert len(found) > 60
    assert {k.split(":")[0] for _, k, _ in found} == {"effect", "level", "dependence"}
    wrong = []
    for stated, key, text in found:
        true = value(folder, key)
        (shown,) = numbers(entities.unescape(re.sub(r"<[^>]+>", "", text)), code)
        if not (near(shown, true) and float(stated) == pytest.approx(true, rel=1e-9, abs=1e-12)):
            wrong.append((key, text, true))
    return wrong


@pytest.mark.parametrize("code", ["en", "vi"])
def test_every_marked_number_is_what_its_key_says(folder: Path, page: str, code: str) -> None:
    assert complaints(page, folder, code) == []


@pytest.mark.parametrize("code", ["en", "vi"])
@pytest.mark.parametrize(
    ("pattern", "other"),
    [
        (r'(<data value="[^"]*" data-key="effect:actual.posts\|value[^>]*>)[^<]*', r"\g<1>77.7"),
        (r'(<data value=")[^"]*(" data-key="level:none)', r"\g<1>0.123\2"),
    ],
)
def test_a_wrong_number_is_seen(folder: Path, page: str, code: str, pattern: str, other: str) -> None:
    altered, n = re.subn(pattern, other, page)
    assert n >= 2, "one for each language"
    assert complaints(altered, folder, code)


ALLOWED: tuple[Callable[[str], bool], ...] = (
    lambda text: re.fullmatch(r"(19|20)\d\d", text) is not None,
    lambda text: text in {"95", "0", "1", "2", "3", "4", "5", "6", "8", "16", "1,000", "1.000"},
    lambda text: text.replace(",", ".") in {"0.4", "0.5", "0.6"},
)
"""Years; level of intervals, replicates, runs, thresholds of the page, values of the plan, `h1` to `h6`, per 1,000."""


@pytest.mark.parametrize("code", ["en", "vi"])
def test_no_other_number_stands_in_text_or_drawings(page: str, code: str) -> None:
    begin = page.index(f'<div class="body in-{code}"')
    end = page.find('<div class="body in-', begin + 1)
    body = MARK.sub(" ", page[begin : end if end > 0 else None])
    drawn = re.findall(r"<text[^>]*>(.*?)</text>", body, re.DOTALL)
    assert drawn, "the page draws something"
    rest = re.sub(
        r"<svg.*?</svg>|<style.*?</style>|<pre.*?</pre>|<code.*?</code>", " ", body, flags=re.DOTALL
    )
    head, _, provenance = rest.partition('id="provenance')
    assert provenance
    text = entities.unescape(re.sub(r"<[^>]+>", " ", head))
    left = [n for n in re.findall(r"\d+(?:[.,]\d+)*", text) if not any(ok(n) for ok in ALLOWED)]
    assert not left, left


@pytest.mark.parametrize("code", ["en", "vi"])
def test_values_written_in_a_drawing_are_those_of_its_table(page: str, code: str) -> None:
    """Text inside a drawing: ticks of an axis, or the value of a row that the table beside it has too."""
    begin = page.index(f'<div class="body in-{code}"')
    end = page.find('<div class="body in-', begin + 1)
    figures = re.findall(r"<figure>.*?</figure>", page[begin : end if end > 0 else None], re.DOTALL)
    compared = 0
    for figure in figures:
        drawing = "".join(re.findall(r"<svg.*?</svg>", figure, re.DOTALL))
        said = [
            entities.unescape(re.sub(r"<[^>]+>", "", t)).strip()
            for t in re.findall(r"<text[^>]*>(.*?)</text>", drawing, re.DOTALL)
        ]
        rows = re.findall(r"<tr>\s*<th scope=\"row\">.*?</tr>", figure, re.DOTALL)
        values = [
            re.sub(r"<[^>]+>", "", re.findall(r"<td.*?</td>", row, re.DOTALL)[0]).strip() for row in rows
        ]
        ticks = [t for t in said if re.fullmatch(r"[+\u2212]?\d+(?:[.,]\d+)*", t)]
        assert all(value in ticks for value in values), (values, ticks)
        compared += len(values)
    assert compared > 4
