"""The names that a replica gives in place of the team's: each begins with the copy's id as far as its type lets it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dr_orchestrator.aws.template.reading.parts import as_in_schemas
from dr_orchestrator.aws.template.reading.values import INSERT, Path, Scope
from dr_orchestrator.aws.template.registry import known

SERVERLESS_NAMES: Mapping[str, str] = {
    "AWS::Serverless::Function": "FunctionName",
    "AWS::Serverless::SimpleTable": "TableName",
    "AWS::Serverless::Api": "Name",
    "AWS::Serverless::HttpApi": "Name",
    "AWS::Serverless::StateMachine": "Name",
    "AWS::Serverless::LayerVersion": "LayerName",
    "AWS::Serverless::GraphQLApi": "Name",
}
"""The names in types that AWS expands into others."""

LIMITS: Mapping[str, int] = {  # those that no schema tells, or tells wrongly
    "AWS::ElasticLoadBalancing::LoadBalancer": 32,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": 32,
    "AWS::ElasticLoadBalancingV2::TargetGroup": 32,
    "AWS::ElastiCache::CacheCluster": 50,
    "AWS::ElastiCache::ReplicationGroup": 40,
    "AWS::ElastiCache::ServerlessCache": 40,
    "AWS::MemoryDB::Cluster": 40,
    "AWS::OpenSearchService::Domain": 28,
    "AWS::Elasticsearch::Domain": 28,
    "AWS::OpenSearchServerless::Collection": 32,
    "AWS::OpenSearchServerless::AccessPolicy": 32,
    "AWS::OpenSearchServerless::SecurityPolicy": 32,
    "AWS::S3::AccessPoint": 50,
    "AWS::CodeStarConnections::Connection": 32,
    "AWS::ElasticBeanstalk::Environment": 40,
    "AWS::SageMaker::Endpoint": 63,
    "AWS::IAM::Group": 128,
    "AWS::IAM::InstanceProfile": 128,
    "AWS::IAM::ManagedPolicy": 128,
    "AWS::SQS::Queue": 80,
    "AWS::SNS::Topic": 256,
    "AWS::Logs::LogGroup": 512,
    "AWS::SSM::Parameter": 512,
    "AWS::CloudWatch::Alarm": 255,
    "AWS::CloudWatch::Dashboard": 255,
    "AWS::DynamoDB::Table": 255,
    "AWS::StepFunctions::StateMachine": 80,
    "AWS::Kinesis::Stream": 128,
    "AWS::Cognito::UserPool": 128,
    "AWS::Cognito::IdentityPool": 128,
    "AWS::SecretsManager::Secret": 512,
    "AWS::EC2::SecurityGroup": 255,
}
LONGEST = 63
"""How long a name may be where nothing else is known: no type allows less but those above."""

_FEWEST = 8
SUFFIXES = (".fifo",)
_WORD = re.compile(r"[^A-Za-z0-9-]+")


def renamed(name: str, of: str, copy_id: str, longest: int = 0) -> str:
    """The replica's name for what is called so; the same for the same name, and never the name itself.

    Leading parts (`alias/`, `/aws/lambda/`) stay, for services read them, and so do endings that tell of a kind.
    `longest` is the length that a schema allows, 0 where it tells none.
    """
    lead, _, own = name.rpartition("/")
    lead = f"{lead}/" if lead or name.startswith("/") else ""
    suffix = next((each for each in SUFFIXES if own.endswith(each)), "")
    own = own.removesuffix(suffix)
    limit = min(LIMITS.get(of, longest or LONGEST), longest or LIMITS.get(of, LONGEST)) - len(lead) - len(suffix)
    plain = f"{copy_id}-{_plain(own, of)}"
    return f"{lead}{plain if len(plain) <= limit else _shortened(plain, limit)}{suffix}"


def is_ours(name: str, copy_id: str) -> bool:
    """Whether a name is one that `renamed` gave, whole or shortened."""
    own = name.rpartition("/")[2]
    head, _, digest = own.rpartition("-")
    short = len(head) > _FEWEST and copy_id.startswith(head) and bool(re.fullmatch(r"[0-9a-f]{8}", digest))
    return own.startswith(copy_id) or short


def _shortened(name: str, limit: int) -> str:
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: max(limit - 9, 1)].rstrip('-')}-{digest}"


def _plain(name: str, of: str) -> str:
    """The letters that any type takes in a name; a bucket's, a database's and a domain's are small."""
    kept = name if re.fullmatch(r"[A-Za-z0-9_.-]+", name) else _WORD.sub("-", name).strip("-")
    if of in _SMALL:
        return _WORD.sub("-", kept).lower().strip("-")
    return kept


