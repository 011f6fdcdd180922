"""What must hold between the tables of a world's folder; what only looks odd is told by `dicu.world.oddities`."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from dicu.scenario.calendar import NOTATION, parse_period
from dicu.scenario.country import MOST_MONEY, CountryFile
from dicu.scenario.numbers import number
from dicu.scenario.suggest import suggest
from dicu.scenario.wording import some
from dicu.world.rates import check_rates
from dicu.world.schema import LEVELS
from dicu.world.table_checks import Problems

ONE_REGION: Final = "all"
"""Region of every province in a country whose provinces name none."""
SHARES_TOLERANCE: Final = 1e-3
"""Shares of a commune may miss 1 by so much: decimals that a person writes."""
EXACT: Final = 1e-9
"""... and by so little before they are taken as they are (`dicu.world.validate`)."""
FAR_INCOME: Final = 5.0
"""Mean incomes of provinces lie within so many times that of their country nearly everywhere."""
MOST_ABROAD: Final = 0.1
"""Share of the residents who may leave, or come, in a year: more does so in no country but in war."""
AGE_GROUPS: Final = [5 * g for g in range(17)]
"""First ages of the groups of five years; the last one is 80 and over."""


@dataclass
class Links:
    """Units with what was left open filled in, and what their columns say of kinds and provinces."""

    units: pd.DataFrame
    ward_kinds: frozenset[str] = frozenset()
    ward_standard: dict[str, str] = field(default_factory=dict)
    reduced_area: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


def check_links(
    places: pd.DataFrame,
    units: pd.DataFrame,
    file: CountryFile,
    paths: Mapping[str, Path],
    problems: Problems,
) -> Links:
    """Check that places and units know each other, and fill in kinds, seats, incomes and regions left open.

    Parameters
    ----------
    places, units
        Parsed tables.
    file
        Of the country: the income of provinces that state none.
    paths
        Files of the tables, for messages.
    """
    tiers = [level for level in LEVELS if level != "district" or "district" in places]
    for column in (
        "kind",
        "ward_like",
        "parent",
        "seat",
        "income",
        "region",
        "ward_standard",
        "reduced_area",
    ):
        if column not in units:
            units[column] = ""
    units = units.copy()
    _nested(places, tiers, paths["places"], problems)
    _known(places, units, tiers, paths, problems)
    _parents(places, units, tiers, paths["units"], problems)
    if "share" in places:
        _shares(places, paths["places"], problems)
    problems.stop()
    units = units[units["level"].isin(tiers)].reset_index(drop=True)
    units["kind"] = units["kind"].where(units["kind"] != "", units["level"])
    notes = [_seats(places, units), *_incomes(units, file, paths["units"], problems)]
    _regions(units, file, paths["units"], problems)
    wards = units["ward_like"] == "yes"
    kinds: dict[str, bool] = {}
    for row, (kind, ward) in enumerate(zip(units["kind"], wards, strict=True), start=1):
        if kinds.setdefault(kind, ward) != ward:
            problems.cell(
                paths["units"],
                row,
                "ward_like",
                units["ward_like"].iloc[row - 1],
                f"the same for all units of the kind {kind!r}",
            )
    is_province = units["level"] == "province"
    standard = units[is_province & (units["ward_standard"] != "")]
    return Links(
        units,
        frozenset(kind for kind, ward in kinds.items() if ward),
        dict(zip(standard["code"], standard["ward_standard"], strict=True)),
        frozenset(units["code"][is_province & (units["reduced_area"] == "yes")]),
        tuple(note for note in notes if note),
    )


def _nested(places: pd.DataFrame, tiers: list[str], path: Path, problems: Problems) -> None:
    """Every unit lies in one unit of the next tier."""
    for low, high in itertools.pairwise(tiers):
        first = places.drop_duplicates(low).set_index(low)[high]
        wanted = first.loc[places[low]].to_numpy()
        for at in np.flatnonzero(places[high].to_numpy() != wanted).tolist():
            code = places[low].iloc[at]
            problems.cell(
                path,
                at + 1,
                high,
                places[high].iloc[at],
                f"{wanted[at]}, as other places of the {low} {code} have it",
            )


def _known(
    places: pd.DataFrame, units: pd.DataFrame, tiers: list[str], paths: Mapping[str, Path], problems: Problems
) -> None:
    """Every code of a place has a unit, and every unit a place."""
    for level in tiers:
        mine = set(units.loc[units["level"] == level, "code"])
        used = set(places[level])
        for at in np.flatnonzero(~places[level].isin(mine)).tolist():
            code = places[level].iloc[at]
            problems.cell(
                paths["places"],
                at + 1,
                level,
                code,
                f"a code of the tier {level} in {paths['units'].name}{_meant(code, mine)}",
            )
        for row in np.flatnonzero((units["level"] == level) & ~units["code"].isin(used)).tolist():
            code = units["code"].iloc[row]
            problems.cell(
                paths["units"],
                row + 1,
                "code",
                code,
                f"a {level} in which a place of {paths['places'].name} lies{_meant(code, used)}",
            )
    if "district" not in tiers:
        for row in np.flatnonzero(units["level"] == "district").tolist():
            problems.cell(
                paths["units"],
                row + 1,
                "level",
                "district",
                f"commune or province: {paths['places'].name} has no column district",
            )


def _meant(code: str, known: set[str]) -> str:
    """The code that was probably meant: leading zeros lost, or one that looks like it."""
    zeros = [k for k in known if k.lstrip("0") == code.lstrip("0") and k != code]
    if zeros:
        return f"; leading zeros are lost, write {sorted(zeros)[0]}"
    near = suggest(code, known)
    return f"; did you mean {near}?" if near else ""


def _parents(
    places: pd.DataFrame, units: pd.DataFrame, tiers: list[str], path: Path, problems: Problems
) -> None:
    """Where units name a parent, it is that of their places."""
    for low, high in itertools.pairwise(tiers):
        above = dict(zip(places[low], places[high], strict=True))
        for row in np.flatnonzero((units["level"] == low) & (units["parent"] != "")).tolist():
            code, said = units["code"].iloc[row], units["parent"].iloc[row]
            if code in above and said != above[code]:
                problems.cell(
                    path, row + 1, "parent", said, f"{above[code]}, in which its places lie, or empty"
                )


def _shares(places: pd.DataFrame, path: Path, problems: Problems) -> None:
    """Shares of the places of a commune add up to 1; what decimals of a person miss is spread over them."""
    total = places.groupby("commune")["share"].transform("sum")
    wrong = places[(total - 1.0).abs() > SHARES_TOLERANCE]
    for code, rows in wrong.groupby("commune"):
        problems.note(
            f"{path}: rows {some([str(at + 1) for at in rows.index])}: column share: the shares of {code} add up to "
            f"{rows['share'].sum():.6g} (allowed: 1)"
        )
    rounded = (total - 1.0).abs() > EXACT
    places.loc[rounded, "share"] = places["share"] / total


def _seats(places: pd.DataFrame, units: pd.DataFrame) -> str:
    """Fill in where seats stand; a seat outside its unit is moved to where most of its people live, and told."""
    order = places.sort_values(["residents", "place"], ascending=[False, True])
    moved = []
    seats = units["seat"].tolist()
    for level in units["level"].unique():
        largest = order.drop_duplicates(level).set_index(level)["place"]
        home = dict(zip(places["place"], places[level], strict=True))
        for row in np.flatnonzero(units["level"] == level).tolist():
            code = units["code"].iloc[row]
            if seats[row] and home.get(seats[row]) != code:
                moved.append(f"{level} {code} ({seats[row]})")
            if home.get(seats[row]) != code:
                seats[row] = largest[code]
    units["seat"] = seats
    if not moved:
        return ""
    return f"seats outside their units, taken to stand where most of the people live: {some(moved)}"


def _incomes(units: pd.DataFrame, file: CountryFile, path: Path, problems: Problems) -> tuple[str, str]:
    """Incomes of provinces in the model's money; the country's mean where a province states none, and what is odd."""
    made, without, far = [], [], []
    for row, (level, said) in enumerate(zip(units["level"], units["income"], strict=True), start=1):
        value = number(str(said)) if said != "" else None
        if said != "" and (value is None or not 0 < value <= MOST_MONEY):
            problems.cell(path, row, "income", said, f"a number above 0 and at most {MOST_MONEY:g}, or empty")
            value = None
        money = file.money
        own = file.income if value is None else value
        made.append(repr(own if money == 1.0 else own / money) if level == "province" else "")
        if level != "province":
            continue
        if said == "":
            without.append(units["name"].iloc[row - 1])
        elif not 1 / FAR_INCOME <= own / file.income <= FAR_INCOME:
            times = own / file.income
            far.append(
                f"{units['name'].iloc[row - 1]} ({times:,.0f} times)"
                if times > 1
                else f"{units['name'].iloc[row - 1]} ({times:.2g} of it)"
            )
    units["income_mvnd"] = made
    return (
        f"provinces without an income of their own, given the country's: {some(without)}" if without else "",
        f"incomes far from the country's mean of {file.income:g} {file.currency.unit} per person and month: in another "
        f"unit, per year or per household? {some(far)}"
        if far
        else "",
    )


def _regions(units: pd.DataFrame, file: CountryFile, path: Path, problems: Problems) -> None:
    """All provinces name a region, or none does."""
    provinces = units["level"] == "province"
    said = units.loc[provinces, "region"]
    if (said == "").all():
        units.loc[provinces, "region"] = ONE_REGION
        return
    for row in np.flatnonzero(provinces & (units["region"] == "")).tolist():
        problems.cell(path, row + 1, "region", "", "a code: the other provinces have one")
    if file.regions:
        for row in np.flatnonzero(provinces & ~units["region"].isin([*file.regions, ""])).tolist():
            problems.cell(
                path,
                row + 1,
                "region",
                units["region"].iloc[row],
                f"one of country.yaml: {', '.join(file.regions)}",
            )


def check_optional(
    tables: dict[str, pd.DataFrame],
    units: pd.DataFrame,
    places: pd.DataFrame,
    paths: Mapping[str, Path],
    problems: Problems,
) -> None:
    """Codes in the optional tables are those of the world."""
    provinces = set(units.loc[units["level"] == "province", "code"])
    regions = set(units.loc[units["level"] == "province", "region"]) if "region" in units else set()
    keys = set(places["place"])
    known: dict[tuple[str, str], tuple[set[str], str, bool]] = {
        ("migration_rates", "province"): (provinces, "a province of units", False),
        ("labour", "province"): (provinces, "a province of units, or empty", True),
        ("rates", "province"): (provinces, "a province of units, or empty", True),
        ("age_sex_province", "province"): (provinces, "a province of units", False),
        ("fertility", "province"): (provinces, "a province of units, or empty", True),
        ("mortality", "province"): (provinces, "a province of units, or empty", True),
        ("migration_abroad", "province"): (provinces, "a province of units, or empty", True),
        ("region_flows", "origin"): (regions, "a region of units", False),
        ("region_flows", "destination"): (regions, "a region of units", False),
        ("urban_regions", "region"): (regions, "a region of units", False),
        ("urban_changes", "place"): (keys, "a place", False),
        ("travel", "from"): (keys, "a place", False),
        ("travel", "to"): (keys, "a place", False),
    }
    for (stem, column), (codes, allowed, empty) in known.items():
        table = tables.get(stem)
        if table is None or column not in table:
            continue
        for row, code in enumerate(table[column], start=1):
            if code not in codes and not (empty and code == ""):
                problems.cell(paths[stem], row, column, code, f"{allowed}{_meant(str(code), codes)}")
    dates = tables["urban_changes"]["date"] if "urban_changes" in tables else ()
    for row, date in enumerate(dates, start=1):
        try:
            parse_period(date)
        except ValueError:
            problems.cell(paths["urban_changes"], row, "date", date, NOTATION)
    _whole(tables, "age_sex", "age_from", AGE_GROUPS, paths, problems)
    _whole(tables, "household_size", "size", [1, 2, 3, 4, 5, 6], paths, problems)
    if (ages := tables.get("age_sex_province")) is not None:
        for code, own in ages.groupby("province"):
            if sorted(own["age_from"].tolist()) != AGE_GROUPS:
                problems.note(
                    f"{paths['age_sex_province']}: column age_from: got {sorted(own['age_from'].tolist())} for "
                    f"province {code!s} (allowed: {AGE_GROUPS}, each once)"
                )
    _kinds_of_waves(tables.get("earlier_waves"), units, paths, problems)
    _abroad(tables.get("migration_abroad"), int(places["residents"].sum()), paths, problems)
    if "rates" in tables:
        check_rates(tables["rates"], paths["rates"], problems)


def _kinds_of_waves(
    table: pd.DataFrame | None, units: pd.DataFrame, paths: Mapping[str, Path], problems: Problems
) -> None:
    """Kinds of units that a wave of mergers names are some of the country; none of such a kind would merge."""
    for level in ("commune", "district"):
        column = f"{level}_kinds"
        there = set(units.loc[units["level"] == level, "kind"])
        said = () if table is None or column not in table else table[column]
        kinds_there = (
            f"kinds of units of the tier {level}, joined by +: {', '.join(sorted(there))}; or empty for all"
        )
        allowed = kinds_there if there else f"empty, for the country has no tier {level}"
        for row, kinds in enumerate(said, start=1):
            for kind in kinds.split("+") if kinds else ():
                if kind.strip() not in there:
                    problems.cell(
                        paths["earlier_waves"], row, column, kinds, allowed + _meant(kind.strip(), there)
                    )


def _abroad(
    table: pd.DataFrame | None, residents: int, paths: Mapping[str, Path], problems: Problems
) -> None:
    """Rows of the country and rows of provinces do not stand together, and no year empties or doubles the country."""
    if table is None:
        return
    path = paths["migration_abroad"]
    if "province" in table:
        named = table["province"] != ""
        if named.any() and not named.all():
            row = int(np.flatnonzero(~named)[0]) + 1
            problems.cell(path, row, "province", "", "a province in every row, or in none")
    for name in ("emigrants", "immigrants"):
        by_year = table.groupby("year")[name].sum()
        for year in by_year.index[by_year > MOST_ABROAD * residents].tolist():
            problems.note(
                f"{path}: column {name}: {by_year[year]:,.0f} persons in {year}, of {residents:,} residents (allowed: "
                f"{MOST_ABROAD:.0%} of them; persons, not thousands or rates)"
            )


def _whole(
    tables: dict[str, pd.DataFrame],
    stem: str,
    column: str,
    wanted: list[int],
    paths: Mapping[str, Path],
    problems: Problems,
) -> None:
    table: Any = tables.get(stem)
    if table is None:
        return
    if sorted(table[column].tolist()) != wanted:
        problems.note(
            f"{paths[stem]}: column {column}: got {sorted(table[column].tolist())} (allowed: {wanted}, each once)"
        )
