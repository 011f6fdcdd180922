"""The section "fit" of a report against the tables of its run and the files of official figures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

import dicu
import dicu_analysis
from report_recompute import near, numbers
from report_walk import Page, Piece

WORLD_DATA = Path(dicu.__file__).parent / "world" / "data"
OFFICIAL = Path(dicu_analysis.__file__).parent / "data" / "official.csv"
SCOPES = ("within a district", "between districts", "between provinces")
FAR = 20
HALF_A_STEP = 0.51
"""Years round a middle of a year within which a recorded step stands for it: two quarters, and what dates round."""


@dataclass(frozen=True)
class Figure:
    """One row of the table: what it must say."""

    key: str
    year: int
    published: float
    simulated: float
    source: str

    @property
    def deviation(self) -> float:
        return 100 * (self.simulated - self.published) / self.published


def section(html: str, code: str) -> str:
    """The section of one language, as a page of its own."""
    (found,) = re.findall(rf'<h2 id="fit-{code}">.*?</section>', html, re.DOTALL)
    return f'<div class="body in-{code}">{found}'


class Fit:
    """What the tables of one run and the official files give."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.national = self.read("national")
        self.ends = self.national["period"].map(_end).to_numpy(dtype=float)
        self.residents = pd.read_csv(WORLD_DATA / "residents.csv", dtype={"code": str})
        self.official = pd.read_csv(OFFICIAL)
        five = self.read("five_year")
        self.five_year = {
            period: {s: 100 * of[of["scope"] == s]["persons"].sum() / of["persons"].sum() for s in SCOPES}
            for period, of in five.groupby("period")
        }
        self.informality, self.survey, self.survey_cited = self._informality()
        self.figures = [*self._residents(), *self._households(), *self._five_year(), *self._informal()]
        self.values = {
            f"fit:{f.key}.{f.year}|{what}|1": getattr(f, what)
            for f in self.figures
            for what in ("published", "simulated", "deviation")
        }
        self.values |= {
            f"fit:informality_r.{y}|value|1": np.corrcoef(
                [self.informality[p, y] for p in self._codes()], [self.survey[p, y] for p in self._codes()]
            )[0, 1]
            for y in self.years
        }
        off = self._provinces()
        self.values |= {"fit:provinces|median|1": np.median(off), "fit:provinces|largest|1": max(off)}

    def read(self, table: str) -> pd.DataFrame:
        made = pd.read_parquet(self.folder / f"{table}.parquet")
        return made.astype({c: str for c in ("period", "scope") if c in made})

    def at(self, column: str, moment: float) -> float:
        """A column of the nation on the straight line between the steps that end before and after a moment."""
        after = int(np.argmax(self.ends >= moment - 1e-9))
        values = self.national[column].to_numpy(dtype=float)
        if abs(self.ends[after] - moment) < 1e-9:
            return float(values[after])
        share = (moment - self.ends[after - 1]) / (self.ends[after] - self.ends[after - 1])
        return float((1 - share) * values[after - 1] + share * values[after])

    def _residents(self) -> list[Figure]:
        titles = pd.read_csv(WORLD_DATA / "sources.csv").set_index("id")["title"]
        made = []
        inside = [y for y in set(self.residents["year"]) if self.ends[0] <= y + 0.5 <= self.ends[-1]]
        for year in (min(inside), max(inside)):
            of = self.residents[self.residents["year"] == year]
            urban, rural = (self.at(f"{k}_persons", year + 0.5) for k in ("urban", "rural"))
            thousands = of["total_thousand"].sum()
            cited = "; ".join(titles[s] for s in sorted(set(of["source"])))
            made += [
                Figure("residents", year, thousands / 1e3, (urban + rural) / 1e6, cited),
                Figure(
                    "urban_share",
                    year,
                    100 * of["urban_thousand"].sum() / thousands,
                    100 * urban / (urban + rural),
                    cited,
                ),
            ]
        return made

    def _households(self) -> list[Figure]:
        mine = self.official[self.official["subject"] == "households"]
        return [
            Figure("households", int(y), v, self.at("households", y + 0.25) / 1e6, _cited(s))
            for y, v, s in zip(mine["year"], mine["value"], mine["source"], strict=True)
        ]

    def _five_year(self) -> list[Figure]:
        mine = self.official[self.official["subject"] == "five_year"]
        first = self.five_year[min(self.five_year)]
        return [
            Figure(scope, int(y), v, first[scope], _cited(s))
            for scope in SCOPES
            for y, v, k, s in sorted(
                mine[["year", "value", "key", "source"]].itertuples(index=False, name=None)
            )
            if k == scope
        ]

    def _codes(self) -> list[str]:
        return sorted({p for p, _ in self.survey if p})

    def _informality(self) -> tuple[dict[tuple[str, int], float], dict[tuple[str, int], float], str]:
        """Percent of workers without a formal job by province ("": all) and year, in run and survey; its source."""
        rows = pd.read_csv(WORLD_DATA / "labour.csv", dtype={"province": str}, keep_default_na=False)
        rows = rows[(rows["figure"] == "informal_share") & (rows["year"] >= 2018)]
        survey = {
            (p, int(y)): 100 * float(v)
            for p, y, v in rows[["province", "year", "value"]].itertuples(index=False, name=None)
        }
        titles = pd.read_csv(WORLD_DATA / "sources.csv").set_index("id")["title"]
        units = self.read("world_units")
        of = units[units["level"].astype(str) == "district"].set_index("code")["parent"]
        markets = self.read("districts")
        markets["province"] = markets["district"].astype(str).map(of)
        markets["end"] = markets["period"].map(_end)
        ends = sorted(set(markets["end"]))
        self.years = [y for y in sorted({y for _, y in survey}) if ends[0] <= y + 0.5 <= ends[-1]]
        made = {}
        for province in (*sorted(set(of)), ""):
            mine = markets[markets["province"] == province] if province else markets
            total = mine.groupby("end")[["formal_workers", "workers_other", "workers_farm"]].sum()
            share = 100 - 100 * total["formal_workers"] / (total["workers_other"] + total["workers_farm"])
            for year in self.years:
                before, after = share[share.index <= year + 0.5], share[share.index >= year + 0.5]
                gap = after.index[0] - before.index[-1]
                part = (year + 0.5 - before.index[-1]) / gap if gap else 0.0
                made[province, year] = before.iloc[-1] + part * (after.iloc[0] - before.iloc[-1])
        return made, survey, "; ".join(sorted({titles[s] for s in rows["source"]}))

    def _informal(self) -> list[Figure]:
        return [
            Figure("informality", y, self.survey["", y], self.informality["", y], self.survey_cited)
            for y in self.years
        ]

    def _provinces(self) -> list[float]:
        """Absolute deviations of provinces' residents, percent, at the first step recorded near the latest figures."""
        year = max(self.residents["year"])
        places = self.read("places")
        ends = places["period"].map(_end)
        at = places[ends == ends[(ends - year - 0.5).abs() <= HALF_A_STEP].min()]
        world = self.read("world_places").set_index("place_key")["legacy_province"].astype(str)
        mine = at["persons"].groupby(at["place_key"].map(world)).sum()
        theirs = self.residents[self.residents["year"] == year].set_index("code")["total_thousand"] * 1e3
        return [abs(100 * (mine[code] - theirs[code]) / theirs[code]) for code in mine.index]


