"""Standard figures over replicates: what they draw is the mean and its interval, and their feet say so."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from dicu_analysis import figures, replicates
from dicu_analysis.effects import estimate
from dicu_analysis.figures import bands, draw_all, style, urban_rural
from dicu_analysis.load import Run
from dicu_analysis.replicates import beside, over


@pytest.fixture(scope="module")
def runs(synthetic, tmp_path_factory) -> list[Run]:
    """Three runs that differ in the seed, and one that also differs in another value."""
    out = tmp_path_factory.mktemp("beside")
    made = []
    for seed, weight in ((42, 10), (43, 10), (44, 10), (45, 11)):
        config = synthetic.manifest()["config"]
        config = config | {"seed": seed, "population": {**config.get("population", {}), "weight": weight}}
        folder = synthetic.make_run(out, run_id=f"run{seed}", lives=True, changes={"config": config})
        made.append(Run(folder))
    return made


@pytest.fixture
def three(runs: list[Run]) -> Run:
    """The first run, whose numbers the others multiply by 1.1 and 1.3."""
    run, *others = (Run(r.folder) for r in runs[:3])
    for other, factor in zip(others, (1.1, 1.3), strict=True):
        counts = other.national.select_dtypes("number").columns
        other.national[counts] = other.national[counts].astype(float) * factor
    run.replicates = tuple(others)
    return run


def texts(figure) -> str:
    from matplotlib.text import Text

    return " ".join(t.get_text() for t in figure.findobj(Text)).replace("\n", " ")


def test_replicates_differ_in_the_seed_alone_and_are_whole(runs, tmp_path) -> None:
    assert [r.folder.name for r in beside(runs[0])] == ["run43", "run44"]
    assert beside(runs[3]) == []
    parent = tmp_path / "copied"
    shutil.copytree(runs[0].folder.parent, parent)
    (parent / "run44" / "national.parquet").write_bytes(b"cut")
    assert [r.folder.name for r in beside(Run(parent / "run42"))] == ["run43"]


def test_the_line_is_the_mean_and_the_band_its_interval(three) -> None:
    lines = over(three, urban_rural.by_step)
    each = [urban_rural.by_step(r).loc[8, "urban"] for r in (three, *three.replicates)]
    told = estimate(each)
    assert lines.n == 3
    assert lines.banded
    found = [frame.loc[8, "urban"] for frame in (lines.middle, lines.low, lines.high)]
    assert found == pytest.approx([told.mean, told.low, told.high])
    assert told.low < told.high


def test_members_of_an_ensemble_give_the_median_and_the_middle_of_them(three) -> None:
    for k, run in enumerate((three, *three.replicates)):
        run.manifest = run.manifest | {"config": run.config | {"ensemble": {"member": k + 1}}}
    lines = over(three, urban_rural.by_step)
    each = [urban_rural.by_step(r).loc[8, "urban"] for r in (three, *three.replicates)]
    assert lines.middle.loc[8, "urban"] == pytest.approx(np.median(each))
    assert lines.high.loc[8, "urban"] == pytest.approx(np.quantile(each, replicates.MIDDLE[1]))
    assert "median of 3 runs over 3 fitted parameter sets" in bands.foot(three)[0]


def test_two_runs_give_no_band(three) -> None:
    three.replicates = three.replicates[:1]
    lines = over(three, urban_rural.by_step)
    pd.testing.assert_frame_equal(lines.middle, urban_rural.by_step(three))
    assert not lines.banded
    assert bands.foot(three) == []


def test_a_figure_has_a_band_a_line_and_says_over_what(three, vietnamese) -> None:
    with style.styled():
        alone, drawn = urban_rural.draw(Run(three.folder)), urban_rural.draw(three)
    assert "95 % interval" not in texts(alone)
    assert sum(len(ax.collections) for ax in alone.axes) == 0
    assert "mean of 3 replicates (seeds 42, 43, 44)" in texts(drawn)
    assert sum(len(ax.collections) for ax in drawn.axes) == 3
    assert "trung bình của 3 lần lặp (hạt giống 42, 43, 44)" in vietnamese(urban_rural, three)


def test_a_run_beside_its_replicates_is_drawn_over_them(runs, monkeypatch) -> None:
    seen = []
    monkeypatch.setattr(figures, "FIGURES", ("urban_rural",))
    monkeypatch.setattr(urban_rural, "draw", lambda run: seen.append(run) or Figure())
    assert draw_all(runs[0].folder).failed == []
    assert [r.folder.name for r in seen[0].replicates] == ["run43", "run44"]


def test_a_sweep_has_its_outcomes_in_both_languages(tmp_path: Path) -> None:
    import importlib.util

    from dicu_analysis.standard import draw_sweep

    path = Path(__file__).parents[1] / "report" / "test_sweep.py"
    spec = importlib.util.spec_from_file_location("made_up_sweeps_of_figures", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = draw_sweep(module.make(tmp_path / "made_up"), ("en", "vi"))
    assert made.failed == []
    names = {p.name for p in made.files}
    assert {f"urban_share.{code}.{kind}" for code in ("en", "vi") for kind in ("png", "csv")} <= names
    assert {p.parent.name for p in made.files} == {"figures"}, "no tables were kept"


@pytest.mark.parametrize(
    ("languages", "drawn"), [(("en", "vi"), "en"), (("en",), "en"), (("vi",), "vi")], ids=str
)
def test_figures_of_a_sweeps_runs_are_english_unless_vietnamese_is_asked_for_alone(
    languages: tuple[str, ...], drawn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from types import SimpleNamespace

    from dicu_analysis import standard

    asked: list[tuple[Path, str]] = []
    arm = SimpleNamespace(label="with it", sources=[SimpleNamespace(number=0)])
    sweep = SimpleNamespace(
        folder=tmp_path, manifest={"results": {"keep": standard.NEEDED}}, tied=[], baseline=None
    )
    for name, value in (
        ("Sweep", lambda _: sweep),
        ("arms_of_sweep", lambda *_, **__: [arm]),
        ("_outcomes", lambda *_: None),
        ("SweepSource", SimpleNamespace),
        ("plan_of", lambda _: [{"run": 0}]),
        ("SweptRun", lambda *_: SimpleNamespace()),
        ("draw_run", lambda _, folder, code: asked.append((folder, code)) or figures.Drawn([], [])),
    ):
        monkeypatch.setattr(standard, name, value)
    standard.draw_sweep(tmp_path, languages)
    assert asked == [(tmp_path / "figures" / "with_it", drawn)]
