"""Reads the files of tabletops and reviews: plans, and what people filled in."""
