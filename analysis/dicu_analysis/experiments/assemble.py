"""From an estimated effect to a whole result: verdict, power, equivalence, and the words that go with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from dicu.scenario.scenario import Scenario
from dicu_analysis.effects import VERDICTS, Effect, Verdict, equivalence, holm, verdict
from dicu_analysis.experiments.result import (
    Arm,
    Control,
    Equivalent,
    Estimate,
    Figure,
    Group,
    Opinion,
    Part,
    Power,
    Result,
    Robust,
    finite,
)
from dicu_analysis.experiments.statistics import detectable, power, replicates_for
from dicu_analysis.language import ENGLISH, Text, Words
from dicu_analysis.scalars import floats

PROMISED: Final = 0.9
FAMILY: Final = 6
"""Primary tests that Holm knows of: H1-H6."""
LEAST_D: Final = 5e-3
"""Standard deviations of a difference below which the replicates needed are not counted: over 400,000."""


@dataclass(frozen=True)
class Spec:
    """What stands fast about an experiment before it runs."""

    id: Literal["h1", "h2", "h3", "h4", "h5", "h6"]
    question: str
    estimand: str
    design: str
    unit: str
    held_fixed: tuple[str, ...]
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What the caller knows of the runs: they are all of one kind.

    Attributes
    ----------
    scenario : Scenario
        One of them.
    quick : bool
        Fewer replicates, coarser rows: for trying out, never for citing.
    words : Words
        The language that figures are drawn in; what is estimated and stored does not depend on it.
    """

    scenario: Scenario
    model_version: str
    quick: bool
    words: Words = ENGLISH

    def said_in(self, words: Words) -> Facts:
        """The same for a reader of another language."""
        return replace(self, words=words)

    @property
    def weight(self) -> int:
        """Households a row."""
        return self.scenario.population.weight

    @property
    def world(self) -> str:
        """Name of the world."""
        return str(self.scenario.world.name)

    @property
    def first(self) -> str:
        """First period."""
        return self.scenario.time.start

    @property
    def last(self) -> str:
        """Last period."""
        return self.scenario.time.end


@dataclass
class Found:
    """What an experiment estimated.

    ``effect`` is in units of its outcome and ``scale`` turns it into the unit of the result (100 for points);
    ``sesoi`` is in the unit of the result.
    """

    effect: Effect
    sesoi: float
    plain: Text
    scale: float = 1.0
    luck_shared: float | None = None
    replicates: int = 0
    arms: list[Arm] = field(default_factory=list)
    secondary: list[Estimate] = field(default_factory=list)
    mechanism: list[Estimate] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    robust: list[Robust] = field(default_factory=list)
    """Signs over assumptions and parameter sets; the first is that of the primary number and may take its verdict."""
    second_opinion: list[Opinion] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    draw: Callable[[Facts], list[Figure]] = lambda facts: []
    """Draws and writes the figures in the language of the facts."""
    caveats: list[str] = field(default_factory=list)
    shown: Estimate | None = None
    """The number that is shown instead of the tested effect (a ratio, whose test is that of its numerator)."""
    estimand: str = ""
    design: str = ""
    """Those of the spec with the sizes that the sweep was designed with, where the spec leaves them open."""
    unit: str = ""
    """Unit of the result when it is not that of the spec: a ratio without meaning gives way to its numerator."""


def _reached_power(effect: Effect, sesoi: float) -> Power:
    """Power at the smallest effect of interest, given the standard deviation between replicates that was found."""
    if effect.exact:
        return Power(promised=PROMISED, needed=2, reached=1.0, detectable=0.0, luck_shared=None)
    d, found = sesoi / effect.sd, abs(effect.mean) / effect.sd
    return Power(
        promised=PROMISED,
        needed=_replicates(d),
        reached=power(d, effect.n),
        detectable=detectable(effect.sd, effect.n, PROMISED),
        as_found=_replicates(found),
        luck_shared=None,
    )


def _replicates(d: float) -> int | None:
    """Replicates for the promised power; None for more than anybody would run."""
    return replicates_for(d, PROMISED) if d > LEAST_D else None


