"""Small sweeps in a folder of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from sweeps import write_files


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a base scenario and the file of a sweep beside it; returns the latter."""
    return partial(write_files, tmp_path)
