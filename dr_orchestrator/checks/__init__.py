"""Checks of a copy: rows, items and endpoints; all of them run, and one that cannot tell is never a pass."""
