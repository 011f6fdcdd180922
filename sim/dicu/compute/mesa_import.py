"""Mesa, imported without reading the source of everybody who waits for it.

While it is imported, Mesa asks `inspect` twice for its callers, only to learn one module's and one class's name.
`inspect` then looks up module, file and source of every frame in the stack, each among all modules that are loaded: a
fifth of the CPU time of a small run. While Mesa is imported here, it answers from the frames alone.

Every module of ours that needs Mesa takes it from here, so that nobody imports it the slow way first.
"""

from __future__ import annotations

import inspect
import sys
from types import FrameType, ModuleType
from typing import Any


def _frames_alone(frame: FrameType | None, context: int = 1) -> list[inspect.FrameInfo]:
    """`inspect.getouterframes` without lines of source."""
    found = []
    while frame is not None:
        code = frame.f_code
        found.append(inspect.FrameInfo(frame, code.co_filename, frame.f_lineno, code.co_name, None, None))
        frame = frame.f_back
    return found


def _module(asked: Any, filename: str | None = None) -> ModuleType | None:
    """`inspect.getmodule`, which for a frame searches all modules for its file."""
    if inspect.isframe(asked):
        return sys.modules.get(asked.f_globals["__name__"])
    return _whole[1](asked, filename)


_whole = inspect.getouterframes, inspect.getmodule
inspect.getouterframes, inspect.getmodule = _frames_alone, _module  # type: ignore[assignment]
try:
    import mesa
finally:
    inspect.getouterframes, inspect.getmodule = _whole

__all__ = ["mesa"]
