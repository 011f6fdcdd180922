"""The story of a household for readers: one step after the other, in the order in which a step runs."""

from __future__ import annotations

import io
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from dicu.record.local import Local
from dicu.trace.story import Chapter, Option, State, Story

WIDTH: Final = 118
_MOST_OPTIONS: Final = 8
_MOST_PLACES: Final = 4
_LABEL: Final = 9


def rendered(story: Story) -> RenderableType:
    """The whole story."""
    parts: list[RenderableType] = [Text(f"Household {story.uid}", style="bold")]
    stands = "one household" if story.weight == 1 else f"a row that stands for {story.weight:,} households"
    parts.append(Text(f"replayed from run {story.run}, seed {story.seed}; {stands}", style="dim"))
    if story.founded is not None:
        parts.append(Text(f"Not there at the start: {story.founded.text}."))
    for chapter in story.chapters:
        parts += ["", *_chapter(chapter, story.local)]
    parts += ["", Text(_ending(story), style="dim")]
    return Group(*parts)


def text(story: Story) -> str:
    """The whole story as plain text."""
    console = Console(file=io.StringIO(), width=WIDTH, highlight=False, color_system=None)
    console.print(rendered(story))
    written = console.file.getvalue()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in written.splitlines()) + "\n"


def _chapter(c: Chapter, local: Local) -> list[RenderableType]:
    parts: list[RenderableType] = [Rule(f"{c.period}, step {c.step}", align="left")]
    k = local.factor
    parts += _who(c.before, local)
    parts += _what_it_saw(c, local)
    if c.money is not None:
        parts.append(
            _line(
                "Money", f"earned {c.money.earned * k:.1f}, consumed {c.money.consumed * k:.1f} {local.unit}"
            )
        )
    for event in c.life:
        if event.kind not in ("sends", "receives", "gone"):
            parts.append(_line("Life", _sentence(event.text)))
    parts += _thinking(c, local)
    for event in c.did:
        parts.append(_line("Did", _sentence(event.text), style="bold"))
    parts += _after(c, local)
    for event in c.life:
        if event.kind == "gone":
            parts.append(_line("End", _sentence(event.text), style="bold"))
    return parts


def _who(s: State, local: Local) -> list[RenderableType]:
    area = "urban" if s.place.urban else "rural"
    home = "its home place" if s.home == s.place else f"home: {s.home}"
    skill = "trained" if s.skilled else "untrained"
    kin = ([f"parents {s.parent}"] if s.parent else []) + (
        [f"children {', '.join(s.children)}"] if s.children else []
    )
    lines = [
        _line(
            "Who",
            f"{', '.join(s.members)}; stage: {s.life_stage}; {skill}, work: {s.sector}"
            f"{' with a formal job' if s.formal else ''}, housing: {s.tenure}",
        ),
        _line("Where", f"{s.place} ({area}); {home}"),
        _line(
            "Has",
            f"wealth {s.wealth_mvnd * local.factor:.1f} {local.unit}, ties {s.ties:.2f}, "
            + (f"a shock that lasts {s.shock} more steps" if s.shock else "no shock"),
        ),
    ]
    if kin:
        lines.append(_line("Kin", "; ".join(kin)))
    return lines


def _what_it_saw(c: Chapter, local: Local) -> list[RenderableType]:
    saw, k = c.saw, local.factor
    ratio = 100.0 * (saw.income_away_mvnd / saw.income_mvnd - 1.0)
    access = ", ".join(f"{name.replace('_', ' ')} {value:.2f}" for name, value in saw.access.items())
    lines = [
        _line(
            "Saw",
            f"income of a worker {saw.income_mvnd * k:.2f} {local.unit} per month here, "
            f"{saw.income_away_mvnd * k:.2f} where "
            f"it might go ({ratio:+.0f} %)",
        ),
        _line("", f"access: {access}"),
    ]
    if saw.own_people:
        lines.append(_line("", "own people elsewhere: " + ", ".join(f"{n} {k:,}" for n, k in saw.own_people)))
    if saw.disaster:
        lines.append(_line("", "a disaster strikes the farms here"))
    return lines


