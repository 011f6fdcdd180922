"""The cases of the bench: what each is, its yardstick's kind, and how a bench of several is run."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any, Final

import numba

from dicu.compute.mesa_import import mesa
from dicu.execution.execute import new_recorder
from dicu.execution.starting import make_start
from dicu.government import state as government_state
from dicu.government.governments import Governments
from dicu.government.overlay import in_force
from dicu.lab.bench import yardstick
from dicu.lab.bench.measure import Measured, Work, again_and_again, each_prepared, measure
from dicu.lab.bench.parts import PARTS, Spend
from dicu.lab.bench.stage import Setting, Stage
from dicu.observe.outputs import Outputs, residence_of
from dicu.record.recorder import Recorder
from dicu.reform.engine import apply
from dicu.reform.opening import open_world
from dicu.reform.policies import policy
from dicu.world.viet_nam import NAME, build_viet_nam

REFORM_STEP: Final = 4
MEGA: Final = 1e6


@dataclass(frozen=True)
class Case:
    """One thing that the bench measures.

    Attributes
    ----------
    kind : str
        Key of `yardstick.YARDSTICKS`.
    make : callable
        Of a setting: how to spend CPU time on it, and rows of a call.
    about : str
        What it is, in words.
    """

    kind: str
    make: Callable[[Setting], tuple[Spend, int]]
    about: str


def _on_stage(part: Callable[[Stage], Spend], age: str, setting: Setting) -> tuple[Spend, int]:
    stage: Stage = getattr(setting, age)
    return part(stage), len(stage.before.columns["uid"])


def _synthesis(setting: Setting) -> tuple[Spend, int]:
    """Households of the country, and their first links."""
    world = setting.world
    rows = make_start(setting.scenario, world).households.n
    return again_and_again(lambda: make_start(setting.scenario, world)), rows


def _world(setting: Setting) -> tuple[Spend, int]:
    """Places, repairs, crosswalk and residents, without a cache."""
    world = setting.world
    build = (
        (lambda: build_viet_nam(world.year)) if world.name == NAME else partial(open_world, setting.scenario)
    )
    return again_and_again(build), world.n_places


def _governments(setting: Setting) -> tuple[Spend, int]:
    """A quarter of all communes and provinces."""
    m = setting.fresh.model
    g = m.governments
    arrays = {k: a.copy() for k, a in government_state.export(g).items()}
    overlay = in_force(m.policy, m.now)
    return each_prepared(
        lambda: government_state.restore(g, arrays, overlay), lambda: g.step(m.residents, m.now)
    ), len(g.communes) + len(g.provinces)


def _reform(setting: Setting) -> tuple[Spend, int]:
    """The reform of 2025, all of its levers."""
    world, s = setting.world, setting.scenario
    overlay = policy("actual", world, REFORM_STEP)[0]
    now: list[Governments] = []

    def prepare() -> None:
        now[:] = [Governments(mesa.Model(rng=1), world, s.government, s.access, world.residents)]

    prepare()
    communes = len(now[0].communes)
    return each_prepared(prepare, lambda: apply(now[0], overlay, REFORM_STEP, world.residents)), communes


def _recorder(setting: Setting) -> tuple[Spend, int]:
    """What is written after a step: all tables, to files of the folder for temporary ones."""
    m = setting.model()
    residence = residence_of(m)
    then, joined, rows = residence.then.copy(), residence.joined.copy(), m.households.n
    m.step()

    def outputs(recorder: Recorder) -> Outputs:
        lived = residence_of(m)
        lived.n = rows  # as it was before the step
        lived.then[:], lived.joined[:] = then, joined
        return Outputs(m, recorder, lived)

    def spend(calls: int) -> int:
        total = 0
        for _ in range(calls):
            with (
                tempfile.TemporaryDirectory(prefix="dicu-bench-") as folder,
                new_recorder(Path(folder), setting.world, setting.scenario, scratch=True) as recorder,
            ):
                total += again_and_again(partial(outputs(recorder).step, []))(1)
        return total

    return spend, setting.world.n_places


def _process(command: Sequence[str], _: Setting) -> tuple[Spend, int]:
    line = [sys.executable, *command]
    return lambda calls: sum(yardstick.child_ns(line) for _ in range(calls)), 1


def _in_c(_: Setting) -> tuple[Spend, int]:
    h, settle = yardstick.rows(yardstick.IN_CACHE), yardstick.settle_in_c()
    return again_and_again(lambda: settle(h, yardstick.KEY)), yardstick.IN_CACHE


def _in_numpy(_: Setting) -> tuple[Spend, int]:
    h = yardstick.rows(yardstick.IN_CACHE)
    return again_and_again(lambda: yardstick.settle_numpy(h, yardstick.KEY)), yardstick.IN_CACHE


def _as_objects(_: Setting) -> tuple[Spend, int]:
    h = yardstick.rows(yardstick.OBJECTS)
    agents, pay = yardstick.settlers(h).agents, h.pay.tolist()
    return again_and_again(lambda: agents.do("settle", pay, int(yardstick.KEY))), yardstick.OBJECTS


def _about(what: Callable[..., Any]) -> str:
    return (what.__doc__ or "").split("\n")[0].rstrip(".")


CASES: Final[dict[str, Case]] = {
    **{
        f"{name}-{age}": Case(kind, partial(_on_stage, part, age), _about(part))
        for age in ("fresh", "aged")
        for name, (kind, part) in PARTS.items()
    },
    **{
        name: Case(kind, make, _about(make))
        for name, kind, make in (
            ("synthesis", "compute", _synthesis),
            ("world", "python", _world),
            ("governments", "objects", _governments),
            ("reform", "objects", _reform),
            ("recorder", "python", _recorder),
        )
    },
    "start": Case("process", partial(_process, ["-m", "dicu", "--help"]), "A fresh process: `dicu --help`"),
    "import": Case(
        "process", partial(_process, ["-c", "import dicu.model"]), "A fresh process: all of the model"
    ),
    "reference-c": Case("compute", _in_c, "The yardstick's rule in C"),
    "reference-numpy": Case("compute", _in_numpy, "The yardstick's rule in plain NumPy"),
    "reference-mesa": Case("compute", _as_objects, "The yardstick's rule as Mesa objects"),
}
"""By name; `peak-memory` besides, which is no time."""
PEAK: Final = "peak-memory"
NAMES: Final = (*CASES, PEAK)

_CHILD: Final = """
import sys
import numba
numba.set_num_threads(1)
from dicu.lab.bench.stage import Setting
from dicu.record.manifest import peak_memory_mb
model = Setting(sys.argv[1]).model()
for _ in range(2):
    model.step()
