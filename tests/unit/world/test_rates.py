"""The table `rates` of a country: what is refused, and that the order of its rows does not matter."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest

from dicu.execution.fits import check_fits
from dicu.execution.starting import make_start
from dicu.population.columns import SECTOR_MASK, SECTOR_SHIFT, SECTORS
from dicu.population.margins import load_margins
from dicu.reform.opening import load_folder
from dicu.scenario.loader import load
from dicu.scenario.scenario import UnfitScenario
from dicu.scenario.shipped import configs
from dicu.world.country import shipped_table
from dicu.world.rates import RATES
from dicu.world.table_checks import TableError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(configs() / "world", tmp_path / "country"))


def own(
    folder: Path, rows: list[tuple[str, str, str, object]], columns: str = "name key province value"
) -> None:
    pd.DataFrame(rows, columns=columns.split()).to_csv(folder / "rates.csv", index=False)


def test_every_shipped_rate_is_declared_and_holds() -> None:
    """The one list of names is that of the figures, and they pass their own checks."""
    shipped = shipped_table("rates")
    assert set(shipped["name"]) == set(RATES)
    for name, rate in RATES.items():
        for key, value in shipped.loc[shipped["name"] == name, ["key", "value"]].itertuples(index=False):
            rate.value.parse(float(value))
            rate.rank(key)


STAGE = [("trained_by_stage", key, "", 1) for key in ("young adult", "children", "other", "elderly")]
DENSITY = [("agriculture_by_density", key, "", 1) for key in ("0", "100")]
WRONG = (
    ([("trained", "", "", 0.2)], "column name: got 'trained' (allowed: one of urban_person_share, "),
    ([("trained_shar", "", "", 0.2)], "did you mean trained_share?)"),
    ([("trained_share", "x", "", 0.2)], "column key: got 'x' (allowed: empty)"),
    ([("trained_share", "", "01", 0.2)], "no row for the country (allowed: one with an empty province"),
    ([("rent_native_urban", "", "", 0.2), ("rent_native_urban", "", "01", 0.2)], "province: got '01' (allowed: "),
    ([("trained_share", "", "", 41)], "got 41.0 (allowed: a number within 0..1: workers with a certificate; in "
     "percent? write 0.41)"),
    ([("agriculture_rural", "", "", 1)], "got 1.0 (allowed: a number within 0..0.95: share of work in agriculture"),
    ([("urban_person_share", "", "", 0)], "got 0.0 (allowed: a number within 0.001..0.999: "),
    ([("trained_urban_over_rural", "", "", 0)], "got 0.0 (allowed: a number above 0 and at most 100: "),
    (STAGE[:3], "rows 1, 2, 3: trained_by_stage: no row with key elderly (allowed: all of young adult, "),
    ([*STAGE[:3], ("trained_by_stage", "eldery", "", 1)], "got 'eldery' (allowed: one of young adult, children, other, "
     "elderly; did you mean elderly?)"),
    ([(n, k, p, 0) for n, k, p, _ in STAGE], "trained_by_stage: all 0 (allowed: one of them above 0)"),
    ([("agriculture_by_terrain", "plain", "", 1)], "no row with key mountain, island"),
    (DENSITY[1:], "agriculture_by_density: no row with key 0 (allowed: residents per km2 from which it holds: a "),
    ([*DENSITY, ("agriculture_by_density", "1e2", "", 2)], "row 3: column key: got '1e2' (allowed: each only once: "
     "row 2 says the same"),
    ([*DENSITY, ("agriculture_by_density", "dense", "", 2)], "column key: got 'dense' (allowed: residents per km2"),
    ([("rent_migrant_from_year", "-1", "", 0.4)], "column key: got '-1' (allowed: years since arrival"),
    ([], "rates.csv: no rows"),
)  # fmt: skip


@pytest.mark.parametrize(("rows", "message"), WRONG)
def test_a_rate_that_no_rule_could_read_is_refused(
    rows: list[tuple[str, str, str, object]], message: str, folder: Path
) -> None:
    """By file, row, column, value and what is allowed; numbers as a person writes them."""
    own(folder, rows)
    with pytest.raises(TableError) as error:
        load_folder(folder)
    assert message in str(error.value), str(error.value)
    assert "rates.csv" in str(error.value)
    assert "np." not in str(error.value)


def test_rows_may_stand_in_any_order(folder: Path) -> None:
    """The same margins, classes in the order of their meaning, and a key may be written as any number."""
    shipped = shipped_table("rates")
    rows = shipped[shipped["province"] == ""].drop(columns=["province"])
    rows["value"] = [repr(float(v)) for v in rows["value"]]
    margins = []
    for order in (
        rows,
        rows.iloc[::-1],
        rows.replace({"key": {"1000": "1e3"}}).sample(frac=1, random_state=3),
    ):
        order.to_csv(folder / "rates.csv", index=False)
        world = load_folder(folder)
        assert "rates" not in world.country.borrowed
        assert "rates in part" not in world.country.borrowed
        margins.append(load_margins(world.country).rates)
    for name in RATES:
        assert len({tuple(m.classes(name).values()) for m in margins}) == 1, name


def test_what_a_country_does_not_state_of_them_is_borrowed_and_said(folder: Path) -> None:
    own(folder, [("rent_native_urban", "", "", 0.3)])
    country = load_folder(folder).country
    assert "rates in part" in country.borrowed
    assert load_margins(country).rates("rent_native_urban") == 0.3


def test_nobody_in_agriculture_is_a_share_like_any_other(folder: Path) -> None:
    """A country without farms in its towns is no division by zero."""
    own(folder, [("agriculture_urban", "", "", 0), ("agriculture_rural", "", "", 0)])
    scenario = load("none", [f"world.tables={folder}", "population.weight=50"]).scenario
    start = make_start(scenario, load_folder(folder))
    assert start.households.n > 0
    sector = (start.households.attributes[: start.households.n] >> SECTOR_SHIFT) & SECTOR_MASK
    assert not (sector == SECTORS.index("agriculture")).any()


@pytest.mark.parametrize(
    "rows",
    [[("urban_male_share", "", "", 0.999)], [("urban_person_share", "", "", 0.999)]],
)
def test_margins_that_no_population_has_are_refused_in_words(
    rows: list[tuple[str, str, str, object]], folder: Path
) -> None:
    own(folder, rows)
    scenario = load("none", [f"world.tables={folder}", "population.weight=20"]).scenario
    with pytest.raises(
        UnfitScenario, match=r"^world\.tables: no households of the world Examplia have its ages"
    ) as e:
        check_fits(scenario, load_folder(folder))
    assert e.value.key == "world.tables"
    assert f"{rows[0][0]} = 0.999" in str(e.value)


def test_a_rate_has_the_same_effect_however_its_folder_writes_it(folder: Path) -> None:
    """Rows from Parquet, with numbers as keys, are those of CSV."""
    table = pd.DataFrame(
        [("agriculture_by_density", 100.0, 0.5), ("agriculture_by_density", 0.0, 1.0)],
        columns=["name", "key", "value"],
    )
    table.to_parquet(folder / "rates.parquet", index=False)
    country = load_folder(folder).country
    assert load_margins(country).rates.classes("agriculture_by_density") == {"0": 1.0, "100": 0.5}
    changed = replace(country, tables=MappingProxyType({}))
    assert not np.isclose(load_margins(changed).rates("agriculture_by_density", "0"), 1.0)
