"""Arithmetic, hashing, keyed draws, threads and compiled kernels; knows no household."""
