"""Apply a reform: change the overlay, pull the levers, and prove that nothing was lost."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from dicu.government.adoption import adopt
from dicu.government.books import NotConserved
from dicu.government.governments import Governments
from dicu.government.overlay import Overlay
from dicu.government.transition import Transition
from dicu.reform.lineages import Lineage, lineage


@dataclass(frozen=True, eq=False)
class Applied:
    """What a reform did: the totals before and after, and what became of each unit (None without a
    relabelling).
    """

    transition: Transition
    lineage: Lineage | None


def apply(governments: Governments, overlay: Overlay, step: int, residents: NDArray[np.int64]) -> Applied:
    """Adopt an overlay and check that people, area, money and staff are conserved.

    Parameters
    ----------
    governments
        Changed in place.
    overlay
        A dated overlay of `dicu.reform.policy`; it is due at ``step``.
    step
        The step that is beginning.
    residents
        (P,) int64, persons on the day.

    Raises
    ------
    ValueError
        When the overlay is dated at another step.
    NotConserved
        Naming what differs and by how much.
    """
    if overlay.step != step:
        raise ValueError(f"the reform {overlay.name} is dated at step {overlay.step}, not {step}")
    transition = adopt(governments, overlay, step, residents)
    became = None
    if overlay.levers.relabel:
        became = lineage(transition.previous, overlay, residents, governments.world.area_km2)
    check_conservation(transition, became)
    return Applied(transition, became)


def check_conservation(transition: Transition, became: Lineage | None) -> None:
    """Compare what there was with what there is; posts and transfer may differ by just what was cut, and by
    what grants pay of desks.

    Raises
    ------
    NotConserved
        Naming the reform, the quantity and the difference.
    """
    name = transition.overlay.name
    expected = replace(
        transition.before,
        posts=transition.before.posts - transition.posts_cut,
        transfer_vnd=transition.before.transfer_vnd - transition.savings_vnd + transition.desks_vnd,
    )
    for field in fields(expected):
        want, have = getattr(expected, field.name), getattr(transition.after, field.name)
        if want != have:
            raise NotConserved(
                f"reform {name}: {field.name} should be {want} and is {have}: difference {have - want}"
            )
    if became is None:
        return
    for level in np.unique(became.level):
        rows = became.level == level
        for quantity, want in (
            ("persons", transition.before.residents),
            ("area_m2", transition.before.area_m2),
            ("places", len(transition.overlay.commune_of_place)),
        ):
            have = int(getattr(became, quantity)[rows].sum())
            if want != have:
                raise NotConserved(
                    f"reform {name}: the lineage of the {level}s holds {have} of {want} {quantity}: "
                    f"difference {have - want}"
                )
