"""The compiled rules and the same rules run by plain Python: the compiler decides nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

CHILD = """
import json, sys, warnings
warnings.filterwarnings("ignore", message="overflow encountered", category=RuntimeWarning)  # hashes wrap
import numba
sys.path.insert(0, "tests")
from states import first_model, sha
from dicu.record.fingerprint import state_sha256
from dicu.scenario.scenario import Scenario, with_values

model = first_model(with_values(Scenario(), json.loads(sys.argv[1])), engine=sys.argv[2])
made = {"compiled": not numba.config.DISABLE_JIT, "start": state_sha256(model.households), "kappa": model.kappa}
counts = dict.fromkeys(("splits", "whole", "couples", "births", "deaths", "remitted"), 0)
while model.now < model.calendar.n_steps:
    model.step()
    counts = {k: v + getattr(model.changes, k) for k, v in counts.items()}
print(json.dumps({**made, **counts, "end": sha(model)}))
"""


def run(values: dict[str, object], *, compiled: bool, engine: str = "threads") -> dict[str, object]:
    env = {**os.environ, "NUMBA_DISABLE_JIT": "0" if compiled else "1"}
    done = subprocess.run(
        [sys.executable, "-c", CHILD, json.dumps(values), engine],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    out: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    assert out.pop("compiled") is compiled
    return out


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["threads", "objects"])
def test_plain_python_gives_the_same_bytes(engine: str) -> None:
    """About 400 households through a new year and the reform: synthesis, kappa, pass, commit, remittances."""
    values = {
        "world.name": "monocentric",
        "population.weight": 250,
        "time.start": "2024Q4",
        "time.end": "2025Q3",
        "reform.policy": "actual",
        "consider.lambda0": 0.8,
        "population.migrant_years": 30,
        "money.remit_chance": 1.0,
    }
    plain, compiled = run(values, compiled=False, engine=engine), run(values, compiled=True)
    assert plain == compiled
    for name in ("splits", "whole", "couples", "births", "deaths", "remitted"):
        assert int(str(plain[name])) > 0, f"no {name}: nothing was compared"
