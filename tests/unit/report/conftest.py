from __future__ import annotations

import importlib.util
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def synthetic() -> ModuleType:
    """The maker of made-up run folders, tests/unit/record/synthetic.py."""
    path = Path(__file__).parents[1] / "record" / "synthetic.py"
    spec = importlib.util.spec_from_file_location("synthetic_runs", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["synthetic_runs"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def made(synthetic) -> Callable[..., Path]:
    """Make a run: ``made(out, policy, seed, **other keys of its configuration)``."""

    def make(out: Path, policy: str, seed: int = 42, **config: object) -> Path:
        whole = synthetic.manifest(policy)["config"] | {"seed": seed} | config
        other = f"x{zlib.crc32(str(config).encode()) % 1000}" if config else ""
        return synthetic.make_run(
            out, policy=policy, run_id=f"{policy}{seed}{other}", changes={"config": whole}, lives=True
        )

    return make
