"""What a country says of itself: ``country.yaml`` in the folder of a world's tables.

Name, languages, currency, words for the tiers of government, the reform, and the settings of a run that differ in this
country from the model's own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from dicu.scenario.calendar import parse_period
from dicu.scenario.messages import error_list, show
from dicu.scenario.source import Mapping, Message, Value, Where, read_mapping
from dicu.scenario.suggest import suggest

FILE: Final = "country.yaml"
LANGUAGE: Final = r"[a-z]{2,3}"
REFERENCE_INCOME: Final = 4.2
"""Mean income per person and month, in million dong of 2019, beside which the model's own amounts of money are meant
(Viet Nam: mean over residents of the incomes in `dicu.world.facts`, to two digits). Amounts of another country are
amounts of the same share of income."""

Words = Annotated[dict[str, str], BeforeValidator(lambda v: {"en": v} if isinstance(v, str) else v)]
"""A text by language; a plain text is English."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Currency(_Part):
    """Amounts of money in the tables and settings are in ``scale`` of this currency."""

    code: str = Field(pattern=r"[A-Z]{3}", max_length=3, description="three letters of ISO 4217")
    symbol: str = Field(min_length=1, max_length=8, description="as it is written beside an amount")
    scale: Literal["one", "thousand", "million"] = Field(description="amounts are given in so many")

    @property
    def unit(self) -> str:
        """As a column's unit reads: "M VND", "k NOK", "EUR"."""
        return f"{ {'one': '', 'thousand': 'k ', 'million': 'M '}[self.scale] }{self.code}"

    @property
    def suffix(self) -> str:
        """As the name of a column of money ends: "mvnd", "knok", "eur"."""
        return f"{ {'one': '', 'thousand': 'k', 'million': 'm'}[self.scale] }{self.code.lower()}"


class Tier(_Part):
    """Words for a tier of government, singular and plural, by language."""

    one: Words
    many: Words


class ReformWords(_Part):
    """The reform whose table stands in the folder."""

    name: Words
    date: str
    source: str = ""

    @field_validator("date")
    @classmethod
    def _is_a_date(cls, value: str) -> str:
        parse_period(value)
        return value


class CountryFile(_Part):
    """``country.yaml``."""

    name: Words = Field(description="name of the country, by language")
    year: int = Field(ge=1990, le=2100, description="year of the residents in `places`")
    languages: tuple[str, ...] = Field(
        default=("en",),
        strict=False,
        min_length=1,
        description="languages of the reports, the first one first",
    )
    currency: Currency
    income: float = Field(
        gt=0, description="mean income per person and month; a province without one of its own gets it"
    )
    money_per_reference: float | None = Field(
        default=None,
        gt=0,
        description="units of this money that are to a household here what a million dong of 2019 was in Viet Nam; "
        "without it: by the ratio of mean incomes",
    )
    tiers: dict[Literal["commune", "district", "province"], Tier] = Field(
        default={}, description="what a commune, a district and a province are called here"
    )
    regions: dict[str, Words] = Field(
        default={}, description="names of the regions that `units` gives by code"
    )
    reform: ReformWords | None = Field(default=None, description="the reform in the table `reform`")
    central_cities: tuple[str, ...] = Field(
        default=(), strict=False, description="provinces or cities that get the package of a central city"
    )
    parameters: dict[str, Any] = Field(
        default={}, description="settings of a run that differ here from the model's, as in a scenario"
    )
    titles: dict[str, str] = Field(
        default={},
        description="words before the name of a district of a kind, where names alone are not told apart",
    )
    districts_govern: bool = Field(
        default=True,
        description="false where `district` of `places` only groups communes into labour markets",
    )
    sources: dict[str, str] = Field(default={}, description="where the figures come from, by a short name")

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
    return country, settings if isinstance(settings, Mapping) else Mapping(read.tree.where)


def _plain(tree: Mapping) -> dict[str, Any]:
    return {k: _plain(c) if isinstance(c, Mapping) else c.value for k, c in tree.children.items()}


def _message(entry: dict[str, Any], tree: Mapping) -> Message:
    """One thing that pydantic found wrong, at its line."""
    loc = [str(part) for part in entry["loc"]]
    child: Value | Mapping = tree
    where = tree.where
    for part in loc:
        if not isinstance(child, Mapping) or part not in child.children:
            break
        where = child.key_where[part] if entry["type"] == "extra_forbidden" else child.children[part].where
        child = child.children[part]
    known = _keys_at(loc[:-1])
    if entry["type"] == "extra_forbidden":
        near = suggest(loc[-1], known)
        what = f"unknown key ({f'did you mean {near}; ' if near else ''}allowed {', '.join(known)})"
    elif entry["type"] == "missing":
        what = f"is missing ({_text_of(loc)})"
    else:
        what = f"{entry['msg'][0].lower()}{entry['msg'][1:]} (got {show(entry['input'])})"
    return Message(where, f"{'.'.join(loc)}: {what}")


def _model_at(loc: list[str]) -> type[BaseModel] | None:
    parts: dict[str, type[BaseModel]] = {"currency": Currency, "reform": ReformWords, "tiers": Tier}
    if not loc:
        return CountryFile
    return parts.get(loc[0])


def _keys_at(loc: list[str]) -> tuple[str, ...]:
    model = _model_at(loc)
    return () if model is None else tuple(model.model_fields)


def _text_of(loc: list[str]) -> str:
    model = _model_at(loc[:-1])
    field = None if model is None else model.model_fields.get(loc[-1])
    return field.description if field is not None and field.description else "it must be stated"
