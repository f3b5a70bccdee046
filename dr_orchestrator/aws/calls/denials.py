"""The kind of policy by which AWS denies a call, as its message tells, and who can change such a one."""

from __future__ import annotations

import re

_OWNERS = {
    "service control policy": "it is the organisation's: only who administers AWS Organizations can change it",
    "resource control policy": "it is the organisation's: only who administers AWS Organizations can change it",
    "permissions boundary": "it bounds the role or user: who administers IAM in the account can change it",
    "session policy": "it came with the login: who set up how drills log in can change it",
    "vpc endpoint policy": "it is of the network that the call went through: who administers that VPC can change it",
    "resource-based policy": "it is the resource's own: who owns the resource can change it",
    "role trust policy": "it says who may take the role on: who administers IAM in the role's account can change it",
    "identity-based policy": "it is the caller's own: `dro iam` prints what drills need",
}
_TOLD = re.compile(
    rf"(?P<how>because no|with an explicit deny in an?) (?P<kind>{'|'.join(_OWNERS)})\b"
    r"(?:: (?P<arn>arn:[^\s,;]+[^\s,;.]))?",
    re.IGNORECASE,
)
"""AWS's wordings; newer messages name the policy's ARN, too."""


def by_policy(message: str) -> str:
    """The policy that denies and who can change it, in words; empty where AWS does not tell which kind it is."""
    found = _TOLD.search(message)
    if found is None:
        return ""
    kind, named = found["kind"], f" ({found['arn']})" if found["arn"] else ""
    denies = f"no {kind} allows it" if found["how"].lower() == "because no" else f"a {kind}{named} denies it"
    return f"{denies}; {_OWNERS[kind.lower()]}"
