"""How a parameter is declared: value, unit, range, status and source, in one place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from dicu.scenario.suggest import canonical
from dicu.scenario.wording import quoted

Status = Literal["V", "C", "A", "L", "fit", "policy", "design"]

A9: Final = "model specification, section 9"
"""Source of the defaults that the specification lists."""


class Section(BaseModel):
    """Base of every section: unknown keys are refused, values cannot change after validation.

    Types are strict: ``true`` is not 1, ``100.0`` is not an integer and ``"3"`` is not a number; an integer
    is taken where a real number is asked for.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, validate_default=True, allow_inf_nan=False
    )


def parameter(
    default: Any,
    text: str,
    *,
    unit: str,
    status: Status,
    source: str,
    ge: float | None = None,
    le: float | None = None,
    symbol: str = "",
    allowed: str = "",
) -> Any:
    """Declare one parameter; ``ge`` and ``le`` are the inclusive range that validation enforces.

    ``allowed`` says in words what is allowed where no two numbers can (a date, a path).
    """
    extra: dict[str, Any] = {"unit": unit, "status": status, "source": source, "symbol": symbol}
    if allowed:
        extra["allowed"] = allowed
    return Field(default, description=text, ge=ge, le=le, json_schema_extra=extra)


def word_list(value: object, example: str) -> tuple[str, ...]:
    """A list of words as it is kept, in canonical form; anything else is refused with an example of what is taken."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ValueError(f"not a list (got {quoted(value)}, allowed a list such as {example})")
    for item in value:
        if not isinstance(item, str):
            raise ValueError(
                f"not a list of words (got {quoted(item)} in it, allowed a list such as {example})"
            )
    return tuple(canonical(word) for word in value)
