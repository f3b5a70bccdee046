"""The way of a snapshot to where a drill's copy is to stand: copied into another region, and into another account by
way of that, as a copy of the run of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from dr_orchestrator.aws import copies
from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.preflight import keys
from dr_orchestrator.aws.preflight.region import usable
from dr_orchestrator.aws.rds.carrying import THERE, SnapshotCopy, lend
from dr_orchestrator.aws.rds.objects import Objects, Shape
from dr_orchestrator.aws.rds.quotas import room_for_snapshots
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, Place, Source
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.preflight import NotApplicable, PreflightCheck
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable

AT_ONCE = 20
"""How many snapshots RDS copies into one region at a time, of an account."""
# docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_CopySnapshot.html, "Limitations"

_UNDER_WAY = ("creating", "copying", "pending")
_SNAPSHOT_KEY = "the snapshot is not encrypted"


def charged(resource: Resource) -> str:
    """The charges of a copy elsewhere besides, of which no rate is declared."""
    return f"the snapshot that is copied to {resource.to}, and its transfer" if resource.to else ""


@dataclass(frozen=True)
class Snapshot:
    """A snapshot that is brought: its ARN, and the key that it is encrypted with, None where it is not."""

    arn: str
    key: str | None


@dataclass(frozen=True)
class Bringing:
    """Brings a snapshot of a resource to where a drill says; `of` is the type of the copies that it makes on the way.

    `toolkit` are the tools beside the source. Where the copy stands in another account, too, the snapshot is first
    copied into the region, under a key that can be shared, and from there into the account: AWS does not do both with
    an encrypted one at once.
    """

    shape: Shape
    of: str
    resource: Resource
    to: Destination
    toolkit: Toolkit
    options: bool = False

    def last(self, copy: Copy) -> Copy:
        """The copied snapshot that a drill's copy is restored from, as planned."""
        return self._planned(copy, "brought", copy.account)

    def parts(self, copy: Copy, snapshot: Snapshot) -> Sequence[Part]:
        """The copies to be made of it, in order."""
        over = {"SourceRegion": self.resource.region} if self.to.region != self.resource.region else {}
        given = {**over, "CopyTags": False, **self._options()}
        name, region = self.resource.name, self.to.region
        if not copy.account:
            of = f"snapshot of {name} in {region}"
            return (self._copy(self.last(copy), of, lambda: snapshot.arn, self._key(snapshot), given),)
        shared = self._planned(copy, "shared", "")
        lent = partial(lend, self.shape, self.toolkit, shared, copy.account)
        there = f"snapshot of {name} in account {copy.account}"
        title, key = f"snapshot of {name} to be shared", self.shareable(snapshot)
        return (
            self._copy(shared, title, lambda: snapshot.arn, key, given),
            self._copy(self.last(copy), there, lent, self._own(snapshot), {"CopyTags": False}, lent=True),
        )

    def _copy(
        self,
        copy: Copy,
        title: str,
        source: Callable[[], str],
        key: str,
        given: Mapping[str, Any],
        *,
        lent: bool = False,
    ) -> SnapshotCopy:
        return SnapshotCopy(self.shape, self.toolkit, copy, title, source, key, given, lent=lent)

    def _options(self) -> dict[str, str]:
        return {"OptionGroupName": self.to.option_group} if self.options and self.to.option_group else {}

    def _planned(self, copy: Copy, ending: str, account: str) -> Copy:
        name = copies.slug(f"{copies.PREFIX}{copy.run}-{self.resource.id}-{ending}")
        source = Source(self.resource.type, self.resource.id, Place("", self.resource.region))
        return replace(copy, type=self.of, id=name, account=account, parent="", source=source, made_by="")

    def _key(self, snapshot: Snapshot) -> str:
        """The key of the copy, empty where nothing is encrypted; NotRecoverable where AWS would not know which."""
        if not snapshot.key:
            return self._first_key()
        if not self.to.key and self.to.region != self.resource.region:
            told = (
                f"snapshots of {self.resource.id} are encrypted, and no key of {self.to.region} is named for the copy"
            )
            raise NotRecoverable(told, "add `kms_key` to the drill's `to`", "kms:DescribeKey")
        return self.to.key

    def _own(self, snapshot: Snapshot) -> str:
        """The key of the copy in another account, RDS's own where none is named; empty where nothing is encrypted."""
        return (self.to.key or THERE) if snapshot.key else self._first_key()

    def _first_key(self) -> str:
        """The key by which what was not encrypted is from here on; NotRecoverable where AWS would not do so."""
        if self.to.key and not self.shape.encrypts:
            told = f"snapshots of {self.resource.id} are not encrypted, and AWS copies none of a cluster under a key"
            raise NotRecoverable(told, "remove `kms_key` from the drill's `to`", f"rds:Copy{self.shape.key}")
        return self.to.key

    def shareable(self, snapshot: Snapshot) -> str:
        """The key under which it is shared, empty where it is not encrypted; NotRecoverable where none can be."""
        if not snapshot.key:
            return ""
        where, found = self.toolkit.at(Place("", self.to.region)).account, self.to.lent
        if not found and self.to.region == self.resource.region:
            found = snapshot.key
        hint = (
            f"add `shared_key` to the drill's `to`: the ARN of a key of {self.to.region} that lets account"
            f" {self.to.account} use it"
        )
        if not found:
            told = f"snapshots of {self.resource.id} are encrypted, and no key of {self.to.region} can be shared"
            raise NotRecoverable(told, hint, "kms:DescribeKey")
        keys.to_be_lent(where, found, f"what is encrypted of {self.resource.id}", hint)
        return found

    def looks(self, copy: Copy, snapshot: Callable[[], Snapshot]) -> Iterator[PreflightCheck]:
        """Whether the region is there to be used, its keys are, names are free, and how many copies are under way."""
        yield PreflightCheck("region", lambda: usable(self.toolkit, self.resource, self.to))
        yield PreflightCheck("key of the copied snapshot", lambda: self._look_at_key(copy, snapshot()))
        yield PreflightCheck("name of the copied snapshot", lambda: self._look_at_names(copy))
        yield PreflightCheck("snapshots being copied", lambda: self._look_at_others(copy))
        yield PreflightCheck("room for what is copied", lambda: self._look_at_room(copy))

    def _look_at_key(self, copy: Copy, snapshot: Snapshot) -> str:
        if copy.account:
            lent, there = self.shareable(snapshot), self.toolkit.at(Place("", self.to.region)).account
            if lent:
                keys.lets_in(self.toolkit.at(copy.place).account, keys.arn(there, lent), copy.account)
            own = self._look_at_own_key(copy, snapshot)
            told = f"under {keys.usable(there, lent, snapshot.arn)}" if lent else "without a key"
            return f"shared {told}; there {own}"
        key = self._key(snapshot) or None
        there = self.toolkit.at(copy.place).account
        return keys.usable(there, key, snapshot.arn, _SNAPSHOT_KEY)

    def _look_at_own_key(self, copy: Copy, snapshot: Snapshot) -> str:
        """The key of the other account: RDS's own, where none is named, AWS makes when it is first used."""
        if (own := self._own(snapshot)) == THERE:
            return THERE
        there = self.toolkit.at(copy.place).account
        of = f"arn:aws:rds:{copy.region}:{copy.account}:snapshot:{copy.id}"
        return keys.usable(there, own or None, of, _SNAPSHOT_KEY, apart=True)

    def _look_at_names(self, copy: Copy) -> str:
        planned = [self.last(copy), *([self._planned(copy, "shared", "")] if copy.account else [])]
        told = [Objects(self.shape, self.toolkit.at(each.place)).name_is_free(each) for each in planned]
        return "; ".join(told)

    def _look_at_room(self, copy: Copy) -> str:
        places = [copy.place, *([Place("", copy.region)] if copy.account else [])]
        return room_for_snapshots(self.shape, [self.toolkit.at(each).account for each in places])

    def _look_at_others(self, copy: Copy) -> str:
        """NotMeasured where as many are copied already as may be at once."""
        there = self.toolkit.at(Place("", copy.region)).account.api("rds")
        kept = there.pages(self.shape.describe, f"{self.shape.key}s", SnapshotType="manual")
        busy = [each for each in kept if each.get(self.shape.status) in _UNDER_WAY and _is_copied(each, self.shape)]
        told = f"{counted(len(busy), 'snapshot')} of {AT_ONCE} at once being copied into {copy.region}"
        if len(busy) >= AT_ONCE:
            raise NotMeasured(told, "wait until some are whole", f"rds:{self.shape.describe}")
        return told


