"""Snapshots of EBS and images of EC2, brought into the region in which a drill's copy is to stand: copies of the run.

EC2 gives what it copies an id of its own, and takes no token for a snapshot: each is found by the tags that it was made
with. What an answer that was lost made twice is found by them, too, and goes with the first.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from dr_orchestrator.aws import copies
from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.copies import TAG, Live
from dr_orchestrator.aws.endpoints import partition
from dr_orchestrator.aws.machines import NAMED, PART_OF
from dr_orchestrator.aws.preflight import keys
from dr_orchestrator.aws.preflight.region import enabled
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Feed, Sighting, States
from dr_orchestrator.domain.copy import Copy, CopyState, Identity, Place, Source
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.evidence import Asked, Ready
from dr_orchestrator.domain.preflight import Doubt, PreflightCheck
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable, UnsafeToDelete

AT_ONCE = 20
"""How many snapshots EBS copies into one region at a time, of an account."""
# docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html, "Considerations"

COPIED = "vol-ffffffff"
"""The volume that EC2 tells of a snapshot that is a copy: none."""

SNAPSHOTS = "ec2:DescribeSnapshots"
_STATES = States(
    ready=frozenset({"completed", "available"}),
    dead=frozenset({"error", "failed", "invalid", "deregistered", "disabled"}),
    progress=frozenset({"pending", "transient", "absent", *(f"pending, {done} %" for done in range(0, 101, 10))}),
)
_QUOTA = frozenset({"ResourceLimitExceeded", "ConcurrentSnapshotLimitExceeded", "SnapshotLimitExceeded"})
"""The errors of EC2 while an account copies as many at a time, or has as many, as it may."""

_YOUNG = timedelta(seconds=10)
"""An intent that is younger was written just before the first call: nothing can be there yet."""

_MOST_ASKED = 200


class Brought(ABC):
    """A copy in another region; a Part. Without a `source` it is only taken down."""

    called = ""
    call = ""

    def __init__(
        self, toolkit: Toolkit, copy: Copy, title: str = "", source: str = "", region: str = "", key: str = ""
    ) -> None:
        """`source` is the id of what is copied, in its `region`; `key` the key there that encrypts the copy."""
        self.copy, self.title, self._source = copy, title, source
        self._from, self._key = region, key
        self._toolkit = toolkit.at(copy.place)
        self._api = self._toolkit.account.api("ec2")

    @abstractmethod
    def _filtered(self, filters: list[dict[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """Those of the account that filters let through."""

    @abstractmethod
    def _ask(self, worn: list[dict[str, str]], encrypted: Mapping[str, Any]) -> str:
        """Ask for the copy, with its tags; its id."""

    @abstractmethod
    def _of_id(self, id: str) -> Iterator[Mapping[str, Any]]:
        """The one of that id, whatever it wears by now; nothing where it is gone."""

    @abstractmethod
    def _id(self, found: Mapping[str, Any]) -> str:
        """Its id."""

    @abstractmethod
    def _at(self, found: Mapping[str, Any]) -> datetime | None:
        """When it was made."""

    @abstractmethod
    def _arn(self, id: str) -> str:
        """Its ARN."""

    @abstractmethod
    def _remove(self, id: str) -> None:
        """Delete one that is proven."""

    def _leave_nothing(self) -> None:  # noqa: B027 - a snapshot holds nothing
        """Delete what it holds that outlives it, each once it is proven."""

    def billed(self, name: str = "") -> Billed:
        """Its storage, of which no rate is declared."""
        return Billed(besides=f"what {name or self.title} stores, and its transfer")

    def ask(self) -> Asked:
        """Ask for the copy; one that this run made already is adopted, also where its answer was lost."""
        if not self._source:
            raise NotMeasured(f"nothing tells what {self.copy.id} is a copy of")
        if found := self._standing():
            self._toolkit.proofs.adopt(self.copy, self._live(found), self.called)
            return Asked(self._identity(found))
        worn = [*({"Key": key, "Value": value} for key, value in self.copy.tags.items())]
        encrypted = {"Encrypted": True, "KmsKeyId": self._key} if self._key else {}
        made = self._toolkit.ask(lambda: self._ask(worn, encrypted), _QUOTA)
        return Asked(Identity(self._arn(made), made))

    def _standing(self) -> Mapping[str, Any] | None:
        """The one that this run made before, if it did: EC2 may not show at once what a process that died asked for."""
        record = self._toolkit.proofs.record(self.copy)
        if record is not None and self._toolkit.clock.now() - record.intended_at > _YOUNG:
            return self._toolkit.describe_confirmed(self._found)
        return self._found()

    def ready(self) -> Ready:
        """Wait until all of it is there."""
        seen = self._toolkit.wait_until_ready(self._feed(), self.copy, _STATES)
        self._toolkit.proofs.adopt(self.copy, self._live(seen.detail), self.called)
        self._toolkit.proofs.same(self.copy, self._id(seen.detail))
        told = "whether it was copied in full or incrementally EC2 does not tell"
        return Ready(self._toolkit.seconds_since(seen), self._identity(seen.detail), told)

    def destroy(self, copy: Copy) -> CopyState:
        """Delete the copy, and whatever a lost answer made besides, each once it is proven to be this run's."""
        self._toolkit.proofs.intended(copy)
        there = self._toolkit.describe_confirmed(self._found) is not None
        if there:
            self._toolkit.retry_while(self._prove_and_delete, "InUse")
            if left := self._toolkit.absence_confirmed(lambda: [self._id(each) for each in self._ours()]):
                raise NotMeasured(f"{', '.join(left)} could not be deleted", "sweep again later", self.call)
        self._leave_nothing()
        return CopyState.DELETED if there else self._toolkit.never_created(copy)

    def _prove_and_delete(self) -> None:
        """UnsafeToDelete of what stands under the name, or the known id, and wears the run's tag no more."""
        for each in self._ours() or filter(None, [self._found()]):
            known, id = self._known(), self._id(each)
            if known in ("", id):
                self._toolkit.proofs.prove(self.copy, self._live(each))
            else:
                self._prove_made_with(each, id)
            self._note(each)
            self._delete(id, self._remove)

    def _note(self, found: Mapping[str, Any]) -> None:  # noqa: B027 - a snapshot holds nothing
        """Remember what one that is about to be deleted holds."""

    def _prove_made_with(self, found: Mapping[str, Any], id: str, made_at: datetime | None = None) -> None:
        """UnsafeToDelete unless ledger, tags and age agree that it was made by this run for the copy."""
        proofs, worn, at = self._toolkit.proofs, tags(found), made_at or self._at(found)
        proofs.intended(self.copy)
        if id in proofs.sources:
            raise UnsafeToDelete(f"{id} is a registered source: never deleted, whatever its tags say")
        if worn.get(TAG) != self.copy.run or self.copy.id not in (worn.get(NAMED), worn.get(PART_OF)):
            raise UnsafeToDelete(f"{id} does not wear the tags of {self.copy.id}")
        if at is None or not proofs.made_since(self.copy, at):
            raise UnsafeToDelete(f"{id} is of {at}, from before this run asked for {self.copy.id}")

    def _delete(self, id: str, remove: Callable[[str], object]) -> None:
        self._toolkit.account.guard.vouch(replace(self.copy, id=id, parent=self.copy.id))
        try:
            remove(id)
        except NotFound:
            return

    def _known(self) -> str:
        record = self._toolkit.proofs.record(self.copy)
        return record.identity.unique_id if record and record.identity else ""

    def _found(self) -> Mapping[str, Any] | None:
        """The known one, else the first that the run made, else any of the name."""
        known, named = self._known(), [*self._there(), *self._named([self.copy.id])]
        ours = [each for each in named if tags(each).get(TAG) == self.copy.run]
        return next(iter([*(each for each in named if self._id(each) == known), *ours, *named]), None)

    def _ours(self) -> list[Mapping[str, Any]]:
        """All of the name that wear the run's tag, and the known one, whatever it is called by now."""
        named = (each for each in self._named([self.copy.id]) if tags(each).get(TAG) == self.copy.run)
        return list({self._id(each): each for each in (*self._there(), *named)}.values())

    def _there(self) -> list[Mapping[str, Any]]:
        """The known one while AWS shows it: whoever took its tags or its name away has not deleted it."""
        known = self._known()
        return list(self._of_id(known)) if known else []

    def _named(self, names: list[str]) -> list[Mapping[str, Any]]:
        found = self._filtered([{"Name": f"tag:{NAMED}", "Values": names}])
        return sorted(found, key=lambda each: str(self._at(each)))

    def _feed(self) -> Feed:
        def look(wanted: Iterable[str]) -> dict[str, Sighting]:
            names, found = list(wanted), dict[str, Sighting]()
            for start in range(0, len(names), _MOST_ASKED):
                for each in self._named(names[start : start + _MOST_ASKED])[::-1]:
                    found[tags(each)[NAMED]] = Sighting(_far(each), each)
            return found

        place = (self._api.endpoint, self._api.region, self._toolkit.account.pinned)
        return self._toolkit.watcher.feed((*place, f"{self.call} brought"), look)

    def _live(self, found: Mapping[str, Any]) -> Live:
        worn = tags(found)
        return Live(worn.get(NAMED, self._id(found)), self._id(found), worn, created_at=self._at(found))

    def _identity(self, found: Mapping[str, Any]) -> Identity:
        return Identity(self._arn(self._id(found)), self._id(found))

    def look_at_name(self) -> str:
        """Whether the copy can be named so."""
        found = self._found()
        return self._toolkit.proofs.name_is_free(self.copy, self._live(found) if found else None, self.called)

    def _beside(self, worn: list[dict[str, str]]) -> list[dict[str, str]]:
        return [*worn, {"Key": PART_OF, "Value": self.copy.id}]

    def _called(self, worn: list[dict[str, str]]) -> list[dict[str, str]]:
        return [*worn, {"Key": NAMED, "Value": self.copy.id}]