peak = peak_memory_mb()
print(model.households.n, model.households.nbytes, peak["VmHWM"] or peak["getrusage"])
"""


def peak_memory(size: str) -> Measured:
    """Peak memory of a process that makes the country and takes two steps, in bytes of its households.

    Raises
    ------
    RuntimeError
        When the process fails.
    """
    done = subprocess.run([sys.executable, "-c", _CHILD, size], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the process whose memory is measured failed: {done.stderr.strip()[-500:]}")
    rows, state, peak = (float(word) for word in done.stdout.split()[-3:])
    bytes_a_row = peak * MEGA / rows
    return Measured(
        PEAK, "bytes of the households", peak * MEGA / state, 0.0, bytes_a_row, state, int(rows), 1
    )


def check_names(names: Sequence[str]) -> None:
    """Refuse unknown names of cases.

    Raises
    ------
    ValueError
    """
    for name in names:
        if name not in NAMES:
            near = [n for n in NAMES if n.startswith(name)] or get_close_matches(name, NAMES, 3)
            raise ValueError(f"case: unknown (got {name!r}, allowed {', '.join(near or NAMES)})")


@contextmanager
def one_thread() -> Iterator[None]:
    """Everything on one thread, so that CPU time is that of one core."""
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        yield
    finally:
        numba.set_num_threads(before)


class Bench:
    """Cases of one setting, measured one after another.

    Parameters
    ----------
    rows : str
        See `dicu.lab.bench.stage.scenario_of`.
    seconds : float
        CPU time for each case and its yardstick.
    tell : callable
        Is told what is skipped, and what takes long.
    """

    def __init__(
        self, rows: str = ".28", seconds: float = 2.0, tell: Callable[[str], object] = lambda _: None
    ) -> None:
        self.setting, self.seconds, self._tell = Setting(rows, tell), seconds, tell
        self._yardsticks: dict[str, Work] = {}

    def pair(self, name: str) -> tuple[Work, Work]:
        """A case and its yardstick.

        Raises
        ------
        yardstick.NoCompiler
            Of ``reference-c``, where there is none.
        """
        case = CASES[name]
        if case.kind not in self._yardsticks:
            self._yardsticks[case.kind] = yardstick.YARDSTICKS[case.kind]()
        spend, rows = case.make(self.setting)
        return Work(name, case.kind, spend, rows), self._yardsticks[case.kind]

    def measure(self, name: str) -> Measured | None:
        """Measure a case; None where it is skipped."""
        if name == PEAK:
            return peak_memory(self.setting.rows)
        with one_thread():
            try:
                work, beside = self.pair(name)
            except yardstick.NoCompiler as error:
                self._tell(f"{name} skipped: {error}")
                return None
            return measure(work, beside, seconds=self.seconds)

    def all(self, names: Sequence[str]) -> Iterator[Measured]:
        """Measure several, as they come."""
        check_names(names)
        for name in names:
            if (found := self.measure(name)) is not None:
                yield found


__all__ = ["CASES", "NAMES", "PEAK", "Bench", "Case", "check_names", "one_thread", "peak_memory"]
