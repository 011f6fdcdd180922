from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from dicu.world import facts
from dicu.world.geometry import load_outlines
from dicu_analysis.figures import (
    access_by_terrain,
    draw_all,
    net_migration_map,
    outlines,
    palette,
    region_flows,
    style,
    urban_rural,
)
from dicu_analysis.figures.province_map import Filling, classed
from dicu_analysis.flows import flows_between, rates
from dicu_analysis.load import Run, UnfinishedRun

USUAL_DPI = style.RC["savefig.dpi"]
NAMES = ["urban_rural", "net_migration_map", "region_flows", "access_by_terrain"]


@pytest.fixture(scope="module")
def run(synthetic, tmp_path_factory) -> Run:
    return Run(synthetic.make_run(tmp_path_factory.mktemp("runs")))


def texts(figure) -> str:
    from matplotlib.text import Text

    return "\n".join(t.get_text() for t in figure.findobj(Text))


def test_all_figures_are_drawn_and_the_same_bytes_twice(synthetic, tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(style.RC, "savefig.dpi", USUAL_DPI)
    folder = synthetic.make_run(tmp_path)
    paths = draw_all(folder).files
    assert [p.name for p in paths] == [f"{n}.{k}" for n in NAMES for k in ("svg", "png")]
    first = {p: p.read_bytes() for p in paths}
    for path, data in first.items():
        if path.suffix == ".svg":
            assert ET.fromstring(data).tag.endswith("svg")
            assert b"<dc:date>" not in data
        else:
            assert data[:8] == b"\x89PNG\r\n\x1a\n"
            width, height = np.frombuffer(data[16:24], dtype=">u4")
            assert width > 1500
            assert height > 800
    draw_all(folder)
    assert {p: p.read_bytes() for p in paths} == first


def test_an_unfinished_run_is_not_drawn(tmp_path) -> None:
    with pytest.raises(UnfinishedRun):
        draw_all(tmp_path)


@pytest.mark.parametrize("figure", [urban_rural, net_migration_map, region_flows, access_by_terrain])
def test_every_figure_says_which_run_and_that_it_is_no_forecast(run, figure) -> None:
    with style.styled():
        shown = texts(figure.draw(run))
    assert (
        "synthetic/0123456789abcdef, seed 42; each row stands for 10 households. Not a forecast."
        in shown.replace("\n", " ")
    )


def test_styling_leaves_the_readers_settings_alone() -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    with style.styled():
        assert mpl.rcParams["svg.hashsalt"] == "dicu"
    assert dict(mpl.rcParams) == before


def test_urban_title_is_computed_from_the_run(run) -> None:
    last = run.national.iloc[-1]
    share = 100 * last["urban_persons"] / (last["urban_persons"] + last["rural_persons"])
    with style.styled():
        figure = urban_rural.draw(run)
    lines = " ".join(t.get_text() for t in figure.texts)
    assert lines.startswith(f"{share:.0f} % live in towns by 2026Q2")
    assert "towns gain" in lines
    assert "official" not in texts(figure).split("Urban =")[0], "official figures are of Viet Nam alone"


def test_official_figures_are_the_published_ones() -> None:
    table = urban_rural.official().set_index("year")
    assert list(table.index) == list(facts.residents_years())
    assert table.loc[2024, "urban"] + table.loc[2024, "rural"] == facts.residents(2024)["total"].sum()
    assert (table["source"] != "").all()


def test_the_map_shows_the_units_in_force_before_and_after(run) -> None:
    before, after = net_migration_map.panels(run)
    assert (before.borders, after.borders) == (4, 8)
    assert (before.period, after.period) == (("2024Q3", "2025Q2"), ("2025Q3", "2026Q2"))
    pd.testing.assert_frame_equal(
        after.table, rates(run, "province", "2025", ("2025Q3", "2026Q2")), check_dtype=False
    )
    pd.testing.assert_frame_equal(
        before.table, rates(run, "province", "legacy", ("2024Q3", "2025Q2")), check_dtype=False
    )


def test_classes_are_those_of_every_run_and_symmetric() -> None:
    assert (-net_migration_map.EDGES[::-1] == net_migration_map.EDGES).all()
    colours = palette.gains(len(net_migration_map.EDGES) + 1)
    assert len({tuple(c) for c in colours}) == len(colours)


def test_only_who_stands_apart_from_all_others_comes_first_alone() -> None:
    values = pd.Series({"a": 5.0, "b": 4.5, "c": 1.0, "d": np.nan})
    assert net_migration_map.leaders(values, pd.Series(0.1, index=values.index)) == ["a"]
    assert net_migration_map.leaders(values, pd.Series(0.3, index=values.index)) == ["a", "b"]
    assert net_migration_map.leaders(-values, pd.Series(0.3, index=values.index)) == ["c"]
    assert net_migration_map.leaders(values * np.nan, pd.Series(0.3, index=values.index)) == []


def test_what_luck_may_have_done_is_neither_gain_nor_loss(run) -> None:
    table = pd.DataFrame({"net_per_1000_a_year": [3.0, -3.0, 1.0, -1.0]}, index=list("abcd"))
    sd = pd.Series([1.0, 1.0, 1.0, 1.0], index=list("abcd"))
    panel = net_migration_map.Panel("legacy", ("2024Q3", "2025Q2"), table, sd)
    assert (panel.gaining, panel.losing) == (1, 1)
    assert list(panel.within) == [False, False, True, True]
    colours, norm = classed(net_migration_map.EDGES, palette.gains(10))
    filling = Filling(panel.net, "legacy", colours, norm, panel.within)
    assert [filling.hatched(c) for c in "abcd"] == [False, True, False, False]
    assert filling.face("c") == filling.face("d") == palette.WITHIN


def test_replicates_narrow_what_luck_may_do(run) -> None:
    one = net_migration_map.panels(run)[0]
    four = net_migration_map.panels(run, [run, run, run])[0]
    assert four.net.to_numpy() == pytest.approx(one.net.to_numpy())
    assert four.sd.to_numpy() == pytest.approx(one.sd.to_numpy() / 2)


def test_dissolving_keeps_only_outer_borders() -> None:
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]], dtype=float)
    beside = square + np.array([1.0, 0.0])
    assert len(outlines.outer_segments([square])) == 4
    outer = outlines.outer_segments([square, beside])
    assert len(outer) == 6
    assert not any((s[:, 0] == 1).all() for s in outer), "the common border is gone"
    every = [r for _, _, rings in load_outlines() for r in rings]
    apart = sum(len(outlines.outer_segments([r])) for r in every)
    assert len(outlines.outer_segments(every)) < 0.6 * apart


