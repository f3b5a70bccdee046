"""What the type, and a snapshot of it that a drill copies, are called in drill files, in the ledger and in reports."""

NAME, SNAPSHOT = "rds-instance", "rds-snapshot"
