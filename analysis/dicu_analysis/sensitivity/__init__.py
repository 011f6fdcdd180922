"""What an outcome hangs on: Sobol, Morris and given-data indices of a sweep, boxes, and what a fit could not tell."""
