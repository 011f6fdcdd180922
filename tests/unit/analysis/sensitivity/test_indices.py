"""Indices against closed forms; designs are known by their points; what a design does not allow is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from dicu.cli import app
from dicu.sweeps.sample import unit_points
from dicu_analysis.sensitivity.boxes import find_box
from dicu_analysis.sensitivity.design import Design, NotAllowed, kind_of, read_design
from dicu_analysis.sensitivity.indices import indices
from dicu_analysis.sweep import Sweep
from made_up_sweeps import make_sweep

KEYS = ("choose.theta", "choose.beta_income", "choose.home")


def design(kind: str, n: int, rule: Callable[[np.ndarray], np.ndarray]) -> Design:
    x = unit_points(kind, n, len(KEYS), 1)  # type: ignore[arg-type]
    return Design(kind_of(x), KEYS, x, rule(x), "y", float("nan"))


def ishigami(u: np.ndarray) -> np.ndarray:
    """Its indices are known: first order .3139, .4424, 0; total .5576, .4424, .2437 (a = 7, b = .1)."""
    a, b, c = (np.pi * (2 * column - 1) for column in u.T)
    return np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


def test_sobol_indices_of_ishigami() -> None:
    found = indices(design("saltelli", 1024, ishigami)).set_index("key")
    for key, first, total in zip(KEYS, (0.3139, 0.4424, 0.0), (0.5576, 0.4424, 0.2437), strict=True):
        assert abs(found.loc[key, "S1"] - first) < max(2 * found.loc[key, "S1_conf"], 0.02)
        assert abs(found.loc[key, "ST"] - total) < max(2 * found.loc[key, "ST_conf"], 0.02)
    assert found["matters"].all()


def test_morris_effects_of_a_line_are_its_slopes() -> None:
    found = indices(design("morris", 8, lambda u: u @ np.array([3.0, -1.0, 0.0]))).set_index("key")
    assert found["mu"].tolist() == pytest.approx([3.0, -1.0, 0.0])
    assert found["mu_star"].tolist() == pytest.approx([3.0, 1.0, 0.0])
    assert found["sigma"].tolist() == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)
    assert found["matters"].tolist() == [True, True, False]


def test_first_order_of_other_samples() -> None:
    """Of a line in uniform numbers: shares of the squared slopes."""
    found = indices(design("lhs", 400, lambda u: u @ np.array([2.0, 1.0, 0.0]))).set_index("key")
    assert found.loc[list(KEYS), "S1"].to_numpy() == pytest.approx([0.8, 0.2, 0.0], abs=0.08)
    assert found.loc[list(KEYS), "matters"].tolist() == [True, True, False]


@pytest.mark.parametrize("kind", ["saltelli", "morris", "lhs", "sobol"])
def test_a_design_is_known_by_its_points(kind: str) -> None:
    x = unit_points(kind, 16, 3, 1)  # type: ignore[arg-type]
    assert kind_of(x) == {"saltelli": "saltelli", "morris": "morris"}.get(kind, "given")
    assert kind_of(x[::-1].copy() if kind == "saltelli" else np.roll(x, 1, axis=0)) == "given"


@pytest.mark.slow  # statistical; `uv run pytest -m slow`
def test_a_box_is_found_where_it_was_put() -> None:
    made = design("sobol", 256, lambda u: ((u[:, 0] > 0.6) & (u[:, 1] < 0.5)).astype(float))
    box = find_box(made, above=0.5)
    assert box is not None
    assert set(box.limits) == set(KEYS[:2])
    assert box.limits[KEYS[0]][0] == pytest.approx(0.6, abs=0.05)
    assert box.limits[KEYS[1]][1] == pytest.approx(0.5, abs=0.05)
    assert box.density > 0.9
    assert box.coverage > 0.9
    noise = np.random.default_rng(1).normal(size=256)
    chance = find_box(design("sobol", 256, lambda u: noise))
    assert chance is None or chance.density < 0.6  # a fifth of the points count
    with pytest.raises(NotAllowed, match="0 of 256 points are above 2"):
        find_box(made, above=2.0)


def sweep(folder: Path, points: list[dict[str, object]], text: dict[str, object] | None = None) -> Sweep:
    def rows(scenario: str, values: object, r: int) -> list[dict[str, object]]:
        assert isinstance(values, dict)
        value = sum(float(v) for v in values.values() if isinstance(v, int | float)) + 0.1 * r
        return [{"level": "nation", "unit": "all", "step": k, "moves": value * k} for k in (0, 4)]

    make_sweep(folder, [("base", p) for p in points], 2, rows)  # type: ignore[arg-type]
    if text is not None:
        (folder / "sweep.yaml").write_text(yaml.safe_dump(text))
    return Sweep(folder)


def test_an_outcome_is_read_in_the_order_of_the_plan(tmp_path: Path) -> None:
    x = unit_points("saltelli", 4, 2, 1)
    made = read_design(
        sweep(tmp_path / "s", [dict(zip(KEYS, row, strict=False)) for row in x.tolist()]), "moves"
    )
    assert made.kind == "saltelli"
    assert made.y == pytest.approx(4 * (x.sum(axis=1) + 0.05))
    assert made.luck == pytest.approx(0.4 / 2**0.5 / 2**0.5)


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (
            [{KEYS[0]: k, KEYS[1]: 2.0 * k} for k in range(9)],
            "varied together.*choose.theta and choose.beta_income",
        ),
        ([{"ensemble.member": k} for k in range(9)], "many parameters at once"),
        ([{"reform.policy": "ab"[k % 2], KEYS[0]: k // 2} for k in range(18)], "reform.policy: not a number"),
        ([{KEYS[0]: float(k)} for k in range(3)], r"3 points \(allowed 8"),
    ],
)
def test_what_the_design_does_not_allow_is_refused(
    tmp_path: Path, points: list[dict[str, object]], message: str
) -> None:
    with pytest.raises(NotAllowed, match=message):
        read_design(sweep(tmp_path / "s", points), "moves")


def test_zipped_parameters_are_refused_whatever_their_values(tmp_path: Path) -> None:
    points = [{KEYS[0]: k, KEYS[1]: float(k * 7 % 9)} for k in range(9)]
    made = sweep(
        tmp_path / "s", points, {"sweep": {"zip": {key: [p[key] for p in points] for key in KEYS[:2]}}}
    )
    with pytest.raises(NotAllowed, match="varied together"):
        read_design(made, "moves")
    assert read_design(sweep(tmp_path / "t", points), "moves").kind == "given"


@pytest.mark.slow
def test_the_command_writes_its_page_and_says_what_there_is(tmp_path: Path) -> None:
    x = unit_points("sobol", 64, 2, 1)
    sweep(tmp_path / "s", [dict(zip(KEYS, row, strict=False)) for row in x.tolist()])
    cli = CliRunner()
    done = cli.invoke(app, ["sensitivity", str(tmp_path / "s"), "--outcome", "moves", "--box"])
    assert done.exit_code == 0, done.output
    page = (tmp_path / "s/sensitivity/sensitivity.md").read_text()
    assert "neither Saltelli's nor Morris's" in page
    assert "## Box" in page
    done = cli.invoke(app, ["sensitivity", str(tmp_path / "s"), "--outcome", "jumps"])
    assert done.exit_code == 2
    assert "allowed" in done.output
    assert "moves" in done.output
