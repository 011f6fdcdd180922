"""Draw which room imports which: `uv run python docs/layout.py` writes docs/figures/layout.png and prints the arrows.

The graph of imports is that of `grimp`, which import-linter uses; the order of the rooms is read from the contract in
pyproject.toml. An arrow that points upward or closes a circle is drawn red and ends the script with status 1.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import grimp
import matplotlib.pyplot as plt
import networkx as nx

ROOT = Path(__file__).parents[1]
PACKAGES = ("dicu", "dicu_analysis")


def layers() -> list[str]:
    """Rooms of dicu from top to bottom, as the contract has them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    return next(list(c["layers"]) for c in contracts["contracts"] if c["type"] == "layers")


def room_of(module: str, rooms: list[str]) -> str:
    """The room that a module stands in; all of dicu_analysis is one, and so is what stands above the rooms."""
    if module.startswith("dicu_analysis"):
        return "dicu_analysis"
    return next((room for room in rooms if module == room or module.startswith(f"{room}.")), "dicu")


def imports() -> nx.DiGraph:
    """Rooms and how many imports go from one to another."""
    graph, rooms = grimp.build_graph(*PACKAGES, cache_dir=None), layers()
    made = nx.DiGraph()
    made.add_nodes_from([*rooms, "dicu_analysis"])
    for importer in sorted(graph.modules):
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            a, b = room_of(importer, rooms), room_of(imported, rooms)
            if a != b and "dicu" not in (a, b):  # `dicu` itself is the lazy public face
                made.add_edge(a, b, n=made.edges.get((a, b), {"n": 0})["n"] + 1)
    return made


def wrong(graph: nx.DiGraph) -> set[tuple[str, str]]:
    """Arrows that point upward, or lie on a circle."""
    order = {room: at for at, room in enumerate(layers())}
    upward = {(a, b) for a, b in graph.edges if a in order and b in order and order[a] > order[b]}
    circles = {
        edge
        for part in nx.strongly_connected_components(graph)
        if len(part) > 1
        for edge in graph.subgraph(part).edges
    }
    return upward | circles


def draw(graph: nx.DiGraph, bad: set[tuple[str, str]], path: Path) -> None:
    """A matrix: who imports (rows) whom (columns), top to bottom; what points upward would lie left of the line."""
    order = [*layers()[:3], "dicu_analysis", *layers()[3:]]
    n = len(order)
    figure, axes = plt.subplots(figsize=(9.2, 8.6))
    for a, b, data in graph.edges(data=True):
        y, x = order.index(a), order.index(b)
        colour = "#c00000" if (a, b) in bad else plt.colormaps["Blues"](0.18 + 0.5 * min(data["n"], 40) / 40)
        axes.add_patch(plt.Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=colour, edgecolor="white"))
        axes.text(x, y, str(data["n"]), ha="center", va="center", fontsize=8.5)
    axes.plot([-0.5, n - 0.5], [-0.5, n - 0.5], color="#223", lw=0.8)
    names = [room.removeprefix("dicu.") for room in order]
    axes.set_xticks(range(n), names, rotation=60, ha="left", fontsize=9.5)
    axes.set_yticks(range(n), names, fontsize=9.5)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.set_xlim(-0.5, n - 0.5)
    axes.set_ylim(n - 0.5, -0.5)
    axes.set_ylabel("imports")
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_xlabel(
        f"{graph.number_of_nodes()} rooms, {graph.number_of_edges()} directions of import, "
        f"{'none' if not bad else len(bad)} of them upward or circular; numbers are imports",
        fontsize=10,
    )
    figure.savefig(path, dpi=120, bbox_inches="tight", metadata={"Software": None})


if __name__ == "__main__":
    found = imports()
    bad = wrong(found)
    for room in [*layers(), "dicu_analysis"]:
        print(f"{room} -> {', '.join(sorted(found.successors(room))) or 'nothing'}")
    draw(found, bad, ROOT / "docs" / "figures" / "layout.png")
    if bad:
        sys.exit(f"upward or circular: {sorted(bad)}")
