"""One restrained style for all figures: white sheet, finding as title, source at the foot, few colours.

Colours are named by what they mean in `dicu_analysis.figures.palette`; lines also differ in dash and are labelled at
their ends, so that a grey print loses nothing. DejaVu Sans ships with matplotlib and has the Vietnamese letters.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dicu.record.folder import write_bytes
from dicu_analysis.figures import palette
from dicu_analysis.figures.palette import GRID, INK, SOFT
from dicu_analysis.language import ENGLISH, Text, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from dicu_analysis.load import Run

WIDTH: Final = 11.5
TITLE_SIZE: Final = 14.0
TEXT_SIZE: Final = 10.0
FOOT_SIZE: Final = 8.0

RC: Final[dict[Any, Any]] = {
    "font.family": "DejaVu Sans",
    "font.size": TEXT_SIZE,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": SOFT,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "ytick.major.size": 0,
    "lines.linewidth": 2.2,
    "hatch.linewidth": 0.5,
    "svg.hashsalt": "dicu",  # ids in the SVG would otherwise be random
    "svg.fonttype": "path",
    "figure.dpi": 100,
    "savefig.dpi": 150,
    "axes.unicode_minus": True,
}


MILLION: Final[Text] = Text("million", "triệu")
THOUSAND: Final[Text] = Text("thousand", "nghìn")


class NothingToDraw(ValueError):
    """The run has nothing of what a figure shows; the other figures can be drawn."""


@contextmanager
def styled() -> Iterator[None]:
    """The style, for the length of a block; nothing of the reader's own settings enters or is changed."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(RC)
        yield


