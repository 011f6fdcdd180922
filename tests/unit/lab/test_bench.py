"""The bench: yardsticks that do the same, measuring with made-up clocks, history, comparison, picture, instructions."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from dicu.cli import app
from dicu.engine.screens import own_rows, space
from dicu.lab.bench import cases, instructions, parts, record, stage, yardstick
from dicu.lab.bench.draw import draw, panels
from dicu.lab.bench.measure import (
    Measured,
    Work,
    again_and_again,
    each_prepared,
    measure,
    quiet_ratio,
    spread,
)
from dicu.lab.bench.own_in_c import own_rows_in_c

RUNNER = CliRunner()


def measured(case: str, ratio: float) -> Measured:
    return Measured(case, "numba rule in cache", ratio, 0.01, 7.0, 2e4, 1000, 20)


def history(file: Path, *commits: tuple[str, float], machine: str = "one") -> Path:
    rows = [
        record.Entry(commit, "2026-11-29", machine, "small", measured(case, ratio * k))
        for commit, ratio in commits
        for k, case in enumerate(("own-fresh", "own-aged", "world"), 1)
    ]
    record.append(file, rows)
    return file


def test_the_rule_is_the_same_four_times() -> None:
    settle: list[Callable[[yardstick.Rows, np.uint32], int]] = [yardstick.settle, yardstick.settle_numpy]
    try:
        settle.append(yardstick.settle_in_c())
    except yardstick.NoCompiler as error:
        print(f"without C: {error}")
    columns = [yardstick.rows(3000) for _ in settle]
    first = yardstick.rows(3000)
    agents = yardstick.settlers(first).agents
    for _ in range(3):
        considering = {one(h, yardstick.KEY) for one, h in zip(settle, columns, strict=True)}
        agents.do("settle", first.pay.tolist(), int(yardstick.KEY))
        considering.add(sum(agent.considers for agent in agents))
        assert len(considering) == 1
        assert 0 < considering.pop() < 3000
    for h in columns:
        assert h.wealth.tolist() == [agent.wealth for agent in agents]
        assert h.ties.tolist() == [agent.ties for agent in agents]
    assert not np.array_equal(columns[0].wealth, first.wealth), "nothing was written"


def test_what_every_household_goes_through_has_the_same_bytes_in_c() -> None:
    on = stage.Setting("small").fresh
    for _ in range(3):  # shocks, jobs found and lost, busy rows
        on.model.step()
    on = stage.Stage(on.model)
    compiled, in_c = parts._lists(on), parts._lists(on)
    own_rows(0, on.h.n, on.h.rows, on.tables, compiled, space())
    after = stage.Kept.of(on.h)
    on.before.put_back(on.h)
    try:
        own_rows_in_c(on.h, on.tables, in_c)()
    except yardstick.NoCompiler as error:
        pytest.skip(f"without C: {error}")
    for name, column in stage.Kept.of(on.h).columns.items():
        np.testing.assert_array_equal(column, after.columns[name], err_msg=name)
    assert not np.array_equal(after.columns["wealth"], on.before.columns["wealth"]), "nothing was written"
    np.testing.assert_array_equal(in_c.found, compiled.found)
    assert compiled.found.min() > 0, "a screen lets nobody pass"
    room = len(compiled.mover) // len(compiled.found)
    for k, name in ((0, "mover"), (1, "life"), (4, "offer")):
        for b, found in enumerate(compiled.found[:, k]):
            mine, other = (
                getattr(lists, name)[b * room : b * room + found].tolist() for lists in (in_c, compiled)
            )
            assert mine == other, name
    assert in_c.tally.found.tolist() == compiled.tally.found.tolist()
    assert in_c.tally.lost.tolist() == compiled.tally.lost.tolist()
    assert compiled.tally.found.sum() > 0


def test_without_a_compiler_c_is_skipped_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    yardstick.settle_in_c.cache_clear()
    said: list[str] = []
    bench = cases.Bench("small", tell=said.append)
    assert list(bench.all(["reference-c"])) == []
    assert said == ["reference-c skipped: no C compiler (no-such-compiler not found)"]


def test_chunks_are_of_equal_length_in_turns_and_a_slow_spell_is_left_out() -> None:
    asked: list[tuple[str, int]] = []

    def clock(name: str, each: int) -> Callable[[int], int]:
        def spend(calls: int) -> int:
            asked.append((name, calls))
            slow = 3 if 20 < len(asked) < 60 and name == "case" else 1  # a neighbour takes the cache
            return calls * each * slow

        return spend

    case, other = (
        Work("case", "compute", clock("case", 2_000_000), 1000),
        Work("y", "compute", clock("y", 50_000)),
    )
    found = measure(case, other, seconds=0.5, chunk=0.01)
    assert found.ratio == 40.0
    assert (found.ns_a_row, found.yardstick_ns) == (2000.0, 50_000.0)
    timed = asked[8:]
    assert timed[:4] == [("case", 5), ("y", 200), ("case", 5), ("y", 200)]
    assert len(timed) == 2 * found.chunks


def test_the_ratio_is_of_the_minima_and_halves_that_differ_ask_for_more() -> None:
    quiet = np.array([[10.0, 2.0]] * 10)
    noisy = quiet * np.linspace(1.5, 9.0, 10)[:, None] + (3.0, 0.0)
    both = np.concatenate([noisy, quiet])
    assert quiet_ratio(both) == 5.0
    assert spread(both) == pytest.approx(18.0 / 3.0 / 5.0 - 1)
    assert spread(quiet[:1]) == np.inf
    settled = iter([30] * 8 + [10] * 10_000)
    case = Work("case", "compute", lambda calls: calls * next(settled) * 1_000_000)
    other = Work("y", "compute", lambda calls: calls * 1_000_000)
    found = measure(case, other, seconds=0.19, fewest=6)
    assert (found.ratio, found.spread, found.chunks) == (10.0, 0.0, 11), "once more as long as was asked for"


def test_what_is_prepared_is_off_the_clock() -> None:
    order: list[str] = []

    def prepare() -> None:
        order.append("prepare")
        sum(range(200_000))

    spent = each_prepared(prepare, lambda: order.append("run"))(3)
    assert order == ["prepare", "run"] * 3
    assert spent < again_and_again(prepare)(3) / 10


def test_every_part_of_a_step_is_put_back_before_each_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fresh and aged: every case twice, and the next step still ends as if nobody had measured anything."""
    monkeypatch.setattr(stage, "AGED_STEPS", 1)
    monkeypatch.setattr(stage, "cache_folder", lambda: tmp_path)
    setting = stage.Setting("small")
    with cases.one_thread():
        for name in cases.CASES:
            if name.endswith(("-fresh", "-aged")) or name == "governments":
                spend, rows = cases.CASES[name].make(setting)
                assert spend(1) > 0
                assert spend(1) > 0
                assert rows > 20
    from states import sha

    kept = setting.aged.arrays
    stage.restore(setting.aged.model, kept, stage.SPARE_ROWS)
    untouched = setting.model()
    untouched.step()
    assert sha(setting.aged.model) == sha(untouched)
    (file,) = (tmp_path / "bench").glob("aged-*.npz")
    monkeypatch.setattr(stage.Model, "step", None)  # the kept state is read, not simulated again
    assert sha(stage.Setting("small").aged.model) == sha(untouched)
    file.write_bytes(b"damaged")
    assert stage._read(file) is None


