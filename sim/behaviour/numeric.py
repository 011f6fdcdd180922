"""Moved to `sim.numeric`; here for whoever still asks for it by this name."""

from __future__ import annotations

from sim.numeric import LN2, exp64, exp_array, log64, log_array

__all__ = ["LN2", "exp64", "exp_array", "log64", "log_array"]
