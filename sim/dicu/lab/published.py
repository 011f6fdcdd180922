"""The mergers of 2019-21, 2023-25 and 2025 beside what was published: the content of ``dicu governments check``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from typing import Final

from dicu.compute.mesa_import import mesa
from dicu.government.budget import VND_PER_MVND, pay_mvnd
from dicu.government.governments import Governments
from dicu.government.severance import MONTHS_A_YEAR, early_retirement, mean_months, quitting
from dicu.government.transition import VND_PER_BILLION, Savings
from dicu.government.waves import KEYS, chosen
from dicu.lab.world_check import CheckRow, compare
from dicu.reform.engine import apply
from dicu.reform.policies import policy
from dicu.scenario.parameters import Access, Government
from dicu.world.country import shipped_law
from dicu.world.facts import official
from dicu.world.world import World

STEPS_A_YEAR: Final = 4
YEARS: Final = 5
"""Savings are published for 2026-30."""
PAYBACK_TOLERANCE: Final = 0.25
"""Posts, their cost and severance all differ from the published ones, but their ratio should not by more."""
WAVE_YEARS: Final = 3
"""Savings of the wave of 2019-21 are published for so many years."""
VERDICTS: Final = ("agrees", "off")
VERDICT_COLOURS: Final = ("green", "bold red")
MVND_PER_BILLION: Final = 1_000
WORKED_TOLERANCE: Final = 1e-6
"""Of cases that the decrees work out."""
TOLERANCE: Final = 0.10
"""Of posts and money, relative to the published figure; counts of units must be equal."""


@dataclass(frozen=True)
class Merger:
    """What one merger did in the model.

    Attributes
    ----------
    communes, districts : int
        Offices fewer.
    posts_before, posts_after : int
    savings : Savings
        Wages of the posts cut, and severance.
    """

    communes: int
    districts: int
    posts_before: int
    posts_after: int
    savings: Savings

    @property
    def posts_cut(self) -> int:
        """Posts fewer."""
        return self.posts_before - self.posts_after


def mergers(world: World, parameters: Government, access: Access) -> dict[str, Merger]:
    """The three mergers on the real country, one after the other, nobody moving: by "2019_21", "2023_25", "2025"."""
    g = Governments(
        mesa.Model(rng=1),
        world,
        parameters,
        access,
        world.residents,
        STEPS_A_YEAR,
        waves=tuple(chosen(world, [0, 1])),
    )

    def now() -> tuple[int, int, int, int, int]:
        offices, budgets = g.offices, g.network.budgets
        return (
            sum(office.points for office in offices if office.level == 0),
            sum(office.points for office in offices if office.level != 0),
            sum(office.staff - office.desk_posts for office in offices),
            sum(budget.savings for budget in budgets),
            sum(budget.severance_left for budget in budgets),
        )

    def merger(before: tuple[int, ...], after: tuple[int, ...], savings: Savings) -> Merger:
        return Merger(before[0] - after[0], before[1] - after[1], before[2], after[2], savings)

    made = {}
    for step, key in enumerate(KEYS):
        before = now()
        g.merge_waves(step)
        after = now()
        noted = Savings(before[2] - after[2], (after[3] - before[3]) * STEPS_A_YEAR, after[4] - before[4])
        made[key] = merger(before, after, noted)
    before = now()
    done = apply(g, policy("actual", world, len(KEYS))[0], len(KEYS), world.residents).transition
    made["2025"] = merger(before, now(), Savings.of(done))
    return made


def rows(made: dict[str, Merger], parameters: Government, access: Access | None = None) -> list[CheckRow]:
    """Each published figure beside that of the model with these parameters; all are judged, see `verdict`.

    ``access``: the section, for what is done on line; None: that of the declaration.
    """
    out: list[CheckRow] = []

    def row(
        what: str, key: str, value: float, unit: str, tolerance: float = TOLERANCE, note: str = ""
    ) -> None:
        out.append(compare(what, official(key), value, unit, tolerance, key, note))

    notes = reasons(parameters)
    waves, cost = notes["waves"], notes["cost"]
    for key in KEYS:
        wave, name = made[key], f"wave {key.replace('_', '-')}"
        row(f"{name}: communes fewer", f"wave_{key}_communes_cut", wave.communes, "units", 0.0)
        row(f"{name}: districts fewer", f"wave_{key}_districts_cut", wave.districts, "units", 0.0)
        row(
            f"{name}: posts cut; officials redundant",
            f"wave_{key}_officials",
            wave.posts_cut,
            "posts",
            note=waves,
        )
    first = made[KEYS[0]].savings.bn_per_year
    row(
        "wave 2019-21: saved in three years",
        "wave_2019_21_saved",
        WAVE_YEARS * first,
        "billion VND",
        note=waves,
    )
    last, money = made["2025"], made["2025"].savings
    row("2025: posts after", "posts_2025_after", last.posts_after, "posts", note=notes["posts"])
    bodies = floor(parameters.staff_bodies + 0.5) * official("communes_2025")
    row(
        "2025: of them, of councils and committees",
        "staff_2025_government",
        last.posts_after - bodies,
        "posts",
        note=notes["posts"],
    )
    row(
        "2025: posts cut in districts and communes",
        "posts_2025_cut",
        last.posts_cut,
        "posts",
        note=notes["posts"],
    )
    row(
        "2025: saved in five years, districts and communes",
        "savings_2026_30_communes",
        YEARS * money.bn_per_year,
        "billion VND",
        note=cost,
    )
    row(
        "2025: saved in five years, all",
        "savings_2026_30",
        YEARS * money.bn_per_year,
        "billion VND",
        note=notes["all"],
    )
    row(
        "2025: severance, districts and communes",
        "severance_2025_30_communes",
        money.severance_bn,
        "billion VND",
        note=cost,
    )
    row("2025: severance, all", "severance_2025_30", money.severance_bn, "billion VND", note=notes["all"])
    published = official("severance_2025_30") / (official("savings_2026_30") / YEARS)
    out.append(
        compare(
            "2025: payback, severance over savings of a year",
            published,
            money.payback_years(),
            "years",
            PAYBACK_TOLERANCE,
            "severance_2025_30, savings_2026_30",
            notes["payback"],
        )
    )
    cut, saved = official("posts_2025_cut"), official("savings_2026_30_communes")
    a_post = saved * VND_PER_BILLION / YEARS / cut / VND_PER_MVND
    out.append(
        compare(
            "2025: saved a post and year",
            a_post,
            money.vnd_per_year / last.posts_cut / VND_PER_MVND,
            "M VND",
            TOLERANCE,
            "savings_2026_30_communes, posts_2025_cut",
            cost,
        )
    )
    out += _severance(parameters, notes)
    province = 100.0 * parameters.district_to_province
    for what, key in (
        ("planned", "district_tasks_planned_province"),
        ("home affairs", "district_tasks_home_affairs_province"),
    ):
        row(f"2025: work of districts to provinces, {what}", key, province, "%", note=notes["tasks"])
    online = 100.0 * (Access() if access is None else access).online
    row(
        "2025: done on line; dossiers filed on line",
        "dossiers_online_2025",
        online,
        "%",
        note=notes["online"],
    )
    return out


def _severance(parameters: Government, notes: dict[str, str]) -> list[CheckRow]:
    """Worked cases of severance, to the last tenth of a month, and the mean payment."""
    p = parameters
    months = {
        "retire_30": ("30 months early, 22 years insured", early_retirement(30, 22 * MONTHS_A_YEAR)),
        "retire_60": ("5 years early, 30 insured", early_retirement(5 * MONTHS_A_YEAR, 30 * MONTHS_A_YEAR)),
        "retire_96": ("8 years early, 25 insured", early_retirement(8 * MONTHS_A_YEAR, 25 * MONTHS_A_YEAR)),
        "quit_15": ("quit, 15 years insured", quitting(15 * MONTHS_A_YEAR)),
    }
    out = []
    for key, (what, worked) in months.items():
        source = f"severance_example_{key}"
        name = f"severance: {what}"
        out.append(compare(name, official(source), worked, "months of pay", WORKED_TOLERANCE, source))
    mean, source = mean_months(p, shipped_law()) * pay_mvnd(p) / MVND_PER_BILLION, "severance_mean_2025"
    what = "severance: mean payment"
    out.append(compare(what, official(source), mean, "billion VND", TOLERANCE, source, notes["payment"]))
    return out


def reasons(parameters: Government) -> dict[str, str]:
    """What may lie behind the differences, by the kind of line; every number comes from data or parameters.

    None of them excuses a line. No published figure says how large the difference of scope is, and the range of the
    dispatch for posts of a unit holds the model's posts by construction, since the model counts posts by it.
    """
    p = parameters
    months = mean_months(p, shipped_law())
    after, units = official("posts_2025_after"), official("communes_2025")
    return {
        "waves": (
            f"the whole second office ({p.staff_legacy_commune:g} posts, {p.staff_legacy_district:g} of a district) is "
            "cut here at once, not over years; published are officials found redundant, whoever they were"
        ),
        "posts": (
            f"published are {after:,.0f} posts in {units:,.0f} units, {after / units:.1f} per unit, of all bodies; "
            f"the model counts by the dispatch ({p.staff_base:g} to {p.staff_cap_ward:g} per unit), as far as we "
            f"understand it of councils and committees, and {p.staff_bodies:g} of party and mass bodies besides "
            "(23 to 30 were stated); posts of districts before are set so that 2025 begins with what was published as "
            "left and cut, so that only the posts after are evidence"
        ),
        "cost": (
            f"a post costs {p.cost_per_post:g} M VND per year here, derived from the wave of 2019-21; published "
            "are later pay and administration, and severance of part-time workers too"
        ),
        "all": "published with the posts of provinces and part-time workers, who are not in the model",
        "payback": (
            f"severance is {months:.1f} months of pay by the ages of those who go, and what is saved is pay "
            "alone; published savings hold administration too, so that they pay back sooner"
        ),
        "payment": (
            f"{months:.1f} months of a pay of {pay_mvnd(p):.1f} M VND per month, from the cost of a post in "
            "2019-21; the ministry's worked example of 2025 has 15.4. Those paid by June 2025 were mostly early retired"
        ),
        "tasks": "the share lies between the plan of March 2025 and the one field whose tasks were counted",
        "online": (
            "a dossier filed on line is not a way saved: many are filed at a desk with the help of staff, and "
            f"{official('portal_users_2022'):g} % of adults had used the national portal in 2022; vary `access.online`"
        ),
    }


def verdict(row: CheckRow) -> str:
    """One of `VERDICTS`."""
    return VERDICTS[0] if row.ok else VERDICTS[1]


def tally(checked: Sequence[CheckRow]) -> str:
    """How many lines have each verdict."""
    found = [verdict(row) for row in checked]
    return ", ".join(
        f"{found.count(said)} {plural}" for said, plural in zip(VERDICTS, ("agree", "are off"), strict=True)
    )


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
            key.replace("_", "-"),
            f"{m.communes:,} + {m.districts:,}",
            *(f"{n:,}" for n in figures),
            f"{m.savings.bn_per_year:,.0f}",
            f"{m.savings.severance_bn:,.0f}",
            f"{m.savings.payback_years():.1f}",
        )
    table = Table(title="Beside the published figures", title_justify="left")
    table.add_column("what, unit", overflow="fold")
    for name in ("published", "model", "ratio", "verdict"):
        table.add_column(name, justify="right", no_wrap=True)
    notes: dict[str, int] = {}
    for r in checked:
        said = verdict(r)
        mark = f"[{dict(zip(VERDICTS, VERDICT_COLOURS, strict=True))[said]}]{said}[/]"
        sign = f" ({notes.setdefault(r.note, len(notes) + 1)})" if r.note else ""
        digits = 0 if min(r.official, r.world) >= 1 and float(r.official).is_integer() else 1
        shown = [f"{v:,.{digits}f}" for v in (r.official, r.world)]
        table.add_row(f"{r.name}, {r.unit}{sign}", *shown, f"{r.world / r.official:.2f}", mark)
    why = Text("\n".join(f"({n}) {text}" for text, n in notes.items()), style="dim")
    return Group(did, table, why, Text(tally(checked)))
