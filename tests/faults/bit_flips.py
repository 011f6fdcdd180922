"""Single bits flipped in what a run, its saved states, a sweep and the kernel cache leave on disk.

Every flip must be noticed: named in a refusal, or mended by making the file again to the same bytes. ``python
tests/faults/bit_flips.py [N]`` prints the table of docs/reliability.md.
"""

from __future__ import annotations

import random
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dicu.compute.kernel_store import claimed, unseal
from dicu.execution.execute import Saving, execute
from dicu.execution.saved import DamagedFile, read_saved, saved_folder, saved_steps
from dicu.record.reading import NotARun
from dicu.scenario.scenario import Scenario, with_values
from dicu.sweeps.drive import run_sweep
from dicu.sweeps.executors import serial
from dicu.sweeps.plan import make_plan
from dicu_analysis.load import TABLES, Run

SMALL = {
    "name": "flips",
    "world.name": "two_places",
    "population.weight": 100,
    "time.start": "2025Q1",
    "time.end": "2025Q4",
    "record.moves": "all",
}
SWEEP = """
base: base.yaml
sweep:
  scenarios:
    none: {reform.policy: none}
    actual: {reform.policy: actual}
  replications: 1
  seed: 1
"""
BASE = "world: {name: two_places}\npopulation: {weight: 500}\ntime: {start: 2025Q1, end: 2025Q3}\n"


@dataclass
class Tally:
    """What became of the flips: refused by name, made again to the same bytes, passed over."""

    noticed: int = 0
    remade: int = 0
    silent: int = 0
    seconds: float = 0.0


def flip(folder: Path, luck: random.Random) -> Path:
    """Flip one bit of one file below a folder, each file as likely."""
    path = luck.choice(sorted(p for p in folder.rglob("*") if p.is_file() and p.stat().st_size))
    data = bytearray(path.read_bytes())
    data[luck.randrange(len(data))] ^= 1 << luck.randrange(8)
    path.write_bytes(data)
    return path


def over(n: int, seed: int, whole: Path, room: Path, ask: Callable[[Path, Path], str]) -> Tally:
    """Flip n times, each in a fresh copy, and ask; anything raised besides what ``ask`` expects ends the count."""
    luck, tally, began = random.Random(seed), Tally(), time.perf_counter()
    for k in range(n):
        copy = room / f"copy{k}"
        shutil.copytree(whole, copy)
        said = ask(copy, flip(copy, luck))
        setattr(tally, said, getattr(tally, said) + 1)
        shutil.rmtree(copy)
    tally.seconds = time.perf_counter() - began
    return tally


def run_folder(n: int, room: Path, seed: int = 1) -> Tally:
    """Every table and the configuration of a finished run, as report, figures, trace and comparisons read them."""

    def ask(copy: Path, victim: Path) -> str:
        try:
            run = Run(copy)
            for name in TABLES:
                if f"{name}.parquet" in run.manifest["outputs"]:
                    run.table(name)
            for name in run.manifest["outputs"]:
                run.files.path(name)
        except NotARun as error:
            return "noticed" if victim.name in str(error) else "silent"
        return "silent"

    return over(n, seed, execute(with_values(Scenario(), SMALL), out=room / "runs"), room, ask)


def saved_state(n: int, room: Path, seed: int = 2) -> Tally:
    """The saved states of a run, as `resume` and `fork` read them."""
    scenario = with_values(Scenario(), SMALL | {"name": "states"})
    folder = saved_folder(execute(scenario, out=room / "runs", saving=Saving(2, True)))

    def ask(copy: Path, victim: Path) -> str:
        try:
            for path in saved_steps(copy).values():
                saved = read_saved(path)
                saved.arrays()
                saved.recorded()
        except DamagedFile as error:
            return "noticed" if victim.name in str(error) else "silent"
        return "silent"

    return over(n, seed, folder, room, ask)


def sweep_store(n: int, room: Path, seed: int = 3) -> Tally:
    """The folder of a sweep: the same command again must end well and leave the same results."""
    (room / "base.yaml").write_text(BASE, encoding="utf-8")
    (room / "flips.yaml").write_text(SWEEP, encoding="utf-8")
    plan = make_plan(room / "flips.yaml")
    folder = run_sweep(plan, room / "runs", executor=serial).folder
    results = (folder / "results.parquet").read_bytes()

    def ask(copy: Path, victim: Path) -> str:
        shutil.rmtree(folder)
        shutil.copytree(copy, folder)
        summary = run_sweep(plan, room / "runs", executor=serial)
        same = (folder / "results.parquet").read_bytes() == results
        return "remade" if summary.complete and same and not summary.failed else "silent"

    return over(n, seed, folder, room, ask)


def kernel_cache(n: int, seed: int = 4) -> Tally:
    """Compiled kernels of this process: what is not what was written is never unpickled.

    Not all of the cache's folder: numba keeps kernels of other packages and of tests there in files of its own kind.
    """
    files = sorted(file for folder in claimed() for file in folder.glob("*.nb[ic]"))
    assert files, "no compiled kernels"
    luck, tally, began = random.Random(seed), Tally(), time.perf_counter()
    for _ in range(n):
        data = bytearray(luck.choice(files).read_bytes())
        assert unseal(bytes(data)) is not None
        data[luck.randrange(len(data))] ^= 1 << luck.randrange(8)
        found = "silent" if unseal(bytes(data)) is not None else "noticed"
        setattr(tally, found, getattr(tally, found) + 1)
    tally.seconds = time.perf_counter() - began
    return tally


def main() -> None:
    """Print the table."""
    import tempfile

    from dicu.compute.numeric import exp64

    exp64(1.0)  # one at least is compiled and kept
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory() as room:
        print(
            "| flips in | n | refused by name | made again, same bytes | passed over | s |\n|---|---|---|---|---|---|"
        )
        for name, count in (
            ("run folder", lambda: run_folder(n, Path(room))),
            ("saved states", lambda: saved_state(n, Path(room))),
            ("sweep store", lambda: sweep_store(n, Path(room))),
            ("kernel cache", lambda: kernel_cache(n)),
        ):
            t = count()
            print(f"| {name} | {n} | {t.noticed} | {t.remade} | {t.silent} | {t.seconds:.0f} |", flush=True)


if __name__ == "__main__":
    main()