def test_rows_are_words_millions_or_rows() -> None:
    weight = {rows: stage.scenario_of(rows).population.weight for rows in (".28", "2.8", "28", "1000000")}
    assert weight == {".28": 100, "2.8": 10, "28": 1, "1000000": 28}
    assert stage.scenario_of("small").world.name == "monocentric"
    for wrong in ("many", "0", "29", "-1"):
        with pytest.raises(ValueError, match=f"rows: got '{wrong}', allowed small"):
            stage.scenario_of(wrong)


def test_a_history_has_one_row_a_commit_and_case_and_is_drawn(tmp_path: Path) -> None:
    file = history(tmp_path / "h.csv", ("aaaa", 2.0), ("bbbb", 3.0), ("bbbb", 2.5))
    rows = record.read(file)
    assert [(e.commit, e.measured.ratio) for e in rows if e.measured.case == "own-fresh"] == [
        ("aaaa", 2.0),
        ("bbbb", 2.5),
    ]
    shown = panels(rows)
    assert {name: sorted(lines) for name, lines in shown.items()} == {
        "own": ["aged", "fresh"],
        "world": ["world"],
    }
    done = RUNNER.invoke(app, ["bench", "--draw", str(file), "--out", str(tmp_path / "p.png")])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")
    history(file, ("aaaa", 1.0), machine="another")
    with pytest.raises(record.BadHistory, match="one machine and one size; the history has another"):
        draw(record.read(file), tmp_path / "q.png")
    file.write_text(file.read_text().replace(",2.5,", ",fast,"))
    with pytest.raises(record.BadHistory, match="line 5: ratio: got 'fast', must be a number"):
        record.read(file)


