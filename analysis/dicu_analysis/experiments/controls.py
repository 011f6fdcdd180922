"""The tests of the experiments, tested: what runs they need, and what the runs say.

- Negative, to the bit: with the mechanism off (households do not look at what the treatment changes) both arms of a
  replicate have the same moves, while with the mechanism on they differ.
- Negative, placebos: arms that differ in nothing but independent luck; each placebo experiment is tested as the
  experiment would be, and 5 % of them may be told apart, within the binomial bounds.
- Positive: an effect put in is found with the promised power: households of one arm consider moving more often (H2, H5,
  H6), all savings reinvested (H3), a large package (H4); of H1, growth itself, and an interaction of 15 % of it.
- Reverse: another cause alone, in arms with independent luck. Of H1 rural distress: neither urban pull nor an
  interaction may be read. Of the others it acts in both arms, while what is asked about is there on paper alone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu_analysis.effects import paired
from dicu_analysis.experiments.control_arms import BITS, PULL, PUSH, PUT_IN, RIVALS, Bit
from dicu_analysis.experiments.control_basics import (
    CROSSED,
    FULL,
    INPUT,
    MOST,
    PLACEBO,
    PLACEBO_ARMS,
    PROMISED,
    QUICK,
    REPLICATES,
    TESTS,
    WORLD,
    Player,
    Size,
    as_often,
    as_rare,
    crossed,
    difference,
    experiments,
    interaction,
    seeds,
    table,
)
from dicu_analysis.experiments.result import EXPERIMENTS, Control
from dicu_analysis.experiments.statistics import (
    power,
    rejections,
    replicates_for,
)
from dicu_analysis.scalars import floats

FILE: Final = "controls.json"
FOLDER: Final = "controls"


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


def placebos(player: Player, size: Size) -> tuple[dict[str, Control], pd.DataFrame]:
    """Rejection rates of all tests where there is nothing to find; also the runs, for the reverse control."""
    n = size.placebos * REPLICATES
    nothing: Mapping[str, Any] = {}
    work = [(arm, nothing, seeds(1 + k, n)) for k, arm in enumerate(PLACEBO_ARMS)]
    runs = table(player(work))
    made = {}
    for name, (text, test) in TESTS.items():
        rate = rejections([test(e) for e in experiments(runs, REPLICATES)]) / size.placebos
        made[name] = as_rare("negative, placebos", f"{text}: {PLACEBO}", rate, size)
    return made, runs


def placebo_crossed(runs: pd.DataFrame, size: Size) -> Control:
    """How often the 2 x 2 finds an interaction among the runs of `placebos`."""
    rate = rejections([crossed(e) for e in experiments(runs, REPLICATES)]) / size.placebos
    return as_rare("negative, placebos", f"second difference of the rate (c-ii): {PLACEBO}", rate, size)


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
    grows = difference("rate", "urban")(first)
    factor = 1.0 + CROSSED * float(grows.mean()) / float(first["urban"]["rate"].mean())
    more = {"consider.lambda0": lambda0 * factor}
    pilot = arms_of(runs(more, seeds(30, size.pilot)))
    tests = {
        "growth of jobs": (difference("rate", "urban"), paired(grows)),
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
        outcomes = [paired(test(e)) for e in experiments(found, n)[: size.positives]]
        right = sum(e.p < 0.05 and e.mean * effect.mean > 0 for e in outcomes) / len(outcomes)
        promised = min(PROMISED, power(abs(effect.mean) / effect.sd, n))
        text = (
            f"{name}, put in: share of tests of {n} replicates that find it (mean {effect.mean:+.3g} a year, "
            f"power promised {promised:.0%})"
        )
        made.append(as_often(text, right, len(outcomes), promised))
    return made


def reverse(player: Player, size: Size, untreated: pd.DataFrame) -> list[Control]:
    """Rural distress alone, independent luck: neither pull nor interaction may be read, and the push must be there."""
    n = size.placebos * REPLICATES
    pushed = table(player([(arm, PUSH, seeds(11 + k, n)) for k, arm in enumerate(("both", "rural"))]))
    runs = pd.concat([pushed, untreated[untreated["arm"].isin(["urban", "neither"])]], ignore_index=True)
    cut = experiments(runs, REPLICATES)

    def main(plus: tuple[str, str], minus: tuple[str, str]) -> list[NDArray[np.float64]]:
        def logs(e: Mapping[str, pd.DataFrame], arms: tuple[str, str]) -> NDArray[np.float64]:
            return floats(np.sum([np.log(floats(e[a]["rate"])) for a in arms], axis=0))

        return [(logs(e, plus) - logs(e, minus)) / 2 for e in cut]

    pull = rejections(main(("both", "urban"), ("rural", "neither"))) / size.placebos
    crossed = rejections([interaction(e) for e in cut]) / size.placebos
    alone = "rural distress alone, independent luck: share of experiments that read"
    made = [
        as_rare("reverse", f"{alone} {text}", rate, size)
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
    often = f"one arm considers moving {math.exp(INPUT) - 1:.0%} more often"
    made = _found_as_often(player, size, ("h2", "h5", "h6"), (more, {}), often, 20)
    for k, (name, one) in enumerate(PUT_IN.items()):
        made |= _found_as_often(player, size, (name,), (one.treated, one.untreated), one.text, 40 + 2 * k)
    return made


def _found_as_often(
    player: Player,
    size: Size,
    names: Sequence[str],
    values: tuple[Mapping[str, Any], Mapping[str, Any]],
    text: str,
    block: int,
) -> dict[str, Control]:
    """What a treatment does to the outcomes of some experiments, by as many replicates as a pilot says suffice.

    The values are those of the arm `both` and of all others; seeds are those of two blocks.
    """
    pilot = {str(arm): part for arm, part in _shared(player, values, seeds(block, size.pilot)).groupby("arm")}
    wanted: dict[str, tuple[float, int]] = {}
    for name in names:
        effect = paired(TESTS[name][1](pilot))
        n = replicates_for(abs(effect.mean) / effect.sd, PROMISED) if effect.sd else 0
        wanted[name] = effect.mean, min(max(n, 3), MOST)
    made = {}
    runs = _shared(player, values, seeds(block + 1, size.positives * max(n for _, n in wanted.values())))
    for name, (mean, n) in wanted.items():
        found = [paired(TESTS[name][1](e)) for e in experiments(runs, n)[: size.positives]]
        right = sum(e.p < 0.05 and e.mean > 0 for e in found) / len(
            found
        )  # all that is put in raises its outcome
        told = (
            f"{text}: share of tests of {n} replicates that find it, by {TESTS[name][0]} (mean {mean:+.3g})"
        )
        made[name] = as_often(told, right, len(found), PROMISED)
    return made


def rivals(player: Player, size: Size, untreated: pd.DataFrame) -> dict[str, list[Control]]:
    """Another cause at work in both arms, with luck of their own: the treatment is not read, and the cause is there.

    ``untreated`` are the runs of `placebos`, whose arm `neither` has neither.
    """
    n = size.placebos * REPLICATES
    played: dict[str, pd.DataFrame] = {}

    def runs(values: Mapping[str, Any], arm: str) -> pd.DataFrame:
        key = json.dumps(values, sort_keys=True)
        if key not in played:  # several experiments have the same rival; arms of one are never the same runs
            played[key] = table(player([(arm, values, seeds(50 + len(played), n))]))
        return played[key].assign(arm=arm)

    nothing = untreated[untreated["arm"] == "neither"].assign(arm="neither")
    made: dict[str, list[Control]] = {}
    for name, rival in RIVALS.items():
        text, test = TESTS[name]
        without = runs(rival.untreated, "neither")
        both = pd.concat([runs(rival.treated, "both"), without], ignore_index=True)
        rate = rejections([test(e) for e in experiments(both, REPLICATES)]) / size.placebos
        told = f"{rival.text}, independent luck: share of experiments that read {rival.read}"
        cause = pd.concat([without.assign(arm="both"), nothing], ignore_index=True)
        effect = paired(test({str(a): p.reset_index(drop=True) for a, p in cause.groupby("arm")}))
        made[name] = [
            as_rare("reverse", told, rate, size),
            Control(
                kind="reverse",
                text=f"{rival.cause} is there to be found: its mean effect over all replicates, by {text}, other "
                "than 0 by its interval",
                world=WORLD,
                tests=n,
                found=effect.mean,
                low=effect.low,
                high=effect.high,
                passed=effect.low > 0 or effect.high < 0,
            ),
        ]
    return made


def _shared(
    player: Player, values: tuple[Mapping[str, Any], Mapping[str, Any]], common: Sequence[int]
) -> pd.DataFrame:
    """Two arms with shared luck; `both` alone is treated."""
    treated, untreated = values
    return table(player([("both", treated, common), ("neither", untreated, common)]))


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
    for name, some in rivals(player, size, untreated).items():
        made[name] += some
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


__all__ = [
    "BITS",
    "FILE",
    "FOLDER",
    "FULL",
    "PUT_IN",
    "QUICK",
    "REPLICATES",
    "RIVALS",
    "Size",
    "judge",
    "placebo_crossed",
    "placebos",
    "positive",
    "put_in",
    "read_controls",
    "reverse",
    "rivals",
    "to_the_bit",
    "write_controls",
]
