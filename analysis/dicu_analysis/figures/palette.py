"""Colours by meaning: each stands for one thing, in every figure and in the report.

Meanings are told apart by hue, ranks within one (classes of cities, reach of a move, amounts) by lightness. Nothing is
told by colour alone: lines differ in dash and are labelled at their ends, areas in hatching.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.colors import Colormap

Dash = str | tuple[int, tuple[float, ...]]

INK: Final = "#222222"
SOFT: Final = "#5f5f5f"
"""Notes, and what is beside the point: official figures, standards."""
FAINT: Final = "#d9d9d9"
GRID: Final = "#e8e8e8"
EDGE: Final = "#4a4a4a"
"""Borders on maps."""
PAPER: Final = "#ffffff"
UNKNOWN: Final = "#f4f4f4"
WITHIN: Final = "#dcdcdc"
"""Within what luck alone does, or moves within a unit: on no scale."""
UNDECIDED: Final = "#c2c2c2"
"""Too few runs to say which way."""

WITH: Final = "#0072b2"
"""The run that is shown: with its reform where it has one."""
WITHOUT: Final = "#6b6b6b"
"""The run that it is compared with: thin, grey and dotted."""
WITH_DARK: Final = "#00466e"
WITH_PALE: Final = "#8fc1e3"
URBAN: Final = "#a3195b"
RURAL: Final = "#3d5a80"
FORMAL: Final = "#2626b0"
INFORMAL: Final = "#8f8fce"
"""Work with a formal job, and without one."""
BETTER: Final = "#00735c"
WORSE: Final = "#b34700"
BETTER_PALE: Final = "#9fd6c7"
WORSE_PALE: Final = "#f3c49b"

SOLID: Final = "-"
DASHED: Final = (0, (5.0, 1.6))
DOTTED: Final = (0, (1.2, 1.2))
MIXED: Final = (0, (3.0, 1.0, 1.0, 1.0))

TERRAIN: Final[dict[str, tuple[str, Dash]]] = {
    "plain": ("#667400", SOLID),
    "mountain": ("#4e3524", DASHED),
    "island": ("#0b7a8c", DOTTED),
}
CLASSES_OF_CITIES: Final[tuple[tuple[str, Dash], ...]] = (
    ("#6b0e3b", SOLID),
    ("#b8356f", (0, (7.0, 1.4))),
    ("#dd8fb0", (0, (4.0, 1.4))),
    (RURAL, DOTTED),
)
"""Special cities, class I, other cities: lighter the smaller; rural districts."""
BETWEEN: Final[dict[str, tuple[str, Dash]]] = {
    "rural_to_urban": (URBAN, SOLID),
    "urban_to_urban": ("#d98ab2", DASHED),
    "urban_to_rural": ("#8fa9c8", DASHED),
    "rural_to_rural": (RURAL, SOLID),
}
"""Moves between urban and rural places: hue by the destination, paler and dashed out of urban places."""
REACH: Final[tuple[tuple[str, Dash], ...]] = (
    ("#7fb3d8", DOTTED),
    ("#2f86c1", DASHED),
    (WITH_DARK, SOLID),
)
"""Moves within a district, between districts, between provinces: darker the farther."""
MONEY: Final[tuple[str, ...]] = ("#0e3b40", "#2f7f86", "#6fb3b3", "#a9d6d0", "#d3ebe6")
"""Public money, from the largest item to the smallest."""
WAYS: Final[tuple[str, ...]] = ("#f7f2ee", "#ecd3c6", "#d9a68f", "#b9755f", "#8b4a3f", "#54241f")
"""Travel times, from short to long."""
STREAMS: Final[tuple[str, ...]] = ("#f4f9fd", "#cfe3f2", WITH_PALE, "#4d9ccc", WITH, WITH_DARK)
"""Numbers of moves, from few to many."""

_PEOPLE: Final = (
    ("#6e4a00", "#9c7011", "#c79f4c", "#e2c88f", "#f3e8cb"),
    ("#e6e0f1", "#c4b8de", "#9c8ac6", "#715ba8", "#43307f"),
)
_SERVICES: Final = (
    ("#7d3100", "#b34700", "#d97a35", "#f0ae79", "#fae0ca"),
    ("#d3ece5", "#9fd6c7", "#57b39d", "#00735c", "#004c3d"),
)


def diverging(halves: tuple[tuple[str, ...], tuple[str, ...]], n: int) -> NDArray[np.float64]:
    """(n, 4) colours of classes from most negative to most positive, half of them on each side of 0."""
    from matplotlib.colors import LinearSegmentedColormap

    low, high = (LinearSegmentedColormap.from_list("half", half) for half in halves)
    half = n // 2
    return np.concatenate([low(np.linspace(0, 1, half)), high(np.linspace(0, 1, n - half))])


def gains(n: int) -> NDArray[np.float64]:
    """Colours of net migration, (n, 4): ochre loses people, purple gains them."""
    return diverging(_PEOPLE, n)


def changes(n: int) -> NDArray[np.float64]:
    """Colours of changes in a service, (n, 4): orange is worse, green is better."""
    return diverging(_SERVICES, n)


def streams() -> Colormap:
    """The scale of moves from unit to unit."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("streams", STREAMS)


def _luminance(colour: Any) -> float:
    """Relative luminance, 0 to 1, as the Web Content Accessibility Guidelines define it."""
    from matplotlib.colors import to_rgb

    c = np.array(to_rgb(colour))
    linear = np.where(c <= 0.03928, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: Any, other: Any = PAPER) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


READABLE: Final = 4.5
"""Contrast that text needs on its ground."""


def text(colour: Any) -> str:
    """The colour for words: darkened until they can be read on white."""
    from matplotlib.colors import to_hex, to_rgb

    red, green, blue = to_rgb(colour)
    while contrast(to_hex((red, green, blue))) < READABLE:
        red, green, blue = red * 0.96, green * 0.96, blue * 0.96
    return to_hex((red, green, blue))


def on(ground: Any) -> str:
    """Black or white, whichever reads better on a ground: one of them always has a contrast over 4.5."""
    return max(("#000000", PAPER), key=lambda colour: contrast(colour, ground))
