"""What a world contains, beside the official figures: the content of ``dicu world check``."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from dicu.scenario.wording import some
from dicu.world import facts
from dicu.world.world import Repair, Units, World, distance_km

DIEN_BIEN: Final = "11"
WITHIN_PLACE: Final = 0.3826
"""Mean distance within a square to its centre, in sides: people do not all live at the centre of a place."""
AREA_TOLERANCE: Final = 0.01
SIZE_TOLERANCE: Final = 0.10
EXAMPLES: Final = 3
OWN_INPUT: Final = frozenset(
    {"gso_code_list", "nso_e02", "nso_area_2024", "sapnhap_atlas", "derived", "islands"}
)
"""Sources that the world itself is made of or was tuned to: agreement shows that nothing was lost on the way,
not that the figure is right."""


@dataclass(frozen=True)
class CheckRow:
    """One comparison of the world with an official figure.

    ``tolerance`` is relative and inclusive, 0 = exact; None = shown as information, then ``ok`` is None too.
    ``note`` names what differs. ``own_input``: the world is made of the figure, see `OWN_INPUT`.
    """

    name: str
    official: float
    world: float
    unit: str
    tolerance: float | None
    ok: bool | None
    source: str
    note: str = ""

    @property
    def own_input(self) -> bool:
        """Whether the official figure went into the world, so that its agreement is not evidence."""
        return not OWN_INPUT.isdisjoint(self.source.split(";"))


def compare(
    name: str, official: float, world: float, unit: str, tolerance: float | None, source: str, note: str = ""
) -> CheckRow:
    """Judge one figure: right when it differs by no more than the tolerance, relative to the official one."""
    ok = None if tolerance is None else bool(abs(world - official) <= tolerance * abs(official))
    return CheckRow(name, float(official), float(world), unit, tolerance, ok, source, note)


def _official(key: str, world: float | np.integer, tolerance: float | None = 0.0, note: str = "") -> CheckRow:
    """Compare with a row of `facts.official_counts`, whose description and source are printed with it."""
    row = facts.official_counts().loc[key]
    what, unit, source = str(row["what"]), str(row["unit"]), str(row["source"])
    return compare(what, facts.official(key), float(world), unit, tolerance, source, note)


def _kind(units: Units, kind: str, among: NDArray[np.bool_] | None = None) -> int:
    chosen = units.kind == kind
    return int((chosen if among is None else chosen & among).sum())


def _of_province(provinces: Units, parent: NDArray[np.int32], code: str) -> NDArray[np.bool_]:
    """Which units belong to the province of this code; none when there is no such province."""
    return np.asarray(provinces.code[parent] == code, dtype=np.bool_)


def _members(world: World) -> dict[str, list[str]]:
    """Codes of the legacy provinces in each new province, sorted."""
    new_of_place = world.new_communes.parent[world.new_commune]
    pairs = np.unique(np.stack([new_of_place, world.province]), axis=1)
    found: dict[str, list[str]] = defaultdict(list)
    for new, legacy in pairs.T:
        found[str(world.new_provinces.code[new])].append(str(world.legacy_provinces.code[legacy]))
    return {new: sorted(codes) for new, codes in found.items()}


def _check_counts(world: World) -> list[CheckRow]:
    legacy, new, districts = world.legacy_communes, world.new_communes, world.districts
    members = _members(world)
    sizes = Counter(len(m) for m in members.values())
    legacy_province = districts.parent[legacy.parent]
    districts_dien_bien = _of_province(world.legacy_provinces, districts.parent, DIEN_BIEN)
    in_dien_bien = _of_province(world.legacy_provinces, legacy_province, DIEN_BIEN)
    now_dien_bien = _of_province(world.new_provinces, new.parent, DIEN_BIEN)
    n_of_kind = {k: _kind(legacy, k) for k in ("commune", "ward", "township")}
    real = np.isin(legacy.kind, ["commune", "ward", "township"])
    with_communes = len(np.unique(legacy.parent[real]))
    return [
        _official("provinces_legacy", len(world.legacy_provinces)),
        _official("provinces_2025", len(world.new_provinces)),
        _official("municipalities_2025", _kind(world.new_provinces, "municipality")),
        _official("provinces_unchanged", sizes[1]),
        _official("provinces_pairs", sizes[2]),
        _official("provinces_triples", sizes[3]),
        _official("districts", len(districts)),
        _official("districts_with_communes", with_communes),
        _official("communes_legacy", sum(n_of_kind.values())),
        *[_official(f"communes_legacy_{k}", n) for k, n in n_of_kind.items()],
        _official("communes_2025", len(new)),
        _official("communes_2025_commune", _kind(new, "commune")),
        _official("communes_2025_ward", _kind(new, "ward")),
        _official("communes_2025_special", _kind(new, "special zone")),
        _official("dien_bien_districts", districts_dien_bien.sum()),
        _official("dien_bien_legacy", in_dien_bien.sum()),
        _official("dien_bien_2025", now_dien_bien.sum()),
        _official("dien_bien_2025_commune", _kind(new, "commune", now_dien_bien)),
        _official("dien_bien_2025_ward", _kind(new, "ward", now_dien_bien)),
        *_check_by_province(world, legacy_province, members),
    ]


def _check_by_province(
    world: World, legacy_province: NDArray[np.int32], members: dict[str, list[str]]
) -> list[CheckRow]:
    """Numbers of units by kind in every province, and who merged with whom."""
    wrong = []
    for row in facts.provinces_legacy().to_dict("records"):
        mine = _of_province(world.legacy_provinces, legacy_province, row["code"])
        have = tuple(_kind(world.legacy_communes, k, mine) for k in ("commune", "ward", "township"))
        if have != (row["n_communes"], row["n_wards"], row["n_townships"]):
            wrong.append(f"{row['name']} {'+'.join(map(str, have))}")
    wrong_new, wrong_members = [], []
    for row in facts.provinces_2025().to_dict("records"):
        mine = _of_province(world.new_provinces, world.new_communes.parent, row["code"])
        have = tuple(_kind(world.new_communes, k, mine) for k in ("commune", "ward", "special zone"))
        if have != (row["n_communes"], row["n_wards"], row["n_special"]):
            wrong_new.append(f"{row['name']} {'+'.join(map(str, have))}")
        if members.get(row["code"]) != row["members"].split("+"):
            wrong_members.append(f"{row['name']} {'+'.join(members.get(row['code'], []))}")
    wrong_january = []
    january = facts.units_january_2025()
    for row in january.to_dict("records"):
        mine = _of_province(world.legacy_provinces, legacy_province, row["code"])
        have = tuple(_kind(world.legacy_communes, k, mine) for k in ("commune", "ward", "township"))
        if have != (row["n_communes"], row["n_wards"], row["n_townships"]):
            wrong_january.append(f"province {row['code']} {'+'.join(map(str, have))}")
    rows = []
    for what, total, differing, source in (
        ("legacy provinces with their communes, wards and townships", 63, wrong, "gso_code_list"),
        (
            "the same in another copy of the list, of 1 January 2025, where none changed since",
            len(january),
            wrong_january,
            "gso_list_january_2025",
        ),
        (
            "provinces with communes, wards and special zones",
            34,
            wrong_new,
            "resolutions_communes_2025",
        ),
        ("provinces of 2025 of the members that merged", 34, wrong_members, "resolution_202_2025"),
    ):
        rows.append(
            compare(what, total, total - len(differing), "provinces", 0.0, source, some(differing, EXAMPLES))
        )
    return rows


def _check_pairs(world: World) -> CheckRow:
    """Which legacy commune went where, province by province, beside two crosswalks of others.

    The counts of pairs and their digests are what two of three crosswalks agree on, and the gazetteer that this world
    is made of is one of the three: a pair that is wrong in the gazetteer alone is found, and so is any that was lost
    on the way; one that a second list has wrong too is not.
    """
    legacy = world.legacy_communes.code[world.legacy_commune]
    new = world.new_communes.code[world.new_commune]
    province = world.new_provinces.code[world.new_communes.parent[world.new_commune]]
    expected = facts.crosswalk_digests()
    wrong = []
    for row in expected.to_dict("records"):
        mine = province == row["code_2025"]
        pairs = list(zip(legacy[mine].tolist(), new[mine].tolist(), strict=True))
        if facts.pairs_digest(pairs) != row["digest"]:
            wrong.append(f"province {row['code_2025']} ({len(pairs)} pairs, {row['pairs']} there)")
    what = (
        "provinces of 2025 whose communes are made of those on which two of three crosswalks agree, "
        "the world's own source one of the three"
    )
    right = len(expected) - len(wrong)
    return compare(what, len(expected), right, "provinces", 0.0, "crosswalks_compared", some(wrong, EXAMPLES))


def _check_islands(world: World) -> CheckRow:
    """Residents of the islands that are units by themselves, each as its source says."""
    official = facts.residents(world.year)["total"].sum()
    people = np.bincount(world.new_commune, weights=world.residents, minlength=len(world.new_communes))
    have = dict(zip(world.new_communes.code.tolist(), people.astype(np.int64).tolist(), strict=True))
    stated = facts.island_totals(int(official))
    wrong = [f"{code}: {have.get(code)} not {n}" for code, n in stated.items() if have.get(code) != n]
    what = f"islands with their stated residents, {world.year}"
    return compare(
        what, len(stated), len(stated) - len(wrong), "units", 0.0, "islands", some(wrong, EXAMPLES)
    )


def residents_by_province(world: World) -> pd.DataFrame:
    """Residents of a world by legacy province: ``code``, ``name``, ``urban``, ``rural`` (int64, persons)."""
    table = pd.DataFrame({"code": world.legacy_provinces.code, "name": world.legacy_provinces.name})
    for name, chosen in (("urban", world.urban), ("rural", ~world.urban)):
        total = np.zeros(len(world.legacy_provinces), np.int64)
        np.add.at(total, world.province[chosen], world.residents[chosen])
        table[name] = total
    return table


def _check_residents(world: World) -> list[CheckRow]:
    """Compare the residents of the world's year, in all and province by province, urban and rural."""
    year = world.year
    official = facts.residents(year)
    both = official.merge(residents_by_province(world), on="code", how="outer", suffixes=("", "_world"))
    exact = (both["urban"] == both["urban_world"]) & (both["rural"] == both["rural_world"])
    wrong = both.loc[~exact, "code"].tolist()
    total, urban = int(world.residents.sum()), int(world.residents[world.urban].sum())
    what = f"residents {year}, urban and rural, of every legacy province"
    provinces = [f"province {c}" for c in wrong]
    rows = [
        compare(f"residents {year}", int(official["total"].sum()), total, "persons", 0.0, "nso_e02"),
        compare(
            what, len(official), int(exact.sum()), "provinces", 0.0, "nso_e02", some(provinces, EXAMPLES)
        ),
    ]
    known = facts.official_counts().index
    if f"residents_{year}" in known:  # the table of provinces must itself sum to the published total
        rows[0] = _official(f"residents_{year}", total)
    if f"urban_share_{year}" in known:
        # published to two decimals: half of the last one is as near as can be told
        share = facts.official(f"urban_share_{year}")
        rows.append(_official(f"urban_share_{year}", 100.0 * urban / max(total, 1), 0.005 / share))
    return rows


