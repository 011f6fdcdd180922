"""Names of figures, their units, and what each is measured over: no run is needed to read a table of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

YEARLY: Final = "per 1,000 a year"
FIVE_YEARS: Final = "per 1,000 in five years"
"""Of residents aged five and over, by where they lived five years before."""
PERCENT: Final = "percent"
PERSONS: Final = "persons"
PERSONS_YEAR: Final = "persons a year"


@dataclass(frozen=True)
class Kind:
    """One kind of figure.

    Attributes
    ----------
    stock : bool
        At a moment, not over a period.
    pair : bool
        Its area is ``origin>destination``.
    response : dict of str to object
        Settings of the second run that a response needs; empty for a figure of one run.
    """

    text: str
    units: tuple[str, ...]
    stock: bool = False
    pair: bool = False
    response: tuple[tuple[str, object], ...] = ()

    def census(self, unit: str) -> bool:
        """Whether it is asked by residence five years before, so that bare years are days of a census."""
        return unit in (FIVE_YEARS, *_OF_FIVE_YEARS) or self.units == _OF_FIVE_YEARS


_OF_FIVE_YEARS: Final = ("percent of persons aged 5 and over",)
RATES: Final = (YEARLY, FIVE_YEARS)
MOVES: Final = "percent of migrants"

OF_HOUSEHOLDS: Final = "percent of households"

CATALOGUE: Final[dict[str, Kind]] = {
    "in_rate": Kind("arrivals from other provinces", RATES),
    "out_rate": Kind("departures to other provinces", RATES),
    "net_migration_rate": Kind("arrivals less departures", RATES),
    "region_flow": Kind(
        "persons who moved from one region or province to another", (PERSONS_YEAR, "persons in five years"), pair=True
    ),
    "moved_within_district": Kind("lived five years before in another commune of the district", _OF_FIVE_YEARS),
    "moved_between_districts": Kind("lived five years before in another district of the province", _OF_FIVE_YEARS),
    "moved_between_provinces": Kind("lived five years before in another province", _OF_FIVE_YEARS),
    "movers_aged_20_39": Kind("movers aged 20 to 39, of those aged five and over", (MOVES,)),
    "crossing_regions": Kind("moves between provinces that cross regions", ("percent of moves between provinces",)),
    "rural_to_urban": Kind("movers from rural to urban places", (MOVES,)),
    "urban_to_urban": Kind("movers from urban to urban places", (MOVES,)),
    "urban_to_rural": Kind("movers from urban to rural places", (MOVES, "per move from rural to urban")),
    "to_rural": Kind("movers to rural places", (MOVES,)),
    "moved_for_work": Kind("of moves between provinces, those to a job", ("percent of moves between provinces",)),
    "in_rate_on_formal_share": Kind("slope of ln in-rate on the formal share over provinces", ("1",)),
    "out_rate_on_access": Kind("slope of ln out-rate on ln market access over provinces", ("1",)),
    "population": Kind("residents", (PERSONS,), stock=True),
    "urban_share": Kind("residents of urban places", (PERCENT,), stock=True),
    "households": Kind("households", ("households",), stock=True),
    "households_of_one": Kind("households of one person", (OF_HOUSEHOLDS,), stock=True),
    "households_of_two_to_four": Kind("households of two to four persons", (OF_HOUSEHOLDS,), stock=True),
    "posts": Kind("posts of the governments of a province and its communes", ("posts",), stock=True),
    "elasticity_to_urban_pay": Kind(
        "elasticity of rural-to-urban moves to urban pay", ("1",),
        response=(("programme.urban_pay_gain", 0.1), ("programme.urban_pay_gain_quarters", 400)),
    ),
    "moves_after_farm_loss": Kind(
        "rural-to-urban moves after a lasting loss of a fifth of farm income", (PERCENT,),
        response=(("programme.farm_income_loss", 0.2), ("programme.farm_income_loss_quarters", 400)),
    ),
}  # fmt: skip

__all__ = ["CATALOGUE", "FIVE_YEARS", "YEARLY", "Kind"]
