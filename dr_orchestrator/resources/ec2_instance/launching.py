"""The request that starts a copy of a machine, and the remedies for what EC2 says of one that it could not start."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from dr_orchestrator.aws.calls.api import Api, Refused
from dr_orchestrator.aws.machines import PART_OF
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import DrillFault, NotMeasured, NotRecoverable
from dr_orchestrator.resources.ec2_instance import machine
from dr_orchestrator.resources.ec2_instance.images import Image
from dr_orchestrator.resources.ec2_instance.name import NAMED

_CALL = "ec2:RunInstances"

QUOTA = frozenset(
    {
        *("VcpuLimitExceeded", "InstanceLimitExceeded", "InsufficientInstanceCapacity", "VolumeLimitExceeded"),
        *("MaxIOPSLimitExceeded", "InsufficientFreeAddressesInSubnet", "NetworkInterfaceLimitExceeded"),
    }
)
"""The errors of EC2 where it has no place for a machine, its volumes or its address now, and may have one later."""

_REMEDIES = {
    "Client.VolumeLimitExceeded": "ask Service Quotas for more storage of its volumes' type in this region",
    "Client.InternalError": "the key of its volumes: may EC2 use it for this caller, and is it enabled?",
    "Client.InvalidSnapshot.NotFound": "a snapshot of the image is there no more: choose another image",
    "Server.InsufficientInstanceCapacity": "the zone has none of this type now: another subnet, or capacity reserved",
    "Server.InternalError": "a fault of AWS's own: run the drill again",
    "Server.SpotInstanceTermination": "copies are never started as spot machines: who did this?",
    "Client.UserInitiatedShutdown": "somebody else ended it: CloudTrail tells who",
    "Client.InstanceInitiatedShutdown": "it shut itself down as it started: what does the image do then?",
}
"""The remedies, by the reasons that EC2 gives for the end of a machine."""


_NOT_THE_BACKUP = frozenset(
    {
        *("Client.VolumeLimitExceeded", "Server.InsufficientInstanceCapacity", "Server.InternalError"),
        *("Server.SpotInstanceTermination", "Client.UserInitiatedShutdown"),
    }
)
"""The reasons of EC2 that say nothing of what the image holds: a limit, a fault of AWS's own, another's hand."""


def ended(found: Mapping[str, Any], told: str, hint: str = "") -> DrillFault:
    """The fault that a machine which ended before it was ready is: NotMeasured where that says nothing of its image."""
    why, what = remedy(found)
    code = str((found.get("StateReason") or {}).get("Code") or "")
    words = f"{told}: {why or 'EC2 tells no reason'} ({what})"
    return (NotMeasured if code in _NOT_THE_BACKUP else NotRecoverable)(words, hint, machine.CALL)


def remedy(found: Mapping[str, Any]) -> tuple[str, str]:
    """Why a machine ended, in EC2's words, and what to do."""
    reason = found.get("StateReason") or {}
    code, message = str(reason.get("Code") or ""), str(reason.get("Message") or "")
    told = message if message.startswith(code) else f"{code}: {message}"
    return told.strip(": "), _REMEDIES.get(code, "CloudTrail tells who asked for it, and what EC2 answered")


def request(
    resource: Resource, source: Mapping[str, Any], image: Image, groups: Sequence[str], copy: Copy
) -> dict[str, Any]:
    """Everything that a machine would else take from a default, and the token by which EC2 starts one alone."""
    worn = [{"Key": key, "Value": value} for key, value in copy.tags.items()]
    beside = [*worn, {"Key": PART_OF, "Value": copy.id}]
    card = {
        "DeviceIndex": 0,
        "Description": copy.id,
        "SubnetId": resource.own["network"].subnet,
        "Groups": list(groups),
        "AssociatePublicIpAddress": False,
        "DeleteOnTermination": True,
    }
    given = {
        "ClientToken": copy.id,
        "ImageId": image.id,
        "InstanceType": source["InstanceType"],
        "MinCount": 1,
        "MaxCount": 1,
        "NetworkInterfaces": [card],
        "BlockDeviceMappings": [
            {"DeviceName": each["DeviceName"], "Ebs": {"DeleteOnTermination": True}} for each in image.devices
        ],
        "MetadataOptions": {
            "HttpEndpoint": "enabled",
            "HttpTokens": "required",
            "HttpPutResponseHopLimit": int((source.get("MetadataOptions") or {}).get("HttpPutResponseHopLimit") or 1),
        },
        "InstanceInitiatedShutdownBehavior": "terminate",
        "EbsOptimized": bool(source.get("EbsOptimized")),
        "Monitoring": {"Enabled": (source.get("Monitoring") or {}).get("State") in ("enabled", "pending")},
        "TagSpecifications": [
            {"ResourceType": "instance", "Tags": [*worn, {"Key": NAMED, "Value": copy.id}]},
            {"ResourceType": "volume", "Tags": beside},
            {"ResourceType": "network-interface", "Tags": beside},
        ],
    }
    profile = resource.own.get("profile")
    return {**given, "IamInstanceProfile": {"Name": profile.name}} if profile else given


def refused(api: Api, copy: Copy, refusal: Refused) -> DrillFault:
    """The fault that a refusal of EC2's is, where the copy's token was used before."""
    if refusal.code == "IdempotentParameterMismatch":
        told = f"EC2 knows the token of {copy.id} by another request: settings of the drill, or of its source, changed"
        return NotMeasured(told, "sweep what the run left, and run the drill anew", _CALL)
    if refusal.code == "IdempotentInstanceTerminated":
        told = f"{copy.id} was started, and has ended since"
        return ended(machine.ended(api, copy) or {}, told, "run the drill anew: a token starts one machine")
    return refusal


def user_data(api: Api, instance: str) -> bytes:
    """The user data of a machine, as it was written: whatever sends the call encodes it."""
    told = api.call("DescribeInstanceAttribute", InstanceId=instance, Attribute="userData")
    held = str((told.get("UserData") or {}).get("Value") or "")
    return base64.b64decode(held)
