"""What a country says of itself: ``country.yaml`` in the folder of a world's tables.

Name, languages, currency, words for the tiers of government, the reform, and the settings of a run that differ in this
country from the model's own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ValidationError, field_validator
from pydantic.fields import FieldInfo

from dicu.scenario.calendar import parse_period
from dicu.scenario.country_parts import (
    AGES,
    WORD,
    WORDS,
    Currency,
    LegalAges,
    Part,
    ReformWords,
    Tier,
    Word,
    Words,
    said,
)
from dicu.scenario.languages import codes
from dicu.scenario.messages import error_list, show
from dicu.scenario.source import Mapping, Message, Value, Where, read_mapping
from dicu.scenario.suggest import suggest

FILE: Final = "country.yaml"
REFERENCE_INCOME: Final = 4.2
"""Mean income per person and month, in million dong of 2019, beside which the model's own amounts of money are meant
(Viet Nam: mean over residents of the incomes in `dicu.world.facts`, to two digits). Amounts of another country are
amounts of the same share of income."""
NOT_OF_A_COUNTRY: Final = ("name", "seed", "world", "reform.policy", "reform.table")
"""What decides one run and is no fact of a country: `parameters` may not set it."""
MOST_MONEY: Final = 1e12
"""Units of money in an income: more than any currency of the world needs."""


class CountryFile(Part):
    """``country.yaml``."""

    name: Words = said("name of the country, by language", WORDS)
    year: int = said(
        "year of the residents in `places`", "a whole number within 1990..2100", ge=1990, le=2100
    )
    languages: tuple[str, ...] = said(
        "languages of the reports, the first one first",
        f"a list of {', '.join(codes())}, each once",
        default=("en",),
        strict=False,
        min_length=1,
        max_length=len(codes()),
    )
    currency: Currency = said("the money of tables and settings", "keys code, symbol, scale")
    income: float = said(
        "mean income per person and month; a province without one of its own gets it",
        f"a number above 0 and at most {MOST_MONEY:g}",
        gt=0,
        le=MOST_MONEY,
    )
    money_per_reference: float | None = said(
        "units of this money that are to a household here what a million dong of 2019 was in Viet Nam; "
        "without it: by the ratio of mean incomes",
        f"null, or a number above 0 and at most {MOST_MONEY:g}",
        default=None,
        gt=0,
        le=MOST_MONEY,
    )
    tiers: dict[Literal["commune", "district", "province"], Tier] = said(
        "what a commune, a district and a province are called here",
        "keys commune, district, province, each with the keys one and many",
        default={},
    )
    regions: dict[str, Words] = said(
        "names of the regions that `units` gives by code", f"codes, each with {WORDS}", default={}
    )
    reform: ReformWords | None = said(
        "the reform in the table `reform`", "null, or the keys name, date, source", default=None
    )
    ages: LegalAges = said(
        "ages that a law of the country sets, in years",
        f"keys {', '.join(AGES)}, source",
        default=LegalAges(),
    )
    central_cities: tuple[Word, ...] = said(
        "provinces or cities that get the package of a central city",
        "a list of names of provinces or cities",
        default=(),
        strict=False,
    )
    parameters: dict[str, Any] = said(
        "settings of a run that differ here from the model's, as in a scenario",
        "sections and keys as in a scenario (dicu parameters lists them)",
        default={},
    )
    titles: dict[str, Word] = said(
        "words before the name of a district of a kind, where names alone are not told apart",
        f"kinds of districts, each with {WORD}",
        default={},
    )
    districts_govern: bool = said(
        "false where `district` of `places` only groups communes into labour markets",
        "true or false",
        default=True,
    )
    ignore: dict[str, list[Word]] = said(
        "columns of tables that are left aside",
        "names of tables, each with a list of columns: {places: [note]}",
        default={},
    )
    sources: dict[str, str] = said(
        "where the figures come from, by a short name", "short names, each with a text", default={}
    )

    @field_validator("languages")
    @classmethod
    def _each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) < len(value):
            raise ValueError("a language stands twice")
        if unknown := [code for code in value if code not in codes()]:
            raise ValueError(f"no table of sentences for {', '.join(unknown)}")
        return value

    @property
    def money(self) -> float:
        """Units of the country's money for one of the model's (million dong of 2019), by the ratio of incomes.

        Two digits: it is a convention, and products with it stay short decimals.
        """
        if self.money_per_reference is not None:
            return self.money_per_reference
        return float(f"{self.income / REFERENCE_INCOME:.2g}")


class CountryError(ValueError):
    """``country.yaml`` is wrong; ``messages`` name line, key, value and what is allowed."""

    def __init__(self, messages: list[Message]) -> None:
        super().__init__("\n".join(str(m) for m in sorted(messages)))
        self.messages = messages


def read_country(folder: Path, layer: int = 0) -> tuple[CountryFile, Mapping]:
    """The country of a folder of tables, and the tree of its settings with their places in the file.

    Raises
    ------
    CountryError
        Everything that is wrong with the file.
    """
    path = folder / FILE
    shown = str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CountryError(
            [Message(Where(layer, 1, 1, shown), f"cannot be read ({error.strerror or error})")]
        ) from error
    except UnicodeDecodeError as error:
        raise CountryError([Message(Where(layer, 1, 1, shown), "not UTF-8")]) from error
    return _parsed(text, shown, layer)


def parse_country(text: str, shown: str) -> CountryFile:
    """The country of a text; `shown` is what messages call it.

    Raises
    ------
    CountryError
        Everything that is wrong with the text.
    """
    return _parsed(text, shown, 0)[0]


def _parsed(text: str, shown: str, layer: int) -> tuple[CountryFile, Mapping]:
    read = read_mapping(text, shown, layer)
    if read.tree is None or read.messages:
        raise CountryError(list(read.messages))
    settings = read.tree.children.get("parameters")
    try:
        country = CountryFile.model_validate(_plain(read.tree))
    except ValidationError as error:
        raise CountryError([_message(entry, read.tree) for entry in error_list(error)]) from error
    own = settings if isinstance(settings, Mapping) else Mapping(read.tree.where)
    if wrong := _of_a_run(own, country):
        raise CountryError(wrong)
    return country, own


def _of_a_run(settings: Mapping, country: CountryFile) -> list[Message]:
    """What `parameters` sets although it is no fact of a country, or another key of the file says it."""
    wrong = []
    for path in NOT_OF_A_COUNTRY:
        found = _written(settings, path)
        if found is not None:
            wrong.append(
                Message(
                    found[1],
                    f"parameters.{path}: decides one run, not a country (allowed in a scenario or on the command "
                    "line, not here)",
                )
            )
    found = _written(settings, "reform.date")
    if found is not None and country.reform is not None:
        value = found[0].value if isinstance(found[0], Value) else None
        try:
            same = isinstance(value, str) and parse_period(value)[0] == parse_period(country.reform.date)[0]
        except ValueError:
            same = True  # said where settings are checked
        if not same:
            wrong.append(
                Message(
                    found[1],
                    f"parameters.reform.date: the reform has another date (got {show(value)}, allowed reform.date = "
                    f"{country.reform.date}, or nothing here)",
                )
            )
    return wrong


def _written(tree: Mapping, path: str) -> tuple[Value | Mapping, Where] | None:
    """The value of a dotted key, and where the key was written; None where it was not."""
    *parents, last = path.split(".")
    for part in parents:
        below = tree.children.get(part)
        if not isinstance(below, Mapping):
            return None
        tree = below
    return (tree.children[last], tree.key_where[last]) if last in tree.children else None


def _plain(tree: Mapping) -> dict[str, Any]:
    return {k: _plain(c) if isinstance(c, Mapping) else c.value for k, c in tree.children.items()}


_WRONG: Final = {
    "greater_than": "out of range",
    "greater_than_equal": "out of range",
    "less_than": "out of range",
    "less_than_equal": "out of range",
    "finite_number": "not a finite number",
    "literal_error": "not one of the choices",
    "bool_type": "not true or false",
    "int_type": "not a whole number",
    "int_from_float": "not a whole number",
    "float_type": "not a number",
    "string_type": "not a text",
    "string_too_short": "empty",
    "string_too_long": "too long",
    "too_short": "empty",
    "too_long": "too long",
    "dict_type": "not a section of keys",
    "model_type": "not a section of keys",
    "tuple_type": "not a list",
}
"""What kind of mistake is meant by a type of pydantic's; anything else is "not allowed"."""


