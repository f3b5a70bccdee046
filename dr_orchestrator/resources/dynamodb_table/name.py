"""The names of the type and of its parts in drill files, in the ledger and in reports."""

NAME = "dynamodb-table"

EXPORT = "dynamodb-export"
"""The export of one, by which it comes into another account; a type of copies."""
