"""The rights of a replica's roles: its code runs with their rights, and nothing else holds it off production."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

WITHOUT_RESOURCE = frozenset(
    {
        "cloudwatch:putmetricdata",
        "ec2:assignprivateipaddresses",
        "ec2:createnetworkinterface",
        "ec2:deletenetworkinterface",
        "ec2:describenetworkinterfaces",
        "ec2:unassignprivateipaddresses",
        "logs:createloggroup",
        "logs:createlogstream",
        "logs:putlogevents",
        "xray:puttelemetryrecords",
        "xray:puttracesegments",
    }
)
"""The actions that may be allowed on everything: AWS names no resource for it, or it only adds lines to a log."""

MANAGED = frozenset(
    f"policy/{name}"
    for name in (
        "AWSXRayDaemonWriteAccess",
        "service-role/AWSLambdaBasicExecutionRole",
        "service-role/AWSLambdaVPCAccessExecutionRole",
        "service-role/AmazonAPIGatewayPushToCloudWatchLogs",
        "service-role/AmazonRDSEnhancedMonitoringRole",
    )
)
"""AWS's own policies that allow no more than that."""


class Untold(Exception):
    """A value that is known only to AWS."""


def too_wide(properties: Mapping[str, Any], copy_id: str, text: Callable[[Any], str]) -> Iterator[str]:
    """The rights that a role, or a policy on one, gives beyond the copy's own, in words.

    `text` gives what CloudFormation will make of a value, with the copy's id for what the stack makes; Untold where
    that cannot be told.
    """
    for arn in _listed(properties.get("ManagedPolicyArns")):
        yield from _managed(arn, copy_id, text)
    documents = [properties["PolicyDocument"]] if "PolicyDocument" in properties else []
    documents += [_plain(policy).get("policydocument") for policy in _listed(properties.get("Policies"))]
    for document in documents:
        if not _plain(document):
            yield "has a policy that cannot be inspected"
        for statement in _listed(_plain(document).get("statement")):
            yield from _statement(_plain(statement), copy_id, text)


def _managed(arn: Any, copy_id: str, text: Callable[[Any], str]) -> Iterator[str]:
    try:
        told = text(arn)
    except Untold as unknown:
        told = str(unknown)
    owner, _, policy = told.rpartition(":")
    if told != copy_id and not (owner.endswith(":iam::aws") and policy in MANAGED):
        yield f"has the managed policy {told}, which may allow anything: put what it needs into a policy of its own"


def _statement(said: Mapping[str, Any], copy_id: str, text: Callable[[Any], str]) -> Iterator[str]:
    if said.get("effect") == "Deny":
        return
    if said.get("effect") != "Allow":
        yield "has a policy that cannot be inspected"
    if "notaction" in said or "notresource" in said:
        yield "has a policy that allows all but something (NotAction, NotResource)"
    try:
        actions = [text(action) for action in _listed(said.get("action"))]
        wide = [aim for aim in map(text, _listed(said.get("resource"))) if _is_wide(aim, copy_id)]
    except Untold as unknown:
        yield f"has a policy that cannot be told beforehand: {unknown}"
        return
    reaching = [action for action in actions if action.lower() not in WITHOUT_RESOURCE]
    if reaching and wide:
        yield f"allows {', '.join(reaching)} on '{wide[0]}', which may be production's"


def _is_wide(aim: str, copy_id: str) -> bool:
    """Whether a pattern may mean more than the copy's own: what stands before its first wildcard must tell."""
    fixed = aim.partition("*")[0].partition("?")[0]
    return fixed != aim and copy_id not in fixed


def _plain(part: Any) -> Mapping[str, Any]:
    """A part of a policy, its keys in small letters, as IAM reads them; empty where it is none that can be read."""
    if not isinstance(part, dict) or any(str(key).startswith("Fn::") or key == "Ref" for key in part):
        return {}
    return {str(key).lower(): value for key, value in part.items()}


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