def orderable(account: Account, source: Mapping[str, Any], version: str = "") -> str:
    """That a source's class is to be had where its copy is to stand; NotRecoverable where it is not."""
    of = str(source.get("DBInstanceClass"))
    engine, version = str(source["Engine"]), version or str(source.get("EngineVersion", ""))
    asked = {"Engine": engine, "EngineVersion": version, "DBInstanceClass": of}
    there = account.api("rds").pages("DescribeOrderableDBInstanceOptions", "OrderableDBInstanceOptions", **asked)
    if not any(each.get("DBInstanceClass") == of for each in there):
        told = f"{of} for {engine} {version} is not to be had in {account.region}"
        raise NotRecoverable(told, "name another region", "rds:DescribeOrderableDBInstanceOptions")
    return f"{of} for {engine} {version} is to be had in {account.region}"


def parameter_group(account: Account, to: Destination, theirs: str) -> str:
    """The parameter group of a copy there; NotRecoverable where it has none of that name."""
    name = group_there(to, theirs)
    if name is None:
        raise NotApplicable(f"the default of {to.region}, as the source has the default of its own")
    try:
        told = account.api("rds").call(call := "DescribeDBParameterGroups", DBParameterGroupName=name)
        found = list(told["DBParameterGroups"])
    except NotFound:
        found = []
    if not found:
        hint = f"name one of {to.region} by `parameter_group` in the drill's `to`, or make it"
        raise NotRecoverable(f"no parameter group {name} in {to.region}", hint, f"rds:{call}")
    return f"{name}, {found[0].get('DBParameterGroupFamily', '')}"


def group_there(to: Destination, theirs: str) -> str | None:
    """The name of the parameter group there; None where AWS's default is meant."""
    own = to.parameter_group or theirs
    return own if own and not own.startswith("default.") else None


def group_of(to: Destination | None, theirs: str | None, *, own: bool = False) -> str | None:
    """The parameter group of a copy: its source's, or what stands for that where the copy does.

    `own` is whether it is the one that the drill may name; what else there is has the same name there.
    """
    if to is None:
        return theirs
    return group_there(to if own else replace(to, parameter_group=""), theirs or "")


def _is_copied(snapshot: Mapping[str, Any], shape: Shape) -> bool:
    return bool(snapshot.get(f"Source{shape.name}") or snapshot.get(f"Source{shape.key}Arn"))