def test_regions_table_adds_up(run) -> None:
    with style.styled():
        figure = region_flows.draw(run)
    late = ("2025Q3", "2026Q2")  # after the reform, as in the report
    flows = flows_between(run, "region", period=late).groupby(["origin", "destination"])["persons"].sum()
    (origin, destination), most = flows.idxmax(), flows.max()
    years = 1.0
    title = " ".join(t.get_text() for t in figure.texts)
    named, number = title.split("Largest stream: ")[1].split(", ")[
        :2
    ]  # the largest first where luck leaves several
    assert named.startswith(f"{origin} to {destination}")
    number = float(number.split()[0])
    scale = 1e3 if "thousand persons a year" in title else 1.0
    assert number * scale == pytest.approx(most / years, abs=0.5 * scale)
    assert "mean of 2025Q3 to 2026Q2" in title


def test_access_is_weighted_by_persons(run) -> None:
    table = access_by_terrain.mean_access(run).set_index(["step", "terrain"])
    assert table.loc[(4, "plain"), "health"] == pytest.approx(0.5)
    assert table.loc[(4, "mountain"), "health"] == pytest.approx(0.3)
    assert table.loc[(5, "plain"), "commune_administration"] == pytest.approx(0.4)
    with style.styled():
        title = " ".join(t.get_text() for t in access_by_terrain.draw(run).texts)
    assert "commune offices \u221220 % (plains)" in title
    assert "what districts did +20 %, +20 %" in title


