"""Parts of ``country.yaml``: money, words for the tiers, the reform, ages of a law; each key with what is allowed."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from dicu.scenario.calendar import NOTATION, parse_period

WORD: Final = "a text of 1 to 200 characters"
WORDS: Final = f"{WORD}, or one by language: {{en: Norway, nb: Norge}}"
"""What messages say of a text."""
Word = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
Words = Annotated[
    dict[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], Word],
    BeforeValidator(lambda v: {"en": v} if isinstance(v, str) else v),
    Field(min_length=1),
]
"""A text by language; a plain text is English."""


def said(what: str, allowed: str, **rules: Any) -> Any:
    """A key: what it says and, for messages, what may stand there."""
    return Field(description=what, json_schema_extra={"allowed": allowed}, **rules)


class Part(BaseModel):
    """A mapping of the file: no other keys than those declared, and no value bent into another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Currency(Part):
    """Amounts of money in the tables and settings are in ``scale`` of this currency."""

    code: str = said("its code", "three capital letters of ISO 4217", pattern=r"^[A-Z]{3}$")
    symbol: str = said(
        "as it is written beside an amount", "a text of 1 to 8 characters", min_length=1, max_length=8
    )
    scale: Literal["one", "thousand", "million"] = said(
        "amounts are given in so many", "one of one, thousand, million"
    )

    @property
    def unit(self) -> str:
        """As a column's unit reads: "M VND", "k NOK", "EUR"."""
        return f"{ {'one': '', 'thousand': 'k ', 'million': 'M '}[self.scale] }{self.code}"

    @property
    def suffix(self) -> str:
        """As the name of a column of money ends: "mvnd", "knok", "eur"."""
        return f"{ {'one': '', 'thousand': 'k', 'million': 'm'}[self.scale] }{self.code.lower()}"


class Tier(Part):
    """Words for a tier of government, singular and plural, by language."""

    one: Words = said("one of them", WORDS)
    many: Words = said("several of them", WORDS)


class ReformWords(Part):
    """The reform whose table stands in the folder."""

    name: Words = said("what it is called", WORDS)
    date: str = said("when it takes effect, the first date of the table", NOTATION)
    source: str = said("where its table is from", WORD, default="")

    @field_validator("date")
    @classmethod
    def _is_a_date(cls, value: str) -> str:
        parse_period(value)
        return value


class LegalAges(Part):
    """Ages that a law of the country sets, in years; None: not stated, that of another country stands in.

    Statistical conventions (working age, childbearing, old age) are no law of a country and stand where they are used;
    docs/world.md lists both.
    """

    majority: int | None = said(
        "age from which a person is of full age: moves on its own account and is an adult to children without parents",
        "null, or a whole number within 15..21",
        default=None,
        ge=15,
        le=21,
    )
    marriage: int | None = said(
        "least age at marriage, of both sexes; where the law has two, the lower one",
        "null, or a whole number within 15..22",
        default=None,
        ge=15,
        le=22,
    )
    retirement_men: float | None = said(
        "age at which male officials retire, by which severance is reckoned",
        "null, or a number above 55 and at most 75",
        default=None,
        gt=55,
        le=75,
    )
    retirement_women: float | None = said(
        "the same of female officials",
        "null, or a number above 55 and at most 75",
        default=None,
        gt=55,
        le=75,
    )
    source: str = said("the laws", WORD, default="")


AGES: Final = ("majority", "marriage", "retirement_men", "retirement_women")
"""Keys of `LegalAges` that are ages."""