def _check_areas(world: World) -> list[CheckRow]:
    area = np.bincount(world.province, weights=world.area_km2, minlength=len(world.legacy_provinces))
    table = facts.provinces_legacy().merge(
        pd.DataFrame({"code": world.legacy_provinces.code, "world": area}), on="code", how="left"
    )
    off = (table["world"] / table["area_km2"] - 1.0).abs()
    # an archipelago's sea or lagoon may be counted with the land of its province: not a fault of the rest
    far = table.loc[~(off <= 5 * AREA_TOLERANCE), "name"].tolist()
    dien_bien = table.loc[table["code"] == DIEN_BIEN, "world"].sum()
    return [
        _official("area", float(world.area_km2.sum()), AREA_TOLERANCE, "scaled to it by province"),
        _official("dien_bien_area", float(dien_bien), AREA_TOLERANCE, "scaled to it by province"),
        compare(
            "legacy provinces whose area is within 5 %",
            len(table),
            len(table) - len(far),
            "provinces",
            None,
            "nso_area_2024",
            some(far, EXAMPLES),
        ),
    ]


def _check_sizes(world: World) -> list[CheckRow]:
    """Size statistics of the modelled residents, with registered persons rescaled to residents."""
    new = world.new_communes
    people = np.zeros(len(new), np.int64)
    np.add.at(people, world.new_commune, world.residents)
    area = np.bincount(world.new_commune, weights=world.area_km2, minlength=len(new))
    scale = int(world.residents.sum()) / facts.official("registered_2025")
    rows = []
    for kind in ("commune", "ward"):
        chosen = new.kind == kind
        if not chosen.any():
            continue
        key = f"size_2025_{kind}_median"
        row = facts.official_counts().loc[key]
        what = f"{row['what']}, modelled, tuned to it; registered x {scale:.3f}"
        published, have = facts.official(key) * scale, float(np.median(people[chosen]))
        rows.append(compare(what, published, have, "persons", SIZE_TOLERANCE, str(row["source"])))
        rows.append(_official(f"area_2025_{kind}_median", float(np.median(area[chosen])), SIZE_TOLERANCE))
    return rows


