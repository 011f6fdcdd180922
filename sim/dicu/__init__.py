"""dicu: the simulation package."""

from dicu.compute.compiled import use_own_cache

use_own_cache()