def complaints(part: str, code: str, fit: Fit) -> list[str]:
    """What is wrong with the numbers of a section, in one language."""
    page = Page(part, code)
    made = [text for piece in page.pieces if piece.mark is not None for text in _marked(piece, code, fit)]
    prose = [p for p in page.pieces if p.mark is None and not {"tbody", "table"} <= set(p.tags)]
    latest = max(f.year for f in fit.figures)
    # the years of the census and of the survey; 5: persons of that age
    allowed = [*sorted({float(f.year) for f in fit.figures}), 5.0]
    made += [p.text for p in prose if any(v not in allowed for v, _ in numbers(p.text, "en"))]
    for piece, behind in pairwise(page.pieces):
        key = piece.mark["data-key"] if piece.mark is not None else ""
        if "informality_r" in key and not behind.text.startswith(f" ({key.split('.')[1].split('|')[0]})"):
            made.append(f"{code}: {key} beside {behind.text}")
    if sum(str(latest) in p.text for p in prose) < 1:
        made.append(f"{code}: no year beside the provinces")
    plain = [t for t in page.tables if not t.drawn]
    drawn = [t for t in page.tables if t.drawn]
    for row, figure in zip(plain[0].rows[1:], fit.figures, strict=True):
        made += _row(row, figure, code)
    bars = [*_surveys(fit), *fit.five_year.items()]
    for row, (label, shares) in zip(drawn[0].rows[1:], bars, strict=True):
        said = [numbers(cell, code)[0] for cell in row[1:]]
        right = row[0].endswith(f" {label}") and all(map(near, said, shares.values()))
        made += [] if right else [f"{code}: bar {row}"]
    return made


def _row(row: list[str], figure: Figure, code: str) -> list[str]:
    what, year, unit, published, simulated, deviation, _, source = row
    moved = figure.key in SCOPES
    far = [float(FAR)] if abs(figure.deviation) >= FAR else []
    said = [numbers(cell, code) for cell in (published, simulated, deviation)]
    true = [[figure.published], [figure.simulated], [figure.deviation, *far]]
    right = [
        len(a) == len(b) and all(near(x, y) for x, y in zip(a, b, strict=True))
        for a, b in zip(said, true, strict=True)
    ]
    right += [
        year == str(figure.year),
        [v for v, _ in numbers(what, code)] == ([5.0] if moved else []),
        [v for v, _ in numbers(unit, code)] == ([5.0] if moved else []),
        source == figure.source,
    ]
    return [] if all(right) else [f"{code} {figure.key}.{figure.year}: {row}"]


def _marked(piece: Piece, code: str, fit: Fit) -> list[str]:
    assert piece.mark is not None
    key = piece.mark["data-key"]
    true = fit.values[key]
    (said,) = numbers(piece.text, code)
    exact = np.isclose(float(piece.mark["value"]), true, rtol=1e-9, atol=1e-9)
    return (
        []
        if exact and near(said, true)
        else [f"{code} {key}: {piece.text}, {piece.mark['value']} for {true}"]
    )


def _surveys(fit: Fit) -> list[tuple[str, dict[str, float]]]:
    mine = fit.official[fit.official["subject"] == "five_year"]
    return [
        (str(year), {s: of.loc[of["key"] == s, "value"].iloc[0] for s in SCOPES})
        for year, of in mine.groupby("year")
    ]


def _end(period: str) -> float:
    """Moment at which a quarter ends, in decimal years."""
    year, quarter = period.split("Q")
    return int(year) + int(quarter) / 4


def _cited(source: str) -> str:
    return source.partition(": http")[0]
