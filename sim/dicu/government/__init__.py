"""Who governs: communes and provinces as Mesa agents over places that never move."""

from dicu.government.agents import Commune, Province
from dicu.government.books import NotConserved
from dicu.government.governments import Governments
from dicu.government.overlay import Levers, Overlay, in_force, legacy_overlay
from dicu.government.transition import Totals, Transition

__all__ = [
    "Commune",
    "Governments",
    "Levers",
    "NotConserved",
    "Overlay",
    "Province",
    "Totals",
    "Transition",
    "in_force",
    "legacy_overlay",
]
