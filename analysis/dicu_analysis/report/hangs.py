"""What the answer hangs on: the sign of each outcome over options and assumptions, and how the model did on figures.

Everything is read: signs from the results of `dicu experiment h2` and `h3`, scores from what `dicu validate` wrote. Where
one of them is not there, the command that makes it is named instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from dicu_analysis.experiments import stored
from dicu_analysis.experiments.result import Result, Robust, SignGrid, Tile
from dicu_analysis.language import Text, Words, listed
from dicu_analysis.load import REAL
from dicu_analysis.report.experiments import Found, number
from dicu_analysis.report.saying import between

ASKED: Final = ("h2", "h3")
"""Experiments whose signs stand on the first screen."""
COMMAND: Final = "dicu experiment h2"
VALIDATE: Final = "dicu validate RUN"
MODEL: Final = "model"
IN_SAMPLE: Final = "(in sample)"
SCORES: Final = "scores.csv"
MARKS: Final = {"up": "▲", "down": "▼", "unclear": "·", "unknown": "?", "none": "0"}
MOST: Final = 12
"""Kinds of figures that are listed."""
TABLES: Final = 4
"""Outcomes that have a table on the first screen; all stand with the experiments below."""


def hangs(w: Words, found: Found, folder: Path | None) -> dict[str, Any] | None:
    """What the template shows; None on a world that is not the country that the experiments are about.

    Parameters
    ----------
    folder : Path or None
        Where results lie; scores of a validation are looked for there.
    """
    if w.terms.own:
        return None
    results = [e.result for e in found.experiments if e.result.id in ASKED and e.result.world == REAL]
    robust = [(r, x) for r in results for x in r.robust]
    return {
        "sentences": _sentences(w, [x for _, x in robust]),
        "quick": any(r.quick for r, _ in robust),
        "command": "" if robust else COMMAND,
        "tables": [_table(w, x) for x in _once([x for _, x in robust if x.grids])[:TABLES]],
        "made": _made(w, [r for r, _ in robust]),
        "validation": _validation(w, folder),
        "validate": VALIDATE,
    }


def _once(robust: Sequence[Robust]) -> list[Robust]:
    """Each outcome once: several experiments ask for the same, and one asks for two that differ in what they are against."""
    first: dict[tuple[str, str], Robust] = {}
    for x in robust:
        first.setdefault((x.name, x.outcome.en), x)
    return list(first.values())


def _sentences(w: Words, robust: Sequence[Robust]) -> list[str]:
    """Two sentences: what survives everything that was tried, and what turns and by what."""
    if not robust:
        return []
    once = _once(robust)
    firm = [_firm(w, x) for x in once if x.verdict == "holds"]
    turning = [x for x in once if x.verdict == "flips"]
    loose = [w.say(x.outcome) for x in once if x.verdict == "open"]
    made = []
    if firm:
        made.append(
            w.t("In every combination tried: ", "Ở mọi tổ hợp đã thử: ")
            + "; ".join(firm)
            + w.t(". The sign does not hang on assumptions.", ". Dấu không phụ thuộc giả định.")
        )
    else:
        made.append(
            w.t(
                "No sign survives every combination of options and assumptions that was tried.",
                "Không có dấu nào giữ nguyên ở mọi tổ hợp phương án và giả định đã thử.",
            )
        )
    if turning:
        why = list(dict.fromkeys(_why(w, t) for x in turning for t in x.decides[:2]))
        made.append(
            w.t("There is no one answer for ", "Không có một câu trả lời duy nhất cho ")
            + listed(w, [w.say(x.outcome) for x in turning])
            + w.t(": what decides the sign is ", ": điều quyết định dấu là ")
            + listed(w, why)
            + "."
        )
    if loose:
        made.append(
            w.t("Not told from chance everywhere: ", "Chưa phân biệt được với ngẫu nhiên ở mọi nơi: ")
            + listed(w, loose)
            + "."
        )
    return made


def _firm(w: Words, x: Robust) -> str:
    said = w.t("rises", "tăng") if x.sign == "up" else w.t("falls", "giảm")
    return f"{w.say(x.outcome)} {said}"


def _why(w: Words, decides: Text) -> str:
    """What decides, without how far it moves the number: that stands in the table."""
    return w.say(decides).partition(" (")[0]


def _table(w: Words, x: Robust) -> dict[str, Any]:
    grid: SignGrid = x.grids[0]
    rest = [w.num(m.up) + "/" + w.num(m.n) for m in x.members]
    return {
        "title": w.say(x.outcome),
        "unit": stored.said(w, x.unit),
        "heads": [w.say(c) for c in grid.columns],
        "rows": [
            (w.say(name), [None if t is None else _cell(w, t) for t in tiles])
            for name, tiles in zip(grid.rows, grid.tiles, strict=True)
        ],
        "members": [(w.say(m.case), text) for m, text in zip(x.members, rest, strict=True)],
    }


def _cell(w: Words, t: Tile) -> dict[str, Any]:
    low, high = t.interval
    around = ""
    if low is not None and high is not None:
        around = between(w, *(number(w, b, sign=True, like=t.effect) for b in (low, high)))
    return {
        "mark": MARKS[t.sign],
        "text": number(w, t.effect, sign=True),
        "around": around,
        "sure": t.sign in ("up", "down"),
        "sign": t.sign,
    }


def _made(w: Words, results: Sequence[Result]) -> str:
    """With what program and rows."""
    if not results:
        return ""
    return w.t("Made with dicu ", "Lập bằng dicu ") + ", ".join(
        dict.fromkeys(r.model_version for r in results)
    )


def _validation(w: Words, folder: Path | None) -> dict[str, Any] | None:
    """Which method came nearest on each kind of figure, in sample and held out apart; None without scores."""
    table = None if folder is None else newest_scores(folder)
    if table is None:
        return None
    rows: dict[bool, list[tuple[str, str, bool]]] = {True: [], False: []}
    for group, part in table.groupby("group", sort=False):
        wins = [str(m) for m in part.loc[part["wins"].astype(str) == "True", "method"]]
        fitted = str(group).endswith(IN_SAMPLE)
        rows[fitted].append((str(group).removesuffix(IN_SAMPLE).strip(), ", ".join(wins), MODEL in wins))

    def counted(kind: bool) -> str:
        won = sum(ours for _, _, ours in rows[kind])
        return f"{w.num(won)}/{w.num(len(rows[kind]))}"

    return {
        "fitted": counted(True) if rows[True] else "",
        "held_out": counted(False) if rows[False] else "",
        "rows": rows[False][:MOST],
    }


def newest_scores(folder: Path) -> pd.DataFrame | None:
    """The latest scores of a validation in a folder or up to three levels below it; None where there are none."""
    paths = [
        p for depth in ("", "*/", "*/*/", "*/*/*/") for p in folder.glob(f"{depth}{SCORES}") if p.is_file()
    ]
    for path in sorted(paths, key=lambda p: p.stat().st_mtime, reverse=True):
        try:
            table = pd.read_csv(path)
        except (OSError, ValueError):
            continue
        if {"group", "method", "wins"} <= set(table.columns) and len(table):
            return table
    return None


__all__ = ["hangs", "newest_scores"]