def mean_distance_km(world: World, units: Units, unit_of_place: NDArray[np.int32]) -> float:
    """Mean straight line from residents to the seat of their unit, km, with the extent of their own place.

    Parameters
    ----------
    unit_of_place : (P,) int32
        Index in ``units``.
    """
    centre = distance_km(world.position_km, units.seat_km[unit_of_place])
    each = np.hypot(WITHIN_PLACE * np.sqrt(world.area_km2), centre)
    return float((each * world.residents).sum() / max(int(world.residents.sum()), 1))


def _show(world: World) -> list[CheckRow]:
    """Figures without an official counterpart to the digit: information."""
    split = int((np.bincount(world.legacy_commune) > 1).sum())
    households = int(world.residents.sum()) / facts.official("household_size_2019")
    to_commune = mean_distance_km(world, world.new_communes, world.new_commune)
    to_district = mean_distance_km(world, world.districts, world.district)
    return [
        _official("splits", split, None),
        _official("seat_distance_commune_2025", to_commune, None),
        _official("seat_distance_district", to_district, None),
        _official("households_2019", households, None, note=f"residents {world.year} at 3.5 a household"),
    ]


def check(world: World, also: Sequence[World] = ()) -> list[CheckRow]:
    """Compare a world of Viet Nam with the official figures.

    Parameters
    ----------
    world : World
    also : sequence of World
        The same country in other years: their residents are compared as well (2019 and 2024 in ``dicu world
        check``).

    Returns
    -------
    list of CheckRow
        Counts, residents, areas, sizes, then information; `all_ok` judges them.
    """
    rows = [*_check_counts(world), _check_pairs(world)]
    for one in (world, *also):
        rows += [*_check_residents(one), _check_islands(one)]
    latest = max((world, *also), key=lambda w: w.year)  # sizes are published for 2025
    return rows + _check_areas(world) + _check_sizes(latest) + _show(world)


