"""A user's own table of reforms: what it does, and every way in which it can be wrong."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dicu.government import Levers
from dicu.reform import apply, policy, to_2025
from dicu.reform.history import as_table
from dicu.reform.table import ReformTableError, ReformWarning, read_table
from dicu.scenario.sections import Reform

STEPS = {"2025Q3": 2, "2026Q1": 4}


def step_of(date):
    if date not in STEPS:
        raise ValueError(f"no such date (got {date!r}, allowed {', '.join(STEPS)})")
    return STEPS[date]


@pytest.fixture
def read(world, tmp_path):
    def made(text, levers=None):
        path = tmp_path / "my.csv"
        path.write_text(text, encoding="utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("error", ReformWarning)
            return read_table(path, world, "2025Q3", step_of, levers)

    return made


def messages(read, text):
    with pytest.raises(ReformTableError) as error:
        read(text)
    return [line[line.index("my.csv: ") + 8 :] for line in str(error.value).splitlines()]


def members(overlay, code):
    communes = overlay.communes
    return np.flatnonzero(communes.code[overlay.commune_of_place] == code).tolist()


def test_two_communes_merge_and_all_else_stays(read, world):
    (overlay,) = read("from,to\nlc001,lc002\n")
    assert (overlay.step, overlay.date, overlay.name) == (2, "2025Q3", "table")
    assert overlay.levers == Levers(relabel=True, pool_budgets=True, close_offices=True)
    assert len(overlay.communes) == len(world.legacy_communes) - 1
    merged = [
        p for p in range(36) if world.legacy_communes.code[world.legacy_commune[p]] in ("lc001", "lc002")
    ]
    assert members(overlay, "lc002") == merged
    where = overlay.communes.code.tolist().index("lc002")
    kept = world.legacy_communes.code.tolist().index("lc002")
    assert overlay.communes.seat_place[where] == world.legacy_communes.seat_place[kept]
    assert np.array_equal(overlay.provinces.code, world.legacy_provinces.code)


def test_dates_follow_each_other(read, world, govern):
    first, second = read(
        "date,from,to,name\n2026Q1,new,newer,Third\n2025Q3,lc001,new,Second\n,lc002,new,Second\n"
    )
    assert [first.step, second.step] == [2, 4]
    assert members(first, "new") == members(second, "newer")
    assert first.communes.name[first.communes.code.tolist().index("new")] == "Second"
    g = govern()
    for overlay in (first, second):
        done = apply(g, overlay, overlay.step, world.residents)
        assert len(g.communes) == 34
    assert (done.lineage.kind[done.lineage.successor == "newer"] == "unchanged").all()


def test_a_split_by_places(read, world):
    keys = world.place_key[[0, 3]]  # the two parts of lc000
    (overlay,) = read(f"from,to,place,name\nlc000,east,{keys[1]},East\nlc000,west,,West\n")
    assert members(overlay, "east") == [3]
    assert members(overlay, "west") == [0]
    assert overlay.communes.seat_place[overlay.communes.code == "east"].tolist() == [3]


def test_provinces_merge_with_their_communes(read, world):
    one, two = world.legacy_provinces.code.tolist()
    (overlay,) = read(f"level,from,to,name\nprovince,{one},{two},Both\n")
    assert overlay.provinces.name.tolist() == ["Both"]
    assert len(overlay.communes) == 35
    assert (overlay.province_of_place == 0).all()


def test_a_commune_may_change_its_province(read, world):
    last = world.legacy_communes.code[-1]
    home = world.legacy_provinces.code[0]
    (overlay,) = read(f"from,to,province\n{last},{last},{home}\n")
    mine = members(overlay, last)
    assert (overlay.provinces.code[overlay.province_of_place[mine]] == home).all()


def test_levers_of_a_date_and_of_the_scenario(read):
    text = "from,to,levers\nlc001,lc002,relabel+cut_staff\n"
    assert read(text)[0].levers.pulled == ("relabel", "cut_staff")
    assert read(text, Levers(relabel=True))[0].levers.pulled == ("relabel",)
    assert read("from,to,levers\nlc001,lc002,none\n")[0].levers.pulled == ()


def test_every_error_at_once_by_row(read, world):
    keys = world.place_key[[0, 3]]
    text = (
        "date,from,to,place,seat,levers\n"
        "2025Q3,lc0001,lc002,,,\n"  # 1: unknown
        "2025Q3,lc004,,,,\n"  # 2: nobody
        "2025Q3,lc005,a,,,\n"  # 3, 4: twice
        "2025Q3,lc005,b,,,\n"
        f"2025Q3,lc000,c,{keys[0]},,\n"  # 5: the rest is nobody's
        "2025Q3,lc006,d,12345,,\n"  # 6: not its place
        f"2025Q3,lc007,lc007,,{keys[0]},\n"  # 7: seat outside
        "2025Q3,lc008,lc008,,lc999,\n"  # 8: no such seat
        "2025Q3,lc009,lc010,,,tidy\n"  # 9: no such lever
    )
    found = messages(read, text)
    assert len(found) == 9
    start = [
        "row 9: column levers: got 'tidy'",
        "row 1: column from: got 'lc0001' (allowed: the code of a commune in force; did you mean lc00",
        "row 2: commune lc004 is governed by nobody",
        "rows 3, 4: commune lc005 is governed twice, by a and b",
        f"rows 5: commune lc000: governed by nobody: places {keys[1]}",
        "row 6: column place: got '12345' (allowed: a place_key of lc006:",
        "rows 6: commune lc006: governed by nobody",
        "row 7: column seat",
        "row 8: column seat: got 'lc999'",
    ]
    for message, begin in zip(found, start, strict=True):
        assert message.startswith(begin), message
    assert "did you mean" in found[8]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("from,to\n", "no rows"),
        ("fron,to\nlc001,lc002\n", "unknown column 'fron' (allowed: date, level, from"),
        ("from,to,date\nlc001,lc002,2024Q5\n", "row 1: column date: no such date (got '2024Q5'"),
        ("level,from,to\ndistrict,ld0,ld1\n", "row 1: column level: got 'district' (allowed: one of commune"),
        (
            "from,to,name\nlc001,x,One\nlc002,x,Two\n",
            "row 2: column name: got 'Two' (allowed: as in row 1 for x",
        ),
        (
            "from,to,province\nlc001,lc001,P9\n",
            "row 1: column province: got 'P9' (allowed: the code of a province in",
        ),
        ("from,to\nlc001,lc030\n", "rows 1: lc030 lies in the provinces"),
    ],
)
def test_one_error_one_message(read, text, message):
    assert messages(read, text)[0].startswith(message)


def test_a_place_given_twice(read, world):
    key = world.place_key[0]
    found = messages(read, f"from,to,place\nlc000,a,{key}\nlc000,b,{key}\nlc000,c,\n")
    assert found == [f"rows 1, 2: place {key} of commune lc000 is governed twice, by a and b"]


def test_a_unit_in_two_pieces_is_a_warning(read):
    with pytest.raises(ReformWarning, match=r"2025Q3: not contiguous: lc015 \(2 pieces\)"):
        read("from,to\nlc001,lc015\n")


@pytest.mark.parametrize("levers", ["relabel", "relabel+pool_budgets+close_offices+cut_staff+move_services"])
def test_any_reform_written_down_reads_back(world, tmp_path, govern, levers):
    pulled = Levers(**dict.fromkeys(levers.split("+"), True))
    original = to_2025("actual", world, 2, pulled, "2025Q3")
    path = tmp_path / "actual.csv"
    as_table(world, [original]).to_csv(path, index=False)
    settings = Reform(policy="table", table=str(path))
    (again,) = policy("table", world, 2, "2025Q3", settings=settings, step_of=step_of)
    assert again.levers == original.levers
    for level in ("commune", "province"):
        one, two = (getattr(o, f"{level}s") for o in (original, again))
        for column in ("code", "name", "kind"):
            old = getattr(one, column)[getattr(original, f"{level}_of_place")]
            new = getattr(two, column)[getattr(again, f"{level}_of_place")]
            assert old.tolist() == new.tolist()
    seats = [o.communes.seat_km[o.commune_of_place] for o in (original, again)]
    assert np.array_equal(*seats)
    states = []
    for overlay in (original, again):
        g = govern()
        apply(g, overlay, 2, world.residents)
        g.step(world.residents, 2)
        states.append((g.access().tobytes(), sorted(c.staff for c in g.communes)))
    assert states[0] == states[1], "the same reform, whoever wrote it down"


def test_a_table_that_changes_nothing_has_no_rows(world):
    assert len(as_table(world, [])) == 0
    assert isinstance(as_table(world, []), pd.DataFrame)


def test_no_table_no_policy(world):
    with pytest.raises(ValueError, match="the policy table needs"):
        policy("table", world, 2)
    with pytest.raises(ReformTableError, match="no such file"):
        read_table(Path("nowhere.csv"), world, "2025Q3", step_of)


def test_shares_divide_posts_and_money(read, world, govern):
    keys = world.place_key[[0, 3]]
    header = "from,to,name,place,money_share,capital_share,staff_share,running_share\n"
    (overlay,) = read(
        f"{header}lc000,east,East,{keys[1]},0.25,0.5,{1 / 3},0\nlc000,west,West,,0.75,0.5,{2 / 3},1\n"
    )
    g = govern()
    capital = g.offices[0].budget.capital
    apply(g, overlay, 2, world.residents)
    east, west = (g.offices[g.network.commune_office_of_place[place]] for place in (3, 0))
    assert (east.staff, west.staff) == (7, 14)
    assert abs(east.budget.capital - west.budget.capital) <= 1
    assert east.budget.capital + west.budget.capital == capital
    assert east.budget.running_costs() == 0 < west.budget.running_costs()


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        (("0.5", "0.4"), "rows 1, 2: column staff_share: the shares of lc000 add up to 0.9 (allowed: 1"),
        (
            ("1", ""),
            "rows 1, 2: column staff_share: the shares of lc000 add up to 1 (allowed: 1, with one for",
        ),
        (("1.5", "-0.5"), "row 1: column staff_share: got '1.5' (allowed: a number within 0..1)"),
        (("half", "0.5"), "row 1: column staff_share: got 'half' (allowed: a number within 0..1)"),
    ],
)
def test_shares_that_do_not_add_up(read, world, shares, message):
    key = world.place_key[3]
    found = messages(
        read, f"from,to,place,staff_share\nlc000,east,{key},{shares[0]}\nlc000,west,,{shares[1]}\n"
    )
    assert found[0].startswith(message)


@pytest.fixture
def coded(world):
    """The grid world with codes as offices write them: 0000, 0001, ... and provinces 01, 02."""
    communes, provinces = world.legacy_communes, world.legacy_provinces
    return replace(
        world,
        legacy_communes=replace(communes, code=np.array([f"{i:04d}" for i in range(len(communes))])),
        legacy_provinces=replace(provinces, code=np.array([f"{i + 1:02d}" for i in range(len(provinces))])),
    )


def refused(world, tmp_path, text):
    path = tmp_path / "my.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReformTableError) as error:
        read_table(path, world, "2025Q3", step_of)
    return [line[line.index("my.csv: ") + 8 :] for line in str(error.value).splitlines()]


def test_lost_leading_zeros_are_named_wherever_a_code_stands(coded, tmp_path):
    text = "level,from,to,province\ncommune,7,0008,\ncommune,0009,10,\ncommune,0011,0011,2\nprovince,02,1,\n"
    lost = "{} is in force: leading zeros seem to be lost"
    found = refused(coded, tmp_path, text)
    for row, column, got, code in ((1, "from", "7", "0007"), (2, "to", "10", "0010"), (4, "to", "1", "01")):
        (message,) = [m for m in found if m.startswith(f"row {row}: column {column}: got {got!r}")]
        assert lost.format(code) in message
    alone = refused(coded, tmp_path, "from,to,province\n0011,0011,2\n")
    assert alone[0].startswith("row 1: column province: got '2'")
    assert lost.format("02") in alone[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # digits of another script or full-width, and separators, wherever a code or a key stands
        ("from,to\n\u0660\u0660\u0660\u0667,0008\n", "row 1: column from: got '\u0660{}; write 0007)"),
        ("from,to\n0007,\uff10\uff10\uff10\uff18\n", "row 1: column to: got '\uff10{}; write 0008)"),
        ("from,to\n0007,\uff18\uff18\uff18\uff18\n", "row 1: column to: got '\uff18{}; write 8888)"),
        ("from,to\n0007,1_941\n", "row 1: column to: got '1_941' {}; write 1941)"),
        ("from,to,province\n0011,0011,\u0662\n", "row 1: column province: got '\u0662' {}; write 02)"),
        ("from,to,staff_share\n0007,0008,\u0661\n", "row 1: column staff_share: got{}; write 1)"),
        ('from,to,staff_share\n0007,0008,"0,5"\n', "row 1: column staff_share: got '0,5'{}; write 0.5)"),
        ("from,to,staff_share\n0007,0008,\uff10.\uff15\n", "row 1: column staff_share{}; write 0.5)"),
    ],
)
def test_numbers_in_other_notations_are_refused_with_the_figure_to_write(coded, tmp_path, text, message):
    found = refused(coded, tmp_path, text)[0]
    begin, _, end = message.partition("{}")
    assert found.startswith(begin), found
    assert found.endswith(end), found


def test_a_place_key_in_other_digits_is_told(world, tmp_path):
    code, key = world.legacy_communes.code[0], str(int(world.place_key[0]))
    wide = key.translate({ord(str(d)): 0xFF10 + d for d in range(10)})
    found = refused(world, tmp_path, f"from,to,place,name\n{code},x,{wide},X\n{code},{code},,\n")
    assert f"; write {key})" in found[0], found


def test_a_code_may_have_letters_and_leading_zeros(coded, tmp_path):
    """Only a number that is written otherwise is refused as a code."""
    for code in ("00999", "Q\uff11", "N_1", "A-1", "0b1x"):
        path = tmp_path / "my.csv"
        path.write_text(f"from,to,name\n0001,{code},One\n", encoding="utf-8")
        (overlay,) = read_table(path, coded, "2025Q3", step_of)
        assert code in overlay.communes.code.tolist()


def test_a_unit_by_its_name_is_told_its_code(coded, tmp_path):
    name = str(coded.legacy_communes.name[5])
    assert f"{name} is the name of 0005" in refused(coded, tmp_path, f"from,to\n{name},0006\n")[0]


def test_a_new_unit_of_one_origin_without_a_name_is_a_warning(coded, tmp_path):
    path = tmp_path / "my.csv"
    path.write_text("from,to\n0001,1O02\n", encoding="utf-8")
    with pytest.warns(ReformWarning, match=r"row 1: column to: '1O02' is a new commune .* from 0001 alone"):
        read_table(path, coded, "2025Q3", step_of)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ReformWarning)
        for row in ("0001,new,A name", "0001,0002,"):
            path.write_text(f"from,to,name\n{row}\n", encoding="utf-8")
            read_table(path, coded, "2025Q3", step_of)


def test_a_commune_does_not_take_the_seat_of_its_province_along(world, tmp_path):
    one, other = world.legacy_provinces.code.tolist()
    seat = int(world.legacy_provinces.seat_place[0])
    holder = world.legacy_communes.code[world.legacy_commune[seat]]
    found = refused(world, tmp_path, f"from,to,province\n{holder},{holder},{other}\n")
    assert len(found) == 1
    assert found[0].startswith(f"row 1: column province: got {other!r} (allowed: {one}, since {holder} holds")
    elsewhere = np.flatnonzero((world.province == 0) & (world.legacy_commune != world.legacy_commune[seat]))[
        0
    ]
    path = tmp_path / "my.csv"
    path.write_text(
        f"date,level,from,to,province,seat\n2025Q3,province,{one},{one},,{world.place_key[elsewhere]}\n"
        f"2026Q1,commune,{holder},{holder},{other},\n",
        encoding="utf-8",
    )
    assert len(read_table(path, world, "2025Q3", step_of)) == 2, "what the message advises is accepted"


@pytest.mark.parametrize(
    "metadata", [b"[]", b"3", b"{", b'{"columns": {}}', b'{"index_columns": [{"a": 1}]}']
)
def test_notes_of_another_library_in_a_parquet_file_do_no_harm(world, tmp_path, metadata):
    path = tmp_path / "my.parquet"
    table = pa.table({"from": ["lc001"], "to": ["lc002"]}).replace_schema_metadata({b"pandas": metadata})
    pq.write_table(table, path)
    assert len(read_table(path, world, "2025Q3", step_of)[0].communes) == len(world.legacy_communes) - 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("from,to\nlc001,lc002,lc003\n", "row 1: 3 cells (allowed: 2, as in the header)"),
        ("from,to,name\nlc001,lc002\n", "row 1: 2 cells (allowed: 3, as in the header)"),
        ('from,to\nlc001,"lc002\n', "cannot be read: unexpected end of data"),
        ("", "empty (allowed: a header and rows)"),
        ("from;to\nlc001;lc002;lc003\n", "row 1: 3 cells (allowed: 2, as in the header)"),
        ("from,to,name\nlc001,lc002,a\x00b\n", "row 1: column name: got 'a\\x00b' (allowed: a text of"),
        ("from,to,levers\nlc001,lc002,relabel+relabel\n", "row 1: column levers: got 'relabel+relabel'"),
        ("from,to,staff_share\nlc001,lc002,0_1\n", "row 1: column staff_share: got '0_1'"),
    ],
)
def test_what_is_no_table_is_refused(read, text, message):
    assert messages(read, text)[0].startswith(message)
