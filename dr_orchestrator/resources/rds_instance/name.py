"""What the type is called in drill files, in the ledger and in reports."""

NAME = "rds-instance"
