"""What the 2 x 2 of H1 gives: how much faster jobs grow, how much farm income is lost, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dicu_analysis.experiments.arms import FinishedSweep, Unfinished
from dicu_analysis.experiments.assemble import Facts
from dicu_analysis.experiments.h1.estimands import PER_CENT

GROWTH: Final = "programme.urban_job_growth"
LOSS: Final = "programme.farm_income_loss"
GROWING: Final = ("urban", "both_1", "both_2")
LOSING: Final = ("rural_1", "rural_2", "both_1", "both_2")


@dataclass(frozen=True)
class Treatment:
    """Sizes of both treatments, as the sweep was designed.

    Attributes
    ----------
    growth : float
        By which formal jobs of urban districts grow faster, share a quarter.
    loss : float
        Share of farm income that is lost.
    quarters : int
        Of fast growth.
    """

    growth: float
    loss: float
    quarters: int

    @classmethod
    def of(cls, core: FinishedSweep, facts: Facts) -> Treatment:
        """From the arms of ``h1.yaml``.

        Raises
        ------
        Unfinished
            When arms of one treatment differ in its size, or it has none.
        """
        return cls(
            growth=_size(core, GROWTH, GROWING),
            loss=_size(core, LOSS, LOSING),
            quarters=facts.scenario.programme.urban_job_growth_quarters,
        )

    @property
    def points(self) -> str:
        """Growth in points a quarter, in figures."""
        return f"{PER_CENT * self.growth:g}"

    @property
    def lost(self) -> str:
        """Lost farm income in per cent, in figures."""
        return f"{PER_CENT * self.loss:g}"

    @property
    def years(self) -> str:
        """Years of fast growth, in figures."""
        return f"{self.quarters / 4:g}"


def _size(core: FinishedSweep, key: str, arms: tuple[str, ...]) -> float:
    given = {arm: float(core.arms[key].loc[core.arm(arm)]) if key in core.varied else 0.0 for arm in arms}
    size = given[arms[0]]
    if not size > 0 or set(given.values()) != {size}:
        raise Unfinished(
            f"{core.folder}: {key}: not one size above 0 in the arms that have it "
            f"(got {', '.join(f'{arm} {value:g}' for arm, value in given.items())})"
        )
    return size


__all__ = ["GROWTH", "LOSS", "Treatment"]
