"""What a reform did to governments, in numbers that must add up."""

from __future__ import annotations

from dataclasses import dataclass

from dicu.government.overlay import Overlay


@dataclass(frozen=True)
class Totals:
    """What a reform must conserve, summed over the country."""

    residents: int
    area_m2: int
    posts: int
    transfer_vnd: int
    capital_vnd: int
    capital_reference_vnd: int


@dataclass(frozen=True)
class Transition:
    """What an overlay did when it was adopted.

    Attributes
    ----------
    before, after : Totals
    offices_before, offices_after : int
    posts_cut : int
        Negative when posts were added.
    savings_vnd : int
        Cost of the posts cut, net of posts added, dong a step: by so much the transfers fell.
    severance_vnd : int
        Severance that falls due by it, dong in all.
    """

    overlay: Overlay
    previous: Overlay
    before: Totals
    after: Totals
    offices_before: int
    offices_after: int
    posts_cut: int
    savings_vnd: int
    severance_vnd: int = 0
    steps_per_year: int = 4

    @property
    def payback_years(self) -> float:
        """Severance over the savings of a year; nan where nothing is saved."""
        a_year = self.savings_vnd * self.steps_per_year
        return self.severance_vnd / a_year if a_year > 0 else float("nan")
