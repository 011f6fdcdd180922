"""Sweeps: many runs from one file, on one computer or many, each result kept once and for all."""