def assemble(spec: Spec, facts: Facts, found: Found) -> Result:
    """The result of an experiment; p-values are adjusted for all six as if the others were the smallest."""
    effect = found.effect.times(found.scale)
    unit = found.unit or spec.unit
    same = equivalence(effect, found.sesoi)
    p_holm = min(1.0, FAMILY * effect.p)
    said = _said(effect, found.sesoi, p_holm, found.robust)
    strength = _reached_power(effect, found.sesoi).model_copy(
        update={"luck_shared": None if found.luck_shared is None else finite(found.luck_shared)}
    )
    shown = found.shown or Estimate.of(effect, "effect", found.estimand or spec.estimand, unit)
    return Result(
        id=spec.id, question=spec.question, estimand=found.estimand or spec.estimand,
        design=found.design or spec.design, quick=facts.quick,
        model_version=facts.model_version, weight=facts.weight, world=facts.world,
        period=f"{facts.first} to {facts.last}", arms=found.arms, replicates=found.replicates or effect.n,
        unit=unit, effect=shown.effect, mc_error=shown.mc_error, interval=shown.interval, p=finite(effect.p),
        p_holm=p_holm, holm_family=[spec.id], sesoi=found.sesoi,
        equivalence=Equivalent(sesoi=found.sesoi, unit=unit, p=finite(same.p), equivalent=same.equivalent),
        verdict=said, verdict_text=VERDICTS[said], power=strength, secondary=found.secondary,
        mechanism=found.mechanism, parts=found.parts, robust=found.robust,
        second_opinion=found.second_opinion, groups=found.groups,
        controls=found.controls, held_fixed=list(spec.held_fixed), caveats=[*spec.caveats, *found.caveats],
        figures=found.draw(facts.said_in(ENGLISH)), plain_words=found.plain,
    )  # fmt: skip


def with_family(results: Mapping[str, Result]) -> dict[str, Result]:
    """The same results with p-values adjusted by Holm for all that are there; a missing one counts as larger."""
    adjusted = holm({name: 1.0 if r.p is None else r.p for name, r in results.items()}, FAMILY)
    made = {}
    for name, running in adjusted.items():
        result = results[name]
        effect = _effect_of(result)
        said = result.verdict if effect is None else _said(effect, result.sesoi, running, result.robust)
        made[name] = result.model_copy(
            update={
                "p_holm": running,
                "holm_family": sorted(results),
                "verdict": said,
                "verdict_text": VERDICTS[said],
            }
        )
    return {name: made[name] for name in results}


def _said(effect: Effect, sesoi: float, p: float, robust: Sequence[Robust]) -> Verdict:
    """The verdict of the test, unless its sign turns within the declared ranges: then no one number has one."""
    if robust and robust[0].verdict == "flips":
        return "depends"
    return verdict(effect, sesoi, p)


def _effect_of(result: Result) -> Effect | None:
    """The tested effect as far as the result tells it; None for ratios, whose verdict rests on another number."""
    low, high = result.interval
    if result.effect is None or result.mc_error is None or low is None or high is None or result.p is None:
        return None
    n = result.replicates
    return Effect(result.effect, result.mc_error, low, high, result.p, result.mc_error * np.sqrt(n), n)


def arms_of(
    points: Mapping[str, int],
    outcomes: Mapping[int, ArrayLike],
    values: Mapping[str, Mapping[Any, Any]],
    scale: float,
) -> list[Arm]:
    """Arms with their mean outcome."""
    return [
        Arm(
            name=name,
            text="",
            values={str(key): value for key, value in values[name].items()},
            outcome=finite(float(np.mean(floats(outcomes[point]))) * scale),
        )
        for name, point in points.items()
    ]


def opinion(
    estimator: str,
    data: str,
    estimate: float,
    se: float,
    interval: Sequence[float],
    truth: float,
    unit: str,
    note: str = "",
) -> Opinion:
    """What another estimator said beside the truth."""
    low, high = interval
    return Opinion(
        estimator=estimator,
        data=data,
        estimate=finite(estimate),
        se=finite(se),
        interval=(finite(low), finite(high)),
        truth=finite(truth),
        error=finite(estimate - truth),
        covers=bool(low <= truth <= high),
        unit=unit,
        note=note,
    )
