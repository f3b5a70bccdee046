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

PUBLIC_IMAGES = re.compile(r"ami-(?:[0-9a-f]{8}|[0-9a-f]{17})")

OF_BOOTSTRAP = "/cdk-bootstrap/"
"""The beginning of the names of those that `cdk bootstrap` stores."""

RESOLVED = re.compile(r"\{\{resolve:(?P<store>ssm-secure|ssm|secretsmanager):(?P<name>(?:\$\{[^}]*\}|[^}])*)\}\}")
"""A dynamic reference: a value that AWS looks up when the stack is made."""

ENDPOINT = re.compile(
    r"[\w-]+(?:\.[\w-]+)*\.(?:rds|cache|redshift|docdb|neptune|es|aoss|kafka|mq|memorydb|dax-clusters)"
    r"(?:\.[\w-]+)*\.amazonaws\.com(?:\.cn)?"
)
"""The address of a store that is there already."""

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
    """Whether a host is one of AWS's own names."""
    return bool(_OF_AWS.search(host))


_OF_AWS = re.compile(
    r"(^|\.)(amazonaws\.com(\.cn)?|aws\.amazon\.com|aws\.dev|amazon\.com|cloudfront\.net|awsstatic\.com|api\.aws)$"
)
