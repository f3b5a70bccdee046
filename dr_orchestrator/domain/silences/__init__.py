"""Silences: alerts on a run's own copies held back while the run lives, and never for longer than a margin after it."""
