"""Every declared parameter is read by some rule, and no rule reads a number that is not declared.

Reads are found twice: in the source, by following which names hold which section of the scenario, and in a run, by a
scenario that notes what is asked of it. Numbers are found in the source of the rules: each must be one of `PLAIN`, part
of bit arithmetic, in a constant of the module that says why, or in the short list `ALLOWED`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from dicu.scenario.fields import leaves
from dicu.scenario.scenario import Scenario, with_values
from reads import PATHS, SIM, reads_of

# ------------------------------------------------------------------ reads, from the source


def outside_scenario() -> list[str]:
    """Source of every module of `sim` but those that declare parameters."""
    return [p.read_text(encoding="utf-8") for p in sorted(SIM.rglob("*.py")) if p.parent.name != "scenario"]


def test_every_parameter_is_read_by_some_source() -> None:
    unread = sorted(set(PATHS) - reads_of(*outside_scenario()))
    assert not unread, f"declared, and nothing reads it: {unread}"


def test_reads_are_found_and_only_those() -> None:
    source = """
class Rule:
    def __init__(self, scenario: Scenario, money: Money, world: World) -> None:
        self.work, other = scenario.work, scenario.choose
        self.kept = [getattr(other, f"beta_{name}") for name in NAMES]
        print(world.name, money.rent_share, money.no_such)

    def act(self, rule: Ties | None) -> float:
        return self.work.land_share * rule.growth

def later(rule: Rule, scenario: Scenario) -> int:
    return rule.work.adaptation + scenario.seed + scenario.calendar.n_steps
