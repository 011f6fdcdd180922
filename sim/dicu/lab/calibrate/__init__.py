"""Fit parameters to observed figures: an ensemble smoother over runs that share their luck, in stages that resume."""
