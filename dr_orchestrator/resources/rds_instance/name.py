"""The names of the type, and of a snapshot of it that a drill copies, in drill files, in the ledger and in reports."""

NAME, SNAPSHOT = "rds-instance", "rds-snapshot"

OWN_OPTIONS = "the restored data has an option group of the team's own"
"""The occasion to look at one."""
