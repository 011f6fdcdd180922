"""The mutation score: mutants change one expression that decides something, the sample is that of its seed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import mutation
from mutation import Tree, check, chosen, files_for, mutants_of, mutated, read, sample, score, write

SOURCE = '''"""A rule, é."""
from __future__ import annotations

LIMIT: Final[int] = 3


@decorated(cache=True)
def rule(a: Array[2], b: float = 0.5) -> int:
    """Not 7."""
    if a <= LIMIT and not b:
        raise ValueError(f"{a + 1}" if a else "none")
    return max(a, -b) << 2  # é
'''


def test_what_decides_is_changed_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "rule.py"
    file.write_text(SOURCE, encoding="utf-8")
    made = list(mutants_of(file, tmp_path))
    assert {(m.line, m.before, m.after) for m in made} == {
        (4, "3", "(4)"),
        (8, "0.5", "(0.56)"),
        (10, "a <= LIMIT and not b", "(a <= LIMIT or not b)"),
        (10, "a <= LIMIT", "(a < LIMIT)"),
        (10, "not b", "(b)"),
        (12, "max(a, -b) << 2", "(max(a, -b) >> 2)"),
        (12, "max(a, -b)", "(min(a, -b))"),
        (12, "-b", "(b)"),
        (12, "2", "(3)"),
    }
    one = next(m for m in made if m.before == "-b")
    assert mutated(SOURCE, one) == SOURCE.replace("-b)", "(b))")
    with pytest.raises(ValueError, match=r"rule\.py:12: the source is no longer"):
        mutated(SOURCE.replace("max", "min(1, max"), one)


@pytest.mark.slow  # statistical; `uv run pytest -m slow`
def test_the_sample_is_that_of_its_seed_and_goes_on_from_its_file(tmp_path: Path) -> None:
    drawn = sample(1, 30)
    assert drawn == sample(1, 30)
    assert drawn[:5] == sample(1, 5), "a larger sample begins with the smaller one"
    assert {m.file.split("/")[2] for m in drawn} == set(mutation.ROOMS)
    outcomes = ("killed", "survived", "killed by time")
    tried = {k: replace(drawn[k], outcome=word, by="x", seconds=1.5) for k, word in enumerate(outcomes)}
    write(tmp_path / "m.csv", tried)
    assert read(tmp_path / "m.csv") == tried
    said = (
        "2 of 3 mutants killed (67%), 1 survived or had no test; 1.5 CPU s per killed mutant, 1.5 per other"
    )
    assert score(tried) == said
    check(tried, drawn)
    with pytest.raises(SystemExit, match="mutant 0 of the file is not that of this seed"):
        check(tried, sample(2, 30))


def test_a_mutant_is_killed_by_the_test_that_imports_its_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tree is a copy, and whole again afterwards; what is no longer tested survives."""
    work, folder = tmp_path / "work", tmp_path / "copy"
    monkeypatch.setattr(mutation, "COPIED", ("sim", "tests"))
    monkeypatch.setattr(mutation, "ROOT", work)
    monkeypatch.setattr(mutation, "ORACLES", ())
    monkeypatch.setattr(mutation, "texts", mutation.texts.__wrapped__)
    rule, user, test = "sim/dicu/government/rule.py", "sim/dicu/government/user.py", "tests/test_rule.py"
    for name, text in (
        (rule, "ALLOWED = 3\nSEEN = 4\n"),
        (user, "from dicu.government.rule import ALLOWED\n"),
        (test, "from dicu.government.rule import ALLOWED\n"),
        ("tests/test_user.py", "from dicu.government.user import ALLOWED\n"),
    ):
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text(text)
    assert files_for(rule) == [test]
    (work / test).write_text("")
    assert files_for(rule) == ["tests/test_user.py"], "of a module that imports it"
    assert files_for("sim/dicu/government/none.py") == []

    def run(_: Tree, tests: dict[str, list[str]], most: float) -> tuple[str, str, float, dict[str, object]]:
        assert tests == {test: ["x"]}
        well = "ALLOWED = 3" in (folder / rule).read_text()
        return "passed" if well else "failed", f"{test}::x", 1.0, {}

    monkeypatch.setattr(Tree, "run", run)
    folder.mkdir()
    tree = Tree(folder)
    first, second = (replace(m, number=k) for k, m in enumerate(mutants_of(folder / rule, folder)))
    assert tree.attempt(first, {test: ["x"]}, 9.0).outcome == "killed"
    assert tree.attempt(first, {test: ["x"]}, 9.0).by == f"{test}::x"
    assert tree.attempt(second, {test: ["x"]}, 9.0).outcome == "survived"
    assert (folder / rule).read_text() == "ALLOWED = 3\nSEEN = 4\n"
    assert tree.attempt(first, {}, 9.0).outcome == "no test"


def test_the_quickest_tests_come_first_and_the_oracle_last_and_whole() -> None:
    oracle = mutation.ORACLES[0]
    times = {oracle: {"o1": 7.0, "o2": 8.0}, "slow": {"s1": 2.0, "s2": 1.5}, "quick": {"q": 1.0}, "none": {}}
    tests, seconds = chosen([oracle, "slow", "quick", "none"], times, 3.0)
    assert list(tests.items()) == [("quick", ["q"]), ("slow", ["s1"]), (oracle, ["o1", "o2"])]
    assert seconds == 18.0
