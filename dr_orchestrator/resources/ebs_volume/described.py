"""The settings of a live volume, as AWS tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.parity import alarms, words
from dr_orchestrator.aws.parity.reading import Live, Look
from dr_orchestrator.domain.parity import KEY_OF_AWS, NOT_ENCRYPTED
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.ebs_volume import volume
from dr_orchestrator.resources.ebs_volume.name import NAMED


def _described(live: Live) -> Mapping[str, Any]:
    by = "volume-id" if live.name.startswith("vol-") else f"tag:{NAMED}"
    asked = [{"Name": by, "Values": [live.name]}]
    found = next(iter(live.api("ec2").pages("DescribeVolumes", "Volumes", Filters=asked)), None)
    if found is None:
        raise NotMeasured(f"no volume {live.name}", call=volume.CALL)
    about: Mapping[str, Any] = found
    return about


def _of_volume(live: Live) -> dict[str, str]:
    about = live.once(_described)
    units = {"Iops": "IOPS", "Throughput": "MiB/s"}
    speed = [f"{about[key]} {unit}" for key, unit in units.items() if about.get(key)]
    named = [each for each in about.get("Tags") or () if each["Key"] != NAMED]
    return {
        "size": f"{about['Size']} GiB",
        "volume-type": str(about["VolumeType"]),
        "performance": ", ".join(speed) or "that of its size",
        "encryption": str(about.get("KmsKeyId") or KEY_OF_AWS) if about.get("Encrypted") else NOT_ENCRYPTED,
        "zone": str(about["AvailabilityZone"]),
        "multi-attach": words.on(about.get("MultiAttachEnabled")),
        "tags": words.tags(named),
    }


def _alarms(live: Live) -> dict[str, str]:
    return {"alarms": alarms.on(live.account, "VolumeId", str(live.once(_described)["VolumeId"]))}


LOOKS = (
    Look(("size", "volume-type", "performance", "encryption", "zone", "multi-attach", "tags"), _of_volume),
    Look(("alarms",), _alarms),
)
"""The looks at a live volume, a source or a copy."""
