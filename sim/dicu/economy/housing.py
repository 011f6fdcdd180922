"""Rule `housing`: dwellings, what they cost, and how crowded they are, by legacy district l (the housing market).

With Z households and H dwellings, and 0 for the start:

- pressure: p_l = ln[(Z_l / H_l) / (Z_l0 / H_l0)], 0 at the start;
- rent: r_l = r_l0 exp(chi p_l), r_l0 = the share alpha_h of what a worker of the district is expected to earn at the
  start, M VND per month;
- building: H_j' = H_j exp(min(cap_l, s ln(r_l / r_l0)) dt) + social dwellings finished; all places of a district grow
  alike, and where rents fell dwellings fall out of use at the same elasticity;
- crowding: health and education in urban places work at min(1, exp(-c p_l)) of their quality: clinics and schools keep
  pace with dwellings, not with people.

The order in a step: what was begun at the last rents is finished, then rents follow from the households of now. The
dwellings are the size of a place as a destination, and rents enter utility and liquidity (`dicu.behaviour.frozen`).
Rents are not paid to anybody: they are part of consumption (assumption A42).

Where nobody lived or nothing stood at the start the pressure is 0 for good, since there is nothing to compare with; no
households now count as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dicu.compute.numeric import exp64, log64
from dicu.economy.market_rules import sum_people
from dicu.scenario.parameters_city import Housing
from dicu.scenario.parameters_household import Money
from dicu.world.world import World


class Homes(NamedTuple):
    """What households see of dwellings in a step.

    Attributes
    ----------
    share : (P,) float64
        H_j / sum H, the size of an alternative.
    rent : (L,) float64, M VND per month
    dwellings : (L,) float64
        By district, by which rents of provinces are weighted.
    """

    share: NDArray[np.float64]
    rent: NDArray[np.float64]
    dwellings: NDArray[np.float64]


@njit(cache=True)
def pressure_of(
    households: float, dwellings: float, households_start: float, dwellings_start: float
) -> float:
    """Log of households per dwelling over what it was at the start; 0 where either was nothing then."""
    if households_start <= 0.0 or dwellings_start <= 0.0:
        return 0.0
    return log64(max(households, 1.0) / dwellings * dwellings_start / households_start)


@njit(cache=True)
def built(log_rent: float, supply: float, cap: float) -> float:
    """Log growth of dwellings per quarter, min(cap, s ln(r / r0)); negative where rents fell."""
    return min(cap, supply * log_rent)


@njit(cache=True)
def _press(
    households: NDArray[np.int64],
    dwellings: NDArray[np.float64],
    households_start: NDArray[np.int64],
    dwellings_start: NDArray[np.float64],
    pressure: NDArray[np.float64],
) -> None:
    for d in range(pressure.shape[0]):
        pressure[d] = pressure_of(
            float(households[d]), dwellings[d], float(households_start[d]), dwellings_start[d]
        )


@njit(cache=True)
def _build(
    district: NDArray[np.int32],
    log_rent: NDArray[np.float64],
    supply: float,
    cap: NDArray[np.float64],
    dt: float,
    social: NDArray[np.int64],
    dwellings: NDArray[np.float64],
) -> None:
    """Dwellings of each place a step later, in place."""
    for j in range(district.shape[0]):
        d = district[j]
        dwellings[j] = dwellings[j] * exp64(built(log_rent[d], supply, cap[d]) * dt) + social[j]


@njit(cache=True)
def _sums(
    district: NDArray[np.int32], dwellings: NDArray[np.float64], n: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Dwellings by district, and each place's share of all of them, summed in the order of the places."""
    by_district = np.zeros(n)
    for j in range(district.shape[0]):
        by_district[district[j]] += dwellings[j]
    total = 0.0
    for d in range(n):
        total += by_district[d]
    return by_district, dwellings / total


@njit(cache=True)
def rents(start: NDArray[np.float64], log_rent: NDArray[np.float64]) -> NDArray[np.float64]:
    """r0 exp(ln(r / r0)), (L,)."""
    out = np.empty(start.shape[0])
    for d in range(out.shape[0]):
        out[d] = start[d] * exp64(log_rent[d])
    return out


@njit(cache=True)
def crowding_factors(
    district: NDArray[np.int32], urban: NDArray[np.bool_], pressure: NDArray[np.float64], elasticity: float
) -> NDArray[np.float64]:
    """What crowding leaves of the quality of urban services by place, min(1, exp(-c p)), (P,); 1 in rural places."""
    out = np.ones(district.shape[0])
    for j in range(district.shape[0]):
        if urban[j] and pressure[district[j]] > 0.0:
            out[j] = exp64(-elasticity * pressure[district[j]])
    return out


