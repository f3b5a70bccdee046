"""Silences as a process performs them: brought up to date, kept beside a drill, and listed."""
