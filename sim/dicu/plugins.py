"""What a plug-in is written against: settings, terms, observers, draws. `examples/plugin` is a worked one.

Entry points (the name before ``=`` is that of the plug-in)::

    [project.entry-points."dicu.settings"]   # parameters: a subclass of `PluginSettings`
    [project.entry-points."dicu.policies"]   # a `dicu.reform.policies.Policy`
    [project.entry-points."dicu.terms"]      # a class: `Term`
    [project.entry-points."dicu.observers"]  # a class: `Observer`
    [project.entry-points."dicu.figures"]    # a function draw(run) that gives a matplotlib figure
    [project.entry-points."dicu.worlds"]     # a folder of tables (docs/world.md), or a function that gives it

A module that holds settings imports nothing of dicu but this module, for it is read while a scenario is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from dicu.record.declare import Column
from dicu.scenario.declare import parameter
from dicu.scenario.plugins import BadPlugin, PluginSettings
from dicu.scenario.vocabulary import SKILLS, STAGES, WORKS

if TYPE_CHECKING:
    from dicu.behaviour.plugin_terms import Seen
    from dicu.model import Model


class Kind(NamedTuple):
    """A type of household, as columns of tables by place and type have it."""

    stage: str
    skill: str
    work: str


KINDS: Final = tuple(Kind(stage, skill, work) for stage in STAGES for skill in SKILLS for work in WORKS)
"""The T = 16 types in their order."""
FIRST_PURPOSE: Final = 1 << 32
"""Purposes of the model's own draws lie below; a plug-in's is this plus a hash of its name."""


class Term(Protocol):
    """An addition to what households weigh; made once per run of its settings, asked in every step."""

    def __init__(self, settings: Any) -> None:
        """From the plug-in's settings."""

    def utility(self, seen: Seen) -> NDArray[np.float64] | None:
        """(P, T) added to the systematic utility of each place for each type; None for nothing."""

    def hazard(self, seen: Seen) -> NDArray[np.float64] | None:
        """(P, T) added to the logarithm of the hazard of considering a move, by where one lives; None for nothing."""


class Observer(Protocol):
    """Looks on after every step, changes nothing, and fills a table ``plugin_<name>`` of the run.

    Attributes
    ----------
    columns : tuple of Column
        Of its table, besides ``step`` and ``period``.
    """

    columns: tuple[Column, ...]

    def __init__(self, settings: Any) -> None:
        """From the plug-in's settings."""

    def observe(self, model: Model) -> Mapping[str, Any]:
        """Columns of equal length after the step just done (at the start: before the first); empty for no row."""


def draw_key(name: str, seed: int, moment: int) -> np.uint64:
    """Key of a plug-in's draws in a step, for `dicu.compute.hashing.hash64` with an identity: no generator, no state.

    Parameters
    ----------
    name : str
        Of the plug-in; two never share luck, nor do they share it with the model.
    seed : int
        Of the run.
    moment : int
        ``model.moment``, or any other number that tells draws apart.
    """
    from dicu.compute.hashing import key64

    own = int.from_bytes(hashlib.sha256(name.encode()).digest()[:3], "little")
    return np.uint64(key64(seed, FIRST_PURPOSE + own, moment))


__all__ = [
    "KINDS", "BadPlugin", "Column", "Kind", "Observer", "PluginSettings", "Term", "draw_key", "parameter",
]  # fmt: skip