class BroughtSnapshot(Brought):
    """A snapshot of a volume, copied."""

    called, call = "a snapshot named", SNAPSHOTS

    def _filtered(self, filters: list[dict[str, Any]]) -> Iterator[Mapping[str, Any]]:
        return self._api.pages("DescribeSnapshots", "Snapshots", OwnerIds=["self"], Filters=filters)

    def _of_id(self, id: str) -> Iterator[Mapping[str, Any]]:
        return self._filtered([{"Name": "snapshot-id", "Values": [id]}])

    def _ask(self, worn: list[dict[str, str]], encrypted: Mapping[str, Any]) -> str:
        given = {"SourceRegion": self._from, "SourceSnapshotId": self._source, "Description": self.copy.id}
        kinds = [{"ResourceType": "snapshot", "Tags": self._called(worn)}]
        return str(self._api.call("CopySnapshot", **given, TagSpecifications=kinds, **encrypted)["SnapshotId"])

    def _id(self, found: Mapping[str, Any]) -> str:
        return str(found["SnapshotId"])

    def _at(self, found: Mapping[str, Any]) -> datetime | None:
        return found.get("StartTime")

    def _arn(self, id: str) -> str:
        return f"arn:{partition(self._api.region)}:ec2:{self._api.region}::snapshot/{id}"

    def _remove(self, id: str) -> None:
        self._api.call("DeleteSnapshot", SnapshotId=id)


