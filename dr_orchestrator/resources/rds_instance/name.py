"""The name of the type in drill files, in the ledger and in reports."""

NAME = "rds-instance"

OWN_OPTIONS = "the restored data has an option group of the team's own"
"""The occasion to look at one."""