def test_without_a_reform_the_figures_say_so(synthetic, tmp_path) -> None:
    run = Run(synthetic.make_run(tmp_path, policy="none"))
    with style.styled():
        shown = texts(access_by_terrain.draw(run))
        before, after = net_migration_map.panels(run)
    assert "no reform, 1 July 2025" in shown
    assert "no change beyond luck (plains)" in shown.replace("\n", " ")
    assert before.table.index.equals(after.table.index)


def test_signs_are_true_minus_and_zero_has_none() -> None:
    assert style.signed(-1.25) == "\u22121.2"
    assert style.signed(1234.0, 0) == "+1,234"
    assert style.signed(-0.04) == "0.0"


def test_mean_access_counts_persons_not_places(run) -> None:
    fresh = Run(run.folder)
    n = len(fresh.world_places)
    fresh.places["access_health"] = np.tile(np.linspace(0.1, 0.9, n), len(fresh.labels)).astype(np.float32)
    table = access_by_terrain.mean_access(fresh).set_index(["step", "terrain"])
    at = fresh.places[fresh.places["step"] == 3]
    mine = (fresh.world_places["terrain"] == "plain").to_numpy()
    want = np.average(at["access_health"][mine], weights=at["persons"][mine])
    assert table.loc[(3, "plain"), "health"] == pytest.approx(want)
    assert abs(want - at["access_health"][mine].mean()) > 0.01


@pytest.mark.parametrize("figure", [urban_rural, net_migration_map, region_flows, access_by_terrain])
def test_in_vietnamese_nothing_is_english(run, vietnamese, figure) -> None:
    text = vietnamese(figure, run)
    assert "mỗi dòng đại diện 10 hộ. Không phải dự báo." in text
    assert "quý II/2026" in text


def test_every_figure_asks_for_the_language() -> None:
    """Each is drawn in Vietnamese by a test of its own; a new one that knows English alone fails here."""
    from pathlib import Path

    from dicu_analysis import figures

    for name in figures.FIGURES:
        source = (Path(figures.__file__).parent / f"{name}.py").read_text(encoding="utf-8")
        assert "run.words" in source, name
        assert "terms.en" not in source, name


def test_sources_that_figures_cite_have_vietnamese_names() -> None:
    from dicu_analysis import labour, official
    from dicu_analysis.figures.names import SOURCES

    cited = {*urban_rural.official()["source"], *labour.official_informality()[1].split("; ")}
    for subject in ("five_year", "movers", "households", "streams"):
        cited |= set(official.cited(subject).split("; "))
    assert cited == set(SOURCES)


def test_vietnamese_figures_stand_beside_the_english_ones(synthetic, tmp_path, monkeypatch) -> None:
    from dicu_analysis import figures

    monkeypatch.setattr(figures, "FIGURES", ("urban_rural",))
    folder = synthetic.make_run(tmp_path)
    english = {p: p.read_bytes() for p in draw_all(folder).files}
    paths = draw_all(folder, "vi").files
    assert [p.relative_to(folder).as_posix() for p in paths] == [
        f"figures/vi/urban_rural.{kind}" for kind in ("svg", "png")
    ]
    assert {p: p.read_bytes() for p in english} == english
    assert all(p.read_bytes() != english[folder / "figures" / p.name] for p in paths)


def test_without_a_reform_vietnamese_figures_say_so(synthetic, vietnamese, tmp_path) -> None:
    text = vietnamese(access_by_terrain, Run(synthetic.make_run(tmp_path, policy="none")))
    assert "Không sắp xếp, quý II/2025 đến quý II/2026" in text
    assert "không đổi ngoài phạm vi ngẫu nhiên (đồng bằng)" in text
    assert "không sắp xếp, ngày 1/7/2025" in text