class BroughtImage(Brought):
    """An image of a machine, copied, with the snapshots that it is made of."""

    called, call = "an image named", "ec2:DescribeImages"
    _noted: tuple[str, ...] = ()

    def _filtered(self, filters: list[dict[str, Any]]) -> Iterator[Mapping[str, Any]]:
        return self._api.pages("DescribeImages", "Images", Owners=["self"], Filters=filters)

    def _of_id(self, id: str) -> Iterator[Mapping[str, Any]]:
        return self._filtered([{"Name": "image-id", "Values": [id]}])

    def _note(self, found: Mapping[str, Any]) -> None:
        held = (str((each.get("Ebs") or {}).get("SnapshotId") or "") for each in found.get("BlockDeviceMappings") or ())
        self._noted = tuple(dict.fromkeys((*self._noted, *filter(None, held))))

    def _ask(self, worn: list[dict[str, str]], encrypted: Mapping[str, Any]) -> str:
        given = {"ClientToken": self.copy.id, "Name": self.copy.id}
        of = {"SourceRegion": self._from, "SourceImageId": self._source, "CopyImageTags": False}
        kinds = [
            {"ResourceType": "image", "Tags": self._called(worn)},
            {"ResourceType": "snapshot", "Tags": self._beside(worn)},
        ]
        return str(self._api.call("CopyImage", **given, **of, TagSpecifications=kinds, **encrypted)["ImageId"])

    def _id(self, found: Mapping[str, Any]) -> str:
        return str(found["ImageId"])

    def _at(self, found: Mapping[str, Any]) -> datetime | None:
        told = str(found.get("CreationDate") or "")
        return datetime.fromisoformat(told.replace("Z", "+00:00")) if told else None

    def _arn(self, id: str) -> str:
        return f"arn:{partition(self._api.region)}:ec2:{self._api.region}::image/{id}"

    def _remove(self, id: str) -> None:
        self._api.call("DeregisterImage", ImageId=id)

    def _leave_nothing(self) -> None:
        """Its snapshots, which EC2 keeps when an image is deregistered."""
        self._toolkit.retry_while(self._delete_snapshots, "InUse")
        if left := self._toolkit.absence_confirmed(lambda: [str(each["SnapshotId"]) for each in self._held()]):
            told = f"{', '.join(left)}, made with {self.copy.id}, outlived it and could not be deleted"
            raise NotMeasured(told, "sweep again later", SNAPSHOTS)

    def _delete_snapshots(self) -> None:
        for each in self._held():
            id = str(each["SnapshotId"])
            self._prove_made_with(each, id, each.get("StartTime"))
            self._delete(id, lambda id: self._api.call("DeleteSnapshot", SnapshotId=id))

    def _held(self) -> list[Mapping[str, Any]]:
        """Its snapshots by their tags, and those that it told of while it was there, whatever they wear by now."""
        by = [
            {"Name": f"tag:{PART_OF}", "Values": [self.copy.id]},
            {"Name": f"tag:{TAG}", "Values": [self.copy.run]},
        ]
        asked = [by, [{"Name": "snapshot-id", "Values": list(self._noted)}]] if self._noted else [by]
        found = (self._api.pages("DescribeSnapshots", "Snapshots", OwnerIds=["self"], Filters=each) for each in asked)
        return list({str(each["SnapshotId"]): each for of in found for each in of}.values())


