"""The name of the type in drill files, in the ledger and in reports."""

NAME = "s3-bucket"
