"""What a fit to a country gives besides single numbers: terms of its provinces, and which of several sets is used."""

from __future__ import annotations

from typing import Final

from pydantic import field_validator

from dicu.scenario.declare import Section, parameter
from dicu.scenario.wording import quoted

MOST_TERM: Final = 5.0
"""A term beyond it, in logs, is a mistake: a factor of 150."""
EXAMPLE: Final = "['79=0.4', '34=-0.2']"


def term_of(word: str) -> tuple[str, float]:
    """Code of the province and the term of a word such as ``79=0.4``.

    Raises
    ------
    ValueError
        For anything else, and for a term beyond ``MOST_TERM``.
    """
    code, equals, text = word.partition("=")
    try:
        term = float(text)
    except ValueError:
        term = float("nan")
    if not equals or not code or not -MOST_TERM <= term <= MOST_TERM:
        raise ValueError(
            f"not a term of a province (got {quoted(word)}, allowed CODE=NUMBER from {-MOST_TERM:g} to {MOST_TERM:g}, "
            f"such as {EXAMPLE})"
        )
    return code, term


class ProvinceTerms(Section):
    """What makes a legacy province liked or left besides all that the model knows of it, fitted with shrinkage."""

    arrive: tuple[str, ...] | None = parameter(
        None,
        "added to the utility of every place of the province, as CODE=TERM; other provinces 0; null = those fitted, in "
        "the country of the package, and none elsewhere",
        unit="utility",
        status="fit",
        source="assumption A121: shrunken towards 0; docs/calibration.md",
        allowed=f"null or a list such as {EXAMPLE}",
        symbol="a_r",
    )
    leave: tuple[str, ...] | None = parameter(
        None,
        "log of the factor on the hazard of considering a move in the province, as CODE=TERM; other provinces 0; null "
        "= those fitted, in the country of the package, and none elsewhere",
        unit="ln(hazard)",
        status="fit",
        source="assumption A121: shrunken towards 0; docs/calibration.md",
        allowed=f"null or a list such as {EXAMPLE}",
        symbol="b_r",
    )

    @field_validator("arrive", "leave", mode="before")
    @classmethod
    def _are_terms(cls, value: object) -> tuple[str, ...] | None:
        if value is None:
            return None
        if not isinstance(value, list | tuple) or not all(isinstance(word, str) for word in value):
            raise ValueError(
                f"not a list of terms (got {quoted(str(value))}, allowed a list such as {EXAMPLE})"
            )
        codes = [term_of(word)[0] for word in value]
        for code in codes:
            if codes.count(code) > 1:
                raise ValueError(f"a province twice (got {quoted(code)}, allowed each once)")
        return tuple(value)


class Ensemble(Section):
    """Which of the sets of parameters that fit the country about equally a run has."""

    member: int | None = parameter(
        None,
        "member of the ensemble that comes with the program: its values take the place of the defaults, and what a "
        "scenario says counts before them; null = the best set, which the defaults are",
        unit="1",
        status="design",
        source="docs/calibration.md: sets that fit about equally",
        ge=1,
        le=10_000,
    )


__all__ = ["Ensemble", "ProvinceTerms", "term_of"]
