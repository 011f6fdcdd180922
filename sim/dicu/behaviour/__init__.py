"""Why households act: one rule a file, each with its formula, its parameters and its kernel."""