def planned(copy: Copy, resource: Resource, of: str) -> Copy:
    """The copy of a type that a drill's `copy` is restored from, in its place."""
    name = copies.slug(f"{copies.PREFIX}{copy.run}-{resource.id}-brought")
    source = Source(resource.type, resource.id, Place("", resource.region))
    return replace(copy, type=of, id=name, parent="", source=source, made_by="")


def key_of(resource: Resource, to: Destination, encrypted: bool) -> str:
    """The key of the copy there, empty where nothing is encrypted; NotRecoverable where EC2 would not know which."""
    if encrypted and not to.key:
        told = f"what is copied of {resource.id} is encrypted, and no key of {to.region} is named for the copy"
        raise NotRecoverable(told, "add `kms_key` to the drill's `to`", "kms:DescribeKey")
    return to.key


def wanted(resource: Resource) -> Destination | None:
    """Where a point has to be brought; None where it lies there already, or the copy stands beside its source."""
    to = resource.to
    return None if to is None or to.standing else to


def charged(resource: Resource) -> str:
    """The charges of a copy elsewhere besides, of which no rate is declared."""
    return f"what is copied to {to}, and its transfer" if (to := wanted(resource)) else ""


def looks(
    toolkit: Toolkit, resource: Resource, to: Destination, encrypted: Callable[[], bool], part: Brought
) -> Iterator[PreflightCheck]:
    """Whether the region is there to be used, its key is, the name is free, and how many copies are under way."""
    there = toolkit.at(part.copy.place).account

    def key() -> str:
        data = f"arn:aws:ec2:{resource.region}:{toolkit.account.pinned}:snapshot/*"
        named = key_of(resource, to, encrypted()) or None
        return keys.usable(there, named, data, "what is copied is not encrypted, nor is the copy")

    yield PreflightCheck("region", lambda: enabled(toolkit.account, to.region))
    yield PreflightCheck("key of what is copied", key)
    yield PreflightCheck("name of what is copied", part.look_at_name)
    yield PreflightCheck("snapshots being copied", lambda: _others(toolkit.at(part.copy.place)))


def _others(there: Toolkit) -> str:
    """A Doubt where as many are copied already as may be at once: EC2 refuses one more, and is then asked again."""
    asked = [{"Name": "status", "Values": ["pending"]}]
    found = there.account.api("ec2").pages("DescribeSnapshots", "Snapshots", OwnerIds=["self"], Filters=asked)
    busy = [each for each in found if each.get("VolumeId") == COPIED]
    told = f"{counted(len(busy), 'snapshot')} of {AT_ONCE} at once being copied into {there.account.region}"
    if len(busy) >= AT_ONCE:
        raise Doubt(f"{told}: the drill waits until some are whole")
    return told


def tags(of: Mapping[str, Any]) -> dict[str, str]:
    """The tags that something of EC2's wears."""
    return {each["Key"]: each["Value"] for each in of.get("Tags") or ()}


def _far(found: Mapping[str, Any]) -> str:
    """A state, with how far it is where EC2 tells that."""
    state, done = str(found.get("State")), str(found.get("Progress") or "").removesuffix("%")
    if state != "pending" or not done.isdigit():
        return state
    return f"{state}, {min(int(done), 100) // 10 * 10} %"