"""
    betas = {path for path in PATHS if path.startswith("choose.beta_")}
    assert reads_of(source) == {
        "money.rent_share",
        "work.land_share",
        "ties.growth",
        "work.adaptation",
        "seed",
        "time.start",
        "time.end",
        "time.step",
        "time.history",
        "world.name",
        "world.places",
        *betas,
    }
    assert reads_of("def f(money):\n    return money.rent_share") == set(), "a name alone says nothing"


# ------------------------------------------------------------------ reads, from a run

NOT_ASKED = {
    "world.places": "only the world viet_nam takes a table of places",
    "world.ignore": "columns of that table",
    "reform.ignore": "columns of a table of reforms, which no run of a policy reads",
    "name": "names the folder of runs, see `dicu.execution.execute.execute`",
    "ensemble.member": "stands for other values when a scenario is read; the manifest tells it",
}


class Asked:
    """A scenario, or a section of one, that notes which parameters are asked of it."""

    def __init__(self, real: BaseModel, prefix: str, paths: set[str]) -> None:
        self._real, self._prefix, self._paths = real, prefix, paths

    def __getattr__(self, name: str) -> Any:
        kind = type(self._real)
        computed = getattr(kind, name, None)
        if isinstance(computed, property):
            return computed.fget(self)  # what a property reads is read
        value = getattr(self._real, name)
        if name in kind.model_fields:
            if isinstance(value, BaseModel):
                return Asked(value, f"{self._prefix}{name}.", self._paths)
            self._paths.add(self._prefix + name)
        return value


def _run(scenario: Any, recorder: Any = None) -> Any:
    """A run from its synthesis to its end, as `dicu.execution.execute.execute` makes it; returns the model."""
    from dicu.execution.starting import begin, first_model
    from dicu.reform.opening import open_world

    world = open_world(scenario)
    model, _ = first_model(scenario, world) if recorder is None else begin(scenario, world, recorder)
    model.run()
    return model


def test_every_parameter_is_read_by_a_run(tmp_path: Path) -> None:
    from dicu.record.recorder import Recorder
    from dicu.reform import POLICIES, policy
    from dicu.reform.opening import open_world
    from dicu.scenario.vocabulary import SERVICES

    values = {
        "world.name": "monocentric",
        "population.weight": 100,
        "time.start": "2024Q4",
        "time.end": "2025Q3",
        "reform.policy": "actual_with_satellites",
        "government.satellite_minutes": 5.0,
    }
    paths: set[str] = set()
    asked: Any = Asked(with_values(Scenario(), values), "", paths)
    layout = {"weight": asked.population.weight, "flows": asked.flow_units, "services": SERVICES}
    with Recorder(tmp_path, open_world(asked), asked.calendar, **layout) as recorder:
        _run(asked, recorder)
        recorder.finish()
    for name in POLICIES:  # one run has one policy; what the others are made by, they ask for
        with pytest.raises(ValueError, match="needs") if name == "table" else nullcontext():
            policy(name, open_world(asked), 1, settings=asked.reform, access=asked.access)
    unread = set(PATHS) - paths
    assert unread == set(NOT_ASKED), f"besides {sorted(NOT_ASKED)}, a run reads all but {sorted(unread)}"
    assert paths <= reads_of(*outside_scenario()), "a run reads what the source is not seen to read"


EVENTFUL = {
    "world.name": "monocentric", "population.weight": 20, "time.start": "2024Q4", "time.end": "2026Q3",
    "reform.policy": "actual", "work.disaster_per_year": 0.9, "consider.lambda0": 0.3,
    "money.move_cost": 20.0, "government.digital_per_year": 0.5, "government.satellite_minutes": 10.0,
    "government.satellite_most": 1, "government.severance_quarters": 60.0, "government.staff_bodies": 0.0,
    # every programme has a size, and jobs are scarce enough for wages to show it
    "cities.central": ["Plain"], "cities.central_date": "2025Q2", "labour.formal_growth": 0.08,
    "programme.urban_job_growth": 0.02, "programme.urban_job_growth_start": "2025Q1",
    "programme.urban_job_growth_quarters": 2, "programme.farm_income_loss": 0.3,
    "programme.farm_income_loss_start": "2025Q1", "programme.farm_income_loss_quarters": 2,
    "programme.urban_job_loss": 0.3, "programme.urban_job_loss_start": "2025Q1",
    "programme.urban_job_loss_quarters": 2, "programme.social_housing": 500,
    "programme.social_housing_start": "2025Q1", "programme.social_housing_quarters": 4,
    "programme.industrial_zones": ["2025Q1 Plain"], "programme.zone_quarters": 2, "housing.growth_cap": 0.002,
}  # fmt: skip
WITHOUT_EFFECT = {
    "access.speed_island_kmh": "the world monocentric has no islands",
    "access.detour_island": "the world monocentric has no islands",
    "government.quality_cap": "no office has half as much capital again within two years",
    "housing.floor_area_urban_m2": "floor area is an outcome that decides nothing",
    "housing.floor_area_rural_m2": "floor area is an outcome that decides nothing",
}


@pytest.mark.slow
def test_every_number_decides_something() -> None:
    from dicu.record.fingerprint import state_sha256

    def end(values: dict[str, Any]) -> str:
        model = _run(with_values(Scenario(), EVENTFUL | values))
        return state_sha256(model.households, model.state())

    before = end({})
    idle = []
    for leaf in leaves():
        if leaf.kind not in ("number", "integer") or leaf.path.split(".")[0] in (
            "time",
            "world",
            "record",
            "reform",
        ):
            continue
        value = EVENTFUL.get(leaf.path, leaf.default)
        others = [value + 1] if leaf.kind == "integer" else [(value or 3.0) * k for k in (0.9, 0.5, 1.5)]
        allowed = (v for v in others if (leaf.lo or v) <= v <= (leaf.hi or v))
        if all(end({leaf.path: v}) == before for v in allowed):
            idle.append(leaf.path)
    assert set(idle) == set(WITHOUT_EFFECT), f"another value changes nothing: {idle}"


# ------------------------------------------------------------------ numbers, from the source

PLAIN = {0, 1, 2, 0.5}
"""Nothing, one, twice, half: structure, not claims (and their negatives)."""

ALLOWED: dict[tuple[str, float], str] = {
    ("*", 256): "values of a byte",
    ("*", 255): "largest value of a byte: ties are counted in it",
    ("geography.py", 3): "coordinates of a point; names of draws",
    ("geography.py", 8): "bytes of a 64-bit identity",
    ("market_rules.py", 8): "bytes of a 64-bit identity",
    ("staying.py", 16): "ties are counted in sixteenths",
    ("staying.py", 15): "the last sixteenth",
    ("staying.py", 8): "the middle of a sixteenth",
    ("wealth.py", 32_768): "half of 65,536, for rounding to the nearest",
}

_BITS = (ast.LShift, ast.RShift, ast.BitAnd, ast.BitOr, ast.BitXor)


def rules() -> list[Path]:
    """Modules that hold rules of behaviour, of markets and of offices."""
    found = [p for room in ("behaviour", "economy") for p in sorted((SIM / room).glob("*.py"))]
    return [*found, SIM / "government/rules.py"]


def numbers(source: str) -> Iterator[tuple[int, float, str]]:
    """Line, value and complaint for each number that needs a reason and has none in the source itself."""
    tree = ast.parse(source)
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    constants = dict(_constants(tree, source.splitlines()))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or type(node.value) not in (int, float) or node.value in PLAIN:
            continue
        if isinstance(node.value, int) and _is_bits(node, above):
            continue
        statement: ast.AST = node
        while above[statement] is not tree:
            statement = above[statement]
        if statement not in constants:
            yield node.lineno, node.value, "a number in a rule (declare a parameter, or name it and say why)"
        elif not constants[statement]:
            yield node.lineno, node.value, "a named number without a comment or docstring that says why"


def _is_bits(node: ast.AST, above: dict[ast.AST, ast.AST]) -> bool:
    """Whether a number takes part in a shift or mask, through casts and sums but not through other calls."""
    while isinstance(up := above[node], ast.expr):
        if isinstance(up, ast.BinOp) and isinstance(up.op, _BITS):
            return True
        cast = (
            isinstance(up, ast.Call)
            and isinstance(up.func, ast.Attribute)
            and up.func.attr.startswith("uint")
        )
        if not (cast or isinstance(up, (ast.BinOp, ast.UnaryOp))):
            return False
        node = up
    return isinstance(up, ast.AugAssign) and isinstance(up.op, _BITS)


def _constants(tree: ast.Module, lines: list[str]) -> Iterator[tuple[ast.stmt, bool]]:
    """Constants of a module, and whether their paragraph says why: a comment above it, or a docstring below them."""
    group: list[ast.stmt] = []
    commented, last = False, 0
    for statement in [*tree.body, ast.Pass(lineno=len(lines) + 2, end_lineno=len(lines) + 2)]:
        if statement.lineno != last + 1:  # a new paragraph
            yield from ((each, commented) for each in group)
            line_above = lines[statement.lineno - 2] if 1 < statement.lineno <= len(lines) else ""
            group, commented = [], line_above.startswith("# ")
        last = statement.end_lineno or statement.lineno
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            group.append(statement)
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and group:
            yield from ((each, True) for each in group)
            group = []


@pytest.mark.parametrize("path", rules(), ids=lambda p: f"{p.parent.name}/{p.name}")
def test_rules_read_no_undeclared_number(path: Path) -> None:
    found = [
        f"{path.name}:{line}: {value}: {complaint}"
        for line, value, complaint in numbers(path.read_text(encoding="utf-8"))
        if ("*", value) not in ALLOWED and (path.name, value) not in ALLOWED
    ]
    assert not found, "\n".join(found)


def test_what_is_allowed_is_needed() -> None:
    used = {(p.name, value) for p in rules() for _, value, _ in numbers(p.read_text(encoding="utf-8"))}
    for name, value in ALLOWED:
        assert any(value == v and name in ("*", n) for n, v in used), (
            f"{name}: {value} is allowed, and not there"
        )


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def rule(x):\n    return x * 0.3", [0.3]),
        ("def rule(x):\n    return x + 7", [7]),
        ("def rule(x):\n    return draw(x, 3) >> 8", [3]),
        ("def rule(x=18):\n    return x", [18]),
        ("SHARE = 0.3\n", [0.3]),
        ("# why it is so\n\nSHARE = 0.3\n", [0.3]),
        ("# why it is so\nSHARE = 0.3\n", []),
        ('SHARE = 0.3\nOTHER = 0.7\n"""Why both are so."""\n', []),
        ('SHARE = 0.3\n\nOTHER = 0.7\n"""Why only this is so."""\n', [0.3]),
        ("def rule(x):\n    return (x >> np.uint32(4 * i)) & 0xFF", []),
        ("def rule(x):\n    return 0.5 * x * (x - 1) - 2.0", []),
    ],
)
def test_undeclared_numbers_are_found(source: str, found: list[float]) -> None:
    assert [value for _, value, _ in numbers(source)] == found