_SMALL = frozenset(
    {
        *("AWS::S3::Bucket", "AWS::RDS::DBInstance", "AWS::RDS::DBCluster", "AWS::RDS::DBSubnetGroup"),
        *("AWS::ECR::Repository", "AWS::OpenSearchService::Domain", "AWS::Cognito::UserPoolDomain"),
        *("AWS::ElastiCache::ReplicationGroup", "AWS::ElastiCache::CacheCluster", "AWS::Elasticsearch::Domain"),
        *("AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::ElasticLoadBalancingV2::TargetGroup"),
        *("AWS::Redshift::Cluster", "AWS::Neptune::DBCluster", "AWS::DocDB::DBCluster", "AWS::MemoryDB::Cluster"),
    }
)


def service_of(kind: str) -> str:
    """The service in the ARNs of a type."""
    vendor = kind.split("::")[1].lower() if kind.count("::") > 1 else kind
    return _SERVICES.get(kind, _SERVICES.get(vendor, vendor))


_SERVICES: Mapping[str, str] = {
    "serverless": "lambda",
    "AWS::Serverless::SimpleTable": "dynamodb",
    "AWS::Serverless::StateMachine": "states",
    "stepfunctions": "states",
    "elasticloadbalancingv2": "elasticloadbalancing",
    "opensearchservice": "es",
    "kinesisfirehose": "firehose",
    "amazonmq": "mq",
    "certificatemanager": "acm",
    "msk": "kafka",
    "efs": "elasticfilesystem",
    "cognito": "cognito-idp",
}
"""The services that are called otherwise in ARNs than in types."""


def names_of(kind: str, properties: Mapping[str, Any], scope: Scope) -> Iterator[tuple[Path, int]]:
    """The properties that name an object, with how long a name may be (0 where nothing tells).

    A name that counts within an object which the stack makes collides with none.
    """
    if kind in SERVERLESS_NAMES and SERVERLESS_NAMES[kind] in properties:
        yield (SERVERLESS_NAMES[kind],), 0
    schema = known(kind)
    if schema is None or any(scope.owner(properties.get(key)) for key in schema.within):
        return
    for key in schema.names:
        yield from ((path, schema.longest.get(key, 0)) for path in _at(properties, key.split("/")))


def _at(part: Any, keys: Sequence[str], path: Path = ()) -> Iterator[Path]:
    """Where a path of a schema leads in a part: nowhere where a property on its way is not written."""
    if not keys:
        yield path
    elif keys[0] == "*" and isinstance(part, list):
        for at, each in enumerate(part):
            yield from _at(each, keys[1:], (*path, at))
    elif isinstance(part, dict) and keys[0] in part:
        yield from _at(part[keys[0]], keys[1:], (*path, keys[0]))


def without_inserts(text: str) -> str:
    """A name without what AWS would insert into it."""
    return INSERT.sub("", text).strip("-_. ")


def is_handed(path: Path) -> bool:
    """Whether a text is a value that code is handed, or a reference that is spelled out: a name alone is one there."""
    return any(key in ("Variables", "Environment", "Dimensions") for key in path) or path[-1:] == ("ResourceId",)


def refers(kind: str, path: Path, of: str) -> bool:
    """Whether a property is, by its schema, a reference to a type."""
    schema = known(kind)
    reference = schema.reference(as_in_schemas(path)) if schema else None
    return reference is not None and any(target.type == of for target in reference.targets)


def spelled(text: str, service: str, old: str, new: str) -> str:
    """A text in which the ARN of what was renamed, in its service, names it anew."""
    if old not in text or f":{service}:" not in text:
        return text

    def named(found: re.Match[str]) -> str:
        """The new name where the old one was; a replica's roles have no path."""
        return (_PATH.sub(r"\1", found[1]) if service == "iam" else found[1]) + new

    return re.sub(rf"(:{service}:\S*?[:/]){re.escape(old)}(?![A-Za-z0-9_.-])", named, text)


_PATH = re.compile(r"(:(?:instance-profile|policy|role)/)\S*/$")

MUST_BEGIN = frozenset({"AWS::DynamoDB::Table", "AWS::RDS::DBInstance", "AWS::RDS::DBCluster"})
"""Types that a sweep looks for: their names begin as those of all copies."""
