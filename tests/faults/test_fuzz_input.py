"""What a user writes, damaged at random: never a traceback, never taken for what it does not say.

The long form is `uv run pytest -m slow -s tests/faults/test_fuzz_input.py`; docs/reliability.md has its numbers.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from faults import fuzz_configurations, fuzz_folders, fuzz_reform_tables
from faults.fuzzing import Tally, run


def grid_world():
    path = Path(__file__).parents[1] / "unit" / "government" / "grid_world.py"
    spec = importlib.util.spec_from_file_location("grid_world", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.grid_world()


def sound(tally: Tally, what: str) -> None:
    print(f"\n{what}: {tally}")
    assert not tally.crashes, f"{tally}\n" + "\n".join(tally.crashes[:5])
    assert tally.slowest < 20, f"one input took {tally.slowest:.1f} s"
    assert tally.accepted, "damage that leaves nothing to accept tests nothing about acceptance"
    assert tally.refused > tally.n / 3


@pytest.mark.parametrize(("n", "seed"), [(150, 1), pytest.param(3000, 2026, marks=pytest.mark.slow)])
def test_damaged_configurations(tmp_path, n, seed):
    reader = fuzz_configurations.Reader(tmp_path)
    sound(run(fuzz_configurations.configurations(n, seed), reader.accepts), "configurations")


@pytest.mark.parametrize(("n", "seed"), [(100, 1), pytest.param(700, 2026, marks=pytest.mark.slow)])
def test_damaged_tables_of_reforms(tmp_path, n, seed):
    world = grid_world()
    reader = fuzz_reform_tables.Reader(tmp_path, world)
    sound(run(fuzz_reform_tables.reform_tables(n, seed, world), reader.accepts), "tables of reforms")


@pytest.mark.parametrize(("n", "seed"), [(40, 1), pytest.param(900, 2026, marks=pytest.mark.slow)])
def test_damaged_folders_of_a_country(tmp_path, n, seed):
    """What is taken also runs its first step; an untouched folder is always taken."""
    damaged = list(fuzz_folders.folders(n, seed))
    whole = [fuzz_folders.Folder("none", fuzz_folders.whole())]
    tally = run([*whole, *damaged], lambda f: fuzz_folders.accepts(f, tmp_path))
    sound(tally, "folders of a country")
    assert fuzz_folders.accepts(whole[0], tmp_path)


def test_a_table_without_the_column_that_tells_rows_apart(tmp_path):
    files = fuzz_folders.whole() | {"age_sex.csv": b"male,female\n1,1\n"}
    assert not fuzz_folders.accepts(fuzz_folders.Folder("column", files), tmp_path)


def test_the_same_seed_gives_the_same_damage():
    one, other = (list(fuzz_configurations.configurations(20, 7)) for _ in range(2))
    assert one == other
    world = grid_world()
    assert list(fuzz_reform_tables.reform_tables(5, 7, world)) != list(
        fuzz_reform_tables.reform_tables(5, 8, world)
    )


def test_a_reader_that_lets_something_out_is_told():
    def broken(given: int) -> bool:
        if given == 2:
            raise KeyError(given)
        return given == 1

    tally = run(range(4), broken)
    assert (tally.n, tally.accepted, tally.refused, len(tally.crashes)) == (4, 1, 2, 1)
    assert "KeyError: 2" in tally.crashes[0]
