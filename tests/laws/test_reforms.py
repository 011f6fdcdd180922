"""Laws of reforms, over random ones: nothing is lost, provinces do not meddle, and what is merged can be undone."""

from __future__ import annotations

import importlib.util
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import mesa
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dicu.government import Governments, Levers, books
from dicu.government.overlay import Overlay, legacy_overlay
from dicu.reform.engine import apply
from dicu.reform.table import ReformWarning, read_table
from dicu.scenario.parameters import Access, Government

spec = importlib.util.spec_from_file_location(
    "grid_world", Path(__file__).parents[1] / "unit/government/grid_world.py"
)
assert spec is not None
grid = importlib.util.module_from_spec(spec)
assert spec.loader is not None
spec.loader.exec_module(grid)

WORLD = grid.grid_world()
ALL = Levers(relabel=True, pool_budgets=True, close_offices=True, cut_staff=True, move_services=True)
calm = settings(deadline=None, derandomize=True, database=None, max_examples=40)
levers = st.builds(Levers, *(st.booleans() for _ in range(5)))


def governments(residents: Any = None, **parameters: Any) -> Governments:
    people = WORLD.residents if residents is None else residents
    return Governments(mesa.Model(rng=1), WORLD, Government(**parameters), Access(), people)


def random_overlay(
    rng: np.random.Generator, step: int, pulled: Levers, provinces: tuple[int, ...] = (0, 1)
) -> Overlay:
    """Legacy communes merged at random within some legacy provinces, places of split ones going their own way."""
    base = legacy_overlay(WORLD)
    unit = base.commune_of_place.copy()
    for p in provinces:
        mine = np.flatnonzero(WORLD.province == p)
        groups = rng.integers(1, len(mine))
        wanted = rng.integers(0, groups, len(mine))  # places go anywhere: communes split too
        whole = {}
        for place, w in zip(mine.tolist(), wanted.tolist(), strict=True):
            commune = int(WORLD.legacy_commune[place])
            goal = w if rng.random() < 0.2 else whole.setdefault(commune, w)
            unit[place] = whole.setdefault(("unit", goal), commune)
    seat = base.communes.seat_place.copy()
    for u in np.unique(unit).tolist():
        if unit[seat[u]] != u:
            seat[u] = np.flatnonzero(unit == u)[0]
    communes = replace(base.communes, seat_place=seat, seat_km=WORLD.position_km[seat])
    name = f"random {step}"
    return replace(
        base,
        name=name,
        generation="random",
        step=step,
        date=name,
        communes=communes,
        commune_of_place=unit,
        levers=pulled,
    )


@calm
@given(st.integers(0, 2**32 - 1), levers, levers)
def test_nothing_is_lost_by_any_reform_after_any_other(seed: int, first: Levers, second: Levers) -> None:
    """`apply` compares people, area, money and staff before and after, and stops the run at a difference."""
    rng = np.random.default_rng(seed)
    residents = rng.integers(0, 30_000, WORLD.n_places).astype(np.int64)
    residents[0] += 1
    g = governments(residents)
    posts = sum(o.staff for o in g.offices)
    for step, pulled in enumerate((first, second)):
        done = apply(g, random_overlay(rng, step, pulled), step, residents)
        posts -= done.transition.posts_cut
        assert sum(o.staff for o in g.offices) == posts, "no other post came or went"
        residents = rng.integers(0, 30_000, WORLD.n_places).astype(np.int64)
        residents[0] += 1
        g.step(residents, step)
        books.check(g)
        posts = sum(o.staff for o in g.offices)  # desks may have opened
        assert sum(c.residents for c in g.communes) == residents.sum()
        if done.lineage is not None:
            assert done.lineage.area_m2.sum() == 2 * np.rint(WORLD.area_km2 * 1e6).astype(np.int64).sum()


def by_place(g: Governments) -> dict[str, Any]:
    """What places have, whatever the order of offices: posts, money and quality of the office that serves each."""
    offices, of_place = g.offices, g.network.commune_office_of_place
    budget = [o.budget for o in offices]
    return {
        "access": g.access().tobytes(),
        "staff": [offices[o].staff for o in of_place],
        "transfer": [budget[o].transfer for o in of_place],
        "capital": [budget[o].capital for o in of_place],
        "running": [budget[o].running_costs() for o in of_place],
        "served": [offices[o].residents for o in of_place],
        "disruption": [offices[o].disruption_at_merger for o in of_place],
        "commune": [g.overlay.communes.code[c] for c in g.commune_of_place],
    }


