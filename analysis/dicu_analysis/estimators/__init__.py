"""A second opinion: what standard estimators of the literature say on the output of the simulator."""
