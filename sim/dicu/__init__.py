"""dicu: how households and local governments respond when a country redraws its administrative map.

>>> import dicu
>>> run = dicu.run("monocentric", seed=7, weight=200)
>>> run.plot("urban_share").save("pictures")[2].name
'urban_share_fan.csv'

`dicu.run("actual", weight=1000)` is the country, at one row per 1,000 households.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if __name__ != "dicu":  # from the root of a checkout: a second copy of every module beside the first
    raise ImportError(f"import dicu, not {__name__} (the folder {__name__.partition('.')[0]} is no package)")

from dicu.compute.compiled import use_own_cache

if TYPE_CHECKING:
    from dicu.api import compare, load, open, run, runs, start, sweep
    from dicu.model import Model
    from dicu.scenario.scenario import Scenario
    from dicu.world.world import World

__all__ = [
    "Model",
    "Scenario",
    "World",
    "__version__",
    "compare",
    "load",
    "open",
    "run",
    "runs",
    "start",
    "sweep",
]

_HOME: Final = {
    "Model": "dicu.model",
    "Scenario": "dicu.scenario.scenario",
    "World": "dicu.world.world",
    **dict.fromkeys(("compare", "load", "open", "run", "runs", "start", "sweep"), "dicu.api"),
}

use_own_cache()  # two environment variables, before anybody imports numba


def __getattr__(name: str) -> Any:
    """What users call, imported when it is asked for: `import dicu` alone loads neither numba nor pandas."""
    if name == "__version__":
        from importlib.metadata import version

        return version("dicu")
    if name not in _HOME:
        raise AttributeError(f"module 'dicu' has no attribute {name!r} (there are {', '.join(__all__)})")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
