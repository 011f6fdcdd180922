"""What a reform did to governments, in numbers that must add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dicu.government.overlay import Overlay

VND_PER_BILLION: Final = 1_000_000_000


@dataclass(frozen=True)
class Savings:
    """What mergers save and owe, whichever command tells it.

    Attributes
    ----------
    posts_cut : int
        Net of posts added.
    vnd_per_year : int
        Cost of these posts, dong a year.
    severance_vnd : int
        Severance that falls due, dong in all.
    """

    posts_cut: int = 0
    vnd_per_year: int = 0
    severance_vnd: int = 0

    @classmethod
    def of(cls, *transitions: Transition) -> Savings:
        """Those of all transitions together."""
        return cls(
            sum(t.posts_cut for t in transitions),
            sum(t.savings_vnd * t.steps_per_year for t in transitions),
            sum(t.severance_vnd for t in transitions),
        )

    @property
    def bn_per_year(self) -> float:
        """Savings, billion VND per year."""
        return self.vnd_per_year / VND_PER_BILLION

    @property
    def severance_bn(self) -> float:
        """Severance, billion VND in all."""
        return self.severance_vnd / VND_PER_BILLION

    def payback_years(self, spent_vnd_per_year: int = 0) -> float:
        """Severance over the savings of a year, less what is spent of them each year; nan where nothing is left."""
        left = self.vnd_per_year - spent_vnd_per_year
        return self.severance_vnd / left if left > 0 else float("nan")


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
    desks_vnd : int
        Running costs of desks opened on the day that grants pay, dong a step: by so much the transfers rose.
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
    desks_vnd: int = 0

    @property
    def payback_years(self) -> float:
        """Severance over the savings of a year; nan where nothing is saved."""
        return Savings.of(self).payback_years()
