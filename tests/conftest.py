"""Shared by all tests: small scenarios, models run for a few steps."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# a first call compiles and a busy machine dawdles: no property is about time
settings.register_profile("dicu", deadline=None)
settings.load_profile("dicu")


UNIT = Path(__file__).parent / "unit"
LONGER = (
    "analysis/test_demography_figures.py", "analysis/test_every_run.py", "analysis/test_figures.py",
    "analysis/test_headlines.py", "analysis/experiments", "analysis/forecasts", "analysis/sensitivity", "cli",
    "engine/test_commit.py", "reform", "report",
    "scenario/test_discipline.py", "scenario/test_loader.py", "sweep", "test_identity.py", "test_kernel_cache.py",
    "test_kernel_store.py", "test_package.py", "trace", "world/test_corrections.py", "world/test_viet_nam.py",
)  # fmt: skip
"""Below tests/unit, what whole runs, pages, worlds or compilations make too long for the fast lane."""


FIRST = (
    "analytic/test_age_profile.py",  # compiles nearly every kernel: meanwhile the other process needs none of them
    "unit/report/test_page.py", "unit/reform/test_history.py", "unit/test_kernel_store.py",
    "unit/analysis/test_every_run.py", "unit/report/test_numbers.py", "faults/test_edge.py", "faults/test_sweep.py",
    "unit/report/test_another_country.py", "unit/cli/test_cli.py", "unit/saved/test_saved.py",
    "unit/trace/test_trace.py", "unit/reform/test_compare.py", "unit/engine/test_commit.py",
    "unit/analysis/experiments/test_h1.py", "browser/test_view.py", "unit/scenario/test_discipline.py",
)  # fmt: skip
"""The longest files, in the order in which processes take them: what comes last should be short."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Processes that share the tests, file by file; none for parts of them, for what is long, and for speed."""
    whole = config.args_source is not pytest.Config.ArgsSource.ARGS
    alone = config.getoption("benchmark_only") or config.getoption("markexpr") == "slow"
    return min(4, os.cpu_count() or 1) if whole and not alone else 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first; mark the fast lane, `uv run pytest -m fast`: unit tests but the longer ones."""
    top = UNIT.parent
    rank = {top / name: k for k, name in enumerate(FIRST)}
    items.sort(key=lambda item: rank.get(item.path, len(FIRST)))
    for item in items:
        if item.path.is_relative_to(UNIT) and item.get_closest_marker("slow") is None:
            here = item.path.relative_to(UNIT).as_posix()
            if not here.startswith(LONGER):
                item.add_marker(pytest.mark.fast)


@pytest.fixture(scope="session", autouse=True)
def _coarse_pictures() -> Iterator[None]:
    """PNG files of few dots: most of the time of a figure goes into them, and no test but one looks at their size."""
    from dicu_analysis.figures import style

    usual = style.RC["savefig.dpi"]
    style.RC["savefig.dpi"] = 30
    yield
    style.RC["savefig.dpi"] = usual


@pytest.fixture
def small_scenario() -> Callable[..., Any]:
    """Make a scenario on a small world: ``small_scenario("monocentric", {"seed": 7})``."""
    from dicu.scenario.scenario import Scenario, with_values

    def make(world: str = "monocentric", values: dict[str, Any] | None = None) -> Scenario:
        base = {
            "world.name": world,
            "population.weight": 20,
            "time.start": "2024Q3",
            "time.end": "2026Q2",
            **(values or {}),
        }
        return with_values(Scenario(), base)

    return make


@pytest.fixture
def run_model() -> Callable[..., Any]:
    """Run a model to its end without writing anything; returns it."""
    from dicu.model import Model
    from dicu.population.links import first_links
    from dicu.population.synthesis import synthesise
    from dicu.reform.opening import open_world

    def run(scenario: Any, **options: Any) -> Any:
        world = options.pop("world", None) or open_world(scenario)
        households = options.pop("households", None)
        if households is None:
            households, _ = synthesise(
                world,
                scenario.population,
                start_year=world.year,
                income=scenario.income,
                ties=scenario.ties,
                labour=scenario.labour,
            )
        links = options.pop("links", None)
        if links is None:
            links = first_links(households, world, scenario.population.seed)
        model = Model(scenario, world, households, links, **options)
        model.run()
        return model

    return run
