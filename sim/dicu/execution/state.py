"""The state of a model between two steps, as arrays: taken, told to all ranks, and put back; files are `saved`'s."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dicu.government import state as government
from dicu.government.overlay import in_force
from dicu.model import Model
from dicu.observe.outputs import Outputs
from dicu.population.columns import COLUMNS, Households
from dicu.population.links import Links
from dicu.population.shard import Shard

_OF_ROWS: Final = ("households.", "links.", "outputs.then")
"""Names of arrays with one entry a household or link begin so."""


def state_of(model: Model, outputs: Outputs) -> dict[str, NDArray[Any]]:
    """What `Saves.save` saves; all ranks call it together, and the first has all of it."""
    return {**arrays_of(model), **outputs.saved()}


def arrays_of(model: Model) -> dict[str, NDArray[Any]]:
    """The whole state of a model between two steps as it lies in memory, rows in their order.

    Views: what is not written before the next step is lost. All ranks call it together, and the first has all.
    """
    h, links = model.whole()
    return {
        **{f"households.{name}": getattr(h, name)[: h.n] for name, _, _ in COLUMNS},
        "links.child": links.child,
        "links.parent": links.parent[: links.n],
        "now": np.array([model.now]),
        "year": np.array([model.year]),
        "kappa": np.array([model.kappa]),
        "offer_cost": np.array([model.offer_cost]),
        "start.network": model.network_start,
        **{f"{p}.{name}": a for p, part in model.part_states().items() for name, a in part.items()},
    }


def shared(shard: Shard, arrays: Mapping[str, NDArray[Any]] | None) -> dict[str, NDArray[Any]]:
    """A saved state that the first rank has read, on all ranks: what is of rows stays there, to be dealt out.

    Parameters
    ----------
    arrays : mapping or None
        None on the other ranks.
    """
    if shard.alone:
        assert arrays is not None
        return dict(arrays)
    ranks = shard.ranks
    text = json.dumps(sorted(arrays)).encode() if arrays is not None else b""
    heads = ranks.told("start", np.frombuffer(text, dtype=np.uint8) if arrays is not None else None)
    made: dict[str, NDArray[Any]] = {}
    for name in json.loads(heads.tobytes()):
        array = arrays[name] if arrays is not None else None
        if name.startswith(_OF_ROWS):
            made[name] = np.empty(0, dtype=_dtype(name)) if array is None else array
        else:
            made[name] = ranks.told("start", array)
    if "outputs.then" in made:
        place = made["households.place"]
        made["outputs.then"] = shard.dealt(made["outputs.then"], shard.owner[place])
        if not ranks.first:
            made["outputs.joined"] = np.zeros_like(made["outputs.joined"])
    return made


def _dtype(name: str) -> Any:
    """Of an array of rows."""
    widths = {f"households.{column}": (dtype, width) for column, dtype, width in COLUMNS}
    dtype, width = widths.get(name, (np.uint16 if name == "outputs.then" else np.uint32, 1))
    return np.dtype(dtype) if width == 1 else np.dtype((dtype, (width,)))


def restore(model: Model, arrays: Mapping[str, NDArray[Any]], spare: float = 0.0) -> None:
    """Bring a model at the start of the run in which `arrays_of` was taken to that moment.

    Parameters
    ----------
    spare : float
        Room for new households, as a share of those that there are.

    Raises
    ------
    ValueError
        When the model records already, or a part does not know its arrays.
    """
    if model.outputs is not None:
        raise ValueError("a model that is restored begins without a recorder")
    n = len(arrays["households.uid"])
    h = Households.empty(n, n + int(spare * n))
    for name, _, _ in COLUMNS:
        getattr(h, name)[:n] = arrays[f"households.{name}"]
    model.now, model.year = int(arrays["now"][0]), int(arrays["year"][0])
    model.kappa = float(arrays["kappa"][0])
    model.offer_cost = float(arrays["offer_cost"][0])
    model.network_start[...] = arrays["start.network"]
    model.urban.restore(
        {"now": arrays["urban.now"]} if "urban.now" in arrays else {}
    )  # before the life tables, which are by area
    model.take_over(h, Links.of(arrays["links.child"], arrays["links.parent"]))
    parts: dict[str, dict[str, NDArray[Any]]] = {name: {} for name in ("markets", "housing", "government")}
    for name, array in arrays.items():
        prefix, _, rest = name.partition(".")
        if prefix in parts:
            parts[prefix][rest] = array
    model.markets.restore(parts["markets"])
    model.housing.restore(parts["housing"])
    government.restore(model.governments, parts["government"], in_force(model.policy, model.now))
