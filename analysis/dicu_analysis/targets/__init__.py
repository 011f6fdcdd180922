"""Figures that a run is fitted to or scored on: the table of them, and the one function that measures each in a run."""
