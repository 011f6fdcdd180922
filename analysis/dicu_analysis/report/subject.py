"""What a report is about: a run, the run it is held against, and the replicates of both that lie beside them.

A run alone has levels, and levels before and after the reform differ for many reasons. What the reform did is only
in the paired difference from the same country with the same luck and without it. Pairs that differ from the first
in their seed alone are its replicates: their spread is the only measure of how much of the difference is luck.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from dicu_analysis.load import Run, UnfinishedRun, flat

Found = Literal["against", "found", "none"]
NO_REFORM: Final = "none"
MOST_PAIRS: Final = 40
"""Replicates that a report reads at most: each takes about a second."""


class CannotCompare(ValueError):
    """Two runs differ in what a paired difference needs to be the same."""


@dataclass(frozen=True)
class Subject:
    """The run reported, and what it can be compared with.

    Attributes
    ----------
    run : Run
        The arm whose effect is reported.
    twin : Run or None
        The arm that it is compared with.
    pairs : tuple of (Run, Run)
        ``(run, twin)`` first, then its replicates (other seeds); empty without a twin.
    how : {"against", "found", "none"}
        Whether the twin was named, found in the runs folder, or is missing.
    differs : tuple of str
        Dotted keys, besides those of the reform, in which both configurations differ.
    """

    run: Run
    twin: Run | None
    pairs: tuple[tuple[Run, Run], ...]
    how: Found
    differs: tuple[str, ...] = ()

    @property
    def same_luck(self) -> bool:
        """Whether both arms were drawn with the same seed."""
        return self.twin is not None and seed(self.run) == seed(self.twin)

    @property
    def about_the_reform(self) -> bool:
        """Whether the two arms differ in the reform alone, and one of them has none."""
        return self.twin is not None and not self.differs and policy(self.twin) == NO_REFORM


def policy(run: Run) -> str:
    """The reform of a run: ``none``, ``actual``, ..."""
    return str(run.config.get("reform", {}).get("policy", NO_REFORM))


def seed(run: Run) -> int | None:
    """The seed of a run, None where its configuration names none."""
    value = run.config.get("seed")
    return None if value is None else int(value)


IRRELEVANT: Final = ("seed", "name")
"""Keys in which replicates may differ."""


def differing(a: dict[str, Any], b: dict[str, Any]) -> tuple[str, ...]:
    """Dotted keys that decide results and differ, besides seed, name, reform and what is recorded."""
    left, right = flat(a), flat(b)
    keys = sorted(
        k
        for k in left.keys() | right.keys()
        if k not in IRRELEVANT and not k.startswith(("reform.", "record."))
    )
    return tuple(k for k in keys if left.get(k) != right.get(k))


def check_comparable(run: Run, twin: Run) -> None:
    """Refuse a pair whose places or calendar differ.

    Raises
    ------
    CannotCompare
        The message names both folders and what differs.
    """
    if run.labels != twin.labels:
        raise CannotCompare(
            f"{run.folder} runs from {run.labels[0]} to {run.labels[-1]}, {twin.folder} from {twin.labels[0]} to "
            f"{twin.labels[-1]}: only runs of the same steps can be compared"
        )
    if not run.world_places["place_key"].equals(twin.world_places["place_key"]):
        raise CannotCompare(
            f"{run.folder} and {twin.folder} have different places, so they cannot be compared"
        )
    if run.manifest["weight"] != twin.manifest["weight"]:
        raise CannotCompare(
            f"{run.folder} has population.weight {run.manifest['weight']}, {twin.folder} {twin.manifest['weight']}: "
            "they do not have the same households"
        )


def gather(folder: Path | str, against: Path | str | None = None) -> Subject:
    """The run of a folder with its twin and replicates.

    Parameters
    ----------
    folder : Path or str
        A finished run.
    against : Path or str, optional
        The run to compare with. Otherwise a run without reform, else of the same configuration, seed and model
        version, is looked for in the same parent folder of runs.

    Raises
    ------
    dicu_analysis.load.UnfinishedRun
        When either is not the folder of a finished run.
    CannotCompare
        When ``against`` has other places or another calendar.
    """
    run = Run(folder)
    others = _beside(run)
    if against is not None:
        twin: Run | None = Run(against)
        assert twin is not None
        if twin.folder.resolve() == run.folder.resolve():
            raise CannotCompare(f"--against: {twin.folder} is the run itself")
        check_comparable(run, twin)
        how: Found = "against"
    elif policy(run) == NO_REFORM:
        return Subject(run, None, (), "none")
    else:
        twin = next((o for o in others if _is_twin(run, o)), None)
        how = "none" if twin is None else "found"
    if twin is None:
        return Subject(run, None, (), "none")
    return Subject(run, twin, _pairs(run, twin, others), how, differing(run.config, twin.config))


def _is_twin(run: Run, other: Run) -> bool:
    """Whether another run is the same country with the same luck and no reform."""
    return (
        policy(other) == NO_REFORM
        and seed(other) == seed(run)
        and not differing(run.config, other.config)
        and _same_model(run, other)
        and other.labels == run.labels
    )


def _same_model(a: Run, b: Run) -> bool:
    """Whether two runs came from the same inputs and the same version of the model."""
    return all(
        a.manifest.get(key) == b.manifest.get(key) for key in ("inputs_sha256", "weight")
    ) and a.manifest.get("versions", {}).get("dicu") == b.manifest.get("versions", {}).get("dicu")


def _beside(run: Run) -> list[Run]:
    """The other finished runs under the same parent folder, in the order of their paths."""
    here = run.folder.resolve()
    made = []
    for path in sorted(here.parent.parent.glob("*/*/manifest.json")):
        if path.parent == here or any(part.startswith(".tmp-") for part in path.parent.parts):
            continue
        try:
            if "config" in json.loads(path.read_text(encoding="utf-8")):
                made.append(Run(path.parent))
        except (ValueError, KeyError, OSError, UnfinishedRun):
            continue  # a damaged neighbour is no reason not to report this run
    return made


def _pairs(run: Run, twin: Run, others: list[Run]) -> tuple[tuple[Run, Run], ...]:
    """The pair, and every pair beside it that differs from it in the seed alone."""
    pairs = [(run, twin)]
    if seed(run) != seed(twin):
        return tuple(pairs)
    treated = {s: o for o in others if (s := _replicate(run, o)) is not None}
    base = {s: o for o in others if (s := _replicate(twin, o)) is not None}
    for s in sorted(treated.keys() & base.keys()):
        if len(pairs) < MOST_PAIRS:
            pairs.append((treated[s], base[s]))
    return tuple(pairs)


def _replicate(run: Run, other: Run) -> int | None:
    """The seed of another run that differs from this one in its seed alone, else None."""
    s = seed(other)
    same = (
        s is not None
        and s != seed(run)
        and other.config.get("reform") == run.config.get("reform")
        and not differing(run.config, other.config)
        and _same_model(run, other)
        and other.labels == run.labels
    )
    return s if same else None
