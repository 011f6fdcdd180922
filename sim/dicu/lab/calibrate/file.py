"""What the file of a calibration holds: a base scenario, the figures, the parameters with their priors, the method."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from dicu.scenario.contradictions import Problem, contradiction
from dicu.scenario.declare import Section
from dicu.scenario.fields import leaf_at
from dicu.scenario.fitted import TERMS
from dicu.scenario.loader import check, extended, layers
from dicu.scenario.messages import unknown_key
from dicu.scenario.overrides import with_own
from dicu.scenario.reading import Reading, read_tree, validated
from dicu.scenario.scenario import Scenario
from dicu.scenario.source import Mapping

Scale = Literal["linear", "log"]
SIDES: Final = ("arrive", "leave")
MOST_TERM: Final = 3.0
"""Terms of provinces stay within it: a factor of 20."""


def _number_key(path: str) -> str:
    if path not in leaf_at():
        raise ValueError(unknown_key(path))
    if leaf_at()[path].kind not in ("number", "integer"):
        raise ValueError(f"not a number (got {path}, allowed a key whose value is one)")
    return path


class Prior(Section):
    """What is believed of one parameter before: the middle, and a standard deviation on its scale.

    ``scale: log`` is for what is above 0: ``sd`` is then that of the logarithm, the relative error. Values stay
    between ``low`` and ``high``, by default the range of the parameter. The best set has the mean of the members where
    the figures tell a parameter, else its prior. They do by how much they narrow it, or as is said: ``told: false``, no
    figure can tell it, and the ensemble alone spreads over it; ``told: true``, it is told whatever the narrowing.
    """

    prior: float
    sd: float = Field(gt=0)
    scale: Scale = "linear"
    low: float | None = None
    high: float | None = None
    told: bool | None = None


class Provinces(Section):
    """Standard deviations by which terms of provinces are shrunken towards 0; 0 leaves a side out."""

    arrive: float = Field(default=0.0, ge=0, le=3)
    leave: float = Field(default=0.0, ge=0, le=3)


class Method(Section):
    """The smoother: how many sets of parameters, how many passes, and how many are kept."""

    members: int = Field(default=100, ge=4, le=10_000)
    passes: int = Field(default=4, ge=1, le=20)
    keep: int = Field(default=30, ge=2, le=1_000)
    luck: int = Field(default=4, ge=2, le=100, description="runs with other seeds that measure luck")
    seed: int = Field(default=1, ge=0, le=2**32 - 1)
    run_seed: int = Field(default=1, ge=0, description="luck that all runs share")
    localize: float = Field(
        default=3.0, ge=0, le=20, description="correlations within so many standard errors of 0 are cut"
    )


class CalibrationFile(Section):
    """The file of a calibration."""

    base: str
    set: dict[str, Any] = Field(default_factory=dict)
    figures: str | None = None
    parameters: dict[Annotated[str, AfterValidator(_number_key)], Prior] = Field(min_length=1)
    provinces: Provinces = Provinces()
    method: Method = Method()

    @model_validator(mode="after")
    def _goes_together(self) -> CalibrationFile:
        problems = []
        for key, p in self.parameters.items():
            low, high = bounds(key, p)
            if not low <= p.prior <= high:
                text = f"outside its range (got {p.prior}, allowed {low:g} to {high:g})"
                problems.append(Problem(f"parameters.{key}.prior", text))
            if p.scale == "log" and p.prior <= 0:
                problems.append(
                    Problem(f"parameters.{key}.scale", "log needs a prior above 0 (allowed linear)")
                )
        if self.method.keep > self.method.members:
            text = f"more than there are (got {self.method.keep}, allowed {self.method.members} or fewer)"
            problems.append(Problem("method.keep", text))
        most = math.sqrt(self.method.members)
        if self.method.localize >= most:
            text = (
                f"cuts every correlation (got {self.method.localize:g}, allowed below the square root of "
                f"members, {most:.3g})"
            )
            problems.append(Problem("method.localize", text))
        if problems:
            raise contradiction(problems)
        return self


def bounds(key: str, p: Prior) -> tuple[float, float]:
    """Lowest and highest value of a parameter: those of the file within those of its declaration."""
    leaf = leaf_at()[key]
    low = max(x for x in (p.low, leaf.lo, -math.inf) if x is not None)
    high = min(x for x in (p.high, leaf.hi, math.inf) if x is not None)
    return low, high


@dataclass(frozen=True)
class Calibration:
    """A calibration whose file was read and checked.

    Attributes
    ----------
    base : Scenario
        What all runs share.
    figures : Path or None
        Table of figures; None for that of the package.
    """

    name: str
    path: Path
    base: Scenario
    figures: Path | None
    parameters: dict[str, Prior]
    provinces: Provinces
    method: Method


def read_calibration(path: Path, overrides: Sequence[str] = ()) -> Calibration:
    """Read and check the file of a calibration and its base scenario.

    Parameters
    ----------
    overrides : sequence of str
        ``method.members=20`` for the file's own section, any other ``key=value`` for the base scenario.

    Raises
    ------
    dicu.scenario.loader.ConfigurationErrors
        Everything that is wrong, each with its line.
    """
    reading = Reading()
    tree = read_tree(path, reading).tree
    if tree is None:
        raise reading.errors()
    tree, others = with_own(tree, overrides, ("method",), reading)
    file = validated(CalibrationFile, tree, reading)
    if file is None:
        raise reading.errors()
    set_, asked = tree.children.get("set"), tree.children["base"].where
    over = set_ if isinstance(set_, Mapping) else None
    base = layers(extended(path.parent, file.base), others, reading, asked, "base: ", 1, over)
    scenario = check(base, reading)
    if reading.messages or scenario is None:
        raise reading.errors()
    figures = None if file.figures is None else path.parent / file.figures
    name = path.stem.replace(" ", "_")
    return Calibration(name, path, scenario, figures, file.parameters, file.provinces, file.method)


__all__ = ["SIDES", "TERMS", "Calibration", "Method", "Prior", "Provinces", "bounds", "read_calibration"]
