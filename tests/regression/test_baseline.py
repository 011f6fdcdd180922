"""About forty numbers of one run of the real country, which change only with a reason in CHANGELOG.md.

Results are deterministic, so the comparison is exact. When a change of results is meant:

    uv run pytest tests/regression --update-baseline="why results change"

writes the new numbers and a line with the reason and their digest into CHANGELOG.md; complete that line by hand with
how much the numbers that people quote move, and commit all three together with the change.
"""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import pytest

from dicu.execution.execute import execute
from dicu.scenario.scenario import Scenario, with_values
from dicu_analysis.flows import moves_between, net_migration
from dicu_analysis.load import Run

BASELINE = Path(__file__).with_name("baseline.json")
CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"
SCENARIO = {"name": "baseline", "population.weight": 400, "reform.policy": "actual", "time.end": "2027Q4"}
PROVINCES = ("Hà Nội", "Hồ Chí Minh", "Bình Dương", "Nghệ An", "Sóc Trăng", "Điện Biên")
DATES = ("2019Q1", "2019Q2", "2025Q2", "2025Q3", "2027Q4")
STOCKS = ("households", "persons", "urban_persons")
FLOWS = (
    "moves_within_district",
    "moves_between_districts",
    "moves_between_provinces",
    "moves_split",
    "moves_home",
    "births",
    "deaths",
    "couples",
)

Numbers = dict[str, int | float]


def numbers_of(run: Run) -> Numbers:
    """The numbers of the baseline, from the tables of a run as any reader of it would compute them."""
    made: Numbers = {}
    national = run.national
    for label in DATES:
        row = national.loc[run.labels.index(label)]
        for name in STOCKS:
            made[f"{name} {label}"] = int(row[name])
    for name in FLOWS:
        made[f"{name}, all steps"] = int(national[name].sum())
    # in 0.1 M VND, as the model counts
    made["remittances, all steps"] = round(10 * national["remittances_mvnd"].sum())
    made["wealth 2027Q4"] = round(10 * national["wealth_mvnd"].iloc[-1])

    net = net_migration(run, "province", "legacy")["net_persons"]
    code = {name: code for code, name in run.names("province", "legacy").items()}
    for name in PROVINCES:
        (found,) = [c for n, c in code.items() if n.endswith(name)]
        made[f"net migration {name}"] = int(net[found])
    for generation in ("legacy", "2025"):
        crossed = moves_between(run, "commune", generation)["households"]  # type: ignore[arg-type]
        made[f"moves between communes of {generation}, all steps"] = int(crossed.sum())

    reform = run.reform_step
    assert reform is not None
    terrain = run.world_places["terrain"].to_numpy()
    services = [c for c in run.places.columns if c.startswith("access_")]
    for when, step in (("before", reform - 1), ("after", reform)):
        here = run.places[run.places["step"] == step]
        for name in ("plain", "mountain", "island"):
            of = here[terrain == name]
            # sums that are rounded once, so that no machine adds in another order
            total = math.fsum(
                float(a) * int(p) for s in services for a, p in zip(of[s], of["persons"], strict=True)
            )
            made[f"mean access {name}, {when}"] = round(total / len(services) / int(of["persons"].sum()), 9)
        governments = run.table("governments").query("step == @step and level == 'province'")
        made[f"posts {when}"] = int(governments["posts"].sum())
    return made


def digest(numbers: Numbers) -> str:
    """Short name of a set of numbers, by which CHANGELOG.md refers to it."""
    return hashlib.sha256(json.dumps(numbers, sort_keys=True).encode()).hexdigest()[:8]


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Numbers:
    scenario = with_values(Scenario(), SCENARIO)
    assert scenario.seed == 42
    return numbers_of(Run(execute(scenario, out=tmp_path_factory.mktemp("runs"))))


def noted(changelog: str, reason: str, new: str) -> str:
    """The changelog with a line for a new baseline, first under the first heading "Changed"."""
    line = f"- Baseline {new}: {reason.rstrip('.')}. *Results change.*\n"
    heading = "### Changed\n\n"
    if heading not in changelog:
        raise ValueError(f"CHANGELOG.md has no heading {heading.strip()!r} to write the reason under")
    return changelog.replace(heading, heading + line, 1)


def test_numbers_are_those_of_the_baseline(numbers: Numbers, request: pytest.FixtureRequest) -> None:
    reason: str | None = request.config.getoption("--update-baseline", default=None)
    if reason is not None:
        assert reason.strip(), "give the reason: --update-baseline='why results change'"
        old = json.loads(BASELINE.read_text(encoding="utf-8")) if BASELINE.is_file() else {}
        if numbers != old:
            text = noted(CHANGELOG.read_text(encoding="utf-8"), reason, digest(numbers))
            CHANGELOG.write_text(text, encoding="utf-8")
            told = json.dumps(numbers, indent=1, ensure_ascii=False) + "\n"
            BASELINE.write_text(told, encoding="utf-8")
    expected: dict[str, Any] = json.loads(BASELINE.read_text(encoding="utf-8"))
    rows = [
        f"{name}: {expected.get(name, 'not there')} -> {numbers.get(name, 'not there')}"
        for name in {**expected, **numbers}
        if expected.get(name) != numbers.get(name)
    ]
    assert not rows, "results changed; if that is meant, see the docstring of this file:\n" + "\n".join(rows)


def test_the_changelog_says_why_the_baseline_is_what_it_is() -> None:
    numbers = json.loads(BASELINE.read_text(encoding="utf-8"))
    assert f"Baseline {digest(numbers)}: " in CHANGELOG.read_text(encoding="utf-8"), (
        "the baseline was changed by hand; use --update-baseline='why results change'"
    )


def test_the_baseline_is_about_a_country_that_lives() -> None:
    """Numbers that are all there and none of them nothing, so that a run that stands still cannot be a baseline."""
    numbers = json.loads(BASELINE.read_text(encoding="utf-8"))
    assert 30 <= len(numbers) <= 60
    assert all(numbers.values())
    assert numbers["posts after"] < numbers["posts before"]
    assert (
        numbers["moves between communes of 2025, all steps"]
        < numbers["moves between communes of legacy, all steps"]
    )
    assert sum(numbers[f"net migration {name}"] for name in PROVINCES) != 0
