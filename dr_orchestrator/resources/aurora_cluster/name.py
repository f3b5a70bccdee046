"""The names of the type and its parts in drill files, in the ledger and in reports."""

NAME = "aurora-cluster"
INSTANCE = "aurora-instance"
"""The instance that a drill makes in its cluster: without one nobody reaches the data."""

SNAPSHOT = "aurora-snapshot"
"""A snapshot of it that a drill copies on its way into another account."""

ENGINE = "aurora-postgresql"
SERVERLESS = "db.serverless"
MEMBER = ("AWS::RDS::DBInstance", "DBClusterIdentifier")
"""The type in CloudFormation of what makes a cluster's data reachable, and its property that names the cluster."""
