"""Reads runs: figures and reports; never the engine."""

if __name__ != "dicu_analysis":  # from the root of a checkout: a second copy of every module beside the first
    raise ImportError(f"import dicu_analysis, not {__name__}")