@njit(cache=True)
def mean_rent(
    rent: NDArray[np.float64], dwellings: NDArray[np.float64], first_district: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Rent of the mean dwelling of each province, (R,); of the mean district where there are none."""
    n = first_district.shape[0] - 1
    out = np.empty(n)
    for q in range(n):
        paid, number, plain = 0.0, 0.0, 0.0
        for d in range(first_district[q], first_district[q + 1]):
            paid += rent[d] * dwellings[d]
            number += dwellings[d]
            plain += rent[d]
        out[q] = paid / number if number > 0.0 else plain / (first_district[q + 1] - first_district[q])
    return out


@njit(cache=True)
def rent_term(district: NDArray[np.int32], rent: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """What rents take from the utility of each place, -weight ln r, (P,); nothing where rents have no weight."""
    out = np.zeros(district.shape[0])
    if weight > 0.0:
        for j in range(district.shape[0]):
            out[j] = -weight * log64(rent[district[j]])
    return out


class HousingMarket:
    """Dwellings of every place, and rents and crowding of every district (P places, L districts).

    Parameters
    ----------
    world : World
    housing : Housing
    money : Money
        For the share of earnings that rents are at the start.
    dwellings : (P,) int64
        Of the start.
    households : (P,) int64
        Of the start, real households.
    persons_a_dwelling : (P,) float64
        Of the start, by which floor area a person becomes floor area a dwelling.
    income : (L,) float64, M VND per month
        What a worker of the district is expected to earn at the start.
    dt_quarters : float
        Length of a step.
    respond : bool
        Whether rents respond to where households are; false: they stay those of the start, and so nothing but social
        dwellings is built.

    Attributes
    ----------
    dwellings : (P,) float64
    pressure : (L,) float64
        Log of households per dwelling over those of the start.
    """

    def __init__(
        self,
        world: World,
        housing: Housing,
        money: Money,
        *,
        dwellings: NDArray[np.int64],
        households: NDArray[np.int64],
        persons_a_dwelling: NDArray[np.float64],
        income: NDArray[np.float64],
        dt_quarters: float,
        respond: bool = True,
    ) -> None:
        self.housing, self.dt_quarters, self._respond = housing, dt_quarters, respond
        self._district, self._urban = world.district, world.urban
        self._n = len(world.districts)
        a_head = np.where(world.urban, housing.floor_area_urban_m2, housing.floor_area_rural_m2)
        self._floor_m2 = a_head * persons_a_dwelling
        self._rent_start = money.rent_share * income
        self.dwellings = dwellings.astype(np.float64)
        self._by_district, self._share = _sums(self._district, self.dwellings, self._n)
        self._dwellings_start = self._by_district.copy()
        self._households_start = sum_people(self._district, households, self._n)
        self.pressure = np.zeros(self._n)

    @property
    def log_rent(self) -> NDArray[np.float64]:
        """(L,) log of rents over those of the start."""
        return self.housing.rent_elasticity * self.pressure if self._respond else np.zeros(self._n)

    @property
    def homes(self) -> Homes:
        """What households see now."""
        return Homes(self._share, rents(self._rent_start, self.log_rent), self._by_district)

    def step(
        self, households: NDArray[np.int64], social: NDArray[np.int64], cap_factor: NDArray[np.float64]
    ) -> None:
        """One step: dwellings begun at the last rents are finished, then rents of now.

        Parameters
        ----------
        households : (P,) int64
            Real households now.
        social : (P,) int64
            Social dwellings finished in this step.
        cap_factor : (L,) float64
            By how much more than elsewhere may be built at most: 1 but in privileged cities.
        """
        housing = self.housing
        _build(
            self._district,
            self.log_rent,
            housing.supply,
            housing.growth_cap * cap_factor,
            self.dt_quarters,
            social,
            self.dwellings,
        )
        self._by_district, self._share = _sums(self._district, self.dwellings, self._n)
        now = sum_people(self._district, households, self._n)
        _press(now, self._by_district, self._households_start, self._dwellings_start, self.pressure)

    def crowding(self) -> NDArray[np.float64]:
        """(P,) what crowding leaves of the quality of health and education, in (0, 1]."""
        return crowding_factors(self._district, self._urban, self.pressure, self.housing.crowding)

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything that decides the future, by name: (P,) and (L,) arrays, no copies."""
        return {
            "dwellings": self.dwellings,
            "pressure": self.pressure,
            "rent_start": self._rent_start,
            "dwellings_start": self._dwellings_start,
            "households_start": self._households_start,
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over a `state` of the same world and parameters.

        Raises
        ------
        ValueError
            When a name is missing or unknown, or an array has another shape.
        """
        mine = self.state()
        if set(state) != set(mine):
            raise ValueError(f"state of housing has {sorted(state)}, needed are {sorted(mine)}")
        for name, values in mine.items():
            if state[name].shape != values.shape:
                raise ValueError(f"{name} must have shape {values.shape}, got {state[name].shape}")
        for name, values in mine.items():
            values[...] = state[name]
        self._by_district, self._share = _sums(self._district, self.dwellings, self._n)

    def columns(self, persons: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
        """Dwellings for the record, one row per district; ``persons`` (P,) are the real ones now."""
        area = np.bincount(self._district, weights=self.dwellings * self._floor_m2, minlength=self._n)
        people = sum_people(self._district, persons, self._n)
        return {
            "dwellings": self._by_district,
            "rent_mvnd_per_month": self.homes.rent,
            "rent_ratio": rents(np.ones(self._n), self.log_rent),
            "households_per_dwelling": rents(np.ones(self._n), self.pressure),
            "floor_area_m2": area / np.maximum(people, 1),
        }


__all__ = [
    "Homes",
    "HousingMarket",
    "built",
    "crowding_factors",
    "mean_rent",
    "pressure_of",
    "rent_term",
    "rents",
]
