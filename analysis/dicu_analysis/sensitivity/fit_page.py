"""The page "what the data can and cannot tell": what a calibration's runs say of each parameter."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dicu_analysis import markdown
from dicu_analysis.sensitivity.fit import CUT, GRID, FitRuns, interval
from dicu_analysis.told import least_told

Floats = NDArray[np.float64]
PAGE, TABLE, PROFILES = "what_the_data_tell.md", "parameters_told.csv", "profiles.csv"
PROFILE_PICTURE, SHARE_PICTURE = "what_the_data_tell_profiles.png", "what_the_data_tell_shares.png"
TOLD: Final = 0.1
"""Share by which figures must narrow a prior to tell something of a parameter, as on the page of the fit."""
MOST: Final = 10
SHOWN: Final = 0.05
"""Least share of a figure's variance that is named."""
NOTHING: Final = 0.05
"""Information of a direction, the prior's being 1, below which it is called next to nothing."""
TIED: Final = 0.5
"""Correlation from which on two parameters are called tied."""
AGAINST: Final = -0.3
GROUPS: Final = {"province_terms.arrive": "terms of arrival", "province_terms.leave": "terms of leaving"}


def write(fit: FitRuns, folder: Path) -> Path:
    """Write page, tables and pictures; returns the page."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = np.flatnonzero(~fit.is_term)
    told = by_parameter(fit)
    told.to_csv(folder / TABLE, index=False, float_format="%.6g")
    cut = least_told(told, TOLD)
    matter = told[told["narrowed"] > cut].head(MOST)
    profiles = {str(key): fit.profile(fit.keys.index(str(key))) for key in matter["key"]}
    pd.DataFrame({"z": GRID, **profiles}).to_csv(folder / PROFILES, index=False, float_format="%.6g")
    eigen = np.linalg.eigvalsh(fit.information)
    e = fit.emulator
    unknown = told.loc[told["narrowed"] <= cut, "key"].tolist()
    lines = [
        "# What the data can and cannot tell", "",
        f"{len(fit.keys)} parameters, {len(fit.figures)} figures, {len(fit.z):,} runs of a calibration. No run was "
        "made for this page: everything rests on an emulator of those that there are (each figure linear in all "
        f"parameters, with squares of the {len(plain)} that are no term of a province; ridge regression). At runs left "
        f"out of it the emulator has {100 * np.median(e.told):.0f} % of a figure's variance (median; worst tenth "
        f"{100 * np.percentile(e.told, 10):.0f} %) and is off by {np.median(e.error):.2f} standard errors of the "
        "figure (median), which is added to the figure's own error.", "",
        f"The figures tell more than the prior of {int((eigen > 1).sum())} of {len(fit.keys)} independent directions "
        f"(eigenvalues of their information above 1), and next to nothing of {int((eigen < NOTHING).sum())}. What they "
        "do not tell keeps its prior's spread in the ensemble.", "",
        *_parameters(told), *_not_told(unknown, cut), *_tied(fit, plain), *_profiles(fit, profiles), *_figures(fit),
        *_against(fit),
    ]  # fmt: skip
    if profiles:
        _draw_profiles(profiles, folder / PROFILE_PICTURE)
    _draw_shares(fit, folder / SHARE_PICTURE)
    (folder / PAGE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / PAGE


def by_parameter(fit: FitRuns) -> pd.DataFrame:
    """One row a parameter that is no term of a province, the best told first.

    Returns
    -------
    DataFrame
        ``key``; ``narrowed``: share by which the figures narrow its prior; ``alone``: the same if all others were
        known; ``figure``, ``share``: the kind of figure whose variance over the prior hangs on it most, and how much.
    """
    shares = by_kind(fit)
    alone = 1 - 1 / np.sqrt(1 + np.diag(fit.information))
    rows = []
    for k in np.flatnonzero(~fit.is_term):
        key = fit.keys[k]
        kind = str(shares[key].idxmax())
        rows.append(
            {
                "key": key,
                "narrowed": fit.narrowed[k],
                "alone": alone[k],
                "figure": kind,
                "share": shares.loc[kind, key],
            }
        )
    return pd.DataFrame(rows).sort_values("narrowed", ascending=False, kind="stable", ignore_index=True)


def by_kind(fit: FitRuns) -> pd.DataFrame:
    """Mean share of variance by kind of figure (rows) and parameter; terms of provinces in two groups."""
    columns: dict[str, Floats] = {fit.keys[k]: fit.shares[:, k] for k in np.flatnonzero(~fit.is_term)}
    for prefix, name in GROUPS.items():
        mine = [k for k, key in enumerate(fit.keys) if key.startswith(prefix)]
        if mine:
            columns[name] = fit.shares[:, mine].sum(axis=1)
    return pd.DataFrame(columns).groupby(fit.figures["figure"].to_numpy(), sort=False).mean()


def _parameters(told: pd.DataFrame) -> list[str]:
    lines = [
        "## Which figures each parameter hangs on", "", f"![Shares of variance]({SHARE_PICTURE})", "",
        "Narrowed: how much less its standard deviation is with the figures than before, the others unknown too; "
        "alone: if the others were known. Share: first-order Sobol index over the prior of the figure that hangs on it "
        "most.", "",
    ]  # fmt: skip
    lines += markdown.table(
        ("parameter", "narrowed", "alone", "figure", "share"),
        (
            (
                f"`{row['key']}`",
                f"{100 * row['narrowed']:.0f} %",
                f"{100 * row['alone']:.0f} %",
                str(row["figure"]),
                f"{100 * row['share']:.0f} %",
            )
            for _, row in told.iterrows()
        ),
        "lrrlr",
    )
    return [*lines, ""]


def _not_told(unknown: list[str], cut: float) -> list[str]:
    if not unknown:
        return ["Every parameter is told by some figure.", ""]
    names = ", ".join(f"`{key}`" for key in unknown)
    why = f"by less than {100 * TOLD:.0f} %"
    if cut > TOLD:
        why = f"by no more than {100 * cut:.0f} %, which chance makes of what acts on no figure"
    return [f"**Not told** (narrowed {why}): {names}. What is concluded must hold over their ranges.", ""]


def _tied(fit: FitRuns, plain: NDArray[np.int64]) -> list[str]:
    sd = np.sqrt(np.diag(fit.covariance))
    r = fit.covariance / np.outer(sd, sd)
    pairs = [(abs(r[i, j]), i, j) for n, i in enumerate(plain) for j in plain[:n] if abs(r[i, j]) > TIED]
    if not pairs:
        return [f"No two of these parameters are correlated beyond {TIED:g} given the figures.", ""]
    lines = ["Tied by the figures (correlation given them): the data tell a combination, not each.", ""]
    lines += [
        f"- `{fit.keys[i]}` and `{fit.keys[j]}`: {r[i, j]:+.2f}"
        for _, i, j in sorted(pairs, reverse=True)[:MOST]
    ]
    return [*lines, ""]


def _profiles(fit: FitRuns, profiles: dict[str, Floats]) -> list[str]:
    if not profiles:
        return []
    lines = [
        "## Profiles of the likelihood", "", f"![Profiles]({PROFILE_PICTURE})", "",
        f"-2 log likelihood by the emulator over each of the {len(profiles)} parameters that are told best, free of "
        f"its own prior; all others as good as they can be within theirs. 95 %: up to {CUT:g}. In standard deviations "
        "from the prior.", "",
    ]  # fmt: skip
    rows = []
    for key, values in profiles.items():
        low, high = interval(values)
        rows.append((f"`{key}`", f"{GRID[int(np.argmin(values))]:+.1f}", f"{_end(low)} to {_end(high)}"))
    return [*lines, *markdown.table(("parameter", "best", "95 %"), rows, "lrl"), ""]


def _end(value: float) -> str:
    return f"{value:+.2f}" if np.isfinite(value) else f"beyond {np.sign(value) * GRID[-1]:+.0f}"


def _figures(fit: FitRuns) -> list[str]:
    shares, e = by_kind(fit), fit.emulator
    kinds = fit.figures["figure"].to_numpy()
    off = (e.at(fit.best) - fit.observed) ** 2
    rows = []
    for kind, row in shares.iterrows():
        mine = kinds == kind
        first = row.sort_values(ascending=False)
        names = ", ".join(f"{key} {100 * v:.0f} %" for key, v in first[first > SHOWN].head(4).items())
        told = f"{100 * e.told[mine].mean():.0f} %"
        rows.append((str(kind), str(int(mine.sum())), told, f"{off[mine].mean():.2f}", names))
    head = ("figure", "n", "emulated", "mean squared misfit at best", "hangs on")
    return ["## What each figure hangs on", "", *markdown.table(head, rows, "lrrrl"), ""]


def against(fit: FitRuns) -> list[tuple[float, str, str]]:
    """Kinds of figures whose misfits at the best point ask for opposite changes: cosine of their gradients, names."""
    e, z = fit.emulator, fit.best
    pull = fit.weight * (fit.observed - e.at(z))
    kinds = fit.figures["figure"].to_numpy()
    names = list(dict.fromkeys(kinds))
    gradient = np.array([(e.slopes(z)[kinds == k] * pull[kinds == k, None]).sum(axis=0) for k in names])
    length = np.linalg.norm(gradient, axis=1)
    made = []
    for i in range(len(names)):
        for j in range(i):
            if length[i] * length[j] > 0:
                cosine = float(gradient[i] @ gradient[j] / (length[i] * length[j]))
                if cosine < AGAINST and min(length[i], length[j]) > 1:
                    made.append((cosine, str(names[j]), str(names[i])))
    return sorted(made)


def _against(fit: FitRuns) -> list[str]:
    found = against(fit)
    if not found:
        return ["No two kinds of figures pull the parameters in opposite directions at the best point.", ""]
    lines = [
        "## Which figures pull against each other", "",
        "What is left of each at the best point asks for changes of the parameters; -1 is exactly the opposite.", "",
    ]  # fmt: skip
    lines += [f"- {a} and {b}: {cosine:+.2f}" for cosine, a, b in found[:MOST]]
    return [*lines, ""]


def _draw_profiles(profiles: dict[str, Floats], path: Path) -> None:
    wide = min(5, len(profiles))
    tall = -(-len(profiles) // wide)
    figure, axes = plt.subplots(tall, wide, figsize=(2.6 * wide, 2.2 * tall), squeeze=False, sharey=True)
    for axis in axes.flat[len(profiles) :]:
        axis.set_visible(False)
    for axis, (key, values) in zip(axes.flat, profiles.items(), strict=False):
        axis.plot(GRID, values, color="#1f4e79")
        axis.axhline(CUT, color="0.6", linewidth=0.8)
        axis.set_ylim(0, 4 * CUT)
        axis.set_title(key, fontsize=7)
        axis.tick_params(labelsize=6)
    figure.supxlabel("standard deviations from the prior", fontsize=8)
    figure.supylabel("-2 log likelihood", fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=130)
    plt.close(figure)


def _draw_shares(fit: FitRuns, path: Path) -> None:
    shares = by_kind(fit).T
    figure, axis = plt.subplots(figsize=(2.5 + 0.45 * shares.shape[1], 1.5 + 0.25 * shares.shape[0]))
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for (i, j), v in np.ndenumerate(shares.to_numpy()):
        if v > SHOWN:
            axis.text(
                j, i, f"{100 * v:.0f}", ha="center", va="center", fontsize=6, color="w" if v > 0.5 else "k"
            )
    axis.set_xticks(range(shares.shape[1]), shares.columns, rotation=60, ha="right", fontsize=7)
    axis.set_yticks(range(shares.shape[0]), shares.index, fontsize=7)
    axis.set_title("Percent of the variance of a figure over the prior", fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=130)
    plt.close(figure)


__all__ = ["PAGE", "against", "by_kind", "by_parameter", "write"]
