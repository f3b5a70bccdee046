"""Starts a machine of the newest image of an instance beside production, closed off, and takes it down again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from dr_orchestrator.aws import points
from dr_orchestrator.aws.calls.api import NotFound, Refused
from dr_orchestrator.aws.machines import PART_OF, carrying
from dr_orchestrator.aws.machines.bringing import BroughtImage
from dr_orchestrator.aws.machines.carrying import Bringing, Held
from dr_orchestrator.aws.preflight.region import place_of, usable
from dr_orchestrator.aws.toolkit import Toolkit, gone
from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.evidence import Asked, Ready, Seen
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.recovery_point import RecoveryPoint, WorstCase
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable, UnsafeToDelete
from dr_orchestrator.resources.ec2_instance import images, launching, machine, network
from dr_orchestrator.resources.ec2_instance.leaving import Leaving
from dr_orchestrator.resources.ec2_instance.name import IMAGE
from dr_orchestrator.resources.ec2_instance.preflight import Looks

CALLED = "a machine named"


class Ec2Instance:
    """Starts a machine of the images that this account has of an instance."""

    def __init__(self, resource: Resource, selection: Selection | None, toolkit: Toolkit) -> None:
        """Without a selection it can choose nothing, and only takes copies down."""
        place = place_of(resource)
        self._resource, self._home = resource, toolkit
        self._toolkit = toolkit if place is None else toolkit.at(place)
        self._selection = selection or Selection()
        self._api, self._beside = self._toolkit.account.api("ec2"), toolkit.account.api("ec2")
        self._to = carrying.wanted(resource)
        self._bringing = Bringing(BroughtImage, IMAGE, resource, self._to, toolkit) if self._to else None
        self._lie = toolkit if place is None or self._to is not None else self._toolkit
        self._images = images.Images(self._lie.account.api("ec2"), resource.id, resource.name, self._beside)

    @property
    def there(self) -> Toolkit:
        """The tools where the copy stands: beside its source, or where the drill says."""
        return self._toolkit

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """Source, image, network, what it may do, and whether the copy's name is free."""
        accounts = self._home.account, self._toolkit.account, self._lie.account
        looks = Looks(self._resource, *accounts, self._images, self.described, self.choose)
        return [
            PreflightCheck("source", looks.source),
            PreflightCheck("image", looks.image),
            *self._look_there(copy, looks),
            PreflightCheck("name of the copy", lambda: self._look_at_name(copy)),
            PreflightCheck("network", looks.network),
            PreflightCheck("security groups", looks.groups),
            PreflightCheck("instance profile", looks.profile),
            PreflightCheck("user data", looks.user_data, must=False),
            PreflightCheck("key", looks.key, must=False),
            PreflightCheck("capacity", looks.capacity, must=False),
        ]

    def _look_there(self, copy: Copy, looks: Looks) -> Iterator[PreflightCheck]:
        """The looks besides, where the copy does not stand beside its source."""
        if (to := self._resource.to) is not None and to.standing:
            yield PreflightCheck("region", lambda: usable(self._home, self._resource, to))
        elif self._bringing is not None:
            if copy.account:
                yield PreflightCheck("licences", looks.billed)
            yield from self._bringing.looks(copy, lambda: self._held(self.choose()))

    def _held(self, point: RecoveryPoint) -> Held:
        of = [each for each in self._images.described(point.id).snapshots if each.get("Encrypted")]
        keys = dict.fromkeys(str(each["KmsKeyId"]) for each in of if each.get("KmsKeyId"))
        return Held(point.id, bool(of), tuple(keys))

    def brought(self, point: RecoveryPoint, copy: Copy) -> Sequence[Part]:
        """The copies by which an image comes to where the drill's copy is to stand; none where that is beside it."""
        return self._bringing.parts(copy, self._held(point)) if self._bringing else ()

    def _from(self, point: RecoveryPoint, copy: Copy) -> str:
        """The image that is started: the chosen one, or what was brought of it."""
        return self._bringing.origin(copy) if self._bringing else point.id

    def _look_at_name(self, copy: Copy) -> str:
        found = self._found(copy)
        return self._toolkit.proofs.name_is_free(copy, machine.live(found, copy) if found else None, CALLED)

    def billed(self, name: str = "") -> Billed:
        """Its hours and its volumes; of a copy that stands, those of the image that it was started of."""
        source = self.described()
        gib = self._images.described(self.choose().id).gib if not name else self._gib_of(name)
        kind, besides = str(source["InstanceType"]), carrying.charged(self._resource)
        return Billed(instance_class=kind, storage_gib=Decimal(gib), besides=besides)

    def _gib_of(self, name: str) -> int:
        asked = [{"Name": f"tag:{PART_OF}", "Values": [name]}]
        return sum(int(each["Size"]) for each in self._api.pages("DescribeVolumes", "Volumes", Filters=asked))

    def choose(self) -> RecoveryPoint:
        """The image that the selection means, of those that can be started now."""
        self.described()
        return points.choose(self._images.points(), self._selection, self._toolkit, self._where())

    def _where(self) -> points.Told:
        """Where images are looked for, and what to do where there is none."""
        hint = "does Data Lifecycle Manager, or AWS Backup, make images of it in this account and region?"
        return points.Told(self._resource.id, images.CALL, hint, "image")

    def worst_case(self, until: datetime) -> WorstCase | None:
        """The largest gap between images, up to now, and the longest that one took to be complete."""
        taken = [point.data_time for point in self._images.points()]
        born = machine.made_at(self.described())
        times = points.rhythm(taken, until, 0, born)
        took = points.took(self._images.longest) if times else None
        return points.worst_case(times, until, took, "image", points.unseen(times, until, 0, born))

    def restore(self, point: RecoveryPoint, copy: Copy) -> Asked:
        """Ask for a machine of the image where drills stand; one that this run made is adopted."""
        if (found := self._found(copy)) is None:
            image, source = self._images.described(point.id), self.described()
            groups = network.groups(self._toolkit.account, self._resource)
            wanted = launching.request(self._resource, source, image, groups, copy) | {
                "ImageId": self._from(point, copy)
            }
            if self._resource.own.get("user_data") and (data := launching.user_data(self._beside, self._resource.id)):
                wanted["UserData"] = data
            try:
                made = self._toolkit.ask(lambda: self._api.call("RunInstances", **wanted), launching.QUOTA)
            except Refused as refused:
                if (fault := launching.refused(self._api, copy, refused)) is refused:
                    raise
                raise fault from refused
            found = made["Instances"][0]
        self._adopt(copy, found)
        return Asked(self._identity(found))

    def _adopt(self, copy: Copy, found: Mapping[str, Any]) -> None:
        """NotRecoverable unless it is what this run asked for: by its tag, its age, and the token of the request."""
        self._toolkit.proofs.adopt(copy, machine.live(found, copy), CALLED)
        if machine.asked_as(found) != copy.id:
            raise NotRecoverable(f"{CALLED} {copy.id} exists already and was not asked for under that token")

    def ready(self, copy: Copy) -> Ready:
        """Wait until it runs and EC2's two checks of it are ok; one that ended is told with EC2's reason."""
        try:
            seen = self._toolkit.wait_until_ready(machine.feed(self._api, self._toolkit), copy, machine.STATES)
        except NotRecoverable as refused:
            if (found := machine.ended(self._api, copy, self._known(copy))) is None:
                raise
            raise launching.ended(found, refused.message, refused.hint) from refused
        self._adopt(copy, seen.detail)
        self._toolkit.proofs.same(copy, str(seen.detail["InstanceId"]))
        self._note_volumes(copy, seen.detail)
        return Ready(words=self._told(seen.detail))

    def _told(self, found: Mapping[str, Any]) -> str:
        """The words for what runs, and what of the source does not: the copy is no start of production."""
        data = "its user data was run again" if self._resource.own.get("user_data") else "no user data was run again"
        once = "what its image does at each start was done, and what cloud-init does once an instance"
        profile = machine.profile(found)
        return f"runs, both checks ok; {data}; {once}; {f'profile {profile}' if profile else 'no instance profile'}"

    def further(self, copy: Copy) -> Sequence[Part]:  # noqa: ARG002
        """Nothing: volumes and network interface are made with the machine, and end with it."""
        return ()

    def isolated(self, copy: Copy) -> Seen:
        """Prove of the live copy that it stands where it was to be put, alone, and ends with all that it has."""
        found = self.proven(copy)
        wanted = network.groups(self._toolkit.account, self._resource)
        wrong = [*network.wrong(found, self._resource, wanted), *self._wrong(found), *self._outliving(found)]
        if wrong:
            raise NotRecoverable(f"{copy.id} is not isolated: {'; '.join(wrong)}", network.TAKEN_DOWN, machine.CALL)
        held = machine.volumes(self._api, copy)
        attached = {each["Ebs"]["VolumeId"] for each in found.get("BlockDeviceMappings") or () if each.get("Ebs")}
        if loose := sorted(attached - {str(each["VolumeId"]) for each in held}):
            raise NotRecoverable(f"{copy.id} has volumes that do not wear its tag: {', '.join(loose)}")
        plain = sorted(str(each["VolumeId"]) for each in held if not each.get("Encrypted"))
        if plain and self._encrypted():
            raise NotRecoverable(f"{copy.id} has volumes that are not encrypted, and its source's are: {plain[0]}")
        key = "not encrypted, as its source's" if plain else "encrypted"
        where = f"{found['SubnetId']} and {', '.join(wanted)}"
        return Seen(f"not public, in {where} alone, IMDSv2, its {len(held)} volumes {key} and ended with it")

    def _wrong(self, found: Mapping[str, Any]) -> list[str]:
        told = []
        profile = self._resource.own.get("profile")
        if (worn := machine.profile(found)) != (profile.name if profile else ""):
            told.append(f"its instance profile is {worn or 'none'}")
        if (found.get("MetadataOptions") or {}).get("HttpTokens") != "required":
            told.append("its metadata is told without a token")
        if found.get("KeyName"):
            told.append(f"it lets in whoever has the key {found['KeyName']}")
        kept = [each["DeviceName"] for each in found.get("BlockDeviceMappings") or () if _outlives(each)]
        return [*told, f"{', '.join(kept)} would outlive it"] if kept else told

    def _outliving(self, found: Mapping[str, Any]) -> Iterator[str]:
        """All of it that would not end with it, or by itself as it shuts down."""
        if any(not (each.get("Attachment") or {}).get("DeleteOnTermination") for each in found["NetworkInterfaces"]):
            yield "its network interface would outlive it"
        told = self._api.call(
            "DescribeInstanceAttribute", InstanceId=found["InstanceId"], Attribute="instanceInitiatedShutdownBehavior"
        )
        does = str((told.get("InstanceInitiatedShutdownBehavior") or {}).get("Value"))
        if does != "terminate":
            yield f"it would not end as it shuts down: {does}"

    def _encrypted(self) -> bool:
        asked = [{"Name": "attachment.instance-id", "Values": [self._resource.id]}]
        found = list(self._beside.pages("DescribeVolumes", "Volumes", Filters=asked))
        return bool(found) and all(bool(each.get("Encrypted")) for each in found)

    def proven(self, copy: Copy) -> Mapping[str, Any]:
        """The machine of a copy, proven to be this run's; NotMeasured where it is not to be seen."""
        found = self._proven(copy)
        if found is None:
            raise NotMeasured(f"{copy.id} is not to be seen", call=machine.CALL)
        return found

    def server_times(self, copy: Copy) -> list[ServerTime]:
        """When EC2 began to start the machine."""
        found = self._found(copy)
        source = f"{machine.CALL}: LaunchTime"
        return [ServerTime(copy.id, "pending", found["LaunchTime"], source)] if found else []

    def destroy(self, copy: Copy) -> CopyState:
        """End the machine, and delete what outlived it, each once it is proven to be this run's copy."""
        self._toolkit.proofs.intended(copy)
        there = self._toolkit.describe_confirmed(lambda: self._found(copy)) is not None
        leaving = Leaving(self._toolkit)
        if there:
            self._toolkit.retry_while(lambda: self._prove_and_end(copy, leaving), "IncorrectInstanceState")
            self._toolkit.wait_until_gone(machine.going(self._api, self._toolkit), copy, gone(machine.STATES))
        leaving.nothing(copy)
        return CopyState.DELETED if there else self._toolkit.never_created(copy)

    def _prove_and_end(self, copy: Copy, leaving: Leaving) -> None:
        found = self._proven(copy)
        if found is not None:
            leaving.note(found)
            self._note_volumes(copy, found)
        if found is None or machine.state(found) == "shutting-down":
            return  # going, or gone: what was wanted
        if found["InstanceId"] in self._toolkit.proofs.sources:
            raise UnsafeToDelete(f"{found['InstanceId']} is a registered source: never ended, whatever its tags say")
        try:
            self._api.call("TerminateInstances", InstanceIds=[found["InstanceId"]])
        except NotFound:
            return

    def _proven(self, copy: Copy) -> Mapping[str, Any] | None:
        """The machine of a copy, proven to be this run's: from then on the guard lets through what is done to it."""
        if (found := self._found(copy)) is None:
            return None
        self._toolkit.proofs.prove(copy, machine.live(found, copy))
        if not self._known(copy) and machine.asked_as(found) != copy.id:
            raise UnsafeToDelete(f"{found['InstanceId']} was not asked for as {copy.id}, whatever its tags say")
        self._toolkit.account.guard.vouch(replace(copy, id=str(found["InstanceId"]), parent=copy.id))
        return found

    def described(self) -> Mapping[str, Any]:
        """The source as EC2 describes it; NotRecoverable where it is not there."""
        if (source := machine.described(self._beside, self._resource.id)) is None:
            hint = f"is it in {self._beside.region}, in this account?"
            told = f"no machine {self._resource.id} in {self._beside.region}"
            raise NotRecoverable(told, hint, machine.CALL)
        if group := machine.tags(source).get(machine.GROUP):
            hint = "drill what it is made from: its launch template's image, its data, the stack that has the group"
            told = f"machine {self._resource.id} is of the Auto Scaling group {group}, which makes it anew"
            raise NotRecoverable(told, hint, machine.CALL)
        return source

    def _known(self, copy: Copy) -> str:
        record = self._toolkit.proofs.record(copy)
        return record.identity.unique_id if record and record.identity else ""

    def _found(self, copy: Copy) -> Mapping[str, Any] | None:
        return machine.copy_of(self._api, copy, self._known(copy))

    def _identity(self, found: Mapping[str, Any]) -> Identity:
        id = str(found["InstanceId"])
        return Identity(machine.arn(self._toolkit.account, id), id)

    def _note_volumes(self, copy: Copy, found: Mapping[str, Any]) -> None:
        """Its volumes are backed up by themselves, too, where somebody has all of them backed up."""
        for id in machine.volume_ids(found):
            self._toolkit.context.holds(copy, machine.arn(self._toolkit.account, id, "volume"))


def _outlives(mapping: Mapping[str, Any]) -> bool:
    return bool(mapping.get("Ebs")) and not mapping["Ebs"].get("DeleteOnTermination")
