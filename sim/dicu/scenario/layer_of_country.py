"""The layer that a world's folder lays under a user's scenario: settings of the country, and amounts in its money."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from dicu.scenario.country import FILE, CountryError, CountryFile, read_country
from dicu.scenario.fields import Leaf, leaf_at, leaves
from dicu.scenario.scenario import Scenario
from dicu.scenario.source import Mapping, Value, Where, merged

MODEL_MONEY: Final = "M VND"
"""Unit of amounts inside the model and of its defaults."""
YEARS: Final = 15
"""A run of another country ends so many years after its residents were counted, unless a scenario says otherwise."""
INSIDE: Final = 12
OUTSIDE: Final = 9
"""Digits of an amount in the model's money, and in that of a country: so few that reading what was written gives the
same amount."""


def money_leaves() -> tuple[Leaf, ...]:
    """Settings that are amounts of money."""
    return tuple(leaf for leaf in leaves() if MODEL_MONEY in leaf.unit)


def inside(amount: float, money: float) -> float:
    """An amount of a country's money in the model's."""
    return amount if money == 1.0 else float(f"{amount / money:.{INSIDE}g}")


def outside(amount: float, money: float) -> float:
    """An amount of the model's money in a country's."""
    return amount if money == 1.0 else float(f"{amount * money:.{OUTSIDE}g}")


def layer_of(folder: Path, rank: int) -> tuple[Mapping, CountryFile]:
    """What a country's file says of a run, as a layer: its settings, and what follows from its dates.

    Parameters
    ----------
    folder
        With ``country.yaml``.
    rank
        Of the layer in the order of messages.

    Raises
    ------
    CountryError
        Everything that is wrong with the file.
    """
    file, said = read_country(folder, rank)
    where = Where(rank, 1, 1, f"{folder / FILE}:1:1")
    derived: dict[str, dict[str, object]] = {
        "world": {"name": "tables"},
        "time": {"start": f"{file.year}Q1", "end": f"{file.year + YEARS}Q4"},
        "reform": {} if file.reform is None else {"date": file.reform.date},
    }
    base = Mapping(where)
    for section, values in derived.items():
        children: dict[str, Value | Mapping] = {key: Value(value, where) for key, value in values.items()}
        base.children[section] = Mapping(where, children, dict.fromkeys(values, where))
        base.key_where[section] = where
    return merged(base, said), file


def in_model_money(tree: Mapping, money: float) -> Mapping:
    """A layer with its amounts of a country's money turned into the model's; what is no number stays as it is."""
    if money == 1.0:
        return tree
    made = Mapping(tree.where, dict(tree.children), dict(tree.key_where))
    for leaf in money_leaves():
        section, _, key = leaf.path.rpartition(".")
        branch = made.children.get(section)
        value = branch.children.get(key) if isinstance(branch, Mapping) else None
        if isinstance(branch, Mapping) and isinstance(value, Value) and _is_number(value.value):
            changed = dict(branch.children)
            changed[key] = replace(value, value=inside(float(value.value), money))
            made.children[section] = Mapping(branch.where, changed, dict(branch.key_where))
    return made


def names_a_country(tree: Mapping) -> bool:
    """Whether a file says whose country it is about: it then counts over what that country says of itself."""
    world = tree.children.get("world")
    return isinstance(world, Mapping) and "tables" in world.children


def with_country(base: Mapping, own: Mapping, rank: int) -> tuple[Mapping, Mapping, CountryFile | None]:
    """The packaged layers with that of the country over them, and the user's own, both in the model's money.

    Where the user's layers name no folder that has a ``country.yaml`` they stay as they are.

    Raises
    ------
    CountryError
        Everything that is wrong with the country's file.
    """
    world = own.children.get("world")
    folder = world.children.get("tables") if isinstance(world, Mapping) else None
    if not isinstance(folder, Value) or not isinstance(folder.value, str):
        return base, own, None
    if not (Path(folder.value) / FILE).is_file():
        return base, own, None  # said where the whole scenario is checked
    layer, country = layer_of(Path(folder.value), rank)
    money = country.money
    return merged(base, in_model_money(layer, money)), in_model_money(own, money), country


def local_entry(
    entry: dict[str, Any], path: str, country: CountryFile | None, model: type[BaseModel]
) -> tuple[dict[str, Any], type[BaseModel], Leaf | None]:
    """What was found wrong with a setting, in the money in which the user wrote it; arguments of `explain`."""
    leaf = leaf_at().get(path)
    if country is None or leaf is None or path not in local_keys() or not isinstance(entry["input"], float):
        return entry, model, None
    return {**entry, "input": outside(entry["input"], country.money)}, model, in_local_money(leaf, country)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@lru_cache(maxsize=16)
def _country(folder: str, stamp: tuple[int, int]) -> CountryFile:
    return read_country(Path(folder))[0]


def country_of(scenario: Scenario) -> CountryFile | None:
    """The country file of a scenario whose world is a folder; None for a world of the package."""
    if scenario.world.tables is None:
        return None
    stat = (Path(scenario.world.tables) / FILE).stat()
    return _country(scenario.world.tables, (stat.st_mtime_ns, stat.st_size))


def in_local_money(leaf: Leaf, country: CountryFile | None) -> Leaf:
    """A setting as it is declared, with its default, its range and its unit in the money of a country."""
    if country is None or MODEL_MONEY not in leaf.unit:
        return leaf
    money, unit = country.money, leaf.unit.replace(MODEL_MONEY, country.currency.unit)

    def local(amount: float | None) -> float | None:
        return None if amount is None else outside(float(amount), money)

    return replace(leaf, default=local(leaf.default), lo=local(leaf.lo), hi=local(leaf.hi), unit=unit)


def local_keys() -> frozenset[str]:
    """Dotted keys of the settings that are amounts of money."""
    return frozenset(leaf.path for leaf in money_leaves())


__all__ = [
    "CountryError",
    "country_of",
    "in_local_money",
    "in_model_money",
    "inside",
    "layer_of",
    "local_entry",
    "local_keys",
    "money_leaves",
    "names_a_country",
    "outside",
    "with_country",
]
