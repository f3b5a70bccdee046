"""Tabletops: a scenario that people talk through, with injects, ratings, decisions and tests of contacts."""
