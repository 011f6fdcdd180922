"""Lists of words as settings."""

from __future__ import annotations

from collections.abc import Sequence

from dicu.scenario.suggest import canonical
from dicu.scenario.wording import quoted


def words(value: object, example: str) -> tuple[str, ...]:
    """A list of words as it is kept, in canonical form.

    Raises
    ------
    ValueError
        For anything else, with an example of what is taken.
    """
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ValueError(f"not a list (got {quoted(value)}, allowed a list such as {example})")
    for item in value:
        if not isinstance(item, str):
            raise ValueError(
                f"not a list of words (got {quoted(item)} in it, allowed a list such as {example})"
            )
    return tuple(canonical(word) for word in value)
