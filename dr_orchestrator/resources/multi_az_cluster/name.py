"""The name of the type in drill files, in the ledger and in reports, and RDS's words for it."""

NAME = "multi-az-cluster"

POSTGRESQL, MYSQL = "postgres", "mysql"
ENGINES = (POSTGRESQL, MYSQL)
"""RDS's words for the engines of such clusters."""

MEMBERS = 3
"""The writer and its two readable standbys, each in a zone of its own."""


def family(engine: str, version: str) -> str:
    """The family that parameter groups of an engine's version are of: 16.4 is of postgres16, 8.0.42 of mysql8.0."""
    parts = version.split(".")
    return f"{engine}{'.'.join(parts[:2] if engine == MYSQL else parts[:1])}"
