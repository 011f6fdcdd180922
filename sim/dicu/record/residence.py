"""Residence five years ago, as a census asks for it: tables by reach, and by pairs of provinces before the reform."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dicu.record.conform import coded
from dicu.record.declare import STEP, Column, Table
from dicu.scenario.vocabulary import RESIDENCE_SCOPES
from dicu.world.world import World

FIVE_YEAR: Final = Table(
    "five_year", "five_year.parquet",
    "one row per scope at every whole five years of the run: residence five years ago, as a census asks for it",
    (
        *STEP,
        Column("scope", "code", "label", "same place; within a commune, within a district, between districts, "
               "between provinces, on the map before the reform", "assumption A45"),
        Column("persons", "int64", "persons", "persons aged 5 and over, by year of birth", "household columns",
               scaled=True),
    ),
)  # fmt: skip

FIVE_YEAR_FLOWS: Final = Table(
    "five_year_flows", "five_year_flows.parquet",
    "one row per pair of legacy provinces with anybody at every whole five years of the run: residence five years ago "
    "and now, as a census asks for it; its sums are those of five_year",
    (
        *STEP,
        Column("origin_province", "code", "id", "code of the legacy province five years ago", "assumption A45"),
        Column("destination_province", "code", "id", "code of the legacy province now; that of origin_province for who "
               "lives in the same one", "household columns"),
        Column("persons", "int64", "persons", "persons aged 5 and over, by year of birth", "household columns",
               scaled=True),
    ),
)  # fmt: skip


def residence_columns(
    world: World, step: int, by_scope: NDArray[np.int64], between: NDArray[np.int64]
) -> dict[str, dict[str, Any]]:
    """Columns of both tables but step and period, by table; pairs without anybody are left out.

    Parameters
    ----------
    by_scope : (5,) int64
        Persons by how far they live from where they did.
    between : (R, R) int64
        The same persons by legacy province then and now.

    Raises
    ------
    ValueError
        For other shapes, and when both do not tell of the same people.
    """
    codes = world.legacy_provinces.code
    n, r = len(RESIDENCE_SCOPES), len(codes)
    for name, a, shape in (("by_scope", by_scope, (n,)), ("between", between, (r, r))):
        if np.shape(a) != shape:
            raise ValueError(f"five_year, step {step}: {name} must be {shape}, got {np.shape(a)}")
    stayed = int(between.trace())
    told = int(by_scope[-1]), int(by_scope[:-1].sum())
    pairs = int(between.sum()) - stayed, stayed
    if told != pairs:
        raise ValueError(
            f"five_year, step {step}: persons from another province, and from the same one: {told} by scope, but "
            f"{pairs} by pairs of provinces"
        )
    origin, destination = np.nonzero(between)
    return {
        "five_year": {"scope": coded(RESIDENCE_SCOPES, np.arange(n)), "persons": by_scope},
        "five_year_flows": {
            "origin_province": coded(codes, origin),
            "destination_province": coded(codes, destination),
            "persons": between[origin, destination],
        },
    }
