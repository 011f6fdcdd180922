"""Who governs: communes and provinces as Mesa agents over places that never move."""

from sim.government.agents import Commune, Province
from sim.government.books import NotConserved
from sim.government.governments import Governments
from sim.government.overlay import Levers, Overlay, in_force, legacy_overlay
from sim.government.transition import Totals, Transition

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
