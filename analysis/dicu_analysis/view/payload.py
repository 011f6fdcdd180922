"""Everything that the script of a view reads, as one JSON value: units, values, areas, words and colours."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dicu_analysis.figures import palette
from dicu_analysis.figures.net_migration_map import EDGES as NET_EDGES
from dicu_analysis.figures.province_map import MIDDLE_LATITUDE, matching_outlines, outlying, plain_name
from dicu_analysis.language import Text, Words
from dicu_analysis.report.arms import Arms
from dicu_analysis.report.contents import ACCESS_EDGES
from dicu_analysis.view import geometry
from dicu_analysis.view.values import Layer, dates, layers, measures_of
from dicu_analysis.view.words import KINDS, LAYERS, SCRIPT, SHOWS, measure_family, measure_name

EDGES: Final = {
    "access": ACCESS_EDGES.tolist(),
    "persons": [-5.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 5.0],
    "net": [-5.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 5.0],
    "net_level": NET_EDGES.tolist(),
}
"""Edges of the classes of a map: index points, percent, per 1,000 a year; the same in every view."""
LEVEL_CLASSES: Final = 6


def payload(arms: Arms, words: dict[str, Words]) -> dict[str, Any]:
    """What the script needs.

    Parameters
    ----------
    arms : Arms
        The option that is mapped.
    words : dict
        Both languages, without marks.
    """
    run = arms.run
    areas = geometry.areas_of_places(run)
    made = layers(arms)
    by_key = {layer.key: layer for layer in made}
    steps = dates(arms.sheet)
    measures = measures_of(run)
    return {
        "dates": [run.labels[s] for s in steps],
        "times": [float(run.year_at_end(s)) for s in steps],
        "date_names": {c: [w.period(run.labels[s]) for s in steps] for c, w in words.items()},
        "eve": steps.index(arms.sheet.moments.eve),
        "pairs": arms.n,
        "weight": int(run.manifest["weight"]),
        "real": run.is_real,
        "squeeze": float(np.cos(np.radians(_middle(made) if not run.is_real else MIDDLE_LATITUDE))),
        "measures": [
            {
                "key": m.key,
                "scale": m.scale,
                "dated": m.dated,
                "family": measure_family(m),
                "name": {c: measure_name(w, m) for c, w in words.items()},
            }
            for m in measures
        ],
        "layers": {layer.key: _layer(layer, by_key, areas) for layer in made},
        "places": _places(arms, by_key),
        "districts": [plain_name(n) for n in _district_names(arms)] if run.districts_govern else [],
        "marks": _marks(arms),
        "edges": EDGES,
        "colours": _colours(),
        "arms": {c: arms.names(w) for c, w in words.items()},
        "words": {c: {k: w.say(t) for k, t in SCRIPT.items()} for c, w in words.items()},
        "kinds": _said(KINDS, words),
        "shows": _said(SHOWS if arms.pairs else {"with": Text("this run", "lần mô phỏng này")}, words),
        "layer_names": _said({k: v for k, v in LAYERS.items() if k in by_key}, words),
    }


def _said(texts: dict[str, Text], words: dict[str, Words]) -> dict[str, dict[str, str]]:
    return {c: {k: w.say(t) for k, t in texts.items()} for c, w in words.items()}


def _middle(made: list[Layer]) -> float:
    return float(np.mean(made[0].middle[:, 1]))


def _layer(layer: Layer, by_key: dict[str, Layer], areas: NDArray[Any]) -> dict[str, Any]:
    level, when = layer.key.split("_")
    above = by_key.get(f"province_{when}", by_key["province_old"])
    told: dict[str, Any] = {
        "codes": layer.codes,
        "names": [plain_name(n) for n in layer.names],
        "kinds": layer.kinds,
        "middle": np.round(layer.middle, 3).tolist(),
        "residents": layer.residents.tolist(),
        "areas": geometry.encoded(geometry.merged(areas, layer.unit)),
        "values": {
            measure: {
                part: geometry.deflated(
                    geometry.variable_length(np.diff(v, axis=0, prepend=0).reshape(-1).tolist())
                )
                for part, v in parts.items()
            }
            for measure, parts in layer.values.items()
        },
    }
    if level == "commune":
        parent = np.zeros(len(layer.codes), dtype=np.int64)
        parent[layer.unit.codes] = above.unit.codes
        told["parent"] = parent.tolist()
    return told


def _district_names(arms: Arms) -> list[str]:
    names = arms.run.names("district")
    return [names.get(str(c), str(c)) for c in arms.run.unit_of_place("district").categories]


def _places(arms: Arms, by_key: dict[str, Layer]) -> dict[str, list[list[int]]]:
    """Which units share a place: old unit, new unit, and district of each such pair of communes."""
    made = {}
    for level in ("commune", "province"):
        if f"{level}_new" not in by_key:
            continue
        both = [by_key[f"{level}_{when}"].unit.codes.astype(np.int64) for when in ("old", "new")]
        district = arms.run.unit_of_place("district").codes.astype(np.int64)
        rows = np.stack([*both, district] if level == "commune" else both, axis=1)
        made[level] = np.unique(rows, axis=0).tolist()
    return made


def _marks(arms: Arms) -> list[dict[str, Any]]:
    """Island districts outside of every outline, by name: they stand on every map of the country."""
    run = arms.run
    rings = [ring for rings in matching_outlines(run).values() for ring in rings]
    if not rings:
        return []
    names = run.names("district")
    return [
        {"name": plain_name(names[str(code)]).removeprefix("Huyện "), "x": lon, "y": lat}
        for code, lon, lat in outlying(run.world_places, rings)
    ]


def _colours() -> dict[str, Any]:
    from matplotlib.colors import LinearSegmentedColormap, to_hex

    def hexes(colours: Any) -> list[str]:
        return [to_hex(c) for c in colours]

    n = len(ACCESS_EDGES) + 1
    level = LinearSegmentedColormap.from_list("level", palette.STREAMS)
    return {
        "access": hexes(palette.changes(n)),
        "persons": hexes(palette.gains(n)),
        "net": hexes(palette.gains(n)),
        "net_level": hexes(palette.gains(len(NET_EDGES) + 1)),
        "level": hexes(level(np.linspace(0, 1, LEVEL_CLASSES))),
        "within": palette.WITHIN,
        "unknown": palette.UNKNOWN,
        "edge": palette.EDGE,
        "ink": palette.INK,
        "with": palette.WITH,
        "without": palette.WITHOUT,
    }