@calm
@given(st.integers(0, 2**32 - 1))
def test_order_of_reforms_of_disjoint_provinces_does_not_matter(seed: int) -> None:
    pulled = Levers(relabel=True, pool_budgets=True, close_offices=True)
    ends = []
    for order in ((0, 1), (1, 0)):
        g = governments()
        unit = legacy_overlay(WORLD).commune_of_place.copy()
        communes = legacy_overlay(WORLD).communes
        for p in order:
            rng = np.random.default_rng((seed, p))
            one = random_overlay(rng, 0, pulled, (p,))
            mine = WORLD.province == p
            unit[mine] = one.commune_of_place[mine]
            seats = one.communes.seat_place, one.communes.seat_km
            here = WORLD.province[legacy_overlay(WORLD).communes.seat_place] == p
            communes = replace(
                communes,
                seat_place=np.where(here, seats[0], communes.seat_place),
                seat_km=np.where(here[:, None], seats[1], communes.seat_km),
            )
            apply(g, replace(one, communes=communes, commune_of_place=unit.copy()), 0, WORLD.residents)
        g.step(WORLD.residents, 0)
        ends.append(by_place(g))
    assert ends[0] == ends[1]


@calm
@given(st.integers(0, 2**32 - 1), st.integers(2, 5))
def test_merge_then_exact_split_is_the_identity(tmp_path_factory: Any, seed: int, k: int) -> None:
    """People, every dong and every post come back where they were, when the table states each one's shares."""
    before, after = merged_and_split(tmp_path_factory, seed, k, stated=True)
    for what in ("staff", "transfer", "capital", "running", "served", "commune"):
        assert after[what] == before[what], what


def test_without_shares_residents_decide_and_money_does_not_come_back(tmp_path_factory: Any) -> None:
    """Else the law above would hold for a split that ignores its shares."""
    before, after = merged_and_split(tmp_path_factory, 1, 4, stated=False)
    assert after["served"] == before["served"]
    assert after["capital"] != before["capital"]
    assert sum(set(after["capital"])) != sum(set(before["capital"]))


def merged_and_split(tmp_path_factory: Any, seed: int, k: int, *, stated: bool) -> tuple[Any, Any]:
    """What places have before k communes of a province are merged, and after they are split again."""
    rng = np.random.default_rng(seed)
    residents = rng.integers(1, 30_000, WORLD.n_places).astype(np.int64)
    g = governments(residents, local_revenue_share=0.01)
    for step in range(-2, 0):
        g.step(residents, step)
    province = int(rng.integers(0, 2))
    first = WORLD.province[WORLD.legacy_communes.seat_place] == province
    chosen = rng.choice(np.flatnonzero(first), size=k, replace=False).tolist()
    codes = [str(WORLD.legacy_communes.code[c]) for c in chosen]
    had = {code: office_of(g, c) for code, c in zip(codes, chosen, strict=True)}
    before, money = by_place(g), {code: parts_of(o) for code, o in had.items()}
    total = {what: sum(m[what] for m in money.values()) for what in money[codes[0]]}
    rows = ["date,from,to,place,name,kind,seat,money_share,capital_share,running_share,staff_share"]
    for code in codes:
        rows.append(f"a,{code},merged,,,,,,,,")
    units = WORLD.legacy_communes
    for code, c in zip(codes, chosen, strict=True):
        share = [repr(money[code][what] / total[what]) for what in ("money", "capital", "running", "staff")]
        for i, place in enumerate(np.flatnonzero(WORLD.legacy_commune == c).tolist()):
            said = share if i == 0 and stated else ["", "", "", ""]
            key = WORLD.place_key[place]
            rows.append(
                f"b,merged,{code},{key},{units.name[c]},{units.kind[c]},{WORLD.place_key[units.seat_place[c]]},"
                + ",".join(said)
            )
    path = tmp_path_factory.mktemp("t") / "t.csv"
    path.write_text("\n".join(rows) + "\n")
    with warnings.catch_warnings():  # pieces that do not touch are no matter here
        warnings.simplefilter("ignore", ReformWarning)
        merge, split = read_table(path, WORLD, "a", {"a": 0, "b": 1}.__getitem__)
    apply(g, merge, 0, residents)
    assert len(g.communes) == 35 - k + 1
    joined = office_of(g, chosen[0])
    assert parts_of(joined) == total
    apply(g, split, 1, residents)
    return before, by_place(g)


def office_of(g: Governments, commune: int) -> Any:
    place = int(WORLD.legacy_communes.seat_place[commune])
    return g.offices[int(g.network.commune_office_of_place[place])]


def parts_of(office: Any) -> dict[str, int]:
    """What an office has: posts, the grant without the pay in it, capital, running costs."""
    budget = office.budget
    pay = office.staff * 23_750_000
    return {
        "money": budget.transfer - pay,
        "capital": budget.capital,
        "running": budget.running_costs(),
        "staff": office.staff,
    }
