"""Matplotlib figures as SVG that can stand many times in one page: small, readable, without a name of their own.

Text stays text (set in the reader's font, selectable, found by a search), identities are prefixed so that no two
drawings share one, and what a page does not need is left out.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from dicu_analysis.figures import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH: Final = 4.2
"""Inches: what a phone shows at about its true size (a phone of 390 pixels: 1.18 pixels a point)."""
SMALL: Final = 9.0
"""The smallest text, points: over 10 pixels on a phone."""

RC: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "font.size": 9.5,
    "axes.titlesize": 9.5,
    "lines.linewidth": 1.8,
    "axes.labelsize": SMALL,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "legend.fontsize": SMALL,
}

_TAGS: Final = re.compile(
    r"<metadata>.*?</metadata>|<\?xml.*?\?>|<!DOCTYPE[^>]*>|<!--.*?-->|<style[^>]*>.*?</style>", re.S
)
_ID: Final = re.compile(r' id="([^"]+)"')
_USED: Final = re.compile(r'url\(#([^)]+)\)|href="#([^"]+)"')
_PATH: Final = re.compile(r' d="[^"]*"')
_LONG: Final = re.compile(r"-?\d+\.\d{2,}")
_FONT: Final = re.compile(r"(font(?:-family)?: [^;\"]*?)'DejaVu Sans'[^;\"]*")
_HEAD: Final = re.compile(r"<svg[^>]*>")
_BOX: Final = re.compile(r'viewBox="([^"]+)"')
_SERIAL = count()


@dataclass(frozen=True)
class Drawing:
    """A chart as the page shows it.

    Attributes
    ----------
    svg : str
        The picture, with its title and its description for those who do not see it.
    title : str
        What it shows, above it; with the unit.
    note : str
        Source and how to read it, below it.
    head, rows : tuples of str
        The same numbers as a table.
    """

    svg: str
    title: str
    note: str
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@contextmanager
def styled() -> Iterator[None]:
    """The style of the figures, with the sizes of the report."""
    import matplotlib as mpl

    with style.styled():
        mpl.rcParams.update(RC)
        yield


def canvas(height: float, width: float = WIDTH) -> Figure:
    """An empty figure without frame."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), facecolor="none", layout="constrained")


def wrapped(text: str, width: int) -> str:
    """A label in lines of at most so many letters, so that it neither leaves the canvas nor squeezes the axes."""
    return "\n".join(textwrap.wrap(text, width))


def numbers(ax: Axes, written: Any, axis: str = "y") -> None:
    """Let an axis write its ticks with a function of the value and of the decimals in which all of them are exact."""
    from matplotlib.ticker import Formatter

    class Exact(Formatter):
        digits = 0

        def set_locs(self, locs: Any) -> None:
            ticks = [float(tick) for tick in locs]
            self.digits = next((d for d in range(6) if all(abs(round(t, d) - t) < 1e-9 for t in ticks)), 6)

        def __call__(self, x: float, pos: int | None = None) -> str:
            return str(written(x, self.digits))

    getattr(ax, f"{axis}axis").set_major_formatter(Exact())


def to_svg(fig: Figure, title: str, description: str) -> str:
    """The figure as an ``<svg>`` element with ``role="img"``, its title and its description.

    The same figure gives the same bytes but for its serial number within the process.
    """
    data = io.StringIO()
    fig.savefig(data, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    text = _TAGS.sub("", data.getvalue())
    box = _BOX.search(text)
    assert box is not None
    serial = f"c{next(_SERIAL)}"
    used = {a or b for a, b in _USED.findall(text)}
    text = _ID.sub(lambda m: f' id="{serial}-{m[1]}"' if m[1] in used else "", text)
    text = _USED.sub(lambda m: m[0].replace("#", f"#{serial}-"), text)
    text = _PATH.sub(lambda m: _LONG.sub(_rounded, m[0].replace(" \nL ", "L").replace("\n", " ")), text)
    text = _FONT.sub(r"\1sans-serif", text)
    head = (
        f'<svg class="chart" viewBox="{box[1]}" role="img" aria-labelledby="{serial}-title {serial}-desc" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink">'
        f'<title id="{serial}-title">{escape(title)}</title><desc id="{serial}-desc">{escape(description)}</desc>'
    )
    return re.sub(r">\s+<", "><", _HEAD.sub(lambda _: head, text, count=1)).strip()


def restart() -> None:
    """Number drawings from 0 again, so that the same report is the same bytes."""
    global _SERIAL
    _SERIAL = count()


def _rounded(number: re.Match[str]) -> str:
    return f"{float(number[0]):.1f}".removesuffix(".0")
