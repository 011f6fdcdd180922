"""Terms that plug-ins add to the utility of places and to the hazard of considering a move; no kernel is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dicu.compute.numeric import exp_array
from dicu.scenario.plugin_use import instances
from dicu.scenario.plugins import BadPlugin, asked, method_of
from dicu.scenario.scenario import Scenario
from dicu.world.world import World


@dataclass(frozen=True)
class Seen:
    """What a term may look at: the state that households see in the step, none of it to be changed.

    Attributes
    ----------
    world : World
    income : (P, T) float64
        M VND per month and worker that each type could earn in each place.
    access : (P, S) float64
        Access to services, in the order of `dicu.scenario.vocabulary.SERVICES`.
    """

    world: World
    income: NDArray[np.float64]
    access: NDArray[np.float64]

    @classmethod
    def of(cls, world: World, income: NDArray[np.float64], access: NDArray[np.float64]) -> Seen:
        """What terms see, in arrays that they cannot write."""
        return cls(world, _not_to_be_written(income), _not_to_be_written(access))


def _not_to_be_written(values: NDArray[np.float64]) -> NDArray[np.float64]:
    view = values.view()
    view.flags.writeable = False
    return view


class PluginTerms:
    """The terms that a scenario uses, in the order of their names."""

    def __init__(self, scenario: Scenario) -> None:
        self._terms: list[tuple[str, Any]] = instances(scenario, "terms")

    def __len__(self) -> int:
        return len(self._terms)

    def utility(self, seen: Seen) -> NDArray[np.float64]:
        """(P, T) sum over terms."""
        return self._sum("utility", seen)

    def hazard(self, seen: Seen) -> NDArray[np.float64]:
        """(P, T) sum over terms, in logarithms."""
        return self._sum("hazard", seen)

    def _sum(self, which: str, seen: Seen) -> NDArray[np.float64]:
        total = np.zeros(seen.income.shape)
        for name, term in self._terms:
            what = f"plug-in term {name}: {which}"
            made = asked(what, method_of(f"plug-in term {name}", term, which), seen)
            if made is None:
                continue
            values = asked(what, np.asarray, made, np.float64)
            if values.shape != total.shape or not np.isfinite(values).all():
                raise BadPlugin(
                    f"{what} has the shape {values.shape}, allowed {total.shape} (places by "
                    "types), all finite"
                )
            total += values
        return total


def raised(hazard: NDArray[np.float64], log_factor: NDArray[np.float64]) -> NDArray[np.float64]:
    """Hazards (P, K) times exp of an addition."""
    return np.asarray(hazard * exp_array(log_factor.reshape(-1)).reshape(hazard.shape))
