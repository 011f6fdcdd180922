"""A run from a checked scenario to a finished folder; saved states."""
