from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dicu_analysis.report import write


def _module(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def synthetic() -> ModuleType:
    """The maker of made-up run folders, tests/unit/record/synthetic.py."""
    return _module("synthetic_runs", Path(__file__).parents[1] / "unit" / "record" / "synthetic.py")


@pytest.fixture(scope="session")
def sweeps() -> ModuleType:
    """The maker of made-up sweeps, tests/unit/report/test_sweep.py."""
    return _module("made_up_sweeps", Path(__file__).parents[1] / "unit" / "report" / "test_sweep.py")


@pytest.fixture(scope="session")
def page() -> Iterator[Any]:
    """A browser; skipped only where there is none and nobody asked for the checks (CI unset)."""
    devtools = _module("devtools", Path(__file__).parent / "devtools.py")
    if devtools.executable() is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium on this machine: .ci/run installs it (apt-get install chromium)")
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with devtools.browser() as tab:
        yield tab


@pytest.fixture(scope="session")
def report(synthetic, tmp_path_factory) -> Path:
    """A report on two pairs of made-up runs."""
    out = tmp_path_factory.mktemp("runs")
    for k, seed in enumerate((42, 43)):
        for policy in ("actual", "none"):
            config = synthetic.manifest(policy)["config"] | {"seed": seed}
            run = synthetic.make_run(
                out, policy=policy, run_id=f"{policy}{k}", lives=True, changes={"config": config}
            )
    return write(run.parent / "actual0")


@pytest.fixture(scope="session")
def sweep(sweeps, tmp_path_factory) -> Path:
    """A report on a made-up sweep."""
    return write(sweeps.make(tmp_path_factory.mktemp("sweeps") / "made_up"))
