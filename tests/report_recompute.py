"""Every number of a report's text against what the tables give: the complaints, empty when all is well."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from dicu.scenario.table import parameter_table
from dicu_analysis import seed_spread
from report_by_tables import Pairs, interval
from report_walk import Cells, Page, Piece

NUMBER = re.compile(r"[+\u2212-]?\d+(?:[.,]\d+)*")
PARAMETERS = {row.path: row for row in parameter_table()}
TERRAINS = {"plains": "plain", "mountains": "mountain", "islands": "island", "whole country": "all"}
OFFICES = {"commune office": "commune_administration", "district business": "district_administration"}
STREAMS = {"rural areas to towns": "rural_to_urban", "towns to rural areas": "urban_to_rural"}
SPENT = {
    "wages": "wages",
    "running costs": "running",
    "public investment": "investment",
    "desks": "desks",
    "severance": "severance",
}
KINDS = {
    "better in one or both, worse in neither": "both_better",
    "commune office worse, district business better": "office_worse_district_better",
    "changed by less than 0.05 in both": "little",
    "not decided (interval holds 0.05)": "undecided",
    "commune office better, district business worse": "office_better_district_worse",
    "worse in one or both, better in neither": "both_worse",
}


def numbers(text: str, code: str) -> list[tuple[float, int]]:
    """The numbers in a text and their decimals, as the language writes them."""
    made = []
    for word in NUMBER.findall(text):
        plain = word.replace("\u2212", "-")
        plain = plain.replace(".", "").replace(",", ".") if code == "vi" else plain.replace(",", "")
        made.append((float(plain), len(plain.partition(".")[2])))
    return made


def near(stated: tuple[float, int], true: float) -> bool:
    """Whether a number is the true one, rounded to its decimals."""
    value, digits = stated
    return abs(value - true) <= 0.5 * 10.0**-digits * (1 + 1e-9)


def word(label: str) -> str:
    """A step as the English page calls it."""
    year, quarter = label.split("Q")
    return f"{('first quarter', 'second quarter', 'third quarter', 'end')[int(quarter) - 1]} of {year}"


def complaints(html: str, pairs: Pairs) -> list[str]:
    """What is wrong with the numbers of a page, both languages."""
    made = []
    pages = {code: Page(html, code) for code in ("en", "vi")}
    for code, page in pages.items():
        for piece in page.pieces:
            if piece.mark is not None:
                made += marked(piece, pairs, code)
            elif piece.section == "provenance":
                made += provenance(piece, pairs)
            elif not any(t in piece.tags for t in ("details", "table")) or "th" in piece.tags:
                made += stated(piece, pairs, code)
            elif "details" not in piece.tags and piece.section == "assumptions":
                made += assumed(piece, pairs, code)
            elif "details" not in piece.tags and NUMBER.search(piece.text) and piece.section != "fit":
                made.append(f"{code}: unmarked number in a table: {piece.text.strip()}")
    drawn = [[t for t in page.tables if t.drawn] for page in pages.values()]
    for table in drawn[0]:
        made += drawing(table, pairs)
    for en, vi in zip(*drawn, strict=True):
        cells = [
            ([numbers(x, "en") for x in a[1:]], [numbers(x, "vi") for x in b[1:]])
            for a, b in zip(en.rows[1:], vi.rows[1:], strict=True)
        ]
        made += [f"{vi.caption}: {b} for {a}" for a, b in cells if a != b]
    return made


def marked(piece: Piece, pairs: Pairs, code: str) -> list[str]:
    """A number with its key."""
    assert piece.mark is not None
    key = piece.mark["data-key"]
    (found,) = numbers(piece.text, code)
    true = pairs.value(key)
    wrong = not near(found, true) or not np.isclose(float(piece.mark["value"]), true, rtol=1e-6, atol=1e-9)
    return [f"{code} {key}: {piece.text} for {true}"] if wrong else []


def known(pairs: Pairs, code: str) -> Iterator[str]:
    """Texts with numbers that are no results: dates, seeds, counts of runs, thresholds, names."""
    run = pairs.own[0]
    n = len(pairs.own)
    labels = run.national["period"].astype(str).tolist()
    for label in labels:
        year, quarter = label.split("Q")
        yield word(label)
        yield f"cuối năm {year}"
        yield f"quý {'I' * int(quarter)} năm {year}"
    yield f"{labels[1]} to {labels[run.first - 1]}"
    yield f"{labels[1]} đến {labels[run.first - 1]}"
    yield f"{labels[run.first]} to {labels[-1]}"
    yield f"{labels[run.first]} đến {labels[-1]}"
    for column, end in (("legacy_province", 0), ("new_province", 1)):
        count = run.world[column].nunique()
        yield from (f"{count} provinces", f"{count} tỉnh")
        assert end in (0, 1)
    year, quarter = run.config["reform"]["date"].split("Q")
    month = 3 * int(quarter) - 2
    yield f"1 {('January', 'April', 'July', 'October')[int(quarter) - 1]} {year}"
    yield f"1/{month}/{year}"
    yield from (f"seed {run.config['seed']}", f"(seed) {run.config['seed']}")
    yield from (f"{n} pairs", f"{n} runs", f"{n} cặp", f"{n} lần mô phỏng")
    weight = f"{run.manifest['weight']:,}"
    yield from (f"stands for {weight}", f"đại diện cho {weight.replace(',', '.')} hộ")
    yield from ("intervals need 3", "cần từ 3", "(95%)", "95%")
    for cut in ("more than", "less than", "hơn", "trên", "chưa đến", "quá"):
        yield from (f"{cut} 2%", f"{cut} 0.05", f"{cut} 0,05", f"{cut} 1.", f"{cut} 1 ", f"{cut} 1")
    yield from ("holds 0.05", "chứa 0,05", "above 1", "trên 1")
    yield from ("1 per 1,000", "1 trên 1.000", "per 1,000", "trên 1.000")
    yield from ("1 = at the door", "1 = ngay", "1 is the door", "; 1 là ngay")
    # what is called within luck, and what that rests on
    times, weights = seed_spread.TIMES, sorted(set(seed_spread.table()["weight"]))
    yield from (f"up to {times:g} standard deviations", f"không quá {times:g} độ lệch chuẩn")
    spoken = " and ".join(f"{v:,}" for v in weights)
    yield f"{seed_spread.SPAN[0]} to {seed_spread.SPAN[1]}, measured at weights {spoken}"
    spoken = " và ".join(f"{v:,}".replace(",", ".") for v in weights)
    yield f"quý II năm 2019 đến cuối năm 2035, đã đo với trọng số {spoken}"
    yield from ("reinvest_share=0", "h1 to h6", "h1 đến h6", "tháng 7/2025", "July 2025", "1.000 dân")


@cache
def longest_first(pairs: Pairs, code: str) -> list[str]:
    """The same, so that no text is taken for a part of it."""
    return sorted(known(pairs, code), key=len, reverse=True)


def stated(piece: Piece, pairs: Pairs, code: str) -> list[str]:
    """Prose, heads and captions: without what is known, no number may be left."""
    rest = piece.text
    if {"pre", "code"} & set(piece.tags) or ("small" in piece.tags and rest in PARAMETERS):
        return []
    if piece.section == "assumptions" and "li" in piece.tags:
        return changed(piece, pairs)
    for text in longest_first(pairs, code):
        rest = rest.replace(text, "")
    if "th" in piece.tags and re.fullmatch(r"\s*20\d\d\s*", rest):
        rest = ""
    return [f"{code}: {piece.text.strip()!r}"] if re.search(r"\d", rest) else []


def changed(piece: Piece, pairs: Pairs) -> list[str]:
    """ ": 200 (default 100)": both are in the configuration or its defaults."""
    given = set(NUMBER.findall(json.dumps(pairs.own[0].config)))
    given |= {n for row in PARAMETERS.values() for n in NUMBER.findall(row.default)}
    return [f"{piece.text}: {n}" for n in NUMBER.findall(piece.text) if n not in given]


def assumed(piece: Piece, pairs: Pairs, code: str) -> list[str]:
    """The table of assumptions: values of the configuration, ranges of the declarations."""
    found = numbers(piece.text, code)
    if not found or "small" in piece.tags:
        return []
    path = next(path for path in PARAMETERS if piece.row.endswith(path))
    if piece.column == 1:
        return [] if near(found[0], pairs._config(path, "")) else [f"{path}: {piece.text}"]
    if piece.column == 2:
        text = PARAMETERS[path].range
        declared = [v for v, _ in numbers(text, "en")]
        return [] if [v for v, _ in found] == declared else [f"{path}: {piece.text} for {text}"]
    return [f"{path}: {piece.text}"] if piece.text.strip() not in KNOWN_REASONS else []


KNOWN_REASONS = (
    "No data before 2025 identify it. With this and the two weights below at 0, access could make nobody move; all "
    "results on leaving rest on them.",
    "Không có số liệu trước 2025 để xác định. Nếu giá trị này và hai trọng số dưới bằng 0, mức tiếp cận không thể "
    "khiến ai di chuyển; mọi kết quả về rời đi dựa vào chúng.",
)


@cache
def manifested(pairs: Pairs) -> tuple[set[str], list[str]]:
    """What the manifests say: words that stand alone, and parts of sentences, the longest first."""
    words = {str(len(pairs.own)), *(str(r.config["seed"]) for r in pairs.own)}
    n, seeds = len(pairs.own), ", ".join(str(r.config["seed"]) for r in pairs.own)
    parts = {
        "SHA-256",
        "vietnamadminunits 1.0.4",
        "census of 2019",
        "tổng điều tra 2019",
        "09/CV-BCD of 30 May 2025",
        "09/CV-BCĐ ngày 30/5/2025",
        f"Pairs in this report: {n} (seeds {seeds})",
        f"Số cặp trong báo cáo này: {n} (hạt giống ngẫu nhiên (seed) {seeds})",
    }
    for run in (pairs.own[0], pairs.other[0]):
        m = run.manifest
        parts |= {m["started"], m["ended"], f"{m['name']}/{m['run_id']}", f"dicu {m['versions']['dicu']}"}
        parts |= {f"{m['weight']:,}", f"{m['weight']:,}".replace(",", ".") + " hộ", " ".join(m["argv"])}
        parts |= {f"{k} {v}" for k, v in m["versions"].items()} | set(m["inputs_sha256"].values())
        parts |= {m["config_sha256"], m["state_sha256"], *(str(v) for v in m["git"].values())}
        parts.add(", ".join(str(m["machine"][k]) for k in ("cpu", "cores", "system") if k in m["machine"]))
        labels = run.national["period"].astype(str).tolist()
        parts |= {f"{labels[0]} \u2013 {labels[-1]}", *known(pairs, "en")}
    return words, sorted((p for p in parts if len(p) > 2), key=len, reverse=True)


def provenance(piece: Piece, pairs: Pairs) -> list[str]:
    """What the manifests say, to the letter."""
    words, parts = manifested(pairs)
    rest = " ".join(piece.text.split())
    rest = rest.replace(" )", ")")
    if rest.strip(" (),.") in words:
        return []
    for text in parts:
        rest = rest.replace(text, "")
    return [f"provenance: {piece.text.strip()!r} leaves {rest!r}"] if re.search(r"\d", rest) else []


def drawing(table: Cells, pairs: Pairs) -> list[str]:
    """A drawing's numbers as a table."""
    head, *rows = ([x.strip().replace("\n", " ") for x in row] for row in table.rows)
    caption = " ".join(table.caption.split())
    made = []
    for row in rows:
        for column, cell in zip(head[1:], row[1:], strict=True):
            found = numbers(cell, "en")
            try:
                true = cell_of(caption, row[0], column, pairs, head)
            except (KeyError, StopIteration) as error:
                made.append(f"{caption}: nobody recomputes {row[0]}, {column} ({error!r})")
                continue
            if len(found) != len(true) or not all(map(near, found, true)):
                made.append(f"{caption}: {row[0]}, {column}: {cell} for {true}")
    return made


