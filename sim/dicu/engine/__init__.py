"""How a step is executed: by threads (numba) or by objects (Mesa agents), with the same bytes as result."""
