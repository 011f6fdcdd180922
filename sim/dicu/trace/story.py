"""What a trace tells of one household, as plain data: who it was, what it saw, thought and did, step by step."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, Literal

from dicu.record.declare import MONEY
from dicu.record.local import Local

OptionKind = Literal["stay", "home", "work", "own district", "district", "province"]
Ending = Literal["told", "run over", "gone"]


@dataclass(frozen=True)
class Spot:
    """A place in words: commune, district and province of before the reform."""

    place_key: int
    commune: str
    district: str
    province: str
    urban: bool

    def __str__(self) -> str:
        return f"{self.commune}, {self.district}, {self.province}"


@dataclass(frozen=True)
class State:
    """A household as it stands.

    Attributes
    ----------
    members : tuple of str
        "woman 43", "boy 7"; eldest first.
    formal : bool
        Its workers have formal jobs.
    wealth_mvnd : float
        M VND.
    ties : float
        Attachment to the place, 0 to 1.
    shock : int
        Steps of the last shock that are left.
    parent : str or None
        Identity of the household it came out of, if that is known and still there.
    children : tuple of str
        Identities of households that came out of it.
    """

    place: Spot
    home: Spot
    members: tuple[str, ...]
    life_stage: str
    skilled: bool
    sector: str
    formal: bool
    tenure: str
    wealth_mvnd: float
    ties: float
    shock: int
    parent: str | None
    children: tuple[str, ...]


@dataclass(frozen=True)
class Sight:
    """What it saw around it in a step.

    Attributes
    ----------
    income_mvnd : float
        What a worker of its type expects here, M VND per month.
    income_away_mvnd : float
        The same where it might go, mean weighted by how likely it would go there.
    access : dict
        Access to each service, 1 = at the door.
    own_people : tuple of (province, households)
        Provinces where most households of its own origin live, besides the one it lives in.
    disaster : bool
        A disaster strikes the farms here.
    """

    income_mvnd: float
    income_away_mvnd: float
    access: dict[str, float]
    own_people: tuple[tuple[str, int], ...]
    disaster: bool


@dataclass(frozen=True)
class Thought:
    """Whether it thought about moving.

    Attributes
    ----------
    chance, draw : float
        It does if the draw is below the chance.
    calm_chance : float
        The chance without its shock.
    busy : bool
        Something else happened to it in this step, so that it did not think about moving whatever the draw.
    considered : bool
    """

    chance: float
    calm_chance: float
    draw: float
    busy: bool
    considered: bool


@dataclass(frozen=True)
class Option:
    """One alternative.

    Attributes
    ----------
    weight, probability : float
        Of the logit; the weight counts from the best place of its type = 1.
    needs_mvnd : float
        Wealth without which it is closed.
    open : bool
    race : float or None
        The draw over the weight: the smallest of all wins. None for what is closed.
    """

    kind: OptionKind | Literal["place"]
    name: str
    weight: float
    probability: float
    needs_mvnd: float
    open: bool
    race: float | None


@dataclass(frozen=True)
class Event:
    """Something that happened; ``uid`` is another household that takes part."""

    kind: str
    text: str
    uid: str | None = None


@dataclass(frozen=True)
class Money:
    """What came and went in a step, M VND: wealth before and after are that of `State` and of the next step."""

    earned: float
    consumed: float
    fare: float
    family: float
    sent: float
    received: float
    after: float


@dataclass(frozen=True)
class Chapter:
    """One step.

    Attributes
    ----------
    options : tuple of Option
        As they stood for it, in the order of the rule, whether it thought about moving or not.
    winner : int or None
        Index of the option drawn; None when it did not think about moving.
    places : tuple of Option
        The places of the nest that won.
    place_winner : int or None
    did : tuple of Event
        Its decision; ``life`` what befell it and its family.
    """

    step: int
    period: str
    before: State
    saw: Sight
    thought: Thought
    options: tuple[Option, ...]
    winner: int | None
    places: tuple[Option, ...]
    place_winner: int | None
    life: tuple[Event, ...]
    did: tuple[Event, ...]
    money: Money | None


@dataclass(frozen=True)
class Story:
    """The story of one household.

    Attributes
    ----------
    run, seed
        Which run is replayed.
    uid : str
        0x and 16 digits.
    founded : Event or None
        How it came to be, for one that was not there at the start.
    ending : "told", "run over", "gone"
        Why the story ends: enough told, end of the run, the household is no more.
    local : Local
        In whose money it is told; amounts stand here in the model's.
    """

    run: str
    seed: int
    weight: int
    uid: str
    founded: Event | None
    chapters: tuple[Chapter, ...] = field(default_factory=tuple)
    ending: Ending = "told"
    local: Local = field(default_factory=Local)

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON; amounts in the country's money, under names that end as its tables' do."""
        made = asdict(self)
        del made["local"]
        told: dict[str, Any] = _in_money(made, self.local)
        return told


_AMOUNTS: Final = frozenset(f.name for f in fields(Money))
"""Amounts of a chapter's money, whose names have no unit."""


def _in_money(value: Any, local: Local, inside: str = "") -> Any:
    """A nested value with every amount in the money of a country."""
    if isinstance(value, dict):
        made = {}
        for key, below in value.items():
            amount = key.endswith(tuple(MONEY.values())) or (inside == "money" and key in _AMOUNTS)
            made[local.name(key)] = (
                below * local.factor if amount and local.own else _in_money(below, local, key)
            )
        return made
    if isinstance(value, list | tuple):
        return [_in_money(below, local, inside) for below in value]
    return value


def written(uid: int) -> str:
    """An identity as it is written: 0x and 16 hexadecimal digits."""
    return f"{int(uid):#018x}"


__all__ = [
    "Chapter",
    "Event",
    "Money",
    "Option",
    "Sight",
    "Spot",
    "State",
    "Story",
    "Thought",
    "written",
]
