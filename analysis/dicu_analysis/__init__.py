"""Reads runs: figures and reports; never the engine."""
