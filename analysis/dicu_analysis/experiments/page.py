"""The one-page result of an experiment, as Markdown: what a reader needs to believe it or not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from dicu_analysis import markdown
from dicu_analysis.experiments.result import Cell, Estimate, Part, Result, Robust, Tile, read_result

PAGE = "experiment.md"


def write_page(result: Result, folder: Path) -> Path:
    """Write ``experiment.md`` beside the result."""
    from dicu.record.folder import write_bytes

    path: Path = write_bytes(folder / PAGE, page(result).encode())
    return path


def copy_page(folder: Path, to: Path, name: str) -> Path:
    """Copy page and figures (PNG) of an experiment to ``to``, as ``<name>.md`` and ``figures/``: a worked example."""
    from dicu.record.folder import write_bytes

    result = read_result(folder)
    (to / "figures").mkdir(parents=True, exist_ok=True)
    text = page(result)
    for figure in result.figures:
        write_bytes(to / figure.png, (folder / figure.png).read_bytes())
        text = text.replace(f"]({figure.svg})", f"]({figure.png})")
    return Path(write_bytes(to / f"{name}.md", text.encode()))


def page(result: Result) -> str:
    """The page as text."""
    r = result
    parts = [f"# {r.id.upper()}: {r.question}\n"]
    if r.quick:
        parts.append("**Quick run: few replicates of coarse rows, for trying out. Not for citing.**\n")
    parts += [
        f"{r.plain_words.en}\n",
        f"*{r.plain_words.vi}*\n",
        f"**{r.verdict}**: {r.verdict_text}.\n",
        *(f"![{f.alt}]({f.svg})\n" for f in r.figures),
        "## How sure\n",
        "| | |\n|---|---|",
        f"| effect | {_value(r.effect)} {r.unit}, 95 % interval {_interval(r.interval)} |",
        f"| Monte Carlo error | {_value(r.mc_error)} over {r.replicates} replicates |",
        f"| p, adjusted by Holm | {_p(r.p)}, {_p(r.p_holm)} (known to it: {', '.join(r.holm_family)}; any other of the "
        "six counts as smaller) |",
        f"| smallest effect of interest | {_value(r.sesoi)} {r.unit}: {_same(r)} |",
        f"| power | {_power(r)} |",
        "",
        "## What it hangs on\n",
        *_hangs(r),
        "<details><summary>Design, all numbers, controls, what to beware of</summary>\n",
        "| | |\n|---|---|",
        f"| estimand | {r.estimand} |",
        f"| design | {r.design} |",
        f"| runs | {r.world}, {r.period}, one row for {r.weight:,} households, dicu {r.model_version} |",
        "",
    ]
    if r.arms:
        parts.append("## Arms\n")
        parts += _table(
            ("arm", "outcome", "values"),
            (
                (a.name, _value(a.outcome), ", ".join(f"{k} = {v}" for k, v in a.values.items()))
                for a in r.arms
            ),
        )
    for title, estimates in (("What else it says", r.secondary), ("Which mechanism carries it", r.mechanism)):
        if estimates:
            parts += [f"## {title}\n", *_estimates(estimates)]
    if r.robust:
        parts += _robust(r.robust)
    for part in r.parts:
        parts += _part(part)
    if r.second_opinion:
        parts.append("## Second opinion: standard estimators on the same output\n")
        parts += _table(
            ("estimator", "data", "estimate", "its 95 % interval", "truth", "off by", "covers", "note"),
            (
                (
                    o.estimator,
                    o.data,
                    f"{_value(o.estimate)} {o.unit}",
                    _interval(o.interval),
                    _value(o.truth),
                    _value(o.error),
                    "yes" if o.covers else "no",
                    o.note,
                )
                for o in r.second_opinion
            ),
        )
    if r.groups:
        parts.append("## Who: households that moved in one arm only\n")
        parts += _table(
            ("by", "group", "feedbacks", "only treated", "only untreated", "net", "Monte Carlo error"),
            (
                (
                    g.by,
                    g.group,
                    "on (total)" if g.kind == "total" else "cut (direct)",
                    _count(g.only_treated),
                    _count(g.only_untreated),
                    _count(g.net),
                    _count(g.mc_error),
                )
                for g in r.groups
            ),
        )
    if r.controls:
        parts.append("## Controls: the test, tested\n")
        parts += _table(
            ("control", "what", "world", "tests", "found", "allowed", "passed"),
            (
                (
                    c.kind,
                    c.text,
                    c.world,
                    f"{c.tests:,}",
                    _value(c.found),
                    _interval((c.low, c.high)),
                    "yes" if c.passed else "**no**",
                )
                for c in r.controls
            ),
        )
    parts.append("## Held fixed, and what to beware of\n")
    parts += [f"- Held fixed: {text}." for text in r.held_fixed]
    parts += [f"- {text[0].upper()}{text[1:]}." for text in r.caveats]
    parts.append("\n</details>")
    return "\n".join(parts) + "\n"


MARKS: Final[dict[str, str]] = {"up": "▲", "down": "▼", "unclear": "·", "unknown": "?", "none": "0"}
"""Signs of cells: told apart from 0 above or below, not told apart, too few replicates, exactly 0."""


def _hangs(r: Result) -> list[str]:
    """In a few lines: which signs survive what was tried, and what decides the others."""
    if not r.robust:
        return [
            "One set of parameters and one set of assumptions: the interval says how far luck moves the number, not "
            "how far assumptions do.\n"
        ]
    made = []
    for x in r.robust:
        decided = f" Most is moved by {'; '.join(text.en for text in x.decides)}." if x.decides else ""
        made.append(f"- **{x.verdict}**: {x.words.en}{decided}")
    return [*made, ""]


def _robust(robust: Sequence[Robust]) -> list[str]:
    """Sign and interval in each cell."""
    made = [
        "## Signs over options, assumptions and parameter sets\n",
        "▲ and ▼: the 95 % interval leaves out 0; ·: it holds 0; ?: fewer than three replicates; 0: exactly nothing.\n",
    ]
    for x in robust:
        made.append(
            f"**{x.outcome.en[0].upper()}{x.outcome.en[1:]}**, {x.unit}: *{x.verdict}*. {x.words.en}\n"
        )
        if x.decides:
            made.append(f"Decided by: {'; '.join(text.en for text in x.decides)}.\n")
        for g in x.grids:
            made += [f"<details><summary>{g.title.en}</summary>\n"]
            made += _table(
                (g.corner.en, *(c.en for c in g.columns)),
                (
                    (name.en, *("" if t is None else _tile(t) for t in tiles))
                    for name, tiles in zip(g.rows, g.tiles, strict=True)
                ),
            )
        if x.members:
            made += _table(
                ("sets of parameters that fit about equally", "up", "down", "of", "10 %", "middle", "90 %"),
                (
                    (
                        m.case.en,
                        str(m.up),
                        str(m.down),
                        str(m.n),
                        _value(m.low),
                        _value(m.middle),
                        _value(m.high),
                    )
                    for m in x.members
                ),
            )
    return made


def _tile(t: Tile) -> str:
    around = "" if None in t.interval else f" ({_interval(t.interval)})"
    return f"{MARKS[t.sign]} {_value(t.effect)}{around}"


def _part(part: Part) -> list[str]:
    made = [f"## {part.title.en}\n", f"{part.words.en}\n"]
    for table in part.tables:
        made.append(f"{table.title.en}\n")
        made += _table(
            (table.corner.en, *table.columns),
            ((row.name, *(_cell(cell) for cell in row.cells)) for row in table.rows),
        )
        if table.note.en:
            made.append(f"{table.note.en}\n")
    return made + (_estimates(part.estimates) if part.estimates else [])


def _cell(cell: Cell) -> str:
    return _value(cell.value) if cell.error is None else f"{_value(cell.value)} ± {_value(cell.error)}"


def _estimates(estimates: Sequence[Estimate]) -> list[str]:
    return _table(
        ("", "effect", "Monte Carlo error", "95 % interval", "unit", "note"),
        (
            (e.name, _value(e.effect), _value(e.mc_error), _interval(e.interval), e.unit, e.note)
            for e in estimates
        ),
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [*markdown.table(head, rows), ""]


def _value(x: float | None) -> str:
    return "-" if x is None else f"{x:.4g}".replace("-", "−")


def _count(x: float | None) -> str:
    return "-" if x is None else f"{x:,.0f}".replace("-", "−")


def _interval(x: tuple[float | None, float | None]) -> str:
    return "none" if None in x else f"{_value(x[0])} to {_value(x[1])}"


def _p(x: float | None) -> str:
    if x is None:
        return "-"
    return "< 0.0001" if x < 1e-4 else f"{x:.4f}"


def _same(r: Result) -> str:
    said = "shown to be smaller" if r.equivalence.equivalent else "not shown to be smaller"
    return f"the effect is {said} (p = {_p(r.equivalence.p)})"


def _power(r: Result) -> str:
    p = r.power
    needed = "more than can be run" if p.needed is None else f"{p.needed:,}"
    reached = "-" if p.reached is None else f"{p.reached:.0%}"
    luck = "" if p.luck_shared is None else f"; shared luck cut the variance {p.luck_shared:.0f}-fold"
    return (
        f"{p.promised:.0%} promised at the smallest effect of interest: {needed} replicates needed, {r.replicates} "
        f"there, {reached} reached; found with {p.promised:.0%}: {_value(p.detectable)} {r.unit}{luck}{_decides(r)}"
    )


def _decides(r: Result) -> str:
    """How many replicates would decide what is undecided."""
    if r.verdict != "undecided":
        return ""
    found = "more than can be run" if r.power.as_found is None else f"{r.power.as_found:,}"
    needed = "more than can be run" if r.power.needed is None else f"{r.power.needed:,}"
    return (
        f". **What would decide it**: {found} replicates if the effect is as large as the one found, {needed} if it is "
        "the smallest of interest, both going by the spread between the replicates there are"
    )
