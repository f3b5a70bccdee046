"""Reads what stands in an account: all that there is, and how the backups of each are kept."""
