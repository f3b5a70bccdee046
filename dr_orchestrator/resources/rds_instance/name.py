"""The names of the type, and of a snapshot of it that a drill copies, in drill files, in the ledger and in reports."""

NAME, SNAPSHOT = "rds-instance", "rds-snapshot"
