"""The names of the type and its parts in drill files, in the ledger and in reports."""

NAME = "aurora-cluster"
INSTANCE = "aurora-instance"
"""The instance that a drill makes in its cluster: without one nobody reaches the data."""

ENGINE = "aurora-postgresql"
SERVERLESS = "db.serverless"
MEMBER = ("AWS::RDS::DBInstance", "DBClusterIdentifier")
"""The type in CloudFormation of what makes a cluster's data reachable, and its property that names the cluster."""
