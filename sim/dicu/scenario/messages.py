"""What pydantic found wrong, in words that name the place in the file, the value and what is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from dicu.scenario.fields import Leaf, keys_at, keys_of, leaf_at, leaf_of, leaves, sections
from dicu.scenario.numbers import plainly
from dicu.scenario.scenario import Scenario
from dicu.scenario.suggest import suggest
from dicu.scenario.wording import clip


def explain(error: dict[str, Any], model: type[BaseModel] = Scenario, local: Leaf | None = None) -> str:
    """One error of pydantic about one key, in words.

    Parameters
    ----------
    error : dict
        An entry of ``ValidationError.errors()``.
    model : type
        What the file was read as: a scenario, or the file of a sweep.
    local : Leaf or None
        The setting in the money of the user's country; None: as it is declared.

    Returns
    -------
    str
        ``what is wrong (got ..., allowed ...; did you mean ...)``, without the place.
    """
    loc = tuple(str(part) for part in error["loc"])
    kind, value = error["type"], error["input"]
    if kind == "extra_forbidden":
        return unknown_key(".".join(loc)) if model is Scenario else _unknown_word(loc, model)
    if kind == "value_error":
        return str(error["ctx"]["error"])
    got = "nothing" if kind == "missing" else show(value)
    leaf = leaf_of(model, loc)
    if kind in ("list_type", "tuple_type") or (
        kind == "too_short" and error["ctx"]["field_type"] != "Dictionary"
    ):
        allowed = f", allowed {', '.join(leaf.choices)}" if leaf is not None else ""
        return f"a list with at least one value is needed (got {got}{allowed})"
    if kind == "too_short":
        return f"at least one key is needed (got none, allowed {', '.join(keys_at(model, loc))})"
    if leaf is None:
        keys = ", ".join(keys_at(model, loc))
        hint = "; write its keys below it, or delete the line" if kind != "missing" and value is None else ""
        return f"a section of keys is needed (got {got}, allowed {keys}{hint})"
    if kind == "missing":
        return f"a value is needed (got {got}, allowed {leaf.rule})"
    what = {
        "greater_than_equal": "out of range",
        "less_than_equal": "out of range",
        "finite_number": "not a finite number",
        "literal_error": "not one of the choices",
        "bool_type": "not true or false",
        "int_type": "not an integer",
        "float_type": "not a number",
        "string_type": "not text",
    }.get(kind, str(error["msg"]))
    rule = (local or leaf).rule
    return f"{what} (got {show(value)}, allowed {rule}{_instead(leaf, value)})"


def _instead(leaf: Leaf, value: Any) -> str:
    """The value that was probably meant, as "; did you mean ...", or nothing."""
    meant = ""
    if leaf.choices:
        said = "none" if value is None else str(value)
        meant = suggest(said, leaf.choices)
    elif leaf.kind == "integer" and isinstance(value, float) and value.is_integer():
        meant = str(int(value)) if _within(leaf, value) else ""
    elif leaf.kind in ("integer", "number") and isinstance(value, str) and (plain := plainly(value)):
        meant = f"{plain} without quotes" if plain == value.strip() else plain
    elif leaf.kind == "text" and leaf.unit == "name" and type(value) is int:
        meant = f'"{value}" in quotes'
    elif leaf.kind == "text" and leaf.unit == "name" and isinstance(value, bool | float):
        meant = "the same in quotes"
    return f"; did you mean {meant}" if meant else ""


def _within(leaf: Leaf, value: float) -> bool:
    """Whether a number lies in a parameter's range."""
    return (leaf.lo is None or value >= leaf.lo) and (leaf.hi is None or value <= leaf.hi)


def show(value: Any) -> str:
    """A value as it stands in YAML, for a message."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a section of keys"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, int) and abs(value) >= 10**60:
        return "an integer of more than 60 digits"  # str() of a huge integer raises
    return clip(repr(value))


def _unknown_word(loc: tuple[str, ...], model: type[BaseModel]) -> str:
    """The same of a key that another model has not: the key that was meant, or those of its section."""
    keys = keys_at(model, loc[:-1])
    near = suggest(loc[-1], keys)
    path = ".".join((*loc[:-1], near))
    return f"unknown key (did you mean {path})" if near else f"unknown key (allowed {', '.join(keys)})"


def unknown_key(path: str) -> str:
    """What to say of a key that no scenario has, with the key that was probably meant.

    Parameters
    ----------
    path : str
        Dotted path of the key ("choose.kapa").

    Returns
    -------
    str
        ``unknown key (did you mean choose.kappa)``, or the keys that are allowed there.
    """
    section, _, key = path.rpartition(".")
    if section == "plugins" or section.startswith("plugins."):
        known = sections()["plugins"].model_fields
        name, _, key = path.removeprefix("plugins.").partition(".")
        if name not in known:
            near = suggest(name, known)
            hint = f"; did you mean {near}" if near else ""
            return f"no such plug-in (got {name}, installed: {', '.join(known) or 'none'}{hint})"
        return f"unknown key (allowed {', '.join(keys_at(Scenario, ('plugins', name)))})"
    if path in leaf_at():  # written with a dot in a file, where it must be nested
        return f"unknown key (keys are nested in a file: write {key} below {section})"
    known_here = keys_of(section) if section == "" or section in sections() else ()
    elsewhere = [leaf.path for leaf in leaves()]
    same_name = [other for other in elsewhere if other.rpartition(".")[2] == key.lower().replace("-", "_")]
    near = "" if len(same_name) == 1 else suggest(key, known_here)
    if near:
        return f"unknown key (did you mean {f'{section}.' if section else ''}{near})"
    near = same_name[0] if len(same_name) == 1 else suggest(path, elsewhere, cutoff=80.0)
    if near:
        return f"unknown key (did you mean {near})"
    return f"unknown key (allowed {', '.join(known_here or keys_of(''))})"


def error_list(error: ValidationError) -> Sequence[dict[str, Any]]:
    """Errors of a validation as plain dicts (pydantic's own type of an entry is closed to `explain`)."""
    return [dict(entry) for entry in error.errors(include_url=False)]
