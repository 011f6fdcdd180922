"""Starts, repeats, compares or checks runs and decides nothing in one."""