@pytest.mark.parametrize(("repeat", "worse"), [(2.05, False), (2.2, True), (1.5, False)])
def test_worse_is_worse_only_when_repeated(tmp_path: Path, repeat: float, worse: bool) -> None:
    before = record.read(history(tmp_path / "h.csv", ("aaaa", 9.0), ("bbbb", 2.0)))
    asked: list[str] = []

    def again(case: str) -> Measured:
        asked.append(case)
        return measured(case, repeat)

    found = [measured("own-fresh", 2.3), measured("own-aged", 4.1), measured("import", 5.0)]
    one, other = record.compare(found, before, again, size="small")
    assert asked == ["own-fresh"], "what is within the tolerance is not measured again"
    assert (one.worse, one.repeated, other.worse) == (worse, True, False)
    assert "at bbbb" in one.line()
    with pytest.raises(record.BadHistory, match="none of these cases at --rows 28"):
        record.compare(found, before, again, size="28")


def test_the_command_measures_appends_and_ends_with_1_when_slower(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ratios = iter([2.0, 3.0, 3.0, 3.0, 2.0])
    monkeypatch.setattr(cases.Bench, "measure", lambda _, name: measured(name, next(ratios)))
    file = str(tmp_path / "h.csv")
    words = ["bench", "--rows", "small", "--case", "own-fresh"]
    assert RUNNER.invoke(app, [*words, "--history", file]).exit_code == 0
    done = RUNNER.invoke(app, [*words, "--compare", file])
    assert done.exit_code == 1
    assert re.search(r"own-fresh: 2 at \S+, now 3 \(\+50.0%\): worse", done.output)
    done = RUNNER.invoke(app, [*words, "--compare", file])
    assert (done.exit_code, "not worse when repeated" in done.output) == (0, True)
    for wrong, said in (
        (
            ["--case", "own"],
            "--case: unknown (got 'own', allowed own-fresh, own-c-fresh, own-aged, own-c-aged)",
        ),
        (["--rows", "x"], "--rows: got 'x'"),
        (["--compare", "nowhere.csv"], "nowhere.csv: no such file"),
        (["--instructions", "--case", "world"], "--case: cannot be counted (got 'world', allowed own, life)"),
    ):
        done = RUNNER.invoke(app, ["bench", *wrong])
        assert (done.exit_code, said in done.stderr) == (2, True), done.output


def test_instructions_are_those_between_the_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without valgrind here: the cases run as in the counted process, where requests do nothing; counts are made up."""
    called: list[list[str]] = []

    def run(under: list[str], file: Path, names: list[str]) -> None:
        called.append([*under[:1], *names])
        if not under:
            instructions.child(str(file), names)
        for k, _ in enumerate(names, 1):
            if under:
                Path(f"{under[-1].partition('=')[2]}.{k}").write_text(f"events: Ir\nsummary: {k * 1000}\n")

    monkeypatch.setattr(instructions, "_process", run)
    monkeypatch.setattr(instructions.shutil, "which", lambda _: "/usr/bin/valgrind")
    found = {c.case: c.total for c in instructions.count()}
    assert found == {"own": 1000, "life": 2000}
    assert called == [["own", "life"], ["valgrind", "own", "life"]]
    monkeypatch.setattr(instructions.shutil, "which", lambda _: None)
    done = RUNNER.invoke(app, ["bench", "--instructions"])
    assert (done.exit_code, "valgrind is not installed" in done.stderr) == (1, True)


def test_a_failing_process_is_said() -> None:
    with pytest.raises(RuntimeError, match="ended with status 3"):
        yardstick.child_ns([subprocess.sys.executable, "-c", "raise SystemExit(3)"])