def sheet(
    height: float, title: str, subtitle: str, foot: list[str], wide: int = 150
) -> tuple[Figure, tuple[float, float]]:
    """An empty sheet with the finding as title and sources and assumptions at the foot.

    Lines below the title have at most ``wide`` characters.

    Returns
    -------
    (Figure, (bottom, top))
        The band left for axes, as fractions of the height.
    """
    from matplotlib.figure import Figure

    fig = Figure(figsize=(WIDTH, height), facecolor=palette.PAPER)
    inch, left = 1.0 / height, 0.35 / WIDTH
    y = 1 - 0.28 * inch
    rows = -(-len(title) // 88)
    for line in textwrap.wrap(title, min(88, len(title) // rows + 10)):  # rows of about equal length
        fig.text(left, y, line, fontsize=TITLE_SIZE, fontweight="bold", va="top")
        y -= 0.28 * inch
    for line in textwrap.wrap(subtitle, wide):
        fig.text(left, y, line, fontsize=TEXT_SIZE, color=SOFT, va="top")
        y -= 0.2 * inch
    lines = [piece for text in foot for piece in textwrap.wrap(text, 160)]
    base = 0.16 * inch
    for line in reversed(lines):
        fig.text(left, base, line, fontsize=FOOT_SIZE, color=SOFT, va="bottom")
        base += 0.155 * inch
    return fig, (base, y)


def run_line(run: Run) -> str:
    """Which run a figure shows, for its foot."""
    m, w = run.manifest, run.words
    weight = m["weight"]
    sample = (
        w.t("every household", "mọi hộ")
        if weight == 1
        else w.t(f"each row stands for {weight:,} households", f"mỗi dòng đại diện {w.num(weight)} hộ")
    )
    number = run.config.get("seed")
    seed = "" if number is None else w.t(f", seed {number}", f", hạt giống ngẫu nhiên (seed) {number}")
    return w.t(
        f"Simulated: dicu run {m['name']}/{m['run_id']}{seed}; {sample}. Not a forecast.",
        f"Kết quả mô phỏng: lần mô phỏng dicu {m['name']}/{m['run_id']}{seed}; {sample}. Không phải dự báo.",
    )


def _reform_dates(run: Run) -> list[tuple[int, bool]]:
    """Steps at which a reform is to be marked, and whether this run makes it (else it is the date of one not made)."""
    if run.reform_step is not None:
        return [(step, True) for step in run.redrawn or (run.reform_step,)]
    return [] if run.planned_step is None else [(run.planned_step, False)]


def mark_reform(ax: Axes, run: Run, *, label: bool = True) -> None:
    """A vertical line on each day that borders change; dotted where this run makes no reform on the date it names."""
    w = run.words
    for k, (step, made) in enumerate(_reform_dates(run)):
        at = float(run.year_at_end(step - 1))
        ax.axvline(at, color=INK, linewidth=1.0, linestyle="-" if made else (0, (1, 2)), zorder=1)
        if label:
            day = w.day_of(run.labels[step])
            text = w.t(f"reform, {day}", f"sắp xếp, {day}")
            if not made:
                text = w.t(f"no reform, {day}", f"không sắp xếp, {day}")
            ax.annotate(
                f" {text}",
                (at, 1),
                xytext=(0, -11 * k),
                textcoords="offset points",
                xycoords=("data", "axes fraction"),
                va="top",
                fontsize=8.5,
                color=INK,
                bbox={"facecolor": palette.PAPER, "edgecolor": "none", "alpha": 0.85, "pad": 0.6},
            )


def years(
    ax: Axes, first: float, last: float, most: int, *, next_panel: bool = False, w: Words = ENGLISH
) -> None:
    """Whole years along the axis, or none where the run is shorter than one.

    With ``next_panel`` none stands at the right edge, where it would run into the first one of the panel beside it.
    """
    ax.set_xlim(first, max(last, first + 0.25))
    ax.set_xlabel(w.t("Year", "Năm"))
    whole_years(ax, most, to_the_edge=not next_panel)


def whole_years(ax: Axes, most: int, *, to_the_edge: bool) -> None:
    """Ticks at whole years, about as many as ``most``; the last one may stand at the right edge or not."""
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(
        MaxNLocator(nbins=most, integer=True, steps=[1, 2, 5, 10], prune=None if to_the_edge else "upper")
    )


def break_axis(ax: Axes, w: Words = ENGLISH) -> None:
    """Mark a vertical axis that does not start at 0, and say so."""
    if ax.get_ylim()[0] == 0:
        return
    for low in (0.016, 0.034):
        ax.plot(
            [-0.014, 0.014],
            [low - 0.009, low + 0.009],
            transform=ax.transAxes,
            color=SOFT,
            linewidth=1.0,
            clip_on=False,
            zorder=9,
        )
    ax.annotate(
        w.t("axis does not start at 0", "trục không bắt đầu từ 0"),
        (0, 0),
        xytext=(6, 3),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize=8,
        color=SOFT,
        va="bottom",
        zorder=9,
    )


def label_ends(ax: Axes, ends: list[tuple[float, float, str, str]], gap: float = 0.055) -> None:
    """Write labels beside line ends (x, y, text, colour), at least ``gap`` of the axis height apart."""
    low, high = ax.get_ylim()
    ordered = sorted(ends, key=lambda e: e[1])
    ys: list[float] = []
    for _, y, _, _ in ordered:
        ys.append(max(y, ys[-1] + gap * (high - low)) if ys else y)
    for (x, _, text, colour), y in zip(ordered, ys, strict=True):
        ax.annotate(
            f" {text}",
            (x, y),
            va="center",
            ha="left",
            color=palette.text(colour),
            fontweight="bold",
            fontsize=9.5,
            annotation_clip=False,
        )


def number(value: float, digits: int = 1) -> str:
    """A number for a title: thousands separated, a true minus sign."""
    return f"{value:,.{digits}f}".replace("-", "\u2212")


def signed(value: float, digits: int = 1) -> str:
    """A number with its sign, true minus; what rounds to 0 has none."""
    text = f"{value:+,.{digits}f}"
    return (text if float(text.replace(",", "")) else text[1:]).replace("-", "\u2212")


def percent(value: float, digits: int, w: Words, *, sign: bool = False) -> str:
    """A number of percent: "38.5 %" in English figures, "38,5%" in Vietnamese ones."""
    return w.num(value, digits, sign=sign) + w.t(" %", "%")


def counted_in(largest: float, w: Words) -> tuple[str, float]:
    """What numbers of persons, jobs or households are told in, and how many that is."""
    return (w.say(MILLION), 1e6) if largest >= 1e6 else (w.say(THOUSAND), 1e3)


def either(names: list[str], w: Words = ENGLISH) -> str:
    """Names joined with "or": "A", "A or B", "A, B or C"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])}{w.t(' or ', ' hoặc ')}{names[-1]}"


def finish(fig: Figure, w: Words) -> Figure:
    """Let axes write their numbers as the language does, with a comma for decimals in Vietnamese."""
    from matplotlib.ticker import ScalarFormatter

    class Signs(ScalarFormatter):
        def __call__(self, x: float, pos: int | None = None) -> str:
            return w.signs(super().__call__(x, pos))

    for ax in fig.axes:
        for axis in (ax.xaxis, ax.yaxis):
            if w.vi and type(axis.get_major_formatter()) is ScalarFormatter:
                axis.set_major_formatter(Signs())
    return fig


def save(fig: Figure, folder: Path, name: str) -> list[Path]:
    """Write ``name.svg`` and ``name.png``, the same bytes for the same data."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(fig)
    made = []
    empty: dict[str, dict[str, Any]] = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}
    for kind, metadata in empty.items():
        data = io.BytesIO()
        fig.savefig(data, format=kind, metadata=metadata)
        written = data.getvalue()
        if (
            kind == "svg"
        ):  # a hundredth of a point is enough; matplotlib writes a millionth, and a line a vertex
            written = _PATH.sub(
                lambda path: _LONG.sub(_rounded, path.group().replace(b" \nL ", b"L")), written
            )
        made.append(write_bytes(folder / f"{name}.{kind}", written))
    return made


_PATH: Final = re.compile(rb' d="[^"]*"')
_LONG: Final = re.compile(rb"-?\d+\.\d{3,}")


def _rounded(number: re.Match[bytes]) -> bytes:
    return f"{float(number.group()):.2f}".rstrip("0").rstrip(".").encode()
