"""dicu: the simulation package."""

from sim.compiled import use_own_cache

use_own_cache()
