"""The mergers of 2019-21, 2023-25 and 2025 beside what was published: the content of ``dicu governments check``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import mesa

from dicu.government.governments import Governments
from dicu.government.waves import KEYS, chosen
from dicu.lab.world_check import CheckRow, compare
from dicu.reform.engine import apply
from dicu.reform.policies import policy
from dicu.scenario.parameters import Access, Government
from dicu.world.facts import official
from dicu.world.world import World

STEPS_A_YEAR: Final = 4
YEARS: Final = 5
"""Savings are published for 2026-30."""
BILLION: Final = 1_000_000_000
PAYBACK_TOLERANCE: Final = 0.25
"""Posts, their cost and severance all differ from the published ones, but their ratio should not by more."""
TOLERANCE: Final = 0.10
"""Of posts and money, relative to the published figure; counts of units must be equal."""
AFTER: Final = "2025: posts after"
VERDICTS: Final = ("agrees", "off, explained", "off")


@dataclass(frozen=True)
class Merger:
    """What one merger did in the model.

    Attributes
    ----------
    communes, districts : int
        Offices fewer.
    posts_before, posts_after : int
    saved, severance : float
        Billion VND: wages of the posts cut a year, and severance in all.
    """

    communes: int
    districts: int
    posts_before: int
    posts_after: int
    saved: float
    severance: float

    @property
    def posts_cut(self) -> int:
        """Posts fewer."""
        return self.posts_before - self.posts_after

    @property
    def payback_years(self) -> float:
        """Severance over the savings of a year."""
        return self.severance / self.saved


def mergers(world: World, parameters: Government, access: Access) -> dict[str, Merger]:
    """The three mergers on the real country, one after the other, nobody moving: by "2019_21", "2023_25", "2025"."""
    g = Governments(
        mesa.Model(rng=1), world, parameters, access, world.residents, STEPS_A_YEAR, waves=tuple(chosen(world, [0, 1]))
    )  # fmt: skip

    def now() -> tuple[int, int, int, int, int]:
        offices, budgets = g.offices, g.network.budgets
        return (
            sum(office.points for office in offices if office.level == 0),
            sum(office.points for office in offices if office.level != 0),
            sum(office.staff - office.desk_posts for office in offices),
            sum(budget.savings for budget in budgets),
            sum(budget.severance_left for budget in budgets),
        )

    def merger(before: tuple[int, ...], after: tuple[int, ...]) -> Merger:
        saved = (after[3] - before[3]) * STEPS_A_YEAR / BILLION
        owed = (after[4] - before[4]) / BILLION
        return Merger(before[0] - after[0], before[1] - after[1], before[2], after[2], saved, owed)

    made = {}
    for step, key in enumerate(KEYS):
        before = now()
        g.merge_waves(step)
        made[key] = merger(before, now())
    before = now()
    done = apply(g, policy("actual", world, len(KEYS))[0], len(KEYS), world.residents).transition
    # as `dicu reform compare`: posts that some offices gain are taken off; budgets note only what each of them loses
    saved = done.savings_vnd * STEPS_A_YEAR / BILLION
    made["2025"] = replace(merger(before, now()), saved=saved)
    return made


def rows(made: dict[str, Merger]) -> list[CheckRow]:
    """Each published figure beside that of the model; all are judged, see `verdict`."""
    out: list[CheckRow] = []

    def row(
        what: str, key: str, value: float, unit: str, tolerance: float = TOLERANCE, note: str = ""
    ) -> None:
        out.append(compare(what, official(key), value, unit, tolerance, key, note))

    for key in KEYS:
        wave, name = made[key], f"wave {key.replace('_', '-')}"
        row(f"{name}: communes fewer", f"wave_{key}_communes_cut", wave.communes, "units", 0.0)
        row(f"{name}: districts fewer", f"wave_{key}_districts_cut", wave.districts, "units", 0.0)
        row(
            f"{name}: posts cut; officials redundant",
            f"wave_{key}_officials",
            wave.posts_cut,
            "posts",
            note=WAVES,
        )
    first = made[KEYS[0]]
    row(
        "wave 2019-21: saved in three years", "wave_2019_21_saved", 3 * first.saved, "billion VND", note=WAVES
    )
    last = made["2025"]
    cut, saved = official("posts_2025_cut"), official("savings_2026_30_communes")
    row(AFTER, "posts_2025_after", last.posts_after, "posts", note=DISPATCH)
    row("2025: posts cut in districts and communes", "posts_2025_cut", last.posts_cut, "posts", note=DISPATCH)
    row("2025: saved in five years, districts and communes", "savings_2026_30_communes", YEARS * last.saved,
        "billion VND", note=COST)  # fmt: skip
    row("2025: saved in five years, all", "savings_2026_30", YEARS * last.saved, "billion VND", note=ALL)
    row("2025: severance, districts and communes", "severance_2025_30_communes", last.severance, "billion VND",
        note=COST)  # fmt: skip
    row("2025: severance, all", "severance_2025_30", last.severance, "billion VND", note=ALL)
    published = official("severance_2025_30") / (official("savings_2026_30") / YEARS)
    out.append(
        compare("2025: payback, severance over savings of a year", published, last.payback_years, "years",
                PAYBACK_TOLERANCE, "severance_2025_30, savings_2026_30", PAYBACK)
    )  # fmt: skip
    a_post = saved * BILLION / YEARS / cut / 1e6
    out.append(
        compare("2025: saved a post and year", a_post, last.saved * BILLION / last.posts_cut / 1e6, "M VND", TOLERANCE,
                "savings_2026_30_communes, posts_2025_cut", COST)
    )  # fmt: skip
    return out


def reasons() -> dict[str, tuple[float, float]]:
    """Ratio of model to published, from and to, that a difference of scope explains by itself, by the name of a line.

    Only a reason whose size follows from published figures stands here. Those of the other notes have no published
    size, or one that is too small, so their lines are off.
    """
    rule, units = Government(), official("communes_2025")
    per_unit = official("posts_2025_after") / units
    return {AFTER: (rule.staff_base / per_unit, rule.staff_cap_ward / per_unit)}


def verdict(row: CheckRow) -> str:
    """One of `VERDICTS`: off but explained only where the ratio lies within what the reason explains."""
    if row.ok:
        return VERDICTS[0]
    low, high = reasons().get(row.name, (1.0, 1.0))
    return VERDICTS[1] if low <= row.world / row.official <= high else VERDICTS[2]


def tally(checked: Sequence[CheckRow]) -> str:
    """How many lines have each verdict."""
    found = [verdict(row) for row in checked]
    return ", ".join(f"{found.count(v)} {v.replace(',', ' but')}" for v in VERDICTS[:2]) + (
        f", {found.count(VERDICTS[2])} off without a reason of that size"
    )


WAVES: Final = (
    "the whole second office (21 posts, 100 of a district) is cut here at once, not over years; published are "
    "officials found redundant, whoever they were"
)
DISPATCH: Final = (
    "the dispatch, as far as we understand it, counts councils and committees only; the published posts also the "
    "Party, mass bodies and others: 199,000 in 3,321 units are 59.9 per unit, the dispatch gives 32 to 70, so that a "
    "ratio of 0.53 to 1.17 is explained for posts after; no such size is published for posts before, hence for the cut"
)
COST: Final = (
    "a post costs 95 M VND a year here, derived from the wave of 2019-21; published are later pay and administration, "
    "and severance of part-time workers too"
)
ALL: Final = "published with the posts of provinces and part-time workers, who are not in the model"
PAYBACK: Final = "here it is what `government.severance_years` says, whatever the posts"


def render(checked: Sequence[CheckRow], made: dict[str, Merger]) -> object:
    """Tables for a terminal: what each merger did (communes + districts), and the figures beside those published."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    did = Table(title="What each merger does in the model", title_justify="left")
    heads = (
        "merger",
        "offices fewer",
        "posts before",
        "cut",
        "after",
        "saved a year",
        "severance",
        "payback",
    )
    for name in heads:
        did.add_column(name, justify="left" if name == "merger" else "right")
    for key, m in made.items():
        figures = (m.posts_before, m.posts_cut, m.posts_after)
        did.add_row(
            key.replace("_", "-"), f"{m.communes:,} + {m.districts:,}", *(f"{n:,}" for n in figures),
            f"{m.saved:,.0f}", f"{m.severance:,.0f}", f"{m.payback_years:.1f}",
        )  # fmt: skip
    table = Table(title="Beside the published figures", title_justify="left")
    table.add_column("what, unit", overflow="fold")
    for name in ("published", "model", "ratio", "verdict"):
        table.add_column(name, justify="right", no_wrap=True)
    notes: dict[str, int] = {}
    for r in checked:
        said = verdict(r)
        mark = f"[{dict(zip(VERDICTS, ('green', 'yellow', 'bold red'), strict=True))[said]}]{said}[/]"
        sign = f" ({notes.setdefault(r.note, len(notes) + 1)})" if r.note else ""
        digits = 0 if min(r.official, r.world) >= 1 and float(r.official).is_integer() else 1
        shown = [f"{v:,.{digits}f}" for v in (r.official, r.world)]
        table.add_row(f"{r.name}, {r.unit}{sign}", *shown, f"{r.world / r.official:.2f}", mark)
    why = Text("\n".join(f"({n}) {text}" for text, n in notes.items()), style="dim")
    return Group(did, table, why, Text(tally(checked)))
