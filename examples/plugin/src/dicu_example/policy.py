"""A policy: every district becomes one commune."""

from __future__ import annotations

import numpy as np

from dicu.government.overlay import Overlay
from dicu.reform.designs import overlay_of
from dicu.reform.policies import ALL, Case, Policy, need_reform


def make(case: Case) -> list[Overlay]:
    """The borders of the policy.

    Parameters
    ----------
    case : Case
        ``case.own`` holds the settings of the plug-in.
    """
    world = case.world
    district = np.zeros(len(world.legacy_communes), dtype=np.int64)
    district[world.legacy_commune] = world.district
    size = np.bincount(district, minlength=len(world.districts))
    alone = size[district] < case.own.fewest
    unit = np.where(alone, len(world.districts) + np.arange(len(district)), district)
    numbered = np.unique(unit, return_inverse=True)[1].astype(np.int32)
    return [
        overlay_of(case.country, numbered, name=case.name, step=case.step, date=case.date, levers=case.levers)
    ]


POLICY = Policy(ALL, make, (need_reform,))
