"""Values fitted to Viet Nam: the best set, which the defaults are, and an ensemble of sets that fit about equally.

They stand in one table, written by ``dicu calibrate --ship`` and by nothing else: a row for each
parameter, a column for each set. It is a data file of the model, so its checksum is part of the identity of every run.
"""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from dicu.scenario.parameters_fit import ProvinceTerms, term_of
from dicu.scenario.sections import WorldChoice
from dicu.scenario.vocabulary import MEMBER

FILE: Final = Path(__file__).parent / "data" / "fitted.csv"
CHECKSUM: Final = "# sha256 "
KEY: Final = "key"
BEST: Final = "best"
TERMS: Final = "province_terms"
DIGITS: Final = 6
"""Of a fitted value: far beyond what the data tell, and the same in every file."""
SOURCE: Final = "calibration to Viet Nam, docs/calibration.md; before it: "


class BadFit(ValueError):
    """The table of fitted values is not what was written."""


@dataclass(frozen=True)
class Fitted:
    """Fitted values by key; a term of a province has the key ``province_terms.arrive.CODE``.

    Attributes
    ----------
    best : dict of str to float
        Empty where nothing was fitted yet.
    members : tuple of dict of str to float
        Member 1 first.
    """

    best: dict[str, float]
    members: tuple[dict[str, float], ...]


def write_fitted(path: Path, fitted: Fitted) -> None:
    """Write the table with its checksum as the first line."""
    rows = [[KEY, BEST, *(str(k + 1) for k in range(len(fitted.members)))]]
    rows += [
        [key, *(f"{s[key]:.{DIGITS}g}" for s in (fitted.best, *fitted.members))]
        for key in sorted(fitted.best)
    ]
    body = "".join(",".join(row) + "\n" for row in rows)
    digest = hashlib.sha256(body.encode()).hexdigest()
    path.write_text(f"{CHECKSUM}{digest}\n{body}", encoding="utf-8", newline="\n")


def read_fitted(path: Path) -> Fitted:
    """Read the table and check it against its checksum.

    Raises
    ------
    BadFit
        When the checksum does not match, a value is not a finite number, or a key stands there twice.
    """
    head, _, body = path.read_text(encoding="utf-8").partition("\n")
    digest = hashlib.sha256(body.encode()).hexdigest()
    if head != f"{CHECKSUM}{digest}":
        raise BadFit(
            f"{path}:1: the checksum is not that of the table (got {head!r}, allowed {CHECKSUM}{digest})"
        )
    rows = list(csv.reader(body.splitlines()))
    if not rows or rows[0][:2] != [KEY, BEST]:
        raise BadFit(f"{path}:2: columns must begin with {KEY}, {BEST}")
    sets: list[dict[str, float]] = [{} for _ in rows[0][1:]]
    for line, (key, *values) in enumerate(rows[1:], start=3):
        if key in sets[0]:
            raise BadFit(f"{path}:{line}: {key} stands there twice")
        for name, made, text in zip(rows[0][1:], sets, values, strict=True):
            made[key] = int(text) if text.lstrip("-").isdigit() else float(text)
            if not math.isfinite(made[key]):
                raise BadFit(f"{path}:{line}: column {name}: not a finite number (got {text!r})")
    return Fitted(sets[0], tuple(sets[1:]))


@lru_cache(maxsize=4)
def _read(path: Path) -> Fitted:
    return read_fitted(path)


def fitted() -> Fitted:
    """The table that comes with the program."""
    return _read(FILE)


def terms(values: Mapping[str, float], side: str) -> dict[str, float]:
    """Fitted terms of one side, ``arrive`` or ``leave``, by code of the province."""
    prefix = f"{TERMS}.{side}."
    return {key.removeprefix(prefix): value for key, value in values.items() if key.startswith(prefix)}


def province_terms(side: str, given: tuple[str, ...] | None, world: WorldChoice) -> dict[str, float]:
    """Terms of one side in a run: those given, or in the country of the package those of the best set."""
    if given is not None:
        return dict(term_of(word) for word in given)
    real = world.name == "viet_nam" and world.places is None
    return terms(fitted().best, side) if real else {}


def settings(values: Mapping[str, float]) -> dict[str, Any]:
    """A set of fitted values as settings of a scenario, by dotted key: terms of provinces as lists of words."""
    made: dict[str, Any] = {key: value for key, value in values.items() if not key.startswith(f"{TERMS}.")}
    for side in ProvinceTerms.model_fields:
        found = terms(values, side)
        if found:
            made[f"{TERMS}.{side}"] = [f"{code}={term!r}" for code, term in sorted(found.items())]
    return made


def member(number: int) -> dict[str, Any]:
    """Settings of a member of the ensemble.

    Raises
    ------
    ValueError
        When there is no such member; the message says how many there are.
    """
    members = fitted().members
    if not 1 <= number <= len(members):
        there = f"1 to {len(members)}" if members else "null: no ensemble comes with this version"
        raise ValueError(f"no such member of the ensemble (got {number}, allowed {there})")
    return settings(members[number - 1])


def over_member(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Values by dotted key over those of the member of the ensemble that they name, if they name one."""
    number = values.get(MEMBER)
    return {**member(number), **values} if isinstance(number, int) else values


def take_as_defaults(root: type[BaseModel], values: Mapping[str, float]) -> None:
    """Make fitted values the defaults of the parameters of a model, with the status ``fit`` where they differ.

    Parameters
    ----------
    root : type of BaseModel
        With a section for the first part of each key; its classes are changed in place.
    values : mapping of str to float
        By dotted key; terms of provinces are left to the run, which knows its country.

    Raises
    ------
    BadFit
        For a key that is not a number of the model, or a value outside its range.
    """
    changed: dict[str, type[BaseModel]] = {}
    for key, value in values.items():
        section, _, name = key.partition(".")
        if section == TERMS:
            continue
        inner = root.model_fields[section].annotation if section in root.model_fields else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)) or name not in inner.model_fields:
            raise BadFit(f"{key}: not a parameter of the model")
        field = inner.model_fields[name]
        for low, high in _bounds(field.metadata):
            if (low is not None and value < low) or (high is not None and value > high):
                raise BadFit(f"{key}: outside its range (got {value}, allowed {low} to {high})")
        if value == field.default:  # the figures do not tell it, so its own source stands
            continue
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        field.default = value
        field.json_schema_extra = {**extra, "status": "fit", "source": f"{SOURCE}{extra.get('source', '')}"}
        changed[section] = inner
    for inner in changed.values():
        inner.model_rebuild(force=True)
    if changed:
        root.model_rebuild(force=True)


def _bounds(metadata: Sequence[Any]) -> Iterator[tuple[float | None, float | None]]:
    for item in metadata:
        yield getattr(item, "ge", None), getattr(item, "le", None)


__all__ = [
    "BadFit", "Fitted", "fitted", "member", "over_member", "province_terms", "read_fitted", "settings",
    "take_as_defaults", "terms",
    "write_fitted",
]  # fmt: skip