def cell_of(caption: str, row: str, column: str, pairs: Pairs, head: list[str]) -> list[float]:
    """The numbers that a cell must have."""
    run = pairs.own[0]
    words = {
        word(p): int(s) for s, p in zip(run.national["step"], run.national["period"].astype(str), strict=True)
    }
    moments = {step: name for name, step in run.moments.items()}
    if caption.startswith("Access to "):
        service = "commune" if "commune office" in caption else "district"
        at = run.group(run.places[run.places["step"] == words[column]], TERRAINS[row])
        return [np.average(at[f"access_{service}_administration"], weights=at["persons"])]
    if caption.startswith("Difference in "):
        if "access" in caption:
            name, terrain = row.split(", ")
            key = f"access.{OFFICES[name]}.{TERRAINS[terrain]}.end"
        else:
            stream = STREAMS.get(row) or TERRAINS[row.removeprefix("out of the district, ")]
            key = f"leaving.{stream}.rate"
        return estimate(pairs._values("difference", key), column)
    if caption.startswith("What became of"):
        moment = next(
            name for text, step in words.items() if caption.endswith(text) for name in [moments[step]]
        )
        return [pairs.value(f"outcomes:{moment}.{TERRAINS[row]}.{KINDS[column]}|value|1")]
    if caption.startswith("Urban and rural population"):
        scale = 1e6 if "million" in caption else 1e3
        at = run.national.set_index("step").loc[words[row]]
        if column == "urban share":
            return [100 * at["urban_persons"] / (at["urban_persons"] + at["rural_persons"])]
        return [at[f"{column}_persons"] / scale]
    if caption.startswith("Rural residents who move to towns"):
        runs = pairs.own if column == head[1] else pairs.other
        return [float(np.mean([outflow(r.folder, int(row)) for r in runs]))]
    if caption.startswith("Spending of local governments"):
        runs = pairs.own if row.startswith("Merger") else pairs.other
        return [float(np.mean([r.measure(f"budget.{SPENT[column]}.end") for r in runs]))]
    names = names_of(run)
    if caption.startswith("Change of access to"):
        service = OFFICES["commune office" if "commune office" in caption else "district business"]
        code = code_of(names, "legacy", row)
        return [pairs.value(f"province:{service}.{code}|value|1")]
    if caption.startswith("Net migration"):
        return [float(np.mean([net(r, caption, row) for r in pairs.own]))]
    raise KeyError(caption)


