"""The settings of a live machine, as AWS tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.parity import alarms, words
from dr_orchestrator.aws.parity.reading import Live, Look
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.parity import KEY_OF_AWS, NONE, NOT_ENCRYPTED
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.ec2_instance import machine
from dr_orchestrator.resources.ec2_instance.name import NAMED


def _described(live: Live) -> Mapping[str, Any]:
    by = "instance-id" if live.name.startswith("i-") else f"tag:{NAMED}"
    asked = [{"Name": by, "Values": [live.name]}]
    for of in live.api("ec2").pages("DescribeInstances", "Reservations", Filters=asked):
        for each in of["Instances"]:
            if machine.state(each) != machine.ENDED:
                about: Mapping[str, Any] = each
                return about
    raise NotMeasured(f"no machine {live.name}", call=machine.CALL)


def _of_machine(live: Live) -> dict[str, str]:
    about = live.once(_described)
    options = about.get("MetadataOptions") or {}
    worn = {each["GroupId"] for each in about.get("SecurityGroups") or ()}
    return {
        "instance-type": str(about["InstanceType"]),
        "architecture": str(about.get("Architecture")),
        "ebs-optimized": words.on(about.get("EbsOptimized")),
        "monitoring": words.on((about.get("Monitoring") or {}).get("State") in ("enabled", "pending")),
        "metadata": f"tokens {options.get('HttpTokens')}, {options.get('HttpPutResponseHopLimit')} hops",
        "instance-profile": machine.profile(about) or NONE,
        "security-groups": counted(len(worn), "group"),
        "zone": str(about["Placement"]["AvailabilityZone"]),
        "tags": words.tags(each for each in about.get("Tags") or () if each["Key"] != NAMED),
    }


def _volumes(live: Live) -> list[Mapping[str, Any]]:
    asked = [{"Name": "attachment.instance-id", "Values": [str(live.once(_described)["InstanceId"])]}]
    return list(live.api("ec2").pages("DescribeVolumes", "Volumes", Filters=asked))


def _of_volumes(live: Live) -> dict[str, str]:
    found = _volumes(live)
    places = {
        str(each["VolumeId"]): str(attached["Device"]) for each in found for attached in each.get("Attachments") or ()
    }
    keys = {str(each.get("KmsKeyId") or KEY_OF_AWS) if each.get("Encrypted") else NOT_ENCRYPTED for each in found}
    return {
        "volumes": words.listed(
            f"{places.get(str(each['VolumeId']), '')} {each['Size']} GiB {each['VolumeType']}".strip() for each in found
        ),
        "encryption": words.listed(keys),
    }


def _of_attributes(live: Live) -> dict[str, str]:
    api, id = live.api("ec2"), str(live.once(_described)["InstanceId"])
    kept = api.call("DescribeInstanceAttribute", InstanceId=id, Attribute="disableApiTermination")
    ends = api.call("DescribeInstanceAttribute", InstanceId=id, Attribute="instanceInitiatedShutdownBehavior")
    return {
        "termination-protection": words.on((kept.get("DisableApiTermination") or {}).get("Value")),
        "shutdown": str((ends.get("InstanceInitiatedShutdownBehavior") or {}).get("Value")),
    }


def _alarms(live: Live) -> dict[str, str]:
    return {"alarms": alarms.on(live.account, "InstanceId", str(live.once(_described)["InstanceId"]))}


LOOKS = (
    Look(
        (
            *("instance-type", "architecture", "ebs-optimized", "monitoring", "metadata"),
            *("instance-profile", "security-groups", "zone", "tags"),
        ),
        _of_machine,
    ),
    Look(("volumes", "encryption"), _of_volumes),
    Look(("termination-protection", "shutdown"), _of_attributes),
    Look(("alarms",), _alarms),
)
"""The looks at a live machine, a source or a copy."""
