"""Table ``moves``: every move with who made it, so that two runs can be compared household by household."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dicu.record.conform import coded
from dicu.record.declare import STEP, Column, Table
from dicu.scenario.vocabulary import MOVE_KINDS, REASONS, SKILLS, STAGES, TERRAINS, WORKS
from dicu.world.world import World

_COMMIT: Final = "rule `move`, commit"
_ROW: Final = "household columns before the move"

MOVES: Final = Table(
    "moves", "moves.parquet",
    "one row per moving household or person, by step and uid; only with record.moves: all",
    (
        *STEP,
        Column("uid", "uint64", "id", "the household that moved, or out of which somebody left; the same "
               "household in every scenario that shares population and history", _ROW),
        Column("origin_place", "uint64", "id", "place key", _COMMIT),
        Column("destination_place", "uint64", "id", "place key", _COMMIT),
        Column("origin_terrain", "code", "label", "plain, mountain or island", "world_places.parquet"),
        Column("origin_urban", "bool", "1", "origin was urban in the step", "urban_places.parquet"),
        Column("destination_urban", "bool", "1", "the same of the destination", "urban_places.parquet"),
        Column("kind", "code", "label", "whole: everybody moved; split: one adult founded a household; partner: one "
               "moved to a partner; follow: the family followed a child", _COMMIT),
        Column("reason", "code", "label", "what tipped the move", "rule `choose`"),
        Column("households", "int64", "households", "households that the row stands for", _COMMIT, scaled=True),
        Column("persons", "int64", "persons", "persons who moved", _COMMIT, scaled=True),
        Column("stage", "code", "label", "life stage of the household: young adult, children, other, elderly", _ROW),
        Column("age", "int32", "years", "of who left alone, else of the eldest who moved", _ROW),
        Column("skill", "code", "label", "unskilled or skilled", _ROW),
        Column("work", "code", "label", "agriculture or other", _ROW),
        Column("income_quantile", "int32", "1/256", "rank of the household's lasting luck in income, 0-255", _ROW),
    ),
)  # fmt: skip


def moves_columns(world: World, made: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """Columns of the table but step and period, ordered so that rows of the model in any order give the same bytes.

    Parameters
    ----------
    made : mapping of (E,) arrays
        ``uid, kind, type, income_quantile, age, origin, destination, persons, reason, origin_urban,
        destination_urban`` (class of the two places in the step), the others as in
        `dicu.commit.changes.Changes` and `dicu.commit.ledger.Movers`; origin and destination are place indices.
    """
    order = np.lexsort((made["age"], made["destination"], made["kind"], made["uid"]))
    m = {name: np.asarray(values)[order] for name, values in made.items()}
    key = world.place_key.astype(np.uint64)
    # a type is life stage, skill and work in one number
    rest, work = np.divmod(m["type"].astype(np.int64), len(WORKS))
    stage, skill = np.divmod(rest, len(SKILLS))
    return {
        "uid": m["uid"],
        "origin_place": key[m["origin"]],
        "destination_place": key[m["destination"]],
        "origin_terrain": coded(TERRAINS, world.terrain[m["origin"]]),
        "origin_urban": m["origin_urban"],
        "destination_urban": m["destination_urban"],
        "kind": coded(MOVE_KINDS, m["kind"]),
        "reason": coded(REASONS, m["reason"]),
        "households": np.ones(len(order), dtype=np.int64),
        "persons": m["persons"],
        "stage": coded(STAGES, stage),
        "age": m["age"],
        "skill": coded(SKILLS, skill),
        "work": coded(WORKS, work),
        "income_quantile": m["income_quantile"].astype(np.int32),
    }
