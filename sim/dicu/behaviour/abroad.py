"""Rule `abroad`: which households leave the country in a step, and which ones newcomers resemble.

How many persons leave and come is given, by the table ``migration_abroad``; the rule says who. A household leaves with
a chance in proportion to its readiness to think of moving (`dicu.behaviour.consider.readiness_of`), so that the
expected number of persons is the number given. Who comes is like those who are ready to move: each household may be the
likeness of one that arrives, with a chance in the same proportion. Both are draws without state, keyed by the
household and the step.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.behaviour.move import Readiness
from dicu.behaviour.vital import between
from dicu.compute.draws import Purpose, key64
from dicu.compute.ranks import ALONE, Ranks
from dicu.economy.market_rules import QUARTERS_A_YEAR
from dicu.scenario.scenario import Scenario, UnfitScenario
from dicu.world.world import World

TABLE: Final = "migration_abroad"
LEAVE: Final = 0
COME: Final = 1
DIRECTIONS: Final = 2


class AbroadTable(NamedTuple):
    """What crossing the country's border asks for in one step (A areas: the country, or each legacy province).

    Attributes
    ----------
    wanted : (A, 2) float64
        Members of rows who leave (`LEAVE`) and come (`COME`) in the step.
    area : (P,) int32
        Area of each place.
    ready : Readiness
        Of members, at their ages of the year.
    leave_key, come_key, new_key : uint64
        Of the step's draws, and of the identities of households that arrive.
    """

    wanted: NDArray[np.float64]
    area: NDArray[np.int32]
    ready: Readiness
    leave_key: np.uint64
    come_key: np.uint64
    new_key: np.uint64


def refuse_parts(world: World, ranks: Ranks) -> None:
    """Refuse a country with migration abroad on several ranks: who crosses its border is drawn among all households.

    Raises
    ------
    UnfitScenario
        Naming the table.
    """
    if ranks.size > 1 and world.country.own(TABLE) is not None:
        raise UnfitScenario(
            f"world {world.name}: the table {TABLE} is drawn among all households, of which each of {ranks.size} ranks "
            "has a part (allowed with --engine threads)"
        )


class Abroad:
    """Persons who leave the country and come to it, of every year.

    Between two years of the table the numbers lie on a line; before the first and after the last they are those of that
    year.

    Attributes
    ----------
    known : bool
        Whether the country has the table; without, nobody crosses its border.
    """

    def __init__(self, world: World, scenario: Scenario, ranks: Ranks = ALONE) -> None:
        refuse_parts(world, ranks)
        table = world.country.own(TABLE)
        self.known = table is not None
        self._seed, self._weight = scenario.seed, scenario.population.weight
        self._share_of_year = scenario.calendar.dt_quarters / QUARTERS_A_YEAR
        self._area = np.zeros(world.n_places, dtype=np.int32)
        self._numbers: list[tuple[dict[int, float], dict[int, float]]] = []
        if table is None:
            return
        codes = [""]
        if "province" in table and (table["province"] != "").any():
            codes = world.legacy_provinces.code.tolist()
            self._area = world.province.astype(np.int32)
        own = table["province"] if "province" in table else pd.Series("", index=table.index)
        for code in codes:
            self._numbers.append(_by_year(table[own == code]))

    def persons(self, year: int) -> NDArray[np.float64]:
        """(A, 2) persons who leave and come in a calendar year."""
        return np.array(
            [[between(way, year) if way else 0.0 for way in numbers] for numbers in self._numbers]
        ).reshape(-1, DIRECTIONS)

    def table(self, year: int, moment: int, ready: Readiness) -> AbroadTable | None:
        """What the step of ``moment`` in a calendar year asks for; None without the table."""
        if not self.known:
            return None

        def key(purpose: Purpose, seed: int) -> np.uint64:
            return np.uint64(key64(seed, int(purpose), moment))

        return AbroadTable(
            wanted=self.persons(year) * (self._share_of_year / self._weight),
            area=self._area,
            ready=ready,
            leave_key=key(Purpose.EMIGRATE, self._seed),
            come_key=key(Purpose.IMMIGRATE, self._seed),
            # as of every new household: by the one it comes out of, here the one it resembles, and the step
            new_key=key(Purpose.FROM_ABROAD, 0),
        )


def _by_year(rows: pd.DataFrame) -> tuple[dict[int, float], dict[int, float]]:
    """Persons who leave and come by year, in the order of `LEAVE` and `COME`."""
    years = [int(y) for y in rows["year"]]
    leave, come = (
        dict(sorted(zip(years, rows[name].astype(float).tolist(), strict=True)))
        for name in ("emigrants", "immigrants")
    )
    return leave, come


__all__ = ["COME", "DIRECTIONS", "LEAVE", "TABLE", "Abroad", "AbroadTable"]
