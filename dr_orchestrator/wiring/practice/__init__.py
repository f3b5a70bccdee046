"""Tabletops and reviews: recorded, looked at, signed and listed; nothing of it is a run, or counts as one."""
