"""The tests of the experiments, tested: what runs they need, and what the runs say.

- Negative, to the bit: with the mechanism off (households do not look at what the treatment changes) both arms of a
  replicate have the same moves, while with the mechanism on they differ.
- Negative, placebos: arms that differ in nothing but independent luck; each placebo experiment is tested as the
  experiment would be, and 5 % of them may be told apart, within the binomial bounds.
- Positive: an effect put in (hazard of considering times a factor, in one arm) is found with the promised power; of H1,
  growth itself, and an interaction of 15 % of what growth does.
- Reverse: rural distress alone, in arms with independent luck: neither urban pull nor an interaction may be read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu_analysis.effects import paired
from dicu_analysis.experiments.control_arms import BITS, PULL, PUSH, Bit
from dicu_analysis.experiments.result import EXPERIMENTS, Control
from dicu_analysis.experiments.statistics import (
    power,
    power_bound,
    rejection_bounds,
    rejections,
    replicates_for,
    second_difference,
)
from dicu_analysis.scalars import floats

FILE: Final = "controls.json"
FOLDER: Final = "controls"
WORLD: Final = "monocentric, 944 rows, 6 quarters"
REPLICATES: Final = 4
"""Replicates of each placebo experiment."""
PLACEBO: Final = (
    f"share of placebo experiments of {REPLICATES} replicates with "
    "independent luck that are told apart at 5 %"
)
PROMISED: Final = 0.9
CROSSED: Final = 0.15
"""Interaction put in, as a share of what growth does alone."""
INPUT: Final = 0.5
"""Effect put in by the positive control: log of the factor by which one arm considers moving more often."""
MOST: Final = 20

Arms = Mapping[str, NDArray[np.float64]]
PLACEBO_ARMS: Final = ("both", "urban", "rural", "neither")


def interaction(arms: Mapping[str, pd.DataFrame]) -> NDArray[np.float64]:
    """Second difference of the log rate by replicate, (n,)."""
    return second_difference(*(np.log(arms[a]["rate"].to_numpy()) for a in PLACEBO_ARMS))


def crossed(arms: Mapping[str, pd.DataFrame]) -> NDArray[np.float64]:
    """Second difference of the rate itself by replicate, (n,): what growth does with the loss less what it does
    without.
    """
    return second_difference(*(arms[a]["rate"].to_numpy() for a in PLACEBO_ARMS))


def _difference(
    column: str, treated: str = "both"
) -> Callable[[Mapping[str, pd.DataFrame]], NDArray[np.float64]]:
    def made(arms: Mapping[str, pd.DataFrame]) -> NDArray[np.float64]:
        x: NDArray[np.float64] = arms[treated][column].to_numpy() - arms["neither"][column].to_numpy()
        return x

    return made


TESTS: Final[dict[str, tuple[str, Callable[[Mapping[str, pd.DataFrame]], NDArray[np.float64]]]]] = {
    "h1": ("difference of the rate at which rural people move to towns", _difference("rate", "urban")),
    "h2": ("difference of the rate at which rural people move", _difference("leaving")),
    "h3": ("difference of mean access of rural people", _difference("access")),
    "h4": ("difference of the growth of the city", _difference("city")),
    "h5": ("difference of the urban share", _difference("share")),
    "h6": ("difference of what shrinking villages lose, of all their people", _difference("emptied")),
}


@dataclass(frozen=True)
class Size:
    """How much is run: placebo experiments, those of the positive control, pilot replicates, pairs to the bit."""

    placebos: int
    positives: int
    pilot: int
    pairs: int


FULL: Final = Size(placebos=400, positives=100, pilot=60, pairs=20)
QUICK: Final = Size(placebos=40, positives=10, pilot=12, pairs=3)


def seeds(block: int, n: int) -> list[int]:
    """Seeds that no other block uses."""
    first = 10_000_000 + 1_000_000 * block
    return list(range(first, first + n))


def table(played: Sequence[Any]) -> pd.DataFrame:
    """Runs as rows: arm, seed, outcomes, digest."""
    return pd.DataFrame([vars(p) for p in played])


Player = Callable[[Sequence[tuple[str, Mapping[str, Any], Sequence[int]]]], Sequence[Any]]
"""Plays (arm, values, seeds) and returns one object a run, in this order."""


def to_the_bit(player: Player, size: Size, bits: Mapping[str, Bit] = BITS) -> dict[str, Control]:
    """Pairs with the mechanism off must have equal moves; with it on, they must not."""
    made = {}
    common = seeds(0, size.pairs)
    for name, bit in bits.items():
        work = [
            ("treated", {**bit.off, **bit.treated}, common),
            ("untreated", {**bit.off, **bit.untreated}, common),
            ("treated on", bit.treated, common),
            ("untreated on", bit.untreated, common),
        ]
        runs = table(player(work))
        digest = {arm: part["digest"].tolist() for arm, part in runs.groupby("arm", sort=False)}
        differ = sum(a != b for a, b in zip(digest["treated"], digest["untreated"], strict=True))
        alive = digest["treated on"] != digest["untreated on"]
        made[name] = Control(
            kind="negative, to the bit",
            text=f"{bit.text}: pairs with different moves (with the mechanism on they "
            f"{'differ' if alive else 'do NOT differ, so this says nothing'})",
            world=WORLD,
            tests=size.pairs,
            found=float(differ),
            low=0.0,
            high=0.0,
            passed=differ == 0 and alive,
        )
    return made


def _experiments(runs: pd.DataFrame, n: int) -> list[dict[str, pd.DataFrame]]:
    """Cut the runs of each arm into experiments of n replicates."""
    arms = {str(arm): part.reset_index(drop=True) for arm, part in runs.groupby("arm", sort=False)}
    count = min(len(part) for part in arms.values()) // n
    return [{arm: part.iloc[k * n : (k + 1) * n] for arm, part in arms.items()} for k in range(count)]


def placebos(player: Player, size: Size) -> tuple[dict[str, Control], pd.DataFrame]:
    """Rejection rates of all tests where there is nothing to find; also the runs, for the reverse control."""
    n = size.placebos * REPLICATES
    nothing: Mapping[str, Any] = {}
    work = [(arm, nothing, seeds(1 + k, n)) for k, arm in enumerate(PLACEBO_ARMS)]
    runs = table(player(work))
    made = {}
    for name, (text, test) in TESTS.items():
        rate = rejections([test(e) for e in _experiments(runs, REPLICATES)]) / size.placebos
        made[name] = _as_rare("negative, placebos", f"{text}: {PLACEBO}", rate, size)
    return made, runs


def placebo_crossed(runs: pd.DataFrame, size: Size) -> Control:
    """How often the 2 x 2 finds an interaction among the runs of `placebos`."""
    rate = rejections([crossed(e) for e in _experiments(runs, REPLICATES)]) / size.placebos
    return _as_rare("negative, placebos", f"second difference of the rate (c-ii): {PLACEBO}", rate, size)


def _as_rare(kind: Literal["negative, placebos", "reverse"], text: str, rate: float, size: Size) -> Control:
    """A share of placebo experiments that is to be what luck alone makes it."""
    low, high = rejection_bounds(size.placebos)
    return Control(
        kind=kind,
        text=text,
        world=WORLD,
        tests=size.placebos,
        found=rate,
        low=low,
        high=high,
        passed=low <= rate <= high,
    )


def _as_often(text: str, right: float, tests: int, promised: float) -> Control:
    """A share of experiments that is to find what was put in as often as promised, but for luck."""
    low = power_bound(tests, promised)
    return Control(
        kind="positive",
        text=text,
        world=WORLD,
        tests=tests,
        found=right,
        low=low,
        high=1.0,
        passed=right >= low,
    )


def put_in(player: Player, size: Size, lambda0: float) -> list[Control]:
    """Of H1: growth itself, and an interaction of `CROSSED` of it, each found as often as the pilot promises.

    Farm income is left alone, so that without what is put in the interaction is nothing to the bit; in the arm with
    both, households consider more often by as much as makes the wanted share.
    """

    def runs(more: Mapping[str, Any], common: Sequence[int]) -> pd.DataFrame:
        arms: tuple[tuple[str, Mapping[str, Any]], ...]
        arms = (("neither", {}), ("rural", {}), ("urban", PULL), ("both", {**PULL, **more}))
        return table(player([(arm, values, common) for arm, values in arms]))

    def arms_of(found: pd.DataFrame) -> dict[str, pd.DataFrame]:
        return {str(arm): part for arm, part in found.groupby("arm")}

    first = arms_of(runs({}, seeds(30, size.pilot)))
    grows = _difference("rate", "urban")(first)
    factor = 1.0 + CROSSED * float(grows.mean()) / float(first["urban"]["rate"].mean())
    more = {"consider.lambda0": lambda0 * factor}
    pilot = arms_of(runs(more, seeds(30, size.pilot)))
    tests = {
        "growth of jobs": (_difference("rate", "urban"), paired(grows)),
        f"an interaction of {CROSSED:.0%} of what growth does": (crossed, paired(crossed(pilot))),
    }
    wanted = {
        name: min(max(replicates_for(abs(e.mean) / e.sd, PROMISED), 3), MOST)
        for name, (_, e) in tests.items()
    }
    found = runs(more, seeds(31, size.positives * max(wanted.values())))
    made = []
    for name, (test, effect) in tests.items():
        n = wanted[name]
        outcomes = [paired(test(e)) for e in _experiments(found, n)[: size.positives]]
        right = sum(e.p < 0.05 and e.mean * effect.mean > 0 for e in outcomes) / len(outcomes)
        promised = min(PROMISED, power(abs(effect.mean) / effect.sd, n))
        text = (
            f"{name}, put in: share of tests of {n} replicates that find it (mean {effect.mean:+.3g} a year, "
            f"power promised {promised:.0%})"
        )
        made.append(_as_often(text, right, len(outcomes), promised))
    return made


def reverse(player: Player, size: Size, untreated: pd.DataFrame) -> list[Control]:
    """Rural distress alone, independent luck: neither pull nor interaction may be read, and the push must be there."""
    n = size.placebos * REPLICATES
    pushed = table(player([(arm, PUSH, seeds(11 + k, n)) for k, arm in enumerate(("both", "rural"))]))
    runs = pd.concat([pushed, untreated[untreated["arm"].isin(["urban", "neither"])]], ignore_index=True)
    experiments = _experiments(runs, REPLICATES)

    def main(plus: tuple[str, str], minus: tuple[str, str]) -> list[NDArray[np.float64]]:
        def logs(e: Mapping[str, pd.DataFrame], arms: tuple[str, str]) -> NDArray[np.float64]:
            return floats(np.sum([np.log(floats(e[a]["rate"])) for a in arms], axis=0))

        return [(logs(e, plus) - logs(e, minus)) / 2 for e in experiments]

    pull = rejections(main(("both", "urban"), ("rural", "neither"))) / size.placebos
    crossed = rejections([interaction(e) for e in experiments]) / size.placebos
    alone = "rural distress alone, independent luck: share of experiments that read"
    made = [
        _as_rare("reverse", f"{alone} {text}", rate, size)
        for text, rate in (("urban pull", pull), ("an interaction", crossed))
    ]
    push = np.concatenate(main(("both", "rural"), ("urban", "neither")))
    effect = paired(push)
    made.append(
        Control(
            kind="reverse",
            text="rural distress alone is there to be found: its mean effect on ln(rate) over all "
            "replicates, above 0 by its interval",
            world=WORLD,
            tests=len(push),
            found=effect.mean,
            low=effect.low,
            high=effect.high,
            passed=effect.low > 0,
        )
    )
    return made


def positive(player: Player, size: Size, lambda0: float) -> dict[str, Control]:
    """An effect put in, in the arm `both` alone, is found as often as the pilot promises."""
    more = {"consider.lambda0": lambda0 * math.exp(INPUT)}
    names = ("h2", "h5", "h6")
    pilot = {str(arm): part for arm, part in _shared(player, more, seeds(20, size.pilot)).groupby("arm")}
    wanted, promised = {}, {}
    for name in names:
        effect = paired(TESTS[name][1](pilot))
        d = abs(effect.mean) / effect.sd
        wanted[name] = min(max(replicates_for(d, PROMISED), 3), MOST)
        promised[name] = (effect.mean, wanted[name])
    made = {}
    runs = _shared(player, more, seeds(21, size.positives * max(wanted.values())))
    for name in names:
        n = wanted[name]
        tests = _experiments(runs, n)[: size.positives]
        found = [paired(TESTS[name][1](e)) for e in tests]
        right = sum(e.p < 0.05 and e.mean * promised[name][0] > 0 for e in found) / len(found)
        text = (
            f"one arm considers moving {math.exp(INPUT) - 1:.0%} more often: share of tests "
            f"of {n} replicates that find it, by {TESTS[name][0]} (mean {promised[name][0]:+.3g})"
        )
        made[name] = _as_often(text, right, len(found), PROMISED)
    return made


def _shared(player: Player, more: Mapping[str, Any], common: Sequence[int]) -> pd.DataFrame:
    """Four arms with shared luck; `both` alone is treated."""
    return table(player([(arm, more if arm == "both" else {}, common) for arm in PLACEBO_ARMS]))


def judge(
    player: Player, size: Size, lambda0: float, tell: Callable[[str], Any] = lambda _: None
) -> dict[str, list[Control]]:
    """All controls, by experiment."""
    made: dict[str, list[Control]] = {name: [] for name in EXPERIMENTS}
    tell("negative control, to the bit")
    for name, control in to_the_bit(player, size).items():
        made[name].append(control)
    tell("negative control, placebos")
    found, untreated = placebos(player, size)
    for name, control in found.items():
        made[name].append(control)
    tell("positive control")
    for name, control in positive(player, size, lambda0).items():
        made[name].append(control)
    tell("reverse control")
    made["h1"] += [placebo_crossed(untreated, size), *put_in(player, size, lambda0)]
    made["h1"] += reverse(player, size, untreated)
    return made


def write_controls(controls: Mapping[str, Sequence[Control]], folder: Path) -> Path:
    """Write ``controls.json``: by experiment, its controls."""
    from dicu.record.folder import write_bytes

    folder.mkdir(parents=True, exist_ok=True)
    data = {name: [c.model_dump(mode="json") for c in some] for name, some in controls.items()}
    path: Path = write_bytes(folder / FILE, (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode())
    return path


def read_controls(out: Path, name: str) -> list[Control]:
    """Controls of one experiment from ``out/controls``, else from ``out/controls_quick``; none when never run."""
    for folder in (out / FOLDER, out / f"{FOLDER}_quick"):
        path = folder / FILE
        if path.is_file():
            data = json.loads(path.read_text(encoding="utf-8"))
            return [Control.model_validate(c) for c in data.get(name, [])]
    return []
