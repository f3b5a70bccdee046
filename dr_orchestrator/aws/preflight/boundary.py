"""The permissions boundary of replicas: it has to be there before a role is made that it is to hold."""

from __future__ import annotations

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.template import boundary
from dr_orchestrator.domain.preflight import Doubt
from dr_orchestrator.errors import NotMeasured


def holds(account: Account, name: str) -> str:
    """The boundary in the account; NotMeasured where there is none that holds, Doubt where it is not as printed."""
    caller = account.caller()
    partition = caller.arn.split(":")[1]
    wanted = boundary.arn(name, partition, caller.account)
    how = "`dro iam --boundary > boundary.json`, then `aws iam create-policy --policy-document file://boundary.json"
    how += f" --policy-name {wanted.rpartition('/')[2]}`"
    try:
        found = account.api("iam").call("GetPolicy", PolicyArn=wanted)["Policy"]
    except NotFound as absent:
        told = f"the permissions boundary {wanted}, which has to hold the replica's roles, does not exist"
        raise NotMeasured(told, how, "iam:GetPolicy") from absent
    if not found.get("IsAttachable", True):
        raise NotMeasured(f"the permissions boundary {wanted} cannot be attached to a role", how, "iam:GetPolicy")
    version = found["DefaultVersionId"]
    kept = account.api("iam").call("GetPolicyVersion", PolicyArn=wanted, VersionId=version)["PolicyVersion"]["Document"]
    if boundary.too_wide(kept):
        told = f"the permissions boundary {wanted} ({version}) allows whole services on everything: it holds nothing"
        raise NotMeasured(told, how, "iam:GetPolicyVersion")
    if kept != boundary.policy(partition):
        raise Doubt(
            f"the permissions boundary {wanted} ({version}) is not as `dro iam --boundary` prints it:"
            " what it allows besides, the replica's code may do"
        )
    return f"{wanted} ({version}) holds the replica's roles"
