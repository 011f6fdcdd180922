"""dicu: the simulation package."""
