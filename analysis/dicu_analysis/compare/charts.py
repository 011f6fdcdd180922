"""Charts of an outcome over replicates and arms, each with the data behind it.

A chart is drawn from its data alone, so that the CSV beside a picture holds what the picture shows.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import numpy as np
import pandas as pd

from dicu.record.folder import write_bytes
from dicu_analysis.compare.arms import Arm, CannotCompare, at_period, middle, summary
from dicu_analysis.compare.grids import heat
from dicu_analysis.compare.outcomes import Outcome, say
from dicu_analysis.effects import FEWEST
from dicu_analysis.figures import palette, style
from dicu_analysis.language import Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Form = Literal["fan", "spaghetti", "multiples", "distribution", "heat"]
FORMS: Final[tuple[Form, ...]] = get_args(Form)
COLOURS: Final = (
    palette.WITH, palette.WORSE, palette.BETTER, palette.URBAN, palette.FORMAL, "#8a6d00", palette.INK,
)  # fmt: skip
DASHES: Final = (palette.SOLID, palette.DASHED, palette.MIXED)
MOST_PANELS: Final = 36
"""Units that are drawn as panels of their own; more cannot be read on a sheet."""
PANELS_A_ROW: Final = 6


@dataclass(frozen=True, eq=False)
class Chart:
    """A picture and the numbers behind it; shows itself in a notebook.

    Attributes
    ----------
    name : str
        Of its files.
    figure : matplotlib.figure.Figure
    data : pandas.DataFrame
        What the picture shows.
    """

    name: str
    figure: Figure
    data: pd.DataFrame

    def save(self, folder: str | Path, name: str | None = None) -> list[Path]:
        """Write ``<name>.svg``, ``<name>.png`` and ``<name>.csv``; the same bytes for the same data.

        Returns
        -------
        list of Path
            The three files.
        """
        folder, name = Path(folder), name or self.name
        folder.mkdir(parents=True, exist_ok=True)
        with style.styled():
            made = style.save(self.figure, folder, name)
        return [*made, write_bytes(folder / f"{name}.csv", csv_bytes(self.data))]

    def _repr_png_(self) -> bytes:
        with style.styled():
            data = io.BytesIO()
            self.figure.savefig(data, format="png", metadata={"Software": None})
        return data.getvalue()

    def __repr__(self) -> str:
        return f"Chart({self.name!r}, {len(self.data)} rows)"


def csv_bytes(table: pd.DataFrame, *, index: bool = False) -> bytes:
    """A table as UTF-8 CSV, the same on every system; floats with ten significant digits."""
    return table.to_csv(index=index, float_format="%.10g", lineterminator="\n").encode()


def plot(
    arms: Sequence[Arm],
    name: str,
    *,
    unit: str = "nation",
    form: Form | None = None,
    language: str = "en",
    period: str | None = None,
    by: Sequence[str] = (),
    base: str | None = None,
) -> Chart:
    """A chart of an outcome.

    Parameters
    ----------
    arms : sequence of Arm
        Drawn in their order.
    name : str
        See `dicu_analysis.compare.outcomes.NAMED`.
    unit : str
        "nation", a unit ("province:79"), or a level ("province": a panel per unit).
    form : {"fan", "spaghetti", "multiples", "distribution", "heat"}, optional
        Mean and interval over time; a line per replicate; a panel per unit (or per arm); replicates at one period;
        the mean over a grid of two keys. Default: panels for a level, else a fan.
    language : {"en", "vi"}
    period : str, optional
        Of a distribution or heat map; the last one by default.
    by : sequence of str
        The two keys of a heat map; the varied ones by default.
    base : str, optional
        Label of the arm that others are held against: it is drawn grey and dotted.

    Raises
    ------
    CannotCompare
        When the form cannot show these arms.
    dicu_analysis.compare.outcomes.UnknownOutcome, dicu_analysis.compare.sources.UnknownUnit
    """
    if form is not None and form not in FORMS:
        raise CannotCompare(f"form: no such form (got {form!r}, allowed {', '.join(FORMS)})")
    level, colon, _ = unit.partition(":")
    whole = level == "nation" or bool(colon)
    form = form or ("fan" if whole else "multiples")
    if not whole and form in ("fan", "spaghetti"):
        raise CannotCompare(
            f"form: {form} shows one unit (got {unit!r}, allowed such as {unit}:01, or form multiples)"
        )
    values = pd.concat(
        [a.values(name, unit).assign(arm=a.label) for a in arms], ignore_index=True
    )  # a label stands once, see `gather`
    if values.empty:
        raise CannotCompare(f"{name}: no period has a value (what happens in a period has none at the start)")
    what = arms[0].outcome(name, level)
    fitted = max(a.members for a in arms)
    draw: dict[str, Callable[[], tuple[Figure, pd.DataFrame]]] = {
        "fan": lambda: _fan_of(values, what, language, base, fitted),
        "spaghetti": lambda: _spaghetti(values, what, language, base),
        "multiples": lambda: _multiples(
            _summaries(values, fitted),
            (say(what.text, language), say(what.unit, language)),
            foot(values, language, fitted=fitted),
            language,
            base,
        ),
        "distribution": lambda: _distribution(values, what, language, period),
        "heat": lambda: heat(arms, values, what, language, period, by),
    }
    with style.styled():
        figure, data = draw[form]()
    return Chart(f"{name}_{unit.replace(':', '_')}_{form}".replace("_nation", ""), figure, data)


def foot(values: pd.DataFrame, language: str, *, bands: bool = True, fitted: int = 1) -> list[str]:
    """What bands are, how many replicates there are, and that it is no forecast."""
    if fitted > 1:
        runs = int(values.groupby(["arm", "period", "unit"], observed=True).size().min())
        text = Text(
            f"Lines: median of {runs} runs over {fitted} fitted parameter sets of the ensemble; bands: the middle 90 % "
            "of these runs. Simulated. Not a forecast.",
            f"Đường: trung vị của {runs} lần chạy trên {fitted} bộ tham số ước lượng; dải màu: 90 % ở giữa của các lần "
            "chạy này. Kết quả mô phỏng. Không phải dự báo.",
        )
        return [say(text, language)]
    n = values.groupby("arm", sort=False)["seed"].nunique()
    fewest = int(n.min())
    counts = f"{fewest}" if fewest == int(n.max()) else f"{fewest}-{int(n.max())}"
    band = (
        Text(
            "Bands: 95 % interval of the mean over replicates. ",
            "Dải màu: khoảng tin cậy 95 % của trung bình. ",
        )
        if fewest >= FEWEST
        else Text(f"No bands: fewer than {FEWEST} replicates. ", f"Không có dải: dưới {FEWEST} lần lặp. ")
    )
    if not bands:
        band = Text(
            "Thin: one replicate each; thick: their mean. ", "Nét mảnh: từng lần lặp; nét đậm: trung bình. "
        )
    tail = Text(f"Simulated; replicates (seeds) per line: {counts}. Not a forecast.",
                f"Kết quả mô phỏng, {counts} lần lặp (hạt giống) mỗi đường. Không phải dự báo.")  # fmt: skip
    return [say(band, language) + say(tail, language)]


def _title(what: Outcome, values: pd.DataFrame, language: str) -> tuple[str, str]:
    units = values["name"].unique()
    of_unit = f": {units[0]}" if len(units) == 1 and values["unit"].iloc[0] != "all" else ""
    return f"{say(what.text, language)}{of_unit}", say(what.unit, language)


def _summaries(values: pd.DataFrame, fitted: int = 1) -> pd.DataFrame:
    of_arm = middle if fitted > 1 else summary
    parts = [of_arm(group).assign(arm=arm) for arm, group in values.groupby("arm", sort=False)]
    table = pd.concat(parts, ignore_index=True)
    return table[["arm", *(c for c in table.columns if c != "arm")]]


def _fan_of(
    values: pd.DataFrame, what: Outcome, language: str, base: str | None, fitted: int
) -> tuple[Figure, pd.DataFrame]:
    table = _summaries(values, fitted)
    notes = foot(values, language, fitted=fitted)
    return _fan(table, _title(what, values, language), notes, base=base), table


def _spaghetti(
    values: pd.DataFrame, what: Outcome, language: str, base: str | None
) -> tuple[Figure, pd.DataFrame]:
    notes = foot(values, language, bands=False)
    figure = _fan(_summaries(values), _title(what, values, language), notes, values, base)
    return figure, values[["arm", "seed", "period", "end", "unit", "name", "value"]]


def _fan(
    table: pd.DataFrame,
    titles: tuple[str, str],
    notes: list[str],
    each: pd.DataFrame | None = None,
    base: str | None = None,
) -> Figure:
    """A line per arm with its band, or with a thin line per replicate."""
    fig, (bottom, top) = style.sheet(5.4, *titles, notes)
    ax = fig.add_axes((0.07, bottom + 0.1, 0.71, top - bottom - 0.14))
    ends = []
    looks = _looks(table["arm"], base)
    for arm, mean in table.groupby("arm", sort=False):
        colour, dash = looks[str(arm)]
        if each is None:
            ax.fill_between(mean["end"], mean["low"], mean["high"], color=colour, alpha=0.16, linewidth=0)
        else:
            for _, one in each[each["arm"] == arm].groupby("seed"):
                ax.plot(one["end"], one["value"], color=colour, linewidth=0.8, alpha=0.45)
        ax.plot(mean["end"], mean["mean"], color=colour, linestyle=dash)
        ends.append((float(mean["end"].iloc[-1]), float(mean["mean"].iloc[-1]), str(arm), colour))
    _time(ax, table, 9)
    _thousands(ax)
    style.label_ends(ax, ends)
    return fig


def _looks(arms: Iterable[object], base: str | None) -> dict[str, tuple[str, palette.Dash]]:
    """Colour and dash of each arm, in the order in which they stand; the one compared with is grey and dotted."""
    made: dict[str, tuple[str, palette.Dash]] = {}
    for arm in dict.fromkeys(str(a) for a in arms):
        k = len(made) - (base in made)
        made[arm] = (COLOURS[k % len(COLOURS)], DASHES[k % len(DASHES)])
        if arm == base:
            made[arm] = (palette.WITHOUT, palette.DOTTED)
    return made


def _thousands(ax: Axes) -> None:
    """Numbers of the upright axis with their thousands apart, and a true minus."""
    from matplotlib.ticker import FuncFormatter

    low, high = ax.get_ylim()
    digits = max(0, 1 - int(np.floor(np.log10(max(high - low, 1e-12)))))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: style.number(value, digits)))


def difference_chart(table: pd.DataFrame, what: Outcome, base: str, unit: str, language: str = "en") -> Chart:
    """Paired differences over time with their intervals, an arm per line; a panel per unit where there are several.

    Parameters
    ----------
    table : pandas.DataFrame
        As `dicu_analysis.compare.comparison.Comparison.differences` makes it.
    what : Outcome
    base : str
        Label of what the arms are held against.
    unit : str
        As it was asked for; part of the name of the files.
    language : {"en", "vi"}
    """
    names = table["name"].unique()
    of_unit = f": {names[0]}" if len(names) == 1 and table["unit"].iloc[0] != "all" else ""
    title = Text(
        f"{what.text.en}{of_unit}: difference from {base}",
        f"{what.text.vi}{of_unit}: chênh lệch so với {base}",
    )
    fewest, most = int(table["n"].min()), int(table["n"].max())
    n = f"{fewest}" if fewest == most else f"{fewest}-{most}"
    bands = Text(
        f"Mean of differences within seeds; replicates: {n}. ",
        f"Trung bình chênh lệch cùng hạt giống, {n} lần lặp. ",
    )
    tail = (
        Text(
            "Bands: 95 % interval. Simulated, not a forecast.",
            "Dải màu: khoảng tin cậy 95 %. Mô phỏng, không phải dự báo.",
        )
        if fewest >= FEWEST
        else Text(
            f"No bands: fewer than {FEWEST} replicates. Simulated, not a forecast.",
            f"Không có dải: dưới {FEWEST} lần lặp. Mô phỏng, không phải dự báo.",
        )
    )
    titles, notes = (
        (say(title, language), say(what.unit, language)),
        [say(bands, language) + say(tail, language)],
    )
    with style.styled():
        if len(names) > 1:
            figure, _ = _multiples(table, titles, notes, language)
        else:
            figure = _fan(table, titles, notes)
        for ax in figure.axes:
            ax.axhline(0, color=palette.SOFT, linewidth=0.9, zorder=1)
    return Chart(f"difference_{what.name}_{unit.replace(':', '_')}".replace("_nation", ""), figure, table)


def _time(ax: Axes, values: pd.DataFrame, most: int) -> None:
    style.years(ax, float(values["end"].min()), float(values["end"].max()), most)
    ax.set_xlabel("")


def _multiples(
    table: pd.DataFrame, titles: tuple[str, str], notes: list[str], language: str, base: str | None = None
) -> tuple[Figure, pd.DataFrame]:
    """A panel per unit with a line per arm; for one unit a panel per arm. All panels have one scale."""
    by_unit = table["unit"].nunique() > 1
    key = "unit" if by_unit else "arm"
    names = dict(zip(table[key].astype(str), table["name" if by_unit else "arm"].astype(str), strict=True))
    shown = list(names)[:MOST_PANELS]
    columns = min(PANELS_A_ROW, len(shown))
    rows = -(-len(shown) // columns)
    if len(names) > len(shown):
        text = Text(f"The first {len(shown)} of {len(names)} units; the CSV has all.",
                    f"{len(shown)} đơn vị đầu trong số {len(names)}; tệp CSV có đủ.")  # fmt: skip
        notes = [*notes, say(text, language)]
    height = 1.9 + 1.55 * rows
    fig, (bottom, top) = style.sheet(height, *titles, notes)
    low, high = float(table[["mean", "low"]].min().min()), float(table[["mean", "high"]].max().max())
    pad = 0.05 * (high - low or 1.0)
    legend = 0.3 / height if by_unit else 0.0
    step_x, step_y = 0.93 / columns, (top - bottom - 0.3 / height - legend) / rows
    handles: dict[str, Any] = {}
    looks = _looks(table["arm"], base)
    for place, code in enumerate(shown):
        row, column = divmod(place, columns)
        left, foot_at = 0.055 + column * step_x, top - legend - (row + 1) * step_y
        ax = fig.add_axes((left, foot_at + 0.24 / height, step_x * 0.86, step_y - 0.52 / height))
        for arm, mean in table[table[key].astype(str) == code].groupby("arm", sort=False):
            colour, dash = looks[str(arm)]
            ax.fill_between(mean["end"], mean["low"], mean["high"], color=colour, alpha=0.16, linewidth=0)
            (handles[str(arm)],) = ax.plot(mean["end"], mean["mean"], color=colour, linewidth=1.5,
                                           linestyle=dash)  # fmt: skip
        ax.set_title(names[code], fontsize=8.5, pad=3)
        ax.set_ylim(low - pad, high + pad)
        _time(ax, table, 3)
        ax.tick_params(labelsize=7.5, labelleft=column == 0)
    if by_unit and len(looks) > 1:
        fig.legend(handles=list(handles.values()), labels=list(handles), loc="upper left", frameon=False,
                   ncols=min(len(looks), 5), bbox_to_anchor=(0.02, top + 0.06 / height), fontsize=9)  # fmt: skip
    return fig, table


def _distribution(
    values: pd.DataFrame, what: Outcome, language: str, period: str | None
) -> tuple[Figure, pd.DataFrame]:
    """Each replicate (and unit) at one period as a point, with the quartiles, by arm."""
    data = at_period(values, period)
    arms = list(dict.fromkeys(data["arm"].astype(str)))
    title, unit = _title(what, data, language)
    when = str(data["period"].iloc[0])
    note = Text("Points: replicates (and units). Box: quartiles; line: median.",
                "Điểm: từng lần lặp (và đơn vị). Hộp: tứ phân vị; vạch: trung vị.")  # fmt: skip
    tail = Text("Simulated. Not a forecast.", "Kết quả mô phỏng. Không phải dự báo.")
    foot_lines = [f"{say(note, language)} {say(tail, language)}"]
    fig, (bottom, top) = style.sheet(1.9 + 0.62 * len(arms), f"{title}, {when}", unit, foot_lines)
    ax = fig.add_axes((0.2, bottom + 0.1, 0.76, top - bottom - 0.14))
    for k, arm in enumerate(arms):
        x = data.loc[data["arm"] == arm, "value"].to_numpy()
        y = len(arms) - 1 - k
        colour = COLOURS[k % len(COLOURS)]
        low, mid, high = np.percentile(x, [25, 50, 75])
        ax.barh(y, high - low, left=low, height=0.5, color=colour, alpha=0.18, linewidth=0)
        ax.plot([mid, mid], [y - 0.25, y + 0.25], color=colour)
        # no luck in a picture: points are spread by their rank
        spread = (np.argsort(np.argsort(x, kind="stable"), kind="stable") % 5 - 2) * 0.07
        ax.plot(x, y + spread, "o", ms=4, mfc="none", mec=colour, mew=0.9)
    ax.set_yticks(range(len(arms)), arms[::-1])
    ax.set_ylim(-0.6, len(arms) - 0.4)
    ax.grid(visible=True, axis="x")
    ax.grid(visible=False, axis="y")
    return fig, data[["arm", "seed", "period", "unit", "name", "value"]]
