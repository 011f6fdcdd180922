"""dicu: how households and local governments respond when a country redraws its administrative map.

>>> import dicu
>>> run = dicu.run("actual", weight=1000)
>>> run.national["urban_persons"]
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if __name__ != "dicu":  # from the root of a checkout: a second copy of every module beside the first
    raise ImportError(f"import dicu, not {__name__} (the folder {__name__.partition('.')[0]} is no package)")

from dicu.compute.compiled import use_own_cache

if TYPE_CHECKING:
    from dicu.api import load, open, run, sweep
    from dicu.model import Model
    from dicu.scenario.scenario import Scenario
    from dicu.world.world import World

__all__ = ["Model", "Scenario", "World", "__version__", "load", "open", "run", "sweep"]

_HOME: Final = {
    "Model": "dicu.model",
    "Scenario": "dicu.scenario.scenario",
    "World": "dicu.world.world",
    **dict.fromkeys(("load", "open", "run", "sweep"), "dicu.api"),
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
