"""The switch that rewrites the baseline: `uv run pytest tests/regression --update-baseline="why results change"`."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-baseline",
        metavar="WHY",
        default=None,
        help="write the numbers of this code as the new baseline, and the reason into CHANGELOG.md",
    )
