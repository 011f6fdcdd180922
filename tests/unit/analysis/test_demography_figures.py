"""Figures of ages, five-year migration and households: numbers from the run, words from the numbers, polite skips."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dicu_analysis import official, seed_spread
from dicu_analysis.figures import draw_all, five_year, households, mover_ages, style
from dicu_analysis.load import Run

FIGURES = (mover_ages, five_year, households)
REAL = {
    "config": {
        "seed": 42,
        "world": {"name": "viet_nam"},
        "reform": {"policy": "actual", "date": "2025Q3"},
    },
}


@pytest.fixture(scope="module")
def run(synthetic, tmp_path_factory) -> Run:
    return Run(synthetic.make_run(tmp_path_factory.mktemp("runs"), lives=True))


@pytest.fixture(scope="module")
def real(synthetic, tmp_path_factory) -> Run:
    """The same numbers under the name of the country, so that official figures are drawn beside them."""
    return Run(synthetic.make_run(tmp_path_factory.mktemp("runs"), lives=True, changes=REAL))


def texts(figure) -> str:
    from matplotlib.text import Text

    words = " ".join(t.get_text() for t in figure.findobj(Text))
    return words.replace("\n", " ").replace("\u00a0", " ")


def drawn(figure, run: Run) -> str:
    with style.styled():
        return texts(figure.draw(run))


@pytest.mark.parametrize("figure", FIGURES)
def test_the_same_bytes_twice(run, tmp_path: Path, figure) -> None:
    made = []
    for name in ("once", "again"):
        with style.styled():
            made.append([p.read_bytes() for p in style.save(figure.draw(run), tmp_path, name)])
    assert made[0] == made[1]


def test_what_a_run_does_not_have_is_not_drawn_and_stops_no_other_figure(synthetic, tmp_path: Path) -> None:
    names = {figure.__name__.rsplit(".", 1)[1] for figure in FIGURES}
    bare, full = synthetic.make_run(tmp_path / "bare"), synthetic.make_run(tmp_path / "full", lives=True)
    for figure in FIGURES:
        with pytest.raises(style.NothingToDraw), style.styled():
            figure.draw(Run(bare))
    drawn_of_bare = {p.stem for p in draw_all(bare).files}
    assert "urban_rural" in drawn_of_bare
    assert not names & drawn_of_bare
    assert {p.stem for p in draw_all(full).files} == names | drawn_of_bare


def test_a_run_from_before_a_table_existed_is_drawn_without_it(synthetic, tmp_path: Path) -> None:
    folder = synthetic.make_run(tmp_path, lives=True)
    run = Run(folder)
    (folder / "five_year.parquet").unlink()
    del run.manifest["outputs"]["five_year.parquet"]
    assert not run.has_rows("five_year")
    assert run.has_rows("movers")
    with pytest.raises(KeyError, match="no table 'nothing'"):
        run.has_rows("nothing")


@pytest.mark.parametrize("figure", FIGURES)
def test_each_says_which_run_and_cites_official_figures_for_the_country_only(run, real, figure) -> None:
    small, country = drawn(figure, run), drawn(figure, real)
    for shown in (small, country):
        assert "synthetic/0123456789abcdef, seed 42" in shown
    assert "census" in country
    assert "official" in country.lower()
    assert "census of 1 April 2019" not in small


def test_the_ages_in_the_title_are_those_of_the_table(run, real, synthetic) -> None:
    ages = synthetic.movers().sum(axis=(0, 1))
    share = 100 * ages[20:40].sum() / ages[5:].sum()
    few, many = (seed_spread.digits_of("movers.20-39", each, 1) for each in (run, real))
    assert few < many, "of a small world less is known than of the country"
    assert f"{share:.{few}f} % of movers are aged 20\u201339" in drawn(mover_ages, run)
    assert f"{share:.{many}f} % of movers are aged 20\u201339 (census 2019: 61.8 %)" in drawn(
        mover_ages, real
    )
    counts = mover_ages.movers(run)
    assert counts.to_numpy().sum() == 2 * synthetic.WEIGHT * ages.sum()
    assert counts.loc[80].sum() == 2 * synthetic.WEIGHT * ages[80:].sum()
    assert counts["between provinces"].sum() == 3 * counts["within a district"].sum()


def test_the_standard_schedule_is_that_of_rogers_and_castro() -> None:
    """Its labour component peaks at mu2 + ln(lambda2 / alpha2) / lambda2; its values at 0 and 20 by hand."""
    ages = np.arange(0, 80, 0.001)
    rate = mover_ages.rogers_castro(ages)
    grown = ages > 15
    assert ages[grown][rate[grown].argmax()] == pytest.approx(20 + np.log(4) / 0.4, abs=0.25)
    assert mover_ages.rogers_castro(np.array([0.0]))[0] == pytest.approx(0.02 + 0.003, abs=1e-9)
    assert mover_ages.rogers_castro(np.array([20.0]))[0] == pytest.approx(
        0.02 * np.exp(-2) + 0.06 * np.exp(-1) + 0.003
    )


def test_five_year_shares_are_of_everybody_and_moves_within_a_commune_are_none(run) -> None:
    shares = five_year.shares(run)
    assert shares.loc["2025Q2"].tolist() == [3.0, 2.0, 4.0]
    assert list(shares.index) == ["2025Q2", "2026Q2"]
    assert "9 % live elsewhere than five years before in 2025Q2" in drawn(five_year, run)


def test_five_year_bars_beside_the_census(real) -> None:
    shown = drawn(five_year, real)
    assert "census 2019: 7.3 %, survey 2024: 4.3 %" in shown
    for value in ("2.7", "1.4", "3.2", "1.7", "0.8", "1.8"):
        assert value in shown


def test_events_are_counted_by_calendar_year_and_part_years_scaled_up(run) -> None:
    yearly = households.by_year(run, ["births", "couples"])
    assert yearly.index.tolist() == [2024, 2025, 2026]
    assert yearly["births"].tolist() == [4 * 300.0] * 3
    # couples 5 + step: 2024 has steps 1-2, 2025 steps 3-6, 2026 steps 7-8; ten households per row
    assert yearly["couples"].tolist() == [10 * 2 * (6 + 7), 10 * (8 + 9 + 10 + 11), 10 * 2 * (12 + 13)]


def test_official_figures_are_each_sourced() -> None:
    table = official.table()
    assert (table["source"].str.len() > 20).all()
    assert table.loc[table["status"] == "V", "source"].str.contains("http").all()
    assert official.figures("five_year").groupby("year")["value"].sum().round(1).to_dict() == {
        2019: 7.3,
        2024: 4.3,
    }
    with pytest.raises(KeyError, match="households"):
        official.figures("dragons")
    with pytest.raises(KeyError, match="in 1999"):
        official.value("movers", "aged 20-39", 1999)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("status", "V", "Z"), "status 'Z', allowed are V, L"),
        (("year", "2024", "2019"), "stands there twice"),
    ],
)
def test_a_damaged_table_of_official_figures_is_refused(
    change: tuple[str, str, str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, old, new = change
    path = tmp_path / "official.csv"
    path.write_text(
        official.PATH.read_text(encoding="utf-8").replace(f",{old},", f",{new},"), encoding="utf-8"
    )
    monkeypatch.setattr(official, "PATH", path)
    official.table.cache_clear()
    with pytest.raises(ValueError, match=said):
        official.table()
    official.table.cache_clear()


@pytest.mark.parametrize("figure", FIGURES)
def test_in_vietnamese_nothing_is_english(real, vietnamese, figure) -> None:
    text = vietnamese(figure, real)
    assert "Tổng điều tra dân số và nhà ở ngày 1/4/2019" in text