def _thinking(c: Chapter, local: Local) -> list[RenderableType]:
    t = c.thought
    if t.busy:
        return [_line("Thought", "of no move: something else happened to it in this step")]
    chance = f"chance {100 * t.chance:.2f} %"
    if t.calm_chance < t.chance:
        chance += f" ({100 * t.calm_chance:.2f} % without the shock)"
    sign, what = ("<", "about moving") if t.considered else (">=", "of no move")
    lines = [_line("Thought", f"{what}: {chance}, its draw {100 * t.draw:.2f} {sign} {100 * t.chance:.2f}")]
    if not t.considered:
        shown = ", ".join(f"{_name(o)} {100 * o.probability:.1f} %" for o in _likeliest(c.options, 3))
        return [*lines, _line("", f"had it thought about it: {shown}", style="dim")]
    lines.append(Padding(_table(c.options, c.winner, _MOST_OPTIONS, "Option", "wins"), (0, 0, 0, _LABEL)))
    closed = [o for o in c.options if not o.open and o.needs_mvnd > 0.0]
    if closed:
        least = min(o.needs_mvnd for o in closed)
        lines.append(
            _line(
                "",
                f"{len(closed)} more are closed: the cheapest of them needs {least * local.factor:.1f} {local.unit}",
                style="dim",
            )
        )
    if c.places:
        title = "Place in it"
        lines.append(
            Padding(_table(c.places, c.place_winner, _MOST_PLACES, title, "wins"), (0, 0, 0, _LABEL))
        )
    return lines


def _after(c: Chapter, local: Local) -> list[RenderableType]:
    lines: list[RenderableType] = [
        _line("Family", _sentence(e.text)) for e in c.life if e.kind in ("sends", "receives")
    ]
    m = c.money
    if m is None:
        return lines
    k = local.factor
    parts = [
        f"{c.before.wealth_mvnd * k:.1f}",
        f"+ {m.earned * k:.1f} earned",
        f"- {m.consumed * k:.1f} consumed",
    ]
    for amount, what in (
        (-m.fare, "for the way"),
        (m.family, _family(m.family)),
        (-m.sent, "sent"),
        (m.received, "received"),
    ):
        if amount:
            parts.append(f"{'+' if amount > 0 else '-'} {abs(amount) * k:.1f} {what}")
    lines.append(_line("Wealth", f"{' '.join(parts)} = {m.after * k:.1f} {local.unit}"))
    return lines


def _family(amount: float) -> str:
    return "that others brought or left to it" if amount > 0 else "that those who left took along"


def _table(options: tuple[Option, ...], winner: int | None, most: int, title: str, wins: str) -> Table:
    """The likeliest options and the winner, the rest in one line."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column(title, no_wrap=True)
    for name in ("weight", "chance", "draw / weight", ""):
        table.add_column(name, justify="right", no_wrap=True)
    shown = _likeliest(options, most)
    drawn = options[winner] if winner is not None else None
    if drawn is not None and drawn not in shown:
        shown = [*shown[:-1], drawn]
    for o in shown:
        race = "" if o.race is None else f"{o.race:.4g}"
        table.add_row(
            _name(o),
            f"{o.weight:.3g}",
            f"{100 * o.probability:.2f} %",
            race,
            wins if o is drawn else "",
            style="bold" if o is drawn else "",
        )
    rest = [o for o in options if o.open and not any(o is s for s in shown)]
    if rest:
        first = min(o.race for o in rest if o.race is not None)
        table.add_row(
            f"{len(rest)} others",
            f"{sum(o.weight for o in rest):.3g}",
            f"{100 * sum(o.probability for o in rest):.2f} %",
            f"{first:.4g} at least",
            "",
            style="dim",
        )
    return table


def _likeliest(options: tuple[Option, ...], most: int) -> list[Option]:
    return sorted((o for o in options if o.open), key=lambda o: -o.probability)[:most]


def _name(o: Option) -> str:
    """An option by its name, and what it is where names alone do not tell districts from provinces."""
    return f"{o.kind} {o.name}" if o.kind in ("district", "province") else o.name


def _ending(story: Story) -> str:
    if story.ending == "gone":
        return "The household is no more: the story ends here."
    if story.ending == "run over":
        told = "The run ends here." if story.chapters else "The run ends before the steps asked for."
        return told
    return "More steps: --steps N, --since PERIOD."


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _line(label: str, words: str, style: str = "") -> RenderableType:
    grid = Table.grid(padding=0)
    grid.add_column(width=_LABEL, no_wrap=True)
    grid.add_column()
    grid.add_row(Text(label, style="dim"), Text(words, style=style))
    return grid


__all__ = ["WIDTH", "rendered", "text"]
