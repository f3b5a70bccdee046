"""Promises of the arithmetic of large-incident drills."""
