"""The forms of texts that speak of something outside: ids, ARNs, addresses, and whose they are."""

from __future__ import annotations

import re
from collections.abc import Mapping

ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*|\$\{AWS::Partition\}|\*):(?P<service>[a-z0-9.-]+):"
    r"(?P<region>(?:\$\{[^}]*\}|[^:])*):(?P<account>(?:\$\{[^}]*\}|[^:])*):"
    r"(?P<rest>.+)",
    re.DOTALL,
)

ARN_WITHIN = re.compile(r"arn:[a-z$][^:\s\"']*:[a-z0-9.-]+:[^:\s\"']*:(?P<account>\d{12}):[^\s\"',}\]]+")
"""An ARN of an account by its number, in a text."""

ACCOUNT = re.compile(r"\d{12}")

ID = re.compile(
    r"(?:vpc|subnet|sg|rtb|igw|eigw|nat|eni|acl|pcx|vgw|cgw|vpn|tgw|tgw-attach|tgw-rtb|vpce|eipalloc|eipassoc|dopt|lt|i|vol"
    r"|fs|fsap|pl|rtbassoc|dxcon|dxvif|lgw|cagw|ipam|ipam-pool|s)-(?:[0-9a-f]{8}|[0-9a-f]{17})"
    r"|d-[0-9a-f]{10}|(?:srv|ns)-[a-z0-9]{16,17}"
)
"""The ids that EC2 and its neighbours give; images and snapshots are read alone, and are left out."""

NETWORK = ("vpc-", "subnet-", "sg-")
"""The beginnings of ids of what a replica may be put into, when its owner shares it."""

OF_AWS = frozenset(
    {
        *("127311923021", "033677994240", "027434742980", "797873946194", "098369216593", "754344448648"),
        *("589379963580", "718504428378", "383597477331", "600734575887", "114774131450", "783225319266"),
        *("582318560864", "985666609251", "054676820928", "156460612806", "652711504416", "635631232127"),
        *("009996457667", "897822967062", "076674570225", "507241528517", "048591011584", "190560391635"),
        *("638102146993", "037604701340"),
    }
)
"""The accounts of AWS itself, by which load balancers write their logs.

Source: Elastic Load Balancing, "Enable access logs for your Application Load Balancer", step "attach a policy".
"""


OF_BOOTSTRAP = "/cdk-bootstrap/"
"""The beginning of the names of those that `cdk bootstrap` stores."""

RESOLVED = re.compile(r"\{\{resolve:(?P<store>ssm-secure|ssm|secretsmanager):(?P<name>(?:\$\{[^}]*\}|[^}])*)\}\}")
"""A dynamic reference: a value that AWS looks up when the stack is made."""

ENDPOINT = re.compile(
    r"(?<![\w-])(?<![\w-]\.)[\w-]+(?:\.[\w-]+)*\.(?:rds|cache|redshift|docdb|neptune|es|aoss|kafka|mq|memorydb|dax-clusters)"
    r"(?:\.[\w-]+)*\.amazonaws\.com(?:\.cn)?"
)
"""The address of a store that is there already; looked for from the start of each name alone, for some are 50 kB."""

INVOKED = re.compile(r"path/.*?functions/(?P<arn>arn:.+?)(?:/invocations)?")
"""A function in the ARN by which a gateway calls it."""

OF_EVERYBODY = "/aws/service/"
"""The beginning of the names of parameters that AWS itself publishes."""

PROTECTION = re.compile(
    r"(?:Enable)?(?:Deletion|Termination|Delete)Protection(?:Enabled|Check)?|DisableApiTermination|"
    r"EnableTerminationProtection|(?:Enable)?Deletion_?Protection_?(?:enabled)?",
    re.IGNORECASE,
)
"""The names of properties that keep something from being deleted."""

ATTRIBUTE_PROTECTION = "deletion_protection.enabled"
"""The key of a balancer's attribute that does."""

OFF: Mapping[str, str] = {"ACTIVE": "INACTIVE", "ENABLED": "DISABLED", "true": "false", "True": "false"}

NO_HOSTS = frozenset({"127.0.0.1", "json-schema.org", "localhost", "schema.org", "www.w3.org"})
"""The hosts that stand in an address only to name a format, or the machine itself."""

MANAGED = re.compile(
    r"658327ea-f89d-4fab-a63d-7e88639e58f6|4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    r"|b2884449-e4de-46a7-ac36-70bc7f1ddd6d|08627262-05a9-4f76-9ded-b50ca2e3a84f|2e54312d-136d-493c-8eb9-b001f22f67d2"
    r"|216adef6-5c7f-47e4-b989-5492eafa07d3|b689b0a8-53d0-40ab-baf2-68738e2966ac|88a5eaf4-2fd4-4709-b370-b4c650ea3fcf"
    r"|59781a5b-3903-41f3-afcb-af62929ccde1|60669652-455b-4ae9-85a4-c4c02393f86c|67f7725c-6f97-4210-82d7-5512b31e9d03"
    r"|5cc3b908-e619-4b99-88e5-2cf7f45965bd|eaab4381-ed33-4a86-88ca-d9558dc6cd63|e61eb60c-9c35-4d20-a928-2b84e02af89c"
)
"""CloudFront's policies that AWS keeps.

Source: Amazon CloudFront, "Use managed cache policies", "managed origin request policies", "response headers policies".
"""


def names(text: str, source: str) -> bool:
    """Whether a text names a source, as a whole word."""
    return bool(re.search(rf"(?<![A-Za-z0-9_.-]){re.escape(source)}(?![A-Za-z0-9_-])", text, re.IGNORECASE))


def owner_in(name: str) -> str:
    """The resource that the name of a looked-up secret is a reference to: `${Secret}:SecretString:password`."""
    found = re.match(r"\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}", name)
    return found[1] if found else ""


def is_of_aws(arn: re.Match[str]) -> bool:
    """Whether an ARN is of what AWS itself keeps: a managed policy, its own keys, an action of a service by name.

    An action is done with the rights of a role, which is looked at by itself.
    """
    if arn["account"] in ("aws", "aws-managed") or arn["rest"].startswith(("alias/aws/", "role/aws-service-role/")):
        return True
    return arn["service"] == "apigateway" or (not arn["account"] and arn["service"] != "s3")


def is_managed(text: str) -> bool:
    """Whether a text is of a policy or a role that AWS itself keeps."""
    return ":iam::aws:" in text or ":role/aws-service-role/" in text


def is_host_of_aws(host: str) -> bool:
    """Whether a host is one of AWS's own names: of its services and its pages.

    What has an id in front is somebody's: a gateway, a balancer, a distribution, a bucket.
    """
    from dr_orchestrator.aws.endpoints import is_of_a_service  # noqa: PLC0415 - botocore's rules load slowly

    return bool(_OF_AWS.search(host)) or is_of_a_service(host)


GIVEN_BY_AWS = (
    *(".amazonaws.com", ".amazonaws.com.cn", ".amazoncognito.com", ".amplifyapp.com", ".api.aws", ".awsapprunner.com"),
    *(".cloudfront.net", ".elasticbeanstalk.com", ".on.aws"),
)
"""The ends of the names that AWS gives to what somebody makes: whose it is, is told by what stands in front."""

_OF_AWS = re.compile(r"(?:^|\.)(?:aws\.amazon\.com|aws\.dev|amazon\.com|awsstatic\.com)$")
