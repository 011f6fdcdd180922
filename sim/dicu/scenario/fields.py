"""Every parameter of a scenario in one flat list, for messages, resolved files, the table and the schema."""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dicu.scenario.scenario import Scenario

Kind = Literal["integer", "number", "text", "choice", "flag", "list"]


@dataclass(frozen=True)
class Leaf:
    """One parameter: where it stands, what it may be, what it means.

    ``lo`` and ``hi`` are the inclusive range, None where there is none; ``choices`` the allowed words of a
    choice; ``allowed`` the rule in words where there is neither.
    """

    path: str
    kind: Kind
    nullable: bool
    default: Any
    lo: float | None
    hi: float | None
    choices: tuple[str, ...]
    allowed: str
    unit: str
    status: str
    source: str
    symbol: str
    text: str

    @property
    def range(self) -> str:
        """The allowed values in words: "0 to 1", "at least 1", "none | actual", "null or 2 to 10000"."""
        return self._range(" | ")

    @property
    def rule(self) -> str:
        """What is allowed, with the unit, for a message: "a number from 0 to 1, unit 1/quarter"."""
        if self.kind in ("choice", "text", "list"):
            return self._range(", ") or "text"
        if self.kind == "flag":
            return "true, false"
        noun = "an integer" if self.kind == "integer" else "a number"
        bounds = self._range("").removeprefix("null or ")
        if bounds:
            noun += f" from {bounds}" if bounds[0] in "-0123456789" else f" {bounds}"
        unit = "" if self.unit in ("", "1") else f", unit {self.unit}"
        return f"{'null or ' if self.nullable else ''}{noun}{unit}"

    def _range(self, between: str) -> str:
        if self.choices:
            words = between.join(self.choices)
        elif self.kind == "flag":
            words = "true | false"
        elif self.allowed:
            return self.allowed
        elif self.lo is not None and self.hi is not None:
            words = f"{short(self.lo)} to {short(self.hi)}"
        elif self.lo is not None:
            words = f"at least {short(self.lo)}"
        elif self.hi is not None:
            words = f"at most {short(self.hi)}"
        else:
            words = ""
        return f"null or {words}" if self.nullable and words else words


def short(value: float) -> str:
    """A bound as a person writes it: 1e6 is 1000000, 1.0 is 1."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 2**63 + 1 else repr(value)


@cache
def leaves() -> tuple[Leaf, ...]:
    """Every parameter of a scenario, in the order of its declaration.

    Returns
    -------
    tuple of Leaf
        One entry a parameter, ``path`` dotted ("choose.theta").

    Raises
    ------
    TypeError
        When a parameter has a type for which no rule is written here (a mistake in the code, not in a file).
    """
    return tuple(_walk(Scenario, ""))


@cache
def leaf_at() -> dict[str, Leaf]:
    """The same, by dotted path."""
    return {leaf.path: leaf for leaf in leaves()}


def _field_at(model: type[BaseModel], loc: Sequence[str]) -> FieldInfo | type[BaseModel] | None:
    """The field or section of a model that a place of pydantic is in; None below keys that no model declares."""
    at: FieldInfo | type[BaseModel] = model
    for part in loc:
        if not isinstance(at, type):
            if part.isdigit():
                return at  # an item of a list
            held = get_args(_without_none(at.annotation)[0])[
                -1:
            ]  # what a dictionary holds, bare of its checks
            below = (get_args(held[0]) or held)[0] if held else None
            if not (isinstance(below, type) and issubclass(below, BaseModel)):
                return None
            at = below
            continue
        field = {field.alias or name: field for name, field in at.model_fields.items()}.get(part)
        if field is None:
            return None
        inner, _ = _without_none(field.annotation)
        at = inner if isinstance(inner, type) and issubclass(inner, BaseModel) else field
    return at


def leaf_of(model: type[BaseModel], loc: Sequence[str]) -> Leaf | None:
    """The rule of a single value or list of words of a model; None for a section and for what holds others."""
    field = _field_at(model, loc)
    if not isinstance(field, FieldInfo):
        return None
    try:
        return _leaf(".".join(loc), field)
    except TypeError:
        return None


def keys_at(model: type[BaseModel], loc: Sequence[str]) -> tuple[str, ...]:
    """Keys of a section of a model as a file writes them; in words where any number of keys is taken."""
    found = _field_at(model, loc)
    if isinstance(found, type):
        return tuple(field.alias or name for name, field in found.model_fields.items())
    extra = found.json_schema_extra if found is not None else None
    return (str(extra["allowed"]),) if isinstance(extra, dict) else ("keys of a scenario",)


@cache
def sections() -> dict[str, type[BaseModel]]:
    """Sections of a scenario by name: "time" -> Time, and so on."""
    return {
        name: field.annotation
        for name, field in Scenario.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    }


def keys_of(section: str) -> tuple[str, ...]:
    """Keys of a section; of the root (sections included) for ""."""
    model: type[BaseModel] = sections()[section] if section else Scenario
    return tuple(model.model_fields)


def _walk(model: type[BaseModel], prefix: str) -> Iterator[Leaf]:
    for name, field in model.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from _walk(annotation, f"{prefix}{name}.")
        else:
            yield _leaf(f"{prefix}{name}", field)


def _leaf(path: str, field: FieldInfo) -> Leaf:
    annotation, nullable = _without_none(field.annotation)
    choices: tuple[str, ...] = ()
    kind: Kind
    if get_origin(annotation) is Literal:
        kind, choices = "choice", tuple(str(choice) for choice in get_args(annotation))
    elif annotation == tuple[str, ...]:
        kind = "list"
    elif get_origin(annotation) is tuple and get_origin(get_args(annotation)[0]) is Literal:
        kind, choices = "list", tuple(str(choice) for choice in get_args(get_args(annotation)[0]))
    elif annotation is bool:
        kind = "flag"
    elif annotation is int:
        kind = "integer"
    elif annotation is float:
        kind = "number"
    elif annotation is str:
        kind = "text"
    else:
        raise TypeError(f"{path}: no rule for the type {annotation!r}")
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    return Leaf(
        path=path,
        kind=kind,
        nullable=nullable,
        default=field.default,
        lo=next((m.ge for m in field.metadata if hasattr(m, "ge")), None),
        hi=next((m.le for m in field.metadata if hasattr(m, "le")), None),
        choices=choices,
        allowed=str(extra.get("allowed", "")),
        unit=str(extra.get("unit", "")),
        status=str(extra.get("status", "")),
        source=str(extra.get("source", "")),
        symbol=str(extra.get("symbol", "")),
        text=field.description or "",
    )


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [part for part in get_args(annotation) if part is not type(None)]
        if len(rest) == 1:
            return rest[0], True
    return annotation, False
