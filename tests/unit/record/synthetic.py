"""Run folders made up through the Recorder, on a made-up world, for the tests of record and analysis."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from dicu.record.codebook import tables
from dicu.record.folder import building, run_folder
from dicu.record.manifest import build_manifest, now, write_manifest
from dicu.record.recorder import Recorder
from dicu.scenario.calendar import Calendar
from dicu.scenario.vocabulary import SERVICES
from dicu.world.small import monocentric
from dicu.world.world import World

STEPS = 8  # 2024Q3 to 2026Q2; the merger of 2025Q3 is step 5
WEIGHT = 10
COUNTS = [c.name for c in tables()["national"].columns[2:]]
BY_SCOPE = np.array([900, 10, 30, 20, 40])
"""Residence five years ago."""
GOVERNMENT_NUMBERS = {
    c.name: c.dtype for c in tables()["governments"].columns if c.dtype in ("int64", "float64")
}


def world() -> World:
    return monocentric(villages=24)


def calendar() -> Calendar:
    return Calendar("2024Q3", "2026Q2")


def events(w: World, step: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Moves of one step, mostly into the city; the same each time."""
    rng = np.random.default_rng(step)
    n = 60
    origin = rng.integers(0, w.n_places, n).astype(np.uint16)
    city = np.flatnonzero(w.urban)
    destination = np.where(rng.random(n) < 0.6, rng.choice(city, n), rng.integers(0, w.n_places, n))
    keep = origin != destination
    persons = rng.integers(1, 5, n)
    return origin[keep], destination[keep].astype(np.uint16), persons[keep]


def government_columns(w: World) -> dict[str, Any]:
    units = w.legacy_provinces
    n = len(units)
    whole = np.arange(n, dtype=np.int64)
    return {
        "level": np.full(n, "province"),
        "generation": np.full(n, "legacy"),
        "code": units.code,
        "name": units.name,
        "kind": units.kind,
        **{c: whole if dtype == "int64" else whole * 0.5 for c, dtype in GOVERNMENT_NUMBERS.items()},
    }


def lineage_columns(w: World) -> dict[str, Any]:
    """What became of each unit when the second map of the world came into force."""
    new_province = w.new_communes.parent[w.new_commune]
    levels = (
        ("commune", w.legacy_communes, w.legacy_commune, w.new_communes, w.new_commune),
        ("province", w.legacy_provinces, w.province, w.new_provinces, new_province),
    )
    rows: list[dict[str, Any]] = []
    for level, old_units, old, new_units, new in levels:
        ways = sorted(set(zip(old.tolist(), new.tolist(), strict=True)))
        for a, b in ways:
            there = (old == a) & (new == b)
            split = sum(x == a for x, _ in ways) > 1
            merged = sum(y == b for _, y in ways) > 1
            rows.append(
                {
                    "level": level,
                    "predecessor": old_units.code[a],
                    "successor": new_units.code[b],
                    "predecessor_name": old_units.name[a],
                    "successor_name": new_units.name[b],
                    "kind": "split" if split else "merged" if merged else "unchanged",
                    "places": int(there.sum()),
                    "persons": int(w.residents[there].sum()),
                    "area_km2": float(w.area_km2[there].sum()),
                }
            )
    return {name: [row[name] for row in rows] for name in rows[0]}


def movers() -> np.ndarray:
    """Moves by scope, sex and age: ten of each age 20-39, one of each other age; more of them far away."""
    ages = np.ones((3, 2, 128), dtype=np.int64)
    ages[:, :, 20:40] = 10
    ages[:, :, 100:] = 0
    ages[2] *= 3
    return ages


def between(w: World) -> np.ndarray:
    """The people of `BY_SCOPE` by pairs of provinces: who came from another one went from the last to the first."""
    made = np.zeros((len(w.legacy_provinces), len(w.legacy_provinces)), dtype=np.int64)
    made[0, 0], made[-1, 0] = BY_SCOPE[:-1].sum(), BY_SCOPE[-1]
    return made


def fill(
    recorder: Recorder, w: World, *, shuffle: bool = False, policy: str = "actual", lives: bool = False
) -> None:
    """Hand a whole run over, step by step; with ``lives`` also births, ages of movers, five-year residence."""
    households = (w.residents // 35).astype(np.int64)
    persons = households * 3
    urban = w.urban
    for step in range(STEPS + 1):
        o = d = p = np.zeros(0, dtype=np.int64)
        if step:
            o, d, p = events(w, step)
            if shuffle:
                order = np.random.default_rng(99).permutation(len(o))
                o, d, p = o[order], d[order], p[order]
            np.subtract.at(persons, o, p)
            np.add.at(persons, d, p)
            recorder.flows(step, o, d, p)
        row = dict.fromkeys(COUNTS, 0)
        row |= {
            "households": int(households.sum()),
            "persons": int(persons.sum()),
            "urban_persons": int(persons[urban].sum()),
            "rural_persons": int(persons[~urban].sum()),
            "moves": len(o),
            "moved_persons": int(p.sum()),
        }
        if lives and step:
            row |= {"births": 30, "deaths": 10, "couples": 5 + step}
            if step % 4 == 2:
                recorder.movers(step, movers())
            if step in (4, 8):
                recorder.five_year(step, BY_SCOPE, between(w))
        recorder.national(step, row)
        access = np.full((w.n_places, len(SERVICES)), 0.5)
        access[w.terrain == 1] = 0.3
        if step >= 5 and policy != "none":
            access[:, 0] *= 0.8
            access[:, 1] *= 1.2
        recorder.places(step, households, persons, access)
        recorder.governments(step, government_columns(w))
    if policy != "none":
        recorder.lineage(5, lineage_columns(w))


def manifest(policy: str = "actual", **changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "name": "synthetic", "run_id": "0123456789abcdef", "config_sha256": "a" * 64,
        "inputs_sha256": {"x": "b" * 64},
        "config": {
            "seed": 42, "world": {"name": "monocentric"}, "reform": {"policy": policy, "date": "2025Q3"},
        },
        "state_sha256": "c" * 64, "households": 1, "persons": 3, "weight": WEIGHT,
        "steps": STEPS,
        "seconds": {"pass": 0.5}, "engine": "threads", "threads": 2, "started": now(), "ended": now(),
    }  # fmt: skip
    return build_manifest(**(given | changes))


def make_run(
    out: Path,
    *,
    flows: str = "place",
    policy: str = "actual",
    run_id: str = "0123456789abcdef",
    lives: bool = False,
    changes: dict[str, Any] | None = None,
) -> Path:
    """A finished run folder."""
    w = world()
    final = run_folder(out, "synthetic", run_id)
    with building(final) as folder:
        with Recorder(
            folder,
            w,
            calendar(),
            weight=WEIGHT,
            flows=flows,
            services=tuple(SERVICES),  # type: ignore[arg-type]
        ) as recorder:
            fill(recorder, w, policy=policy, lives=lives)
            recorder.finish()
        write_manifest(folder, manifest(policy, run_id=run_id, **(changes or {})))
    return final
