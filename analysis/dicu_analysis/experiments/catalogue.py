"""The experiments by name, and from finished sweeps to the page of one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dicu_analysis.experiments import h1, h2, h3, h4, h5, h6, merger
from dicu_analysis.experiments.arms import FinishedSweep
from dicu_analysis.experiments.assemble import Facts, Found, Spec, assemble, with_family
from dicu_analysis.experiments.page import drawn_in, name_of, write_captions, write_page
from dicu_analysis.experiments.result import EXPERIMENTS, FILE, Result, read_result, write_result
from dicu_analysis.language import VIETNAMESE


@dataclass(frozen=True)
class Experiment:
    """An experiment: what it asks, the sweeps it reads (the first holds its result), and how it estimates.

    Attributes
    ----------
    thorough : tuple of str
        Sweeps that a quick run leaves out.
    """

    spec: Spec
    sweeps: tuple[str, ...]
    estimate: Callable[[Mapping[str, FinishedSweep], Facts], Found]
    thorough: tuple[str, ...] = ()


CATALOGUE: Final[dict[str, Experiment]] = {
    "h1": Experiment(h1.SPEC, h1.SWEEPS, h1.estimate),
    "h2": Experiment(h2.SPEC, h2.SWEEPS, h2.estimate, merger.THOROUGH),
    "h3": Experiment(h3.SPEC, h3.SWEEPS, h3.estimate, merger.THOROUGH),
    "h4": Experiment(h4.SPEC, h4.SWEEPS, h4.estimate, (h4.PACKAGE,)),
    "h5": Experiment(h5.SPEC, h5.SWEEPS, h5.estimate),
    "h6": Experiment(h6.SPEC, h6.SWEEPS, h6.estimate),
}


def conclude(name: str, folders: Mapping[str, Path], facts: Facts, out: Path) -> Path:
    """Estimate, draw and write; p-values of all results in ``out`` of the same kind (quick or not) are adjusted anew.

    Page and figures in English are always written; in Vietnamese where the facts are to be said so, and where they
    were before, so that none is out of date.

    Returns
    -------
    Path
        The page in the language of the facts.
    """
    experiment = CATALOGUE[name]
    found = experiment.estimate({k: FinishedSweep(path) for k, path in folders.items()}, facts)
    result = assemble(experiment.spec, facts, found)
    folder = folders[experiment.sweeps[0]]
    if facts.words.vi or drawn_in(folder, VIETNAMESE):
        write_captions(found.draw(facts.said_in(VIETNAMESE)), folder, VIETNAMESE)
    places = {name: folder}
    family = {name: _with_controls(result, out)}
    for other in EXPERIMENTS:
        place = out / f"{other}{'_quick' if facts.quick else ''}"
        if other != name and (place / FILE).is_file():
            places[other], family[other] = place, read_result(place)
    for other, adjusted in with_family(family).items():
        write_result(adjusted, places[other])
        write_page(adjusted, places[other])
        if drawn_in(places[other], VIETNAMESE):
            write_page(adjusted, places[other], VIETNAMESE)
    return folder / name_of(facts.words)


def _with_controls(result: Result, out: Path) -> Result:
    """The result with the latest controls of its kind, if they were run."""
    from dicu_analysis.experiments.controls import read_controls

    controls = read_controls(out, result.id)
    return result.model_copy(update={"controls": controls}) if controls else result
