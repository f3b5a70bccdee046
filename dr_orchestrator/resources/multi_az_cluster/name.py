"""The name of the type in drill files, in the ledger and in reports, and RDS's words for it."""

from datetime import timedelta

from dr_orchestrator.domain.resource_type import OwnFailover

NAME = "multi-az-cluster"

POSTGRESQL, MYSQL = "postgres", "mysql"
ENGINES = (POSTGRESQL, MYSQL)
"""RDS's words for the engines of such clusters."""

OVER = OwnFailover("rds:FailoverDBCluster", "DBClusterIdentifier")
"""The call by which one of production is failed over: AWS chooses to which of its standbys."""

# docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_FailoverDBCluster.html: typically less than 35 seconds
USUAL = timedelta(), timedelta(seconds=35)
"""The outage that AWS tells of for its failover."""

MEMBERS = 3
"""The writer and its two readable standbys, each in a zone of its own."""


def family(engine: str, version: str) -> str:
    """The family that parameter groups of an engine's version are of: 16.4 is of postgres16, 8.0.42 of mysql8.0."""
    parts = version.split(".")
    return f"{engine}{'.'.join(parts[:2] if engine == MYSQL else parts[:1])}"