def estimate(values: np.ndarray, column: str) -> list[float]:
    """Mean, bounds or number of replicates, by the head of the column."""
    if column == "replicates":
        return [len(values)]
    if column == "difference":
        return [values.mean()]
    if len(values) > 2:
        return [float(v) for v in interval(values)]
    return values.tolist() if len(values) == 2 else []


@cache
def outflow(folder: Any, year: int) -> float:
    """Rural residents who moved to towns in a year, per 1,000 of them."""
    world = pd.read_parquet(folder / "world_places.parquet").set_index("place_key")["urban"]
    flows, nation = pd.read_parquet(folder / "flows.parquet"), pd.read_parquet(folder / "national.parquet")
    steps = nation[nation["period"].astype(str).str.startswith(f"{year}Q") & (nation["step"] > 0)]
    mine = flows[flows["step"].isin(steps["step"])]
    left = mine[~mine["origin_place"].map(world) & mine["destination_place"].map(world)]
    return 1000 * left["persons"].sum() / steps["rural_persons"].mean()


@cache
def names_of(run: Any) -> pd.DataFrame:
    """The units of a run, as text."""
    return run.read("world_units").astype({"level": str, "generation": str, "code": str, "name": str})


def code_of(names: pd.DataFrame, generation: str, name: str) -> str:
    """Code of a province by its name without rank."""
    mine = names[(names["level"] == "province") & (names["generation"] == generation)]
    plain = mine["name"].str.replace(r"^(Tỉnh|Thành phố|Thành Phố) ", "", regex=True)
    return str(mine.loc[plain == name, "code"].iloc[0])


@cache
def net(run: Any, caption: str, row: str) -> float:
    """Net migration of a province per 1,000 mean residents a year."""
    labels = run.national["period"].astype(str).tolist()
    said = [step for step, label in enumerate(labels) if label in caption or word(label) in caption]
    first, last = said[0], said[-1]
    column, generation = ("new_province", "2025") if first == run.first else ("legacy_province", "legacy")
    code = code_of(names_of(run), generation, row)
    unit = run.world.set_index("place_key")[column].astype(str)
    flows = run.read("flows")
    flows = flows[(flows["step"] >= first) & (flows["step"] <= last)]
    a, b = (flows[f"{end}_place"].map(unit) == code for end in ("origin", "destination"))
    moved = flows.loc[b & ~a, "persons"].sum() - flows.loc[a & ~b, "persons"].sum()
    places = run.read("places")
    places = places[(places["step"] >= first - 1) & (places["step"] <= last)]
    residents = places[places["place_key"].map(unit) == code].groupby("step")["persons"].sum().mean()
    return 1000 * moved / residents / ((last - first + 1) / 4)