def all_ok(rows: Iterable[CheckRow]) -> bool:
    """Whether nothing differs; rows of information do not count. An empty check is not passed."""
    judged = [row.ok for row in rows if row.ok is not None]
    return bool(judged) and all(judged)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def _allowed(tolerance: float | None) -> str:
    if tolerance is None:
        return "information"
    return "exact" if tolerance == 0 else f"±{100 * tolerance:.3g} %"


def render(rows: Sequence[CheckRow], repairs: Sequence[Repair] = ()) -> RenderableType:
    """The check as tables for a terminal: figures, repairs by kind with a few examples, and the verdict."""
    table = Table(title="The world beside the official figures", title_justify="left")
    for name in ("what", "official", "world", "unit", "allowed", "", "source"):
        table.add_column(name, justify="right" if name in ("official", "world") else "left", overflow="fold")
    for row in rows:
        mark = {True: "[green]yes[/]", False: "[bold red]NO[/]", None: "[dim]·[/]"}[row.ok]
        what = Text(row.name + (f": {row.note}" if row.note else ""))
        figures = _figure(row.official), _figure(row.world), row.unit, _allowed(row.tolerance)
        origin = Text(f"{row.source}{' (own input)' if row.own_input else ''}")
        table.add_row(what, *figures, mark, origin)
    by_kind: dict[str, list[Repair]] = defaultdict(list)
    for repair in repairs:
        by_kind[repair.kind].append(repair)
    mended = Table(title=f"Repairs of the source ({len(repairs)})", title_justify="left")
    for name in ("kind", "number", "for example"):
        mended.add_column(name, justify="right" if name == "number" else "left", overflow="fold")
    for kind, those in sorted(by_kind.items()):
        examples = Text("\n".join(f"{r.unit}: {r.detail}" for r in those[:EXAMPLES]))
        mended.add_row(Text(kind), str(len(those)), examples)
    wrong = sum(row.ok is False for row in rows)
    judged = sum(row.ok is not None for row in rows)
    own = sum(row.ok is not None and row.own_input for row in rows)
    verdict = f"{judged - wrong} of {judged} figures agree" + (f"; {wrong} DIFFER" if wrong else "")
    if own:
        verdict += (
            f"\n{own} of them are the world's own input: their agreement is not evidence that they are right"
        )
    parts: list[RenderableType] = [table]
    if repairs:
        parts.append(mended)
    parts.append(Text(verdict, style="bold green" if all_ok(rows) else "bold red"))
    return Group(*parts)
