"""Arms of a comparison: a configuration with its replicates, gathered from runs, names of runs and sweeps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from dicu.record.naming import find_run
from dicu.scenario.vocabulary import MEMBER
from dicu_analysis.compare.outcomes import Outcome, outcome
from dicu_analysis.compare.sources import RunSource, Source, SweepSource, UnknownUnit, unit_level
from dicu_analysis.effects import Effect, estimate
from dicu_analysis.load import Run
from dicu_analysis.replicates import MIDDLE, NOT_COMPARED, beside
from dicu_analysis.sweep import Sweep, is_sweep


class CannotCompare(ValueError):
    """Arms without a run in common, or a unit that one of them lacks; the message says which."""


@dataclass(frozen=True)
class Arm:
    """One configuration with its replicates.

    Attributes
    ----------
    label : str
        How figures and tables call it.
    sources : tuple of Source
        One per replicate, by rising seed; no seed stands twice, but for members of an ensemble that were put together.
    """

    label: str
    sources: tuple[Source, ...]

    @property
    def seeds(self) -> list[int]:
        """Seeds of the replicates."""
        return [s.seed for s in self.sources]

    @property
    def config(self) -> dict[str, Any]:
        """What all replicates have, by dotted key."""
        return {k: v for k, v in self.sources[0].config.items() if k not in NOT_COMPARED}

    @cached_property
    def run(self) -> Run | None:
        """A run of the arm that has a folder of its own, for maps; None in a sweep."""
        first = self.sources[0]
        return first.run if isinstance(first, RunSource) else None

    @property
    def members(self) -> int:
        """Members of an ensemble among the replicates; 1 where they differ in the seed alone."""
        return len({str(s.config.get(MEMBER)) for s in self.sources})

    def outcome(self, name: str, level: str) -> Outcome:
        """The outcome of that name, as units of a level have it.

        Raises
        ------
        dicu_analysis.compare.outcomes.UnknownOutcome
            When they do not.
        """
        return outcome(name, list(self.sources[0].frame(level).columns))

    def values(self, name: str, unit: str = "nation") -> pd.DataFrame:
        """An outcome by replicate, period and unit.

        Parameters
        ----------
        name : str
            See `dicu_analysis.compare.outcomes.NAMED`.
        unit : str
            A level ("province": every unit of it) or one of its units ("province:79").

        Returns
        -------
        pandas.DataFrame
            ``seed, period, end, unit, name, value``; no row where there is no value (flows at the start).

        Raises
        ------
        dicu_analysis.compare.outcomes.UnknownOutcome, dicu_analysis.compare.sources.UnknownUnit
        """
        level, code = unit_level(unit)
        wanted = self.outcome(name, level)
        parts = []
        for source in self.sources:
            frame = source.frame(level)
            if code is not None:
                known = {str(u): str(n) for u, n in zip(frame["unit"], frame["name"], strict=True)}
                if code not in known:
                    some = ", ".join(f"{c} ({n})" for c, n in list(known.items())[:8])
                    raise UnknownUnit(
                        f"unit: no such {level} (got {code!r}, there are {len(known)}: {some}, ...)"
                    )
                frame = frame[frame["unit"] == code].reset_index(drop=True)
            made = frame[["period", "end", "unit", "name"]].assign(value=wanted.of(frame).to_numpy())
            made.insert(0, "seed", source.seed)
            parts.append(made)
        return pd.concat(parts, ignore_index=True).dropna(subset="value").reset_index(drop=True)


def _replicates(runs: Iterable[Run]) -> tuple[RunSource, ...]:
    """Runs by rising seed, each seed once."""
    return tuple(RunSource(run) for _, run in sorted({int(r.config["seed"]): r for r in runs}.items()))


def arm_of_run(run: Run, label: str | None = None) -> Arm:
    """A run with its replicates: the runs in the folder of its name that differ from it in the seed alone."""
    return Arm(label or str(run.manifest["name"]), _replicates([*beside(run), run]))


def arms_of_sweep(sweep: Sweep, by: Sequence[str] = ("scenario",), *, pool: Sequence[str] = ()) -> list[Arm]:
    """Arms of a sweep: runs that differ in the seed alone, in the order of the plan.

    Parameters
    ----------
    by : sequence of str
        ``scenario`` and varied keys that name an arm. Keys that vary and are not named are added, for no arm may mix
        configurations.
    pool : sequence of str
        Varied keys in which the runs of an arm may differ, such as the member of an ensemble.

    Raises
    ------
    CannotCompare
        For a key that does not vary.
    """
    runs = sweep.runs
    free = [key for key in sweep.free if key not in (*by, *pool)]
    keys = [*by, *free]
    for key in by:
        if key not in runs.columns:
            raise CannotCompare(
                f"by: not varied in {sweep.name} (got {key!r}, allowed scenario, {', '.join(sweep.varied)})"
            )
    made: dict[tuple[str, ...], list[SweepSource]] = {}
    for number, row in runs.iterrows():
        made.setdefault(tuple(str(row[k]) for k in keys), []).append(SweepSource(sweep, int(str(number))))
    alone = len(set(runs["scenario"])) == 1 and free
    arms = []
    for values, sources in made.items():
        words = [
            v if k == "scenario" else f"{k.rpartition('.')[2]} {v}" for k, v in zip(keys, values, strict=True)
        ]
        label = ", ".join(words[1:] if alone and keys[0] == "scenario" else words)
        arms.append(Arm(label, tuple(sorted(sources, key=lambda s: s.seed))))
    return arms


def gather(asked: Sequence[str | Path | Run | Sweep | Arm], out: str | Path = "runs") -> list[Arm]:
    """Arms of runs, names of runs, and sweeps, in the order asked; those of the same label are told from each other.

    Raises
    ------
    dicu.record.reading.NotARun
        When something is neither a run nor a sweep; names and beginnings of ids are looked for in ``out``.
    """
    arms: list[Arm] = []
    for one in asked:
        if isinstance(one, Arm):
            arms.append(one)
            continue
        if isinstance(one, str | Path):
            folder = find_run(one, out)
            one = Sweep(folder) if is_sweep(folder) else Run(folder)
        arms += arms_of_sweep(one) if isinstance(one, Sweep) else [arm_of_run(one)]
    labels = [a.label for a in arms]
    return [
        a if labels.count(a.label) == 1 else Arm(f"{a.label} ({k})", a.sources)
        for a, k in zip(arms, (labels[: i + 1].count(a.label) for i, a in enumerate(arms)), strict=True)
    ]


def configurations(arms: Sequence[Arm]) -> pd.DataFrame:
    """Keys in which arms differ, one row each, and what each arm has; then how many replicates each has."""
    configs = [a.config for a in arms]
    keys = list(dict.fromkeys(k for c in configs for k in c))
    rows = {k: [_shown(c[k]) if k in c else "" for c in configs] for k in keys}
    differ = {k: v for k, v in rows.items() if len(set(v)) > 1}
    table = pd.DataFrame.from_dict(differ, orient="index", columns=[a.label for a in arms])
    table.index.name = "key"
    return table


def _shown(value: Any) -> str:
    return "null" if value is None or (isinstance(value, float) and value != value) else str(value)


def differences(arm: Arm, base: Arm, name: str, unit: str = "nation") -> pd.DataFrame:
    """Paired differences of an outcome, arm less base, over the seeds that both have.

    Returns
    -------
    pandas.DataFrame
        ``period, end, unit, name, mean, low, high, n``: the mean of differences within seeds and its 95 % interval,
        not-a-number from fewer than three (`dicu_analysis.effects.FEWEST`).

    Raises
    ------
    CannotCompare
        When no seed, period or unit is in both.
    """
    keys = ["seed", "period", "unit"]
    a, b = arm.values(name, unit), base.values(name, unit)
    both = a.merge(b[[*keys, "value"]], on=keys, suffixes=("", "_base"))
    if not len(both):
        raise CannotCompare(
            f"{arm.label} and {base.label} have no run in common: seeds {_some(arm.seeds)} and {_some(base.seeds)}, "
            f"periods {a['period'].iloc[0]} to {a['period'].iloc[-1]} and {b['period'].iloc[0]} to "
            f"{b['period'].iloc[-1]}"
        )
    both["value"] -= both["value_base"]
    return summary(both)


def _some(seeds: list[int]) -> str:
    return ", ".join(str(s) for s in seeds[:6]) + (", ..." if len(seeds) > 6 else "")


def summary(values: pd.DataFrame) -> pd.DataFrame:
    """Mean over seeds with its interval, by period and unit, in the order in which they stand."""
    rows = []
    for (period, unit), group in values.groupby(["period", "unit"], sort=False, observed=True):
        effect: Effect = estimate(group["value"].tolist())
        first = group.iloc[0]
        rows.append(
            (period, first["end"], unit, first["name"], effect.mean, effect.low, effect.high, effect.n)
        )
    made = pd.DataFrame(rows, columns=["period", "end", "unit", "name", "mean", "low", "high", "n"])
    return made.sort_values("end", kind="stable").reset_index(drop=True)


def middle(values: pd.DataFrame) -> pd.DataFrame:
    """Median over runs with the middle 90 % of them, with the columns of `summary`: for members of an ensemble."""
    keys = ["period", "unit"]
    groups = values.groupby(keys, sort=False, observed=True)
    made = groups.agg(
        end=("end", "first"), name=("name", "first"), mean=("value", "median"), n=("value", "size")
    )
    made["low"], made["high"] = (groups["value"].quantile(q) for q in MIDDLE)
    made = made.reset_index()[[*keys[:1], "end", *keys[1:], "name", "mean", "low", "high", "n"]]
    return made.sort_values("end", kind="stable").reset_index(drop=True)


def at_period(values: pd.DataFrame, period: str | None) -> pd.DataFrame:
    """Rows of one period; the last one that all arms have by default.

    Raises
    ------
    CannotCompare
        When an arm has no such period.
    """
    there = [set(group["period"]) for _, group in values.groupby("arm")]
    common = sorted(set.intersection(*there))
    if not common or (period is not None and period not in common):
        raise CannotCompare(
            f"period: not one that all arms have (got {period!r}, allowed {', '.join(common) or 'none'})"
        )
    return values[values["period"] == (period or common[-1])]
