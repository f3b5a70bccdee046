"""The declaration of what keeps a stack from being deleted: how it is looked at, and the calls that end it."""

from __future__ import annotations

from dr_orchestrator.domain.resource_type import HELD, By, Calls, Effect, HeldType, Write

BUCKET = "AWS::S3::Bucket"
REPOSITORY = "AWS::ECR::Repository"
LOG_GROUP = "AWS::Logs::LogGroup"
INSTANCE = "AWS::RDS::DBInstance"
CLUSTER = "AWS::RDS::DBCluster"
TABLE = "AWS::DynamoDB::Table"
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
USER_POOL = "AWS::Cognito::UserPool"
ZONE = "AWS::Route53::HostedZone"
TASKS = "AWS::ECS::Cluster"
BUS = "AWS::Events::EventBus"
EXECUTION_LOGS = "API-Gateway-Execution-Logs"
"""The log groups of API Gateway; no template declares one, and they are named by what IAM cannot tell to be a copy."""

APPSYNC_LOGS = "/aws/appsync/apis/"
"""Those of AppSync, of which the same holds."""

_BUSES = r"(?P<name>arn:[a-z-]+:events:(?P<region>[^:/]+):\d{12}:event-bus/.+)"
"""A bus is known by its whole ARN: one of that name in another account is another, and takes events just so."""

_BALANCERS = r"arn:[a-z-]+:elasticloadbalancing:(?P<region>[^:/]+):[^:/]+:loadbalancer/(?P<name>.+)"

HOLDS = (
    HeldType(
        name=BUCKET,
        title="bucket",
        plural="Buckets",
        service="s3",
        arn=":::{id}/*",
        seen_as=":::{id}",
        shows_tags=False,
        looks=frozenset(
            {
                *("s3:GetBucketLocation", "s3:GetBucketTagging"),
                *("s3:ListObjectVersions", "s3:ListMultipartUploads"),
            }
        ),
    ),
    HeldType(
        name=REPOSITORY,
        title="repository of images",
        plural="Repositories",
        service="ecr",
        arn="repository/{id}",
        looks=frozenset({"ecr:DescribeRepositories", "ecr:ListImages", "ecr:ListTagsForResource"}),
    ),
    HeldType(
        name=LOG_GROUP,
        title="log group",
        plural="LogGroups",
        service="logs",
        arn="log-group:*/{id}",
        also=("log-group:{id}",),
        seen_as="log-group:*{id}",
        shows_tags=False,
        looks=frozenset({"logs:FilterLogEvents"}),
    ),
    HeldType(
        name=BUS,
        title="event bus",
        plural="EventBuses",
        service="events",
        arn="event-bus/{id}",
        looks=frozenset({"events:DescribeEventBus", "events:ListTagsForResource"}),
    ),
    HeldType(
        name=EXECUTION_LOGS,
        title="log group of an API",
        plural="ExecutionLogs",
        service="logs",
        arn=f"log-group:{EXECUTION_LOGS}_*",
        also=(f"log-group:{APPSYNC_LOGS}*",),
        shows_tags=False,
    ),
    HeldType(name=INSTANCE, title="database instance", plural="HeldInstances", service="rds", arn="db:{id}"),
    HeldType(name=CLUSTER, title="database cluster", plural="HeldClusters", service="rds", arn="cluster:{id}"),
    HeldType(name=TABLE, title="table", plural="HeldTables", service="dynamodb", arn="table/{id}", shows_tags=False),
    HeldType(
        name=BALANCER,
        title="load balancer",
        plural="Balancers",
        service="elasticloadbalancing",
        arn="loadbalancer/*/{id}",
    ),
    HeldType(name=USER_POOL, title="user pool", plural="UserPools", service="cognito-idp", arn="userpool/*"),
    HeldType(
        name=ZONE,
        title="zone of the DNS",
        plural="Zones",
        service="route53",
        arn=":::hostedzone/*",
        shows_tags=False,
    ),
    HeldType(
        name=TASKS,
        title="cluster of tasks",
        plural="ClustersOfTasks",
        service="ecs",
        arn="task/{id}/*",
        seen_as="cluster/{id}",
        shows_tags=False,  # a task wears none of its cluster's
        looks=frozenset({"ecs:DescribeClusters"}),
    ),
)

