"""Ways to offices, posts and public capital of each province, before and after the reform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from dicu.world.ways import FARTHER_MINUTES
from dicu_analysis import seed_spread
from dicu_analysis.figures import palette, style
from dicu_analysis.figures.province_map import plain_name
from dicu_analysis.load import Run
from dicu_analysis.moments import moments

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN: Final = {
    "travel_minutes": "Way to the commune office\nor its nearest desk, minutes",
    "district_minutes": "Way to the district's work\nor its nearest desk, minutes",
    "posts_10k": "Posts for 10,000\nresidents",
    "investment_head": "Investment per head,\nM VND per year",
}
PER_PEOPLE: Final = 10_000.0


def by_province(run: Run) -> tuple[pd.DataFrame, pd.DataFrame, tuple[str, str]]:
    """Figures of the provinces of 2025 at the last record before the reform and a year after it.

    Those of before are means of the members of each new province, weighted by residents, and sums.

    Raises
    ------
    style.NothingToDraw
        When no reform was made, so that there is nothing to compare.
    """
    if run.reform_step is None:
        raise style.NothingToDraw("no reform in this run")
    table = run.governments
    if not (table["level"] == "nation").any():
        raise style.NothingToDraw("a run of before governments were recorded in full")
    table = table[table["level"] == "province"]
    steps = np.unique(table["step"])
    at = moments(run, steps)
    before, after = at.eve, at.soon
    if before >= run.reform_step:
        raise style.NothingToDraw("governments were not recorded before the reform")
    now = table[table["step"] == after]
    generation = str(now["generation"].iloc[0])
    of_place = run.world_places
    new_of_old = None
    if generation == "2025":
        pairs = (
            of_place.groupby(["legacy_province", "new_province"], observed=True).size().reset_index(name="n")
        )
        largest = pairs.sort_values("n").groupby("legacy_province", observed=True).last()["new_province"]
        new_of_old = {str(k): str(v) for k, v in largest.items()}
    made = []
    for frame in (table[table["step"] == before], now):
        code = frame["code"].astype(str)
        if frame is not now and new_of_old is not None:
            code = code.map(new_of_old)
        people = frame["residents"].astype(np.float64)
        weighed = pd.DataFrame(
            {
                "code": code,
                "residents": people,
                **{n: frame[n] * people for n in ("travel_minutes", "district_minutes")},
                "posts": frame["posts"].astype(np.float64),
                "investment": frame["investment_mvnd"].astype(np.float64),
            }
        )
        total = weighed.groupby("code").sum()
        for n in ("travel_minutes", "district_minutes"):
            total[n] /= total["residents"]
        total["posts_10k"] = PER_PEOPLE * total["posts"] / total["residents"]
        total["investment_head"] = run.steps_per_year * total["investment"] / total["residents"]
        made.append(total)
    both = made[0].index.intersection(made[1].index)
    names = dict(zip(now["code"].astype(str), now["name"].astype(str), strict=True))
    one, two = (frame.loc[both].rename(index=names) for frame in made)
    order = two["travel_minutes"].sort_values().index
    return one.loc[order], two.loc[order], (run.labels[before], run.labels[after])


def draw(run: Run) -> Figure:
    """One row a province: where it stood before and where it stands after, in four panels."""
    one, two, (early, late) = by_province(run)
    n = len(one)
    foot = [
        f"Hollow: {early}, members of the province together. Filled: {late}. Ways are means of residents, to the "
        "office or its nearest desk; posts are those of communes and districts, which are all that the model has.",
        "Provinces are ordered by the way to the commune office after the reform. Farther, nearer: by over a minute.",
        style.run_line(run),
    ]
    nearer = counted(
        run, "district_minutes", one["district_minutes"] - two["district_minutes"], two["residents"]
    )
    farther = counted(run, "travel_minutes", two["travel_minutes"] - one["travel_minutes"], two["residents"])
    digits = seed_spread.digits_of("posts_10k.soon", run, 0)
    title = (
        f"Commune offices moved farther away in {farther} of {n} provinces, the district's work came nearer in "
        f"{nearer}; posts for 10,000 people went from {style.number(_mean(one), digits)} to "
        f"{style.number(_mean(two), digits)}"
    )
    shown = dict(SHOWN)
    if not run.districts_govern:
        del shown["district_minutes"]
        foot[0] = foot[0].replace("those of communes and districts", "those of communes")
        title = title.replace(f", the district's work came nearer in {nearer}", "")
    height = 2.6 + 0.2 * n
    say = run.terms.en
    fig, (bottom, top) = style.sheet(
        height, say(title), say(f"The {n} provinces, {early} and {late}"), [say(text) for text in foot]
    )
    inch = 1.0 / height
    grid = fig.add_gridspec(
        1, len(shown), left=0.115, right=0.985, bottom=bottom + 0.45 * inch, top=top - 0.5 * inch, wspace=0.1
    )
    rows = np.arange(n)
    for k, (name, label) in enumerate(shown.items()):
        ax = fig.add_subplot(grid[k])
        a, b = one[name].to_numpy(np.float64), two[name].to_numpy(np.float64)
        ax.hlines(rows, np.minimum(a, b), np.maximum(a, b), color=palette.FAINT, linewidth=2.2, zorder=1)
        ax.scatter(a, rows, s=24, facecolors="white", edgecolors=palette.SOFT, linewidths=1.2, zorder=2)
        ax.scatter(b, rows, s=26, color=palette.WITH, zorder=3)
        ax.set_title(say(label), fontsize=9.5)
        ax.set_xlim(0, 1.06 * float(np.nanmax([a, b])))
        ax.set_ylim(-0.7, n - 0.3)
        ax.grid(axis="x", color=palette.GRID)
        ax.grid(axis="y", visible=False)
        ax.set_yticks(rows, [plain_name(name) for name in one.index] if k == 0 else [""] * n, fontsize=9)
    return fig


def counted(run: Run, way: str, change: pd.Series[float], residents: pd.Series[float]) -> str:
    """In how many provinces a way changes by more than a minute; a range where another seed can change the count."""
    sd = seed_spread.of_means(way, residents, int(run.manifest["weight"]))
    beyond = seed_spread.TIMES * np.sqrt(2.0) * sd
    low, high = (int((change > FARTHER_MINUTES + shift).sum()) for shift in (beyond, -beyond))
    return str(low) if low == high else f"{low} to {high}"


def _mean(frame: pd.DataFrame) -> float:
    return PER_PEOPLE * float(frame["posts"].sum() / frame["residents"].sum())