def _message(entry: dict[str, Any], tree: Mapping) -> Message:
    """One thing that pydantic found wrong, at its line, in words."""
    loc = [str(part) for part in entry["loc"]]
    in_key = loc[-1] == "[key]"
    loc = loc[:-1] if in_key else loc
    child: Value | Mapping = tree
    where = tree.where
    for part in loc:
        if isinstance(child, Value) and part.isdigit() and int(part) < len(child.items):
            child = child.items[int(part)]
            where = child.where
            continue
        if not isinstance(child, Mapping) or part not in child.children:
            break
        at_key = in_key or entry["type"] == "extra_forbidden"
        where = child.key_where[part] if at_key else child.children[part].where
        child = child.children[part]
    path = ".".join(loc)
    known = ("commune", "district", "province") if loc[0] == "tiers" and in_key else _keys_at(loc[:-1])
    field = _field_at(loc)
    extra = None if field is None else field.json_schema_extra
    allowed = str(extra["allowed"]) if isinstance(extra, dict) else "see `dicu world new`"
    if entry["type"] == "extra_forbidden" or (in_key and loc[0] == "tiers" and len(loc) == 2):
        near = suggest(loc[-1], known)
        return Message(
            where,
            f"{path}: unknown key ({f'did you mean {near}; ' if near else ''}allowed {', '.join(known)})",
        )
    if in_key:
        return Message(where, f"{path}: not the code of a language (got {show(loc[-1])}, allowed {allowed})")
    if entry["type"] == "missing":
        about = field.description if field is not None and field.description else "it must be stated"
        return Message(where, f"{path}: is missing ({about}; allowed {allowed})")
    if entry["type"] == "value_error" and loc[-1] == "date":
        return Message(where, f"{path}: {entry['ctx']['error']}")
    what = (
        str(entry["ctx"]["error"])
        if entry["type"] == "value_error"
        else _WRONG.get(entry["type"], "not allowed")
    )
    return Message(where, f"{path}: {what} (got {show(entry['input'])}, allowed {allowed})")


def _model_at(loc: list[str]) -> type[BaseModel] | None:
    parts: dict[str, type[BaseModel]] = {
        "ages": LegalAges,
        "currency": Currency,
        "reform": ReformWords,
        "tiers": Tier,
    }
    if not loc:
        return CountryFile
    return parts.get(loc[0]) if len(loc) == (2 if loc[0] == "tiers" else 1) else None


def _keys_at(loc: list[str]) -> tuple[str, ...]:
    model = _model_at(loc)
    return () if model is None else tuple(model.model_fields)


def _field_at(loc: list[str]) -> FieldInfo | None:
    """The key that a place in the file belongs to: the innermost one that is declared."""
    for n in range(len(loc), 0, -1):
        model = _model_at(loc[: n - 1])
        if model is not None and loc[n - 1] in model.model_fields:
            return model.model_fields[loc[n - 1]]
    return None
