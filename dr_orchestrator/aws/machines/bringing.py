"""Snapshots of EBS and images of EC2, brought to where a drill's copy is to stand: copies of the run, some shared.

EC2 gives what it copies an id of its own, and takes no token for a snapshot: each is found by the tags that it was made
with. What an answer that was lost made twice is found by them, too, and goes with the first.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.aws.copies import TAG, Live
from dr_orchestrator.aws.endpoints import partition
from dr_orchestrator.aws.machines import NAMED, PART_OF
from dr_orchestrator.aws.machines.told import far, made_of, reason, tags
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Feed, Sighting, States
from dr_orchestrator.domain.copy import Copy, CopyState, Identity, Place
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.evidence import Asked, Ready
from dr_orchestrator.errors import DrillFault, NotMeasured, NotRecoverable, UnsafeToDelete

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
    """A copy in another region or account; a Part. Without a `source` it is only taken down."""

    word = ""
    called = ""
    call = ""

    def __init__(
        self,
        toolkit: Toolkit,
        copy: Copy,
        title: str = "",
        source: Callable[[], str] | None = None,
        region: str = "",
        key: str = "",
        *,
        lent: bool = False,
    ) -> None:
        """`source` tells the id of what is copied, in its `region`; `key` is the one there that encrypts the copy. What
        is `lent` is another account's, which shares it.
        """
        self.copy, self.title, self._source = copy, title, source
        self._from, self._key, self._lent = region, key, lent
        self._whence, self._of = toolkit, ""  # what was asked to be copied, by this process
        self._toolkit = toolkit.at(copy.place)
        self._api = self._toolkit.account.api("ec2")

    @abstractmethod
    def _filtered(self, filters: list[dict[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """Those of the account that filters let through."""

    @abstractmethod
    def _look_at(self, id: str, api: Api) -> Any:
        """The one of that id, whoever owns it; NotFound where whose calls these are may not see it.

        It is named: a filter would go through all that is public.
        """

    @abstractmethod
    def _ask(self, source: str, worn: list[dict[str, str]], encrypted: Mapping[str, Any]) -> str:
        """Ask for the copy of a source, with its tags; its id."""

    @abstractmethod
    def _share(self, found: Mapping[str, Any], account: str) -> None:
        """Share it, and what it holds, with an account; each thing once it is proven."""

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
        if self._source is None:
            raise NotMeasured(f"nothing tells what {self.copy.id} is a copy of")
        if found := self._standing():
            self._toolkit.proofs.adopt(self.copy, self._live(found), self.called)
            return Asked(self._identity(found))
        worn = [*({"Key": key, "Value": value} for key, value in self.copy.tags.items())]
        encrypted = {"Encrypted": True, "KmsKeyId": self._key} if self._key else {}
        self._of = source = self._source()
        if self._lent and self._toolkit.describe_confirmed(lambda: self._seen(source)) is None:
            owner = self._toolkit.account.pinned
            raise NotMeasured(f"{source} is shared with account {owner}, which does not see it", call=self.call)
        made = self._toolkit.ask(lambda: self._ask(source, worn, encrypted), _QUOTA)
        return Asked(Identity(self._arn(made), made))

    def _seen(self, source: str) -> Any | None:
        """The source as soon, or as long, as EC2 shows it: where it lies, or here where another account shares it."""
        api = self._api if self._lent else self._whence.at(Place("", self._from)).account.api("ec2")
        try:
            return next(iter(self._look_at(source, api)), None)
        except NotFound:
            return None

    def lend(self, account: str) -> str:
        """Share it with an account, and with that alone, once it is proven to be this run's; its id. Idempotent."""
        found = self._toolkit.describe_confirmed(self._found)
        if found is None:
            raise NotMeasured(f"{self.copy.id} is not to be seen", call=self.call)
        self._toolkit.proofs.prove(self.copy, self._live(found))
        self._share(found, account)
        return self._id(found)

    def _vouch(self, id: str) -> None:
        """Have the guard take what was proven to be this copy, or part of it, for it."""
        self._toolkit.account.guard.vouch(replace(self.copy, id=id, parent=self.copy.id))

    def _share_snapshot(self, id: str, account: str) -> None:
        self._vouch(id)
        add = {"Attribute": "createVolumePermission", "OperationType": "add", "UserIds": [account]}
        self._api.call("ModifySnapshotAttribute", SnapshotId=id, **add)

    def _standing(self) -> Mapping[str, Any] | None:
        """The one that this run made before, if it did: EC2 may not show at once what a process that died asked for."""
        record = self._toolkit.proofs.record(self.copy)
        if record is not None and self._toolkit.clock.now() - record.intended_at > _YOUNG:
            return self._toolkit.describe_confirmed(self._found)
        return self._found()

    def ready(self) -> Ready:
        """Wait until all of it is there; NotMeasured where what it is made of is gone meanwhile."""
        try:
            seen = self._toolkit.wait_until_ready(self._feed(), self.copy, _STATES)
        except NotRecoverable as refused:
            raise self._told(refused) from refused
        self._toolkit.proofs.adopt(self.copy, self._live(seen.detail), self.called)
        self._toolkit.proofs.same(self.copy, self._id(seen.detail))
        told = "whether it was copied in full or incrementally EC2 does not tell"
        return Ready(self._toolkit.seconds_since(seen), self._identity(seen.detail), told)

    def _told(self, refused: NotRecoverable) -> DrillFault:
        """The fault that it came to nothing, with EC2's own reason: that somebody deleted its source proves nothing of
        what a source does that is there.
        """
        of, why = self._of, reason(self._found() or {})
        told = f"{refused.message}: {why}" if why else refused.message
        if of and self._toolkit.describe_confirmed(lambda: self._seen(of)) is None:
            return NotMeasured(
                f"{of}, of which {self.copy.id} was being made, is there no more; {told}", call=self.call
            )
        return NotRecoverable(told, refused.hint, refused.call)

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
        self._vouch(id)
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
                    found[tags(each)[NAMED]] = Sighting(far(each), each)
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

    word, called, call = "snapshot", "a snapshot named", SNAPSHOTS

    def _filtered(self, filters: list[dict[str, Any]]) -> Iterator[Mapping[str, Any]]:
        return self._api.pages("DescribeSnapshots", "Snapshots", OwnerIds=["self"], Filters=filters)

    def _of_id(self, id: str) -> Iterator[Mapping[str, Any]]:
        return self._filtered([{"Name": "snapshot-id", "Values": [id]}])

    def _look_at(self, id: str, api: Api) -> Any:
        return api.call("DescribeSnapshots", SnapshotIds=[id])["Snapshots"]

    def _ask(self, source: str, worn: list[dict[str, str]], encrypted: Mapping[str, Any]) -> str:
        given = {"SourceRegion": self._from, "SourceSnapshotId": source, "Description": self.copy.id}
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

    def _share(self, found: Mapping[str, Any], account: str) -> None:
        self._share_snapshot(self._id(found), account)


