"""Fertility and life expectancy of Viet Nam and its provinces as the tables ``fertility`` and ``mortality`` have them.

Published are the nation's fertility by residence, and that of provinces without it (three-year means, tied to the
nation's total). A province's urban and rural women are given the nation's urban and rural fertility times one ratio,
at which its total is the published one with its urban share of 2014; then all ratios are scaled, urban and rural
apart, so that women of the nation bear what the nation's figures say (assumption A105). To 2019 the ratio changes as
the assumptions of the official projection do; `dicu.behaviour.vital` holds it after. Life expectancy of a province is
the one at which its people of 2014 have the share of the nation's deaths published for 2014-16 (assumption A106).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu.world import facts, population_facts

BASE: Final = (2014, 2016)
"""The last three-year mean of provinces' fertility; its ratios are those of the year in its middle."""
PERIODS: Final = ((2014, 2019), (2019, 2024))
"""Periods of the projection: ratios change between their middles."""
LATEST: Final = 2019
"""Last year for which the nation's urban and rural fertility are published apart, before the parameters'."""
_FERTILE: Final = (15, 49)


def vital_tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables ``fertility`` and ``mortality`` of the nation and its provinces, see `dicu.world.schema`."""
    told = population_facts.fertility_mortality()
    nation = told[(told["province"] == "") & (told["first_year"] == told["last_year"])]
    births = nation[(nation["figure"] == "total_fertility") & nation["residence"].isin(("urban", "rural"))]
    wide = births.pivot_table(index="first_year", columns="residence", values="value").dropna()
    lives = nation[(nation["figure"] == "life_expectancy") & (nation["residence"] == "total")]
    life = dict(zip(lives["first_year"].tolist(), lives["value"].tolist(), strict=True))
    middle = sum(BASE) // 2
    women, urban_share = _women_2014()
    codes = women.index.tolist()

    base = _figure(told, "total_fertility_tied", BASE)[codes].to_numpy()
    first, last = (_figure(told, "total_fertility_projected", p)[codes].to_numpy() for p in PERIODS)
    w, s = women.to_numpy(), urban_share[codes].to_numpy()
    own = base / (s * wide["urban"][middle] + (1.0 - s) * wide["rural"][middle])
    change = (last / first) ** ((LATEST - middle) / (PERIODS[1][0] - PERIODS[0][0]))
    fertility = [_fertility(wide.index.to_numpy(), wide["urban"].to_numpy(), wide["rural"].to_numpy(), "")]
    for year, ratio in ((middle, own), (LATEST, own * change)):
        urban = wide["urban"][year] * ratio / np.average(ratio, weights=w * s)
        rural = wide["rural"][year] * ratio / np.average(ratio, weights=w * (1.0 - s))
        fertility += [_fertility([year], [u], [r], code)
                      for code, u, r in zip(codes, urban, rural, strict=True)]  # fmt: skip

    mortality = [
        pd.DataFrame({"province": "", "year": list(life), "life_expectancy": list(life.values())}),
        pd.DataFrame(
            {
                "province": codes,
                "year": BASE[0],
                "life_expectancy": _figure(told, "life_expectancy_of_deaths", BASE)[codes].to_numpy(),
            }
        ),
    ]
    return pd.concat(fertility, ignore_index=True), pd.concat(mortality, ignore_index=True)


def _fertility(
    year: NDArray[np.int64] | list[int],
    urban: NDArray[np.float64] | list[float],
    rural: NDArray[np.float64] | list[float],
    province: str,
) -> pd.DataFrame:
    """Rows of the table, of one province or of the nation."""
    return pd.DataFrame(
        {
            "province": province,
            "year": np.asarray(year, dtype=np.int64),
            "urban": np.asarray(urban, dtype=np.float64),
            "rural": np.asarray(rural, dtype=np.float64),
        }
    )


def _figure(told: pd.DataFrame, figure: str, period: tuple[int, int]) -> pd.Series:
    """One figure of all provinces in a period, by code."""
    rows = told[
        (told["figure"] == figure) & (told["first_year"] == period[0]) & (told["last_year"] == period[1])
    ]
    return rows.set_index("province")["value"]


def _women_2014() -> tuple[pd.Series, pd.Series]:
    """Women of 15-49 by province, and the urban share of its residents, 2014."""
    ages = population_facts.age_sex_2014()
    fertile = ages["age_from"].between(*_FERTILE) & (ages["sex"] == "women") & (ages["province"] != "")
    women = ages[fertile & (ages["residence"] == "total")].groupby("province")["persons"].sum()
    residents = facts.residents(BASE[0]).set_index("code")
    return women, residents["urban"] / residents["total"]


__all__ = ["vital_tables"]
