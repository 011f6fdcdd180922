"""Runs beside each other: outcomes over time of arms with their replicates, paired differences, charts and maps."""