class BroughtImage(Brought):
    """An image of a machine, copied, with the snapshots that it is made of."""

    word, called, call = "image", "an image named", "ec2:DescribeImages"
    _noted: tuple[str, ...] = ()

    def _filtered(self, filters: list[dict[str, Any]]) -> Iterator[Mapping[str, Any]]:
        return self._api.pages("DescribeImages", "Images", Owners=["self"], Filters=filters)

    def _of_id(self, id: str) -> Iterator[Mapping[str, Any]]:
        return self._filtered([{"Name": "image-id", "Values": [id]}])

    def _look_at(self, id: str, api: Api) -> Any:
        return api.call("DescribeImages", ImageIds=[id])["Images"]

    def _note(self, found: Mapping[str, Any]) -> None:
        self._noted = tuple(dict.fromkeys((*self._noted, *made_of(found))))

    def _share(self, found: Mapping[str, Any], account: str) -> None:
        """It alone can be started then: to be copied there, each snapshot of it has to be shared, too."""
        id, wanted = self._id(found), made_of(found)
        held = {str(each["SnapshotId"]): each for each in self._snapshots("snapshot-id", list(wanted))}
        if lacking := [each for each in wanted if each not in held]:
            raise NotMeasured(f"{lacking[0]}, of which {self.copy.id} is made, is not to be seen", call=SNAPSHOTS)
        for each, about in held.items():
            self._prove_made_with(about, each, about.get("StartTime"))
            self._share_snapshot(each, account)
        self._vouch(id)
        add = {"Attribute": "launchPermission", "OperationType": "add", "UserIds": [account]}
        self._api.call("ModifyImageAttribute", ImageId=id, **add)

    def _snapshots(self, by: str, values: list[str]) -> Iterator[Mapping[str, Any]]:
        asked = [{"Name": by, "Values": values}]
        return self._api.pages("DescribeSnapshots", "Snapshots", OwnerIds=["self"], Filters=asked)

    def _ask(self, source: str, worn: list[dict[str, str]], encrypted: Mapping[str, Any]) -> str:
        given = {"ClientToken": self.copy.id, "Name": self.copy.id}
        of = {"SourceRegion": self._from, "SourceImageId": source, "CopyImageTags": False}
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
