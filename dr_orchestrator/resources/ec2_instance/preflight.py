"""The looks before a copy of a machine is started: whether it can be, where, and what it could do there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.endpoints import partition
from dr_orchestrator.aws.preflight import keys
from dr_orchestrator.aws.preflight.region import place_of
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.resources.ec2_instance import families, machine, network
from dr_orchestrator.resources.ec2_instance.images import Images

_OFFERS, _PROFILE = "ec2:DescribeInstanceTypeOfferings", "iam:GetInstanceProfile"

_COPIES = "ec2:CopyImage"
_FREE = ("", "RunInstances", "RunInstances:0800")
"""The usages of an image that have no billing product: of Linux, and of Windows by a licence of one's own."""
# docs.aws.amazon.com/AWSEC2/latest/UserGuide/billing-info-fields.html


class Looks:
    """The looks of one drill; `source_of` and `choose` are the restorer's own, `home` is where the source stands,
    `account` where the copy is to, and `lie` where the images are.
    """

    def __init__(
        self,
        resource: Resource,
        home: Account,
        account: Account,
        lie: Account,
        images: Images,
        source_of: Callable[[], Mapping[str, Any]],
        choose: Callable[[], RecoveryPoint],
    ) -> None:
        self._resource, self._images = resource, images
        self._home, self._account, self._lie = home, account, lie
        self._source_of, self._choose = source_of, choose

    def source(self) -> str:
        """The instance itself."""
        found = self._source_of()
        zone = found["Placement"]["AvailabilityZone"]
        told = [f"machine {self._resource.id}, {found['InstanceType']} in {zone}, {machine.state(found)}"]
        return "; ".join([*told, *self._shared(found)])

    def _shared(self, found: Mapping[str, Any]) -> Iterator[str]:
        """The volumes of it that other machines have, too: an image holds what one of several writes."""
        asked = [{"Name": "attachment.instance-id", "Values": [str(found["InstanceId"])]}]
        for each in self._home.api("ec2").pages("DescribeVolumes", "Volumes", Filters=asked):
            others = {str(one.get("InstanceId")) for one in each.get("Attachments") or ()} - {found["InstanceId"]}
            if others:
                yield f"its volume {each['VolumeId']} is attached to {', '.join(sorted(others))}, too"

    def image(self) -> str:
        """The image, by the instant that it holds; and those after it that cannot be started."""
        point = self._choose()
        told = [f"{point.id} of {point.data_time:%Y-%m-%d %H:%M} UTC, {point.size_gib} GiB"]
        return "; ".join([*told, *(f"newer, but {each}" for each in self._images.passed_over(point))])

    def billed(self) -> str:
        """Whether EC2 lets another account copy the image; NotRecoverable where AWS bills for what is in it."""
        about = self._images.described(self._choose().id).about
        codes = [str(each["ProductCodeId"]) for each in about.get("ProductCodes") or ()]
        usage = str(about.get("UsageOperation") or "")
        if codes or usage not in _FREE:
            what = f"{about.get('PlatformDetails') or 'software'} that AWS bills for ({', '.join([*codes, usage])})"
            hint = "bring its data another way: EC2 lets no other account copy such an image, and starts it there alone"
            raise NotRecoverable(f"{about['ImageId']} holds {what.replace('(, ', '(')}", hint, _COPIES)
        return "holds nothing that AWS bills for, and may be copied by another account"

    def network(self) -> str:
        """The subnet."""
        return network.standing(self._account, self._resource, str(self._source_of().get("VpcId") or ""))

    def groups(self) -> str:
        """The security groups."""
        worn = ", ".join(network.groups(self._account, self._resource))
        return f"{worn}: nothing out but TCP 443 to security groups that the source does not wear"

    def profile(self) -> str:
        """The rights of the copy in AWS; NotRecoverable where that is what production may, and nobody says why."""
        wanted, theirs = self._resource.own.get("profile"), machine.profile(self._source_of())
        if wanted is None:
            return f"none: the copy can do nothing in AWS{f', unlike its source with {theirs}' if theirs else ''}"
        if (place := place_of(self._resource)) is not None and place.account:
            return self._there(wanted.name, place.account)
        if wanted.name != theirs:
            return f"{wanted.name}, not the source's {theirs or 'none'}"
        if not wanted.reason:
            hint = "give copies a profile of the drills' own, or say `reason`: why they may do what production may"
            raise NotRecoverable(f"instance profile {theirs} is production's own", hint, machine.CALL)
        return f"{theirs}, the source's own: {wanted.reason}"

    def _there(self, name: str, account: str) -> str:
        """A profile of the account in which the copy is to stand: one of the source's account it cannot have."""
        try:
            self._account.api("iam").call("GetInstanceProfile", InstanceProfileName=name)
        except NotFound as missing:
            hint = "make it there, of the drills' own: EC2 gives a machine profiles of its own account alone"
            raise NotRecoverable(f"no instance profile {name} in account {account}", hint, _PROFILE) from missing
        return f"{name} of account {account}"

    def user_data(self) -> str:
        """Whether what the source ran at its first start is run again."""
        why = self._resource.own.get("user_data")
        if not why:
            return "not run again; what the image does by itself at each start is done, as cloud-init's own of a boot"
        return f"run again: {why}"

    def key(self) -> str:
        """The keys of all of the image's snapshots."""
        held = self._images.described(self._choose().id).snapshots
        named = dict.fromkeys(str(each["KmsKeyId"]) for each in held if each.get("Encrypted") and each.get("KmsKeyId"))
        place = f"arn:{partition(self._lie.region)}:ec2:{self._lie.region}"
        data = f"{place}:{held[0]['OwnerId']}:snapshot/{held[0]['SnapshotId']}"
        found: tuple[str | None, ...] = (*named,) or (None,)
        return "; ".join(keys.usable(self._lie, key, data, "the image is not encrypted") for key in found)

    def capacity(self) -> str:
        """Whether its type is offered in the zone of the copies, and how many vCPU it takes."""
        kind, zone = str(self._source_of()["InstanceType"]), network.subnet(self._account, self._resource)
        where = str(zone["AvailabilityZone"])
        api = self._account.api("ec2")
        asked = [{"Name": "instance-type", "Values": [kind]}, {"Name": "location", "Values": [where]}]
        offered = api.pages(
            "DescribeInstanceTypeOfferings",
            "InstanceTypeOfferings",
            LocationType="availability-zone",
            Filters=asked,
        )
        if not any(each["InstanceType"] == kind for each in offered):
            raise NotRecoverable(f"{where} has no {kind}", "put the copies into a subnet of another zone", _OFFERS)
        return f"{where} has {kind}, which takes {families.vcpus(api, kind)} vCPU"
