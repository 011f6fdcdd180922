"""Mutants that no test without the compiler killed, tried with it: on the numbers of the baseline's run.

    uv run python tests/mutation_compiled.py --out runs/mutation.csv --stage-minutes 30 --workers 2

The second half of `mutation.py`, whose file it goes on with: a run of the whole country (weight 400) with the mutant,
and the forty numbers of tests/regression. Half a minute to two each, since a changed kernel is compiled. Who survives
this too has the outcome ``survived both``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path
from typing import Final

from mutation import Mutant, Tree, mutated, read, score, stage_parser, write

TEST: Final = "tests/regression/test_baseline.py::test_numbers_are_those_of_the_baseline"
LIMIT: Final = 300.0
"""Seconds; a run without a mutant takes 20 to 60."""
KILLED, BOTH = "killed by the baseline", "survived both"


def passes(folder: Path) -> bool:
    """Whether the numbers of a copy of the tree are those of the baseline, in time."""
    paths = os.pathsep.join(str(folder / name) for name in ("sim", "analysis", "tests"))
    environment = {k: v for k, v in os.environ.items() if k != "NUMBA_DISABLE_JIT"} | {"PYTHONPATH": paths}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", TEST]
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, timeout=LIMIT, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def attempt(trees: list[Tree], mutant: Mutant, ends: float) -> Mutant | None:
    """Try one in a tree that is free; None when the stage is over."""
    if time.monotonic() > ends:
        return None
    tree, began = trees.pop(), time.monotonic()
    path = tree.folder / mutant.file
    source = path.read_text(encoding="utf-8")
    try:
        path.write_text(mutated(source, mutant), encoding="utf-8")
        outcome = BOTH if passes(tree.folder) else KILLED
    finally:
        path.write_text(source, encoding="utf-8")
        trees.append(tree)
    by = TEST if outcome == KILLED else ""
    return replace(mutant, outcome=outcome, by=by, seconds=round(time.monotonic() - began, 1))


def main() -> None:
    """Try survivors until the stage ends."""
    asked = stage_parser(__doc__).parse_args()
    tried = read(asked.out)
    todo = [m for m in tried.values() if m.outcome in ("survived", "no test", "")]
    with tempfile.TemporaryDirectory(prefix="dicu-mutants-", ignore_cleanup_errors=True) as folder:
        trees = []
        for k in range(asked.workers):
            Path(folder, str(k)).mkdir()
            trees.append(Tree(Path(folder, str(k))))
        if not passes(trees[0].folder):
            raise SystemExit(f"without a mutant {TEST} fails; nothing is tried")
        ends = time.monotonic() + 60 * asked.stage_minutes
        with ThreadPoolExecutor(asked.workers) as pool:
            for job in as_completed([pool.submit(attempt, trees, mutant, ends) for mutant in todo]):
                if done := job.result():
                    tried[done.number] = done
                    write(asked.out, tried)
                    print(
                        f"{done.number:4d} {done.file}:{done.line} {done.before!r} -> {done.after!r}: "
                        f"{done.outcome}, {done.seconds} s",
                        flush=True,
                    )
    print(score(tried))


if __name__ == "__main__":
    main()
