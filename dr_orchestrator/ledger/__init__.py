"""The record: every drill in a SQL database, written as it happens and read back whole."""
