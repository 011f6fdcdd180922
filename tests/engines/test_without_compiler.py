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
from sim.model import Model
from sim.population.synthesis import synthesise
from sim.record.fingerprint import state_sha256
from sim.scenario.scenario import Scenario, with_values
from sim.world.opening import open_world

values = json.loads(sys.argv[1])
scenario = with_values(Scenario(), values)
world = open_world(scenario)
households, _ = synthesise(world, scenario.population, start_year=world.year)
start = state_sha256(households)
rows = households.n
model = Model(scenario, world, households, engine=sys.argv[2])
model.run()
print(json.dumps({
    "compiled": not numba.config.DISABLE_JIT,
    "start": start,
    "end": state_sha256(model.households, model.state()),
    "new": model.households.n - rows,
    "moves": len(model.moves),
    "kappa": model.kappa,
}))
"""


def run(values: dict[str, object], *, compiled: bool, engine: str = "threads") -> dict[str, object]:
    env = {**os.environ, "NUMBA_DISABLE_JIT": "0" if compiled else "1"}
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning", "-c", CHILD, json.dumps(values), engine],
        cwd=ROOT, env=env, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    out = json.loads(done.stdout.splitlines()[-1])
    assert out.pop("compiled") is compiled
    return out


@pytest.mark.parametrize("policy", ["actual", "relabel"])
def test_plain_python_gives_the_same_bytes(policy: str) -> None:
    """About 650 households through the reform, kappa solved and synthesis included."""
    values = {
        "world.name": "monocentric",
        "population.weight": 150,
        "time.start": "2025Q1",
        "time.end": "2025Q4",
        "reform.policy": policy,
        "consider.lambda0": 0.4,
        "population.migrant_years": 30,
    }
    plain, compiled = run(values, compiled=False), run(values, compiled=True)
    assert plain == compiled
    assert plain["new"] > 20
    assert plain["moves"] > 5
    if policy == "actual":
        assert run(values, compiled=False, engine="objects") == compiled
