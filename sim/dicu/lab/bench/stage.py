"""What the cases of the bench work on: a country at its start or in its eleventh year, put back before each call."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dicu.behaviour.events import Events
from dicu.behaviour.remit import Follows, follow, follow_rule
from dicu.commit.stocks import Stocks
from dicu.compute.compiled import cache_folder
from dicu.engine import threads
from dicu.execution.identity import inputs_of, model_version
from dicu.execution.starting import SPARE_ROWS, make_start
from dicu.execution.state import arrays_of, restore
from dicu.model import Model
from dicu.population.columns import COLUMNS, Households
from dicu.population.links import Links
from dicu.record.checkpoint import DamagedFile, read_archive, write_archive
from dicu.reform.opening import open_world
from dicu.scenario.dump import canonical_json
from dicu.scenario.scenario import Scenario, with_values
from dicu.world.world import World

AGED_STEPS: Final = 41
"""Ten years and a quarter, so that the step that is next begins no year, as the first one does not."""
COUNTRY_ROWS: Final = 28_000_000
MILLION: Final = 1_000_000
SMALL: Final = "small"


def scenario_of(rows: str) -> Scenario:
    """The scenario of the bench: Viet Nam from 2019 without a history and a reform, at about so many rows.

    Parameters
    ----------
    rows : str
        ``small`` (a made-up country of few thousand rows), or a number: of millions below 1,000, otherwise of rows.

    Raises
    ------
    ValueError
        When it is neither, or more than there are households.
    """
    values: dict[str, Any] = {
        "reform.policy": "none",
        "time.history": "none",
        "time.end": "2035Q4",
        "record.places": "step",
        "record.governments": "step",
    }
    if rows == SMALL:
        return with_values(Scenario(), {**values, "world.name": "monocentric", "population.weight": 20})
    try:
        number = float(rows)
    except ValueError:
        number = 0.0
    wanted = number * MILLION if number < MILLION / 1000 else number
    if not 1000 <= wanted <= COUNTRY_ROWS:
        raise ValueError(
            f"rows: got {rows!r}, allowed {SMALL}, or .001 to 28 (millions), or 1000 to {COUNTRY_ROWS}"
        )
    return with_values(Scenario(), {**values, "population.weight": round(COUNTRY_ROWS / wanted)})


@dataclass(eq=False)
class Kept:
    """Columns of the rows in use as they were, to be put back: as many bytes again as the state."""

    columns: dict[str, NDArray[Any]]

    @classmethod
    def of(cls, h: Households) -> Kept:
        """Copy them."""
        return cls({name: getattr(h, name)[: h.n].copy(order="F") for name, _, _ in COLUMNS})

    def put_back(self, h: Households) -> None:
        """Write them where they were."""
        h.n = len(self.columns["uid"])
        for name, column in self.columns.items():
            np.copyto(getattr(h, name)[: h.n], column)


class Stage:
    """A model between two steps, and what the parts of the next step are handed.

    Parameters
    ----------
    model : Model
        Without outputs; changed by cases, which put it back.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.before = Kept.of(model.households)
        self.tables = model.tables()

    @property
    def h(self) -> Households:
        """The rows."""
        return self.model.households

    @cached_property
    def followers(self) -> Follows:
        """Families that would follow in the step."""
        m = self.model
        rule = follow_rule(m.settings.money, m.settings.seed, m.moment, m.calendar.dt_quarters)
        return follow(m.links, m.households, rule, m.geography.district, np.empty(0, dtype=np.int64))

    @cached_property
    def passed(self) -> tuple[Events, Kept]:
        """What households do in the step, and the rows after they said so."""
        self.before.put_back(self.h)
        events = threads.household_pass(self.h, self.tables, {})
        after = Kept.of(self.h)
        self.before.put_back(self.h)
        return events, after

    @cached_property
    def books(self) -> tuple[Links, Stocks]:
        """Links and stocks as they were."""
        return self.model.links.copy(), copied(self.model.stocks)

    @cached_property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """The whole state, for cases that take a step."""
        self.before.put_back(self.h)
        return {name: array.copy(order="K") for name, array in arrays_of(self.model).items()}


def copied(stocks: Stocks) -> Stocks:
    """Stocks in arrays of their own."""
    return copy.deepcopy(stocks)


class Setting:
    """The scenario and world of a bench, and its models as they are needed.

    Parameters
    ----------
    rows : str
        See `scenario_of`.
    tell : callable
        Is told what takes long.
    """

    def __init__(self, rows: str = ".28", tell: Callable[[str], object] = lambda _: None) -> None:
        self.rows, self.scenario, self._tell = rows, scenario_of(rows), tell

    @cached_property
    def world(self) -> World:
        """Its country."""
        return open_world(self.scenario)

    def model(self) -> Model:
        """A model of its own at the start."""
        start = make_start(self.scenario, self.world)
        return Model(self.scenario, self.world, start.households, start.links)

    @cached_property
    def fresh(self) -> Stage:
        """The start: rows in the order of their places."""
        return Stage(self.model())

    @cached_property
    def aged(self) -> Stage:
        """The country in its eleventh year, rows as ten years of moves, births and deaths have left them."""
        file = self.file
        arrays = _read(file)
        if arrays is None:
            self._tell(f"simulating ten years of {self.rows} rows, to be kept in {file}")
            model = self.model()
            for _ in range(AGED_STEPS):
                model.advance()
            _keep(file, arrays_of(model))
            arrays = arrays_of(model)
        model = self.model()
        restore(model, arrays, SPARE_ROWS)
        return Stage(model)

    @property
    def file(self) -> Path:
        """Where the state of year ten is kept: by all that decides it."""
        parts = (
            canonical_json(self.scenario),
            *inputs_of(self.world).values(),
            model_version(),
            str(AGED_STEPS),
        )
        key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
        weight = self.scenario.population.weight
        return cache_folder() / "bench" / f"aged-{self.scenario.world.name}-{weight}-{key}.npz"


def _read(file: Path) -> dict[str, NDArray[Any]] | None:
    """A state that is kept; what is damaged is made again."""
    try:
        return read_archive(file, file.with_suffix(".sha256").read_text()).arrays
    except (DamagedFile, OSError):
        return None


def _keep(file: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Keep a state; those of the same size by other versions of the program go."""
    file.parent.mkdir(parents=True, exist_ok=True)
    stem = file.name.rpartition("-")[0]
    for old in file.parent.glob(f"{stem}-*"):
        old.unlink(missing_ok=True)
    digest = write_archive(file, arrays=arrays)
    file.with_suffix(".sha256").write_text(digest)


__all__ = ["AGED_STEPS", "Kept", "Setting", "Stage", "copied", "scenario_of"]