WRITES = (
    Write(
        "s3:DeleteObjects",
        By(BUCKET, "Bucket", held=True),
        Effect.DELETE,
        frozenset({"Delete", "ExpectedBucketOwner"}),
        needs=frozenset({"ExpectedBucketOwner"}),
    ),
    Write(
        "s3:DeleteObject",
        By(BUCKET, "Bucket", held=True),
        Effect.DELETE,
        frozenset({"Key", "VersionId", "ExpectedBucketOwner"}),
        needs=frozenset({"ExpectedBucketOwner"}),
    ),
    Write(
        "s3:AbortMultipartUpload",
        By(BUCKET, "Bucket", held=True),
        Effect.DELETE,
        frozenset({"Key", "UploadId", "ExpectedBucketOwner"}),
        needs=frozenset({"ExpectedBucketOwner"}),
    ),
    Write(
        "ecr:BatchDeleteImage",
        By(REPOSITORY, "repositoryName", held=True),
        Effect.DELETE,
        frozenset({"imageIds", "registryId"}),
        needs=frozenset({"registryId"}),
    ),
    Write("logs:DeleteLogGroup", By(LOG_GROUP, "logGroupName", held=True), Effect.DELETE),
    Write("logs:DeleteLogGroup", By(EXECUTION_LOGS, "logGroupName", held=True), Effect.DELETE),
    Write(
        "rds:ModifyDBInstance",
        By(INSTANCE, "DBInstanceIdentifier", held=True),
        Effect.CHANGE,
        frozenset({"DeletionProtection", "ApplyImmediately"}),
        only={"DeletionProtection": (False,)},
    ),
    Write(
        "rds:ModifyDBCluster",
        By(CLUSTER, "DBClusterIdentifier", held=True),
        Effect.CHANGE,
        frozenset({"DeletionProtection", "ApplyImmediately"}),
        only={"DeletionProtection": (False,)},
    ),
    Write(
        "dynamodb:UpdateTable",
        By(TABLE, "TableName", held=True),
        Effect.CHANGE,
        frozenset({"DeletionProtectionEnabled"}),
        only={"DeletionProtectionEnabled": (False,)},
    ),
    Write(
        "elbv2:ModifyLoadBalancerAttributes",
        By(BALANCER, "LoadBalancerArn", _BALANCERS, held=True),
        Effect.CHANGE,
        frozenset({"Attributes"}),
        only={"Attributes": ([{"Key": "deletion_protection.enabled", "Value": "false"}],)},
    ),
    Write(
        "cognito-idp:UpdateUserPool",
        By(USER_POOL, "UserPoolId", held=True),
        Effect.CHANGE,
        frozenset({"DeletionProtection"}),
        only={"DeletionProtection": ("INACTIVE",)},
    ),
    Write(
        "route53:ChangeResourceRecordSets",
        By(ZONE, "HostedZoneId", held=True),
        Effect.DELETE,
        frozenset({"ChangeBatch"}),
        every={"ChangeBatch.Changes.Action": ("DELETE",)},
        alone=True,
    ),
    Write("events:PutEvents", By(BUS, "Entries", _BUSES, each=True, key="EventBusName", held=True), Effect.FILL),
    Write("ecs:StopTask", By(TASKS, "cluster", held=True), Effect.DELETE, frozenset({"task", "reason"})),
)

GRANTS = {
    "s3:ListObjectVersions": ("s3:ListBucketVersions",),
    "s3:ListMultipartUploads": ("s3:ListBucketMultipartUploads",),
    "s3:DeleteObjects": ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    "elbv2:DescribeLoadBalancers": ("elasticloadbalancing:DescribeLoadBalancers",),
    "elbv2:DescribeLoadBalancerAttributes": ("elasticloadbalancing:DescribeLoadBalancerAttributes",),
    "elbv2:DescribeTags": ("elasticloadbalancing:DescribeTags",),
    "elbv2:ModifyLoadBalancerAttributes": ("elasticloadbalancing:ModifyLoadBalancerAttributes",),
}

_PROTECTED = {
    "a protected database instance": ("rds:DescribeDBInstances", "rds:ModifyDBInstance"),
    "a protected database cluster": ("rds:DescribeDBClusters", "rds:ModifyDBCluster"),
    "a protected table": ("dynamodb:DescribeTable", "dynamodb:ListTagsOfResource", "dynamodb:UpdateTable"),
    "a protected load balancer": (
        *("elbv2:DescribeLoadBalancers", "elbv2:DescribeLoadBalancerAttributes", "elbv2:DescribeTags"),
        "elbv2:ModifyLoadBalancerAttributes",
    ),
    "a protected user pool": ("cognito-idp:DescribeUserPool", "cognito-idp:UpdateUserPool"),
}
_WHEN = {
    "a bucket": (*sorted(HOLDS[0].looks), "s3:AbortMultipartUpload", "s3:DeleteObjects"),
    "a repository of images": (*sorted(HOLDS[1].looks), "ecr:BatchDeleteImage"),
    "a zone of the DNS": (
        *("route53:GetHostedZone", "route53:ListResourceRecordSets", "route53:ListTagsForResource"),
        "route53:ChangeResourceRecordSets",
    ),
    "a cluster of tasks": ("ecs:DescribeClusters", "ecs:DescribeTasks", "ecs:ListTasks", "ecs:StopTask"),
    "what writes logs": ("logs:DeleteLogGroup",),
    "security groups or subnets that are still in use": ("ec2:DescribeNetworkInterfaces",),
    **_PROTECTED,
}
SENDS = "a check sends an event to the replica's own bus"
_SENT = ("events:DescribeEventBus", "events:ListTagsForResource", "logs:FilterLogEvents", "events:PutEvents")
_CHANGES = frozenset(write.operation for write in WRITES)
_ALL = frozenset(call for calls in _WHEN.values() for call in calls)

CALLS = Calls(
    (_ALL - _CHANGES) | {"logs:DescribeLogGroups"},
    _ALL & _CHANGES,
    {call: f"{HELD} {what}" for what, calls in _WHEN.items() for call in calls},
)
"""The calls of a stack's deletion, besides its own."""

ARRIVALS = Calls(
    frozenset(_SENT) - _CHANGES,
    frozenset(_SENT) & _CHANGES,
    dict.fromkeys(_SENT, SENDS),
)
"""The calls by which an event is sent into a replica, and looked for there."""
